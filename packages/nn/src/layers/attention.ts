import {
  empty,
  mean,
  ShapeError,
  squeeze,
  type Tensor,
  type TensorOptions,
  transpose,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import { multiHeadAttention } from "../functional/multi-head-attention.ts";
import { constant_, xavierNormal_, xavierUniform_ } from "../init.ts";
import { type ByName, keywords } from "../keywords.ts";
import { type AnyModule, Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { Linear } from "./linear.ts";
import { snakeName } from "./snake-names.ts";

/** `Linear` under the name that PyTorch prints in attention layers. */
export class NonDynamicallyQuantizableLinear extends Linear {
  static override readonly typeName: string = "NonDynamicallyQuantizableLinear";
}

export interface MultiheadAttentionOptions extends Pick<TensorOptions, "dtype" | "device"> {
  /** In training, the probability of dropping an attention weight; default 0. */
  readonly dropout?: number;
  /** Whether projections have biases; default true. */
  readonly bias?: boolean;
  /** Whether a learned key and value are added; default false. */
  readonly addBiasKv?: boolean;
  /** Whether a key and value of zeros are added; default false. */
  readonly addZeroAttn?: boolean;
  /** Features of keys; default embedDim. */
  readonly kdim?: number | null;
  /** Features of values; default embedDim. */
  readonly vdim?: number | null;
  /** Whether inputs and the output are [N, L, E] instead of [L, N, E]; default false. */
  readonly batchFirst?: boolean;
}

export interface AttentionCallOptions {
  /** Which keys to ignore, [N, S] or [S]: true ignores, floats are added to the scores. */
  readonly keyPaddingMask?: Tensor | null;
  /** Whether to return the weights; default true. */
  readonly needWeights?: boolean;
  /** Which keys a query must not see, [L, S] or [N · heads, L, S]: true forbids, floats are added to the scores. */
  readonly attnMask?: Tensor | null;
  /** Whether the weights are averaged over heads; default true. */
  readonly averageAttnWeights?: boolean;
}

/** `AttentionCallOptions` by position or by name. */
type AttentionArguments = readonly [
  keyPaddingMask?: Tensor | null | AttentionCallOptions,
  needWeights?: boolean | AttentionCallOptions,
  attnMask?: Tensor | null | AttentionCallOptions,
  averageAttnWeights?: boolean | AttentionCallOptions,
];

interface MultiheadAttentionParameters extends MultiheadAttentionOptions {
  readonly embedDim: number;
  readonly numHeads: number;
}

const constructorNames = [
  "embedDim",
  "numHeads",
  "dropout",
  "bias",
  "addBiasKv",
  "addZeroAttn",
  "kdim",
  "vdim",
  "batchFirst",
  "device",
  "dtype",
] as const;

const attentionArguments = ["keyPaddingMask", "needWeights", "attnMask", "averageAttnWeights"] as const;

/**
 * Attention in `numHeads` subspaces of `embedDim` / `numHeads` features.
 *
 * Called with queries [L, N, E], keys [S, N, kdim] and values [S, N, vdim] ([N, L, E] … with `batchFirst`; without a batch
 * dimension too) and options; returns the result [L, N, E] and the weights [N, L, S] ([N, heads, L, S] unless averaged,
 * null without `needWeights`).
 *
 * @throws ValueError unless `numHeads` divides `embedDim`.
 * @example
 * const attention = new nn.MultiheadAttention(16, 4, { batchFirst: true });
 * const [result, weights] = attention(x, x, x, { attnMask: mask });
 */
export class MultiheadAttention extends Module<
  [query: Tensor, key: Tensor, value: Tensor, ...rest: AttentionArguments],
  [result: Tensor, weights: Tensor | null]
> {
  static override readonly typeName: string = "MultiheadAttention";
  readonly embedDim: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly numHeads: number;
  readonly headDim: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;
  inProjWeight: Parameter | null = null;
  qProjWeight: Parameter | null = null;
  kProjWeight: Parameter | null = null;
  vProjWeight: Parameter | null = null;
  inProjBias: Parameter | null;
  outProj: NonDynamicallyQuantizableLinear;
  biasK: Parameter | null;
  biasV: Parameter | null;

  constructor(...named: ByName<MultiheadAttentionParameters, ["embedDim", "numHeads"]>);
  constructor(
    embedDim: number,
    numHeads: number,
    dropout?: number | MultiheadAttentionOptions,
    bias?: boolean | MultiheadAttentionOptions,
    options?: MultiheadAttentionOptions,
  );
  constructor(...parameters: readonly unknown[]) {
    super();
    const { embedDim, numHeads, ...given } = keywords<MultiheadAttentionParameters>(constructorNames, parameters, 2);
    const { bias = true, addBiasKv = false, addZeroAttn = false, dtype, device } = given;
    this.embedDim = embedDim;
    this.kdim = given.kdim ?? embedDim;
    this.vdim = given.vdim ?? embedDim;
    this.numHeads = numHeads;
    this.dropout = given.dropout ?? 0;
    this.batchFirst = given.batchFirst ?? false;
    this.addZeroAttn = addZeroAttn;
    this.headDim = Math.floor(embedDim / numHeads);
    if (this.headDim * numHeads !== embedDim) throw new ValueError("embed_dim must be divisible by num_heads");
    const parameter = (...shape: number[]): Parameter => new Parameter(empty(shape, { dtype, device }));
    if (this.kdim === embedDim && this.vdim === embedDim) this.inProjWeight = parameter(3 * embedDim, embedDim);
    else {
      this.qProjWeight = parameter(embedDim, embedDim);
      this.kProjWeight = parameter(embedDim, this.kdim);
      this.vProjWeight = parameter(embedDim, this.vdim);
    }
    this.inProjBias = bias ? parameter(3 * embedDim) : null;
    this.outProj = new NonDynamicallyQuantizableLinear(embedDim, embedDim, { bias, dtype, device });
    this.biasK = addBiasKv ? parameter(1, 1, embedDim) : null;
    this.biasV = addBiasKv ? parameter(1, 1, embedDim) : null;
    this.resetParameters();
  }

  /** Draws the input projections anew and makes biases zero; the output projection's weight stays. */
  resetParameters(): void {
    for (const weight of [this.inProjWeight, this.qProjWeight, this.kProjWeight, this.vProjWeight])
      if (weight !== null) xavierUniform_(weight);
    if (this.inProjBias !== null) constant_(this.inProjBias, 0);
    if (this.outProj.bias !== null) constant_(this.outProj.bias, 0);
    if (this.biasK !== null) xavierNormal_(this.biasK);
    if (this.biasV !== null) xavierNormal_(this.biasV);
  }

  override stateName(field: string): string {
    return snakeName(field);
  }

  override moduleEntries(): [string, AnyModule][] {
    return super.moduleEntries().map(([name, module]) => [snakeName(name), module]);
  }

  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    ...rest: AttentionArguments
  ): [result: Tensor, weights: Tensor | null] {
    const {
      keyPaddingMask = null,
      needWeights = true,
      attnMask = null,
      averageAttnWeights = true,
    } = keywords<AttentionCallOptions>([...attentionArguments], rest);
    this.check(query, key, value);
    const batched = query.ndim === 3;
    const inOrder = (x: Tensor): Tensor => (batched ? (this.batchFirst ? transpose(x, 0, 1) : x) : unsqueeze(x, 1));
    const q = inOrder(query);
    // Self-attention projects once, so the same tensor stays the same.
    const k = key === query ? q : inOrder(key);
    const v = value === query ? q : value === key ? k : inOrder(value);
    const [result, weights] = multiHeadAttention([q, k, v], this.weights(), {
      numHeads: this.numHeads,
      dropout: this.training ? this.dropout : 0,
      addZeroAttn: this.addZeroAttn,
      keyPaddingMask: keyPaddingMask?.ndim === 1 ? unsqueeze(keyPaddingMask, 0) : keyPaddingMask,
      attnMask,
    });
    const returned = batched ? (this.batchFirst ? transpose(result, 0, 1) : result) : squeeze(result, 1);
    if (!needWeights) return [returned, null];
    const wanted = averageAttnWeights ? mean(weights, 1) : weights;
    return [returned, batched ? wanted : squeeze(wanted, 0)];
  }

  protected weights() {
    const { inProjWeight, qProjWeight, kProjWeight, vProjWeight, inProjBias, biasK, biasV, outProj } = this;
    return {
      inProjWeight,
      qProjWeight,
      kProjWeight,
      vProjWeight,
      inProjBias,
      biasK,
      biasV,
      outProjWeight: outProj.weight,
      outProjBias: outProj.bias,
    };
  }

  protected check(query: Tensor, key: Tensor, value: Tensor): void {
    if (query.ndim !== 2 && query.ndim !== 3)
      throw new ShapeError(
        `query should be unbatched 2D or batched 3D tensor but received ${query.ndim}-D query tensor`,
      );
    if (key.ndim !== query.ndim || value.ndim !== query.ndim) {
      const kind = query.ndim === 3 ? "batched (3-D)" : "unbatched (2-D)";
      throw new ShapeError(
        `For ${kind} \`query\`, expected \`key\` and \`value\` to be ${query.ndim}-D but found ${key.ndim}-D and ${value.ndim}-D tensors respectively`,
      );
    }
    const size = query.shape[query.ndim - 1];
    if (size !== this.embedDim)
      throw new ShapeError(`was expecting embedding dimension of ${this.embedDim}, but got ${size}`);
    if (key.shape.slice(0, -1).join() !== value.shape.slice(0, -1).join())
      throw new ShapeError(
        `key's sequence and batch dims ${key.shape.slice(0, -1)} do not match value's ${value.shape.slice(0, -1)}`,
      );
  }
}
