/** The layers of transformers (Vaswani et al., 2017): attention and a feed-forward network, with residuals and norms. */
import type { Tensor, TensorOptions } from "@cresset/core/functions";
import { add, ValueError } from "@cresset/core/functions";
import { gelu, relu } from "../functional/activation.ts";
import { type ByName, keywords } from "../keywords.ts";
import { type AnyModule, Module } from "../module.ts";
import { type AttentionCallOptions, MultiheadAttention } from "./attention.ts";
import { Dropout } from "./dropout.ts";
import { Linear } from "./linear.ts";
import { LayerNorm } from "./norm.ts";
import { snakeName } from "./snake-names.ts";

/** A function or module of one tensor. */
export type Activation = (x: Tensor) => Tensor;

export interface TransformerLayerOptions extends Pick<TensorOptions, "dtype" | "device"> {
  /** Features inside the feed-forward network; default 2048. */
  readonly dimFeedforward?: number;
  /** In training, the probability of dropping; default 0.1. */
  readonly dropout?: number;
  /** Inside the feed-forward network: "relu" (default), "gelu", a function or a module. */
  readonly activation?: "relu" | "gelu" | Activation;
  /** Default 1e-5. */
  readonly layerNormEps?: number;
  /** Whether inputs and outputs are [N, L, E] instead of [L, N, E]; default false. */
  readonly batchFirst?: boolean;
  /** Whether norms come before attention and feed-forward network instead of after; default false. */
  readonly normFirst?: boolean;
}

type LayerArguments = readonly [
  dimFeedforward?: number | TransformerLayerOptions,
  dropout?: number | TransformerLayerOptions,
  activation?: TransformerLayerOptions["activation"] | TransformerLayerOptions,
  options?: TransformerLayerOptions,
];

interface LayerParameters extends TransformerLayerOptions {
  readonly dModel: number;
  readonly nhead: number;
}

type LayerByName = ByName<LayerParameters, ["dModel", "nhead"]>;

const layerNames = [
  "dModel",
  "nhead",
  "dimFeedforward",
  "dropout",
  "activation",
  "layerNormEps",
  "batchFirst",
  "normFirst",
  "device",
  "dtype",
] as const;

/** @throws ValueError for a name that is none. */
function activationOf(activation: TransformerLayerOptions["activation"]): Activation {
  if (activation === undefined || activation === "relu") return (x) => relu(x);
  if (activation === "gelu") return (x) => gelu(x);
  if (typeof activation === "function") return activation;
  throw new ValueError(`activation should be relu/gelu, not ${String(activation)}`);
}

export interface EncoderLayerMasks {
  /** Which positions a position must not see, [L, L] or [N · heads, L, L]. */
  readonly srcMask?: Tensor | null;
  /** Which positions are padding, [N, L]. */
  readonly srcKeyPaddingMask?: Tensor | null;
}

/**
 * Self-attention and a feed-forward network.
 *
 * Called with a sequence [L, N, E] ([N, L, E] with `batchFirst`) and masks; returns one of the same shape.
 *
 * @example
 * const layer = new nn.TransformerEncoderLayer(16, 4, { dimFeedforward: 64, batchFirst: true });
 * layer(torch.randn([2, 10, 16])).shape; // [2, 10, 16]
 */
export class TransformerEncoderLayer extends Module<
  [src: Tensor, srcMask?: Tensor | null | EncoderLayerMasks, srcKeyPaddingMask?: Tensor | null | EncoderLayerMasks],
  Tensor
> {
  static override readonly typeName: string = "TransformerEncoderLayer";
  selfAttn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  readonly normFirst: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  activation: Activation;

  constructor(...named: LayerByName);
  constructor(dModel: number, nhead: number, ...rest: LayerArguments);
  constructor(...parameters: readonly unknown[]) {
    super();
    const { dModel, nhead, ...given } = keywords<LayerParameters>(layerNames, parameters, 2);
    const { dimFeedforward = 2048, dropout = 0.1, layerNormEps: eps = 1e-5, batchFirst = false } = given;
    const { dtype, device } = given;
    const kind = { dtype, device };
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, ...kind });
    this.linear1 = new Linear(dModel, dimFeedforward, kind);
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, kind);
    this.normFirst = given.normFirst ?? false;
    this.norm1 = new LayerNorm(dModel, { eps, ...kind });
    this.norm2 = new LayerNorm(dModel, { eps, ...kind });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.activation = activationOf(given.activation);
  }

  override moduleEntries(): [string, AnyModule][] {
    return super.moduleEntries().map(([name, module]) => [snakeName(name), module]);
  }

  forward(
    src: Tensor,
    srcMask?: Tensor | null | EncoderLayerMasks,
    srcKeyPaddingMask?: Tensor | null | EncoderLayerMasks,
  ): Tensor {
    const masks = keywords<EncoderLayerMasks>(["srcMask", "srcKeyPaddingMask"], [srcMask, srcKeyPaddingMask]);
    const attention = { attnMask: masks.srcMask, keyPaddingMask: masks.srcKeyPaddingMask };
    if (this.normFirst) {
      const x = add(src, this.attend(this.norm1(src), attention));
      return add(x, this.feedForward(this.norm2(x)));
    }
    const x = this.norm1(add(src, this.attend(src, attention)));
    return this.norm2(add(x, this.feedForward(x)));
  }

  protected attend(x: Tensor, masks: AttentionCallOptions): Tensor {
    return this.dropout1(this.selfAttn(x, x, x, { ...masks, needWeights: false })[0]);
  }

  protected feedForward(x: Tensor): Tensor {
    return this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))));
  }
}

export interface DecoderLayerMasks {
  /** Which target positions a target position must not see, [T, T] or [N · heads, T, T]. */
  readonly tgtMask?: Tensor | null;
  /** Which memory positions a target position must not see, [T, S]. */
  readonly memoryMask?: Tensor | null;
  /** Which target positions are padding, [N, T]. */
  readonly tgtKeyPaddingMask?: Tensor | null;
  /** Which memory positions are padding, [N, S]. */
  readonly memoryKeyPaddingMask?: Tensor | null;
}

/** The masks of a decoder by position or by name. */
export type DecoderMaskArguments = readonly [
  tgtMask?: Tensor | null | DecoderLayerMasks,
  memoryMask?: Tensor | null | DecoderLayerMasks,
  tgtKeyPaddingMask?: Tensor | null | DecoderLayerMasks,
  memoryKeyPaddingMask?: Tensor | null | DecoderLayerMasks,
];

/** The names of `DecoderMaskArguments`. */
export const decoderMaskNames = ["tgtMask", "memoryMask", "tgtKeyPaddingMask", "memoryKeyPaddingMask"] as const;

/**
 * Self-attention, attention to an encoder's output (the memory), and a feed-forward network.
 *
 * Called with a target sequence [T, N, E], a memory [S, N, E] and masks; returns [T, N, E].
 */
export class TransformerDecoderLayer extends Module<
  [tgt: Tensor, memory: Tensor, ...masks: DecoderMaskArguments],
  Tensor
> {
  static override readonly typeName: string = "TransformerDecoderLayer";
  selfAttn: MultiheadAttention;
  multiheadAttn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  readonly normFirst: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;
  activation: Activation;

  constructor(...named: LayerByName);
  constructor(dModel: number, nhead: number, ...rest: LayerArguments);
  constructor(...parameters: readonly unknown[]) {
    super();
    const { dModel, nhead, ...given } = keywords<LayerParameters>(layerNames, parameters, 2);
    const { dimFeedforward = 2048, dropout = 0.1, layerNormEps: eps = 1e-5, batchFirst = false } = given;
    const { dtype, device } = given;
    const kind = { dtype, device };
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, ...kind });
    this.multiheadAttn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, ...kind });
    this.linear1 = new Linear(dModel, dimFeedforward, kind);
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, kind);
    this.normFirst = given.normFirst ?? false;
    this.norm1 = new LayerNorm(dModel, { eps, ...kind });
    this.norm2 = new LayerNorm(dModel, { eps, ...kind });
    this.norm3 = new LayerNorm(dModel, { eps, ...kind });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
    this.activation = activationOf(given.activation);
  }

  override moduleEntries(): [string, AnyModule][] {
    return super.moduleEntries().map(([name, module]) => [snakeName(name), module]);
  }

  forward(tgt: Tensor, memory: Tensor, ...masks: DecoderMaskArguments): Tensor {
    const given = keywords<DecoderLayerMasks>([...decoderMaskNames], masks);
    const own = { attnMask: given.tgtMask, keyPaddingMask: given.tgtKeyPaddingMask };
    const other = { attnMask: given.memoryMask, keyPaddingMask: given.memoryKeyPaddingMask };
    if (this.normFirst) {
      const x = add(tgt, this.attend(this.norm1(tgt), own));
      const y = add(x, this.attendMemory(this.norm2(x), memory, other));
      return add(y, this.feedForward(this.norm3(y)));
    }
    const x = this.norm1(add(tgt, this.attend(tgt, own)));
    const y = this.norm2(add(x, this.attendMemory(x, memory, other)));
    return this.norm3(add(y, this.feedForward(y)));
  }

  protected attend(x: Tensor, masks: AttentionCallOptions): Tensor {
    return this.dropout1(this.selfAttn(x, x, x, { ...masks, needWeights: false })[0]);
  }

  protected attendMemory(x: Tensor, memory: Tensor, masks: AttentionCallOptions): Tensor {
    return this.dropout2(this.multiheadAttn(x, memory, memory, { ...masks, needWeights: false })[0]);
  }

  protected feedForward(x: Tensor): Tensor {
    return this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))));
  }
}
