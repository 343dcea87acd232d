/** Stacks of transformer layers. */
import { full, type Tensor, triu, ValueError } from "@cresset/core/functions";
import { ModuleList } from "../containers/module-list.ts";
import { deepCopy } from "../deep-copy.ts";
import { xavierUniform_ } from "../init.ts";
import { type ByName, keywords } from "../keywords.ts";
import { type AnyModule, Module } from "../module.ts";
import { LayerNorm } from "./norm.ts";
import { snakeName } from "./snake-names.ts";
import {
  type DecoderLayerMasks,
  type DecoderMaskArguments,
  decoderMaskNames,
  type EncoderLayerMasks,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from "./transformer-layers.ts";

/** The masks of an encoder by position or by name. */
export type EncoderMaskArguments = readonly [
  mask?: Tensor | null | EncoderMasks,
  srcKeyPaddingMask?: Tensor | null | EncoderMasks,
];

/** What a `TransformerEncoder` is made of: called with a sequence and masks by name. */
export type EncoderLayer = Module<[src: Tensor, masks?: EncoderLayerMasks], Tensor>;
/** What a `TransformerDecoder` is made of. */
export type DecoderLayer = Module<[tgt: Tensor, memory: Tensor, masks?: DecoderLayerMasks], Tensor>;
/** A norm, or any other module of one tensor, at the end of a stack. */
export type FinalNorm = Module<[Tensor], Tensor>;

/** The norm at the end of a stack, by name. */
export interface NormOption {
  readonly norm?: FinalNorm | null;
}

/** Options of PyTorch's fast path for sequences of different lengths, which is not needed here; results are the same. */
interface NestedOptions {
  readonly enableNestedTensor?: boolean;
  readonly maskCheck?: boolean;
}

interface EncoderParameters extends NormOption, NestedOptions {
  readonly encoderLayer: EncoderLayer;
  readonly numLayers: number;
}

interface DecoderParameters extends NormOption {
  readonly decoderLayer: DecoderLayer;
  readonly numLayers: number;
}

export interface EncoderMasks {
  /** Which positions a position must not see, [L, L] or [N · heads, L, L]. */
  readonly mask?: Tensor | null;
  /** Which positions are padding, [N, L]. */
  readonly srcKeyPaddingMask?: Tensor | null;
}

/**
 * A stack of encoder layers: copies of one layer with parameters of their own, which start equal as in PyTorch.
 *
 * @example
 * const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(16, 4), 2);
 * encoder(torch.randn([10, 3, 16])).shape; // [10, 3, 16]
 */
export class TransformerEncoder extends Module<[src: Tensor, ...masks: EncoderMaskArguments], Tensor> {
  static override readonly typeName: string = "TransformerEncoder";
  layers: ModuleList<EncoderLayer>;
  readonly numLayers: number;
  norm: FinalNorm | null;

  /** @param norm applied to the last layer's output; default none. */
  constructor(...named: ByName<EncoderParameters, ["encoderLayer", "numLayers"]>);
  constructor(
    encoderLayer: EncoderLayer,
    numLayers: number,
    norm?: FinalNorm | (NormOption & NestedOptions) | null,
    options?: NestedOptions,
  );
  constructor(...given: readonly unknown[]) {
    super();
    const names = ["encoderLayer", "numLayers", "norm", "enableNestedTensor", "maskCheck"] as const;
    const { encoderLayer, numLayers, norm = null } = keywords<EncoderParameters>(names, given, 2);
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => deepCopy(encoderLayer)));
    this.numLayers = numLayers;
    this.norm = norm;
  }

  forward(src: Tensor, ...masks: EncoderMaskArguments): Tensor {
    const given = keywords<EncoderMasks>(["mask", "srcKeyPaddingMask"], masks);
    const { mask: srcMask = null, srcKeyPaddingMask: padding = null } = given;
    let x = src;
    for (const layer of this.layers) x = layer(x, { srcMask, srcKeyPaddingMask: padding });
    return this.norm === null ? x : this.norm(x);
  }
}

/** A stack of decoder layers: copies of one layer with parameters of their own. */
export class TransformerDecoder extends Module<[tgt: Tensor, memory: Tensor, ...masks: DecoderMaskArguments], Tensor> {
  static override readonly typeName: string = "TransformerDecoder";
  layers: ModuleList<DecoderLayer>;
  readonly numLayers: number;
  norm: FinalNorm | null;

  /** @param norm applied to the last layer's output; default none. */
  constructor(...named: ByName<DecoderParameters, ["decoderLayer", "numLayers"]>);
  constructor(decoderLayer: DecoderLayer, numLayers: number, norm?: FinalNorm | NormOption | null);
  constructor(...given: readonly unknown[]) {
    super();
    const names = ["decoderLayer", "numLayers", "norm"] as const;
    const { decoderLayer, numLayers, norm = null } = keywords<DecoderParameters>(names, given, 2);
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => deepCopy(decoderLayer)));
    this.numLayers = numLayers;
    this.norm = norm;
  }

  forward(tgt: Tensor, memory: Tensor, ...masks: DecoderMaskArguments): Tensor {
    const given = keywords<DecoderLayerMasks>([...decoderMaskNames], masks);
    let x = tgt;
    for (const layer of this.layers) x = layer(x, memory, given);
    return this.norm === null ? x : this.norm(x);
  }
}

export interface TransformerOptions extends TransformerLayerOptions {
  /** Default 512. */
  readonly dModel?: number;
  /** Default 8. */
  readonly nhead?: number;
  /** Default 6. */
  readonly numEncoderLayers?: number;
  /** Default 6. */
  readonly numDecoderLayers?: number;
  /** Used instead of a `TransformerEncoder`. */
  readonly customEncoder?: Module<[src: Tensor, masks?: EncoderMasks], Tensor> | null;
  /** Used instead of a `TransformerDecoder`. */
  readonly customDecoder?: DecoderLayer | null;
}

export interface TransformerMasks extends DecoderLayerMasks {
  /** Which source positions a source position must not see, [S, S]. */
  readonly srcMask?: Tensor | null;
  /** Which source positions are padding, [N, S]. */
  readonly srcKeyPaddingMask?: Tensor | null;
}

/** `TransformerMasks` by position or by name. */
type TransformerMaskArguments = readonly [
  srcMask?: Tensor | null | TransformerMasks,
  tgtMask?: Tensor | null | TransformerMasks,
  memoryMask?: Tensor | null | TransformerMasks,
  srcKeyPaddingMask?: Tensor | null | TransformerMasks,
  tgtKeyPaddingMask?: Tensor | null | TransformerMasks,
  memoryKeyPaddingMask?: Tensor | null | TransformerMasks,
];

const transformerMasks = [
  "srcMask",
  "tgtMask",
  "memoryMask",
  "srcKeyPaddingMask",
  "tgtKeyPaddingMask",
  "memoryKeyPaddingMask",
] as const;

const transformerArguments = [
  "dModel",
  "nhead",
  "numEncoderLayers",
  "numDecoderLayers",
  "dimFeedforward",
  "dropout",
  "activation",
  "customEncoder",
  "customDecoder",
  "layerNormEps",
  "batchFirst",
  "normFirst",
  "device",
  "dtype",
] as const;

type Positional = number | TransformerOptions;

/**
 * An encoder and a decoder.
 *
 * Called with a source [S, N, E], a target [T, N, E] ([N, S, E] and [N, T, E] with `batchFirst`) and masks; returns [T, N, E].
 *
 * @example
 * const transformer = new nn.Transformer({ dModel: 16, nhead: 4, batchFirst: true });
 * transformer(src, tgt, { tgtMask: nn.Transformer.generateSquareSubsequentMask(tgt.shape[1]) });
 */
export class Transformer extends Module<[src: Tensor, tgt: Tensor, ...masks: TransformerMaskArguments], Tensor> {
  static override readonly typeName: string = "Transformer";
  encoder: Module<[src: Tensor, ...masks: EncoderMaskArguments], Tensor>;
  decoder: Module<[tgt: Tensor, memory: Tensor, ...masks: DecoderMaskArguments], Tensor>;
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;

  constructor(
    dModel?: Positional,
    nhead?: Positional,
    numEncoderLayers?: Positional,
    numDecoderLayers?: Positional,
    dimFeedforward?: Positional,
    dropout?: Positional,
    activation?: TransformerLayerOptions["activation"] | TransformerOptions,
    options?: TransformerOptions,
  ) {
    super();
    const { customEncoder, customDecoder, ...given } = keywords<TransformerOptions>(
      [...transformerArguments],
      [dModel, nhead, numEncoderLayers, numDecoderLayers, dimFeedforward, dropout, activation, options],
    );
    const {
      dModel: size = 512,
      nhead: heads = 8,
      numEncoderLayers: depth = 6,
      numDecoderLayers: height = 6,
      ...layer
    } = given;
    const { layerNormEps: eps = 1e-5, dtype, device } = layer;
    const norm = (): LayerNorm => new LayerNorm(size, { eps, dtype, device });
    // They take masks by name, as `forward` gives them; whoever chose them knows how to call them.
    this.encoder =
      (customEncoder as Transformer["encoder"] | null | undefined) ??
      new TransformerEncoder(new TransformerEncoderLayer(size, heads, layer), depth, norm());
    this.decoder =
      (customDecoder as Transformer["decoder"] | null | undefined) ??
      new TransformerDecoder(new TransformerDecoderLayer(size, heads, layer), height, norm());
    this.dModel = size;
    this.nhead = heads;
    this.batchFirst = layer.batchFirst ?? false;
    this.resetParameters();
  }

  /** Draws all matrices anew (Xavier uniform). */
  resetParameters(): void {
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavierUniform_(parameter);
  }

  override moduleEntries(): [string, AnyModule][] {
    return super.moduleEntries().map(([name, module]) => [snakeName(name), module]);
  }

  /** A mask [size, size] that hides later positions: 0 on and below the diagonal, -∞ above. */
  static generateSquareSubsequentMask(size: number): Tensor {
    return triu(full([size, size], Number.NEGATIVE_INFINITY), 1);
  }

  forward(src: Tensor, tgt: Tensor, ...masks: TransformerMaskArguments): Tensor {
    const batched = src.ndim === 3;
    const at = this.batchFirst ? 0 : 1;
    if (batched && src.shape[at] !== tgt.shape[at])
      throw new ValueError("the batch number of src and tgt must be equal");
    if (src.shape[src.ndim - 1] !== this.dModel || tgt.shape[tgt.ndim - 1] !== this.dModel)
      throw new ValueError("the feature number of src and tgt must be equal to d_model");
    const { srcMask, srcKeyPaddingMask, ...decoderMasks } = keywords<TransformerMasks>([...transformerMasks], masks);
    const memory = this.encoder(src, { mask: srcMask, srcKeyPaddingMask });
    return this.decoder(tgt, memory, decoderMasks);
  }
}
