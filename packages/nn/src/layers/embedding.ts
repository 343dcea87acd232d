/** Tables of learned vectors. */
import { zero_ } from "@cresset/core/extend";
import {
  empty,
  noGrad,
  ShapeError,
  select,
  type Tensor,
  type TensorOptions,
  ValueError,
} from "@cresset/core/functions";
import { embedding, type EmbeddingOptions as LookUpOptions } from "../functional/embedding.ts";
import {
  type EmbeddingBagOptions as BagLookUpOptions,
  type BagMode,
  embeddingBag,
} from "../functional/embedding-bag.ts";
import { normal_ } from "../init.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { pythonBool, pythonFloat, pythonNumber } from "../printing.ts";

interface Table extends Pick<TensorOptions, "dtype" | "device"> {
  /** A table to start with instead of a drawn one. */
  readonly weight?: Tensor;
}

export interface EmbeddingOptions extends LookUpOptions, Table {}

export interface EmbeddingBagOptions extends Omit<BagLookUpOptions, "offsets" | "perSampleWeights">, Table {}

interface TableSize {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
}

const names = [
  "numEmbeddings",
  "embeddingDim",
  "paddingIdx",
  "maxNorm",
  "normType",
  "scaleGradByFreq",
  "sparse",
  "weight",
  "device",
  "dtype",
] as const;

/** EmbeddingBag has them in another order. */
const bagNames = [
  "numEmbeddings",
  "embeddingDim",
  "maxNorm",
  "normType",
  "scaleGradByFreq",
  "mode",
  "sparse",
  "weight",
  "includeLastOffset",
  "paddingIdx",
  "device",
  "dtype",
] as const;

abstract class TableModule<In extends readonly unknown[]> extends Module<In, Tensor> {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  maxNorm: number | null;
  normType: number;
  scaleGradByFreq: boolean;
  readonly sparse: boolean;
  weight: Parameter;

  constructor({ numEmbeddings, embeddingDim, ...options }: EmbeddingOptions & TableSize) {
    super();
    const { paddingIdx = null, maxNorm = null, normType = 2, scaleGradByFreq = false, sparse = false } = options;
    if (paddingIdx !== null && (paddingIdx >= numEmbeddings || paddingIdx < -numEmbeddings))
      throw new ValueError("Padding_idx must be within num_embeddings");
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    this.sparse = sparse;
    const { dtype, device, weight } = options;
    if (weight !== undefined && weight.shape.join() !== `${numEmbeddings},${embeddingDim}`)
      throw new ShapeError("Shape of weight does not match num_embeddings and embedding_dim");
    this.weight = new Parameter(weight?.detach() ?? empty([numEmbeddings, embeddingDim], { dtype, device }));
    if (weight === undefined) this.resetParameters();
  }

  /** Draws the table anew: normal, with zeros in the padding row. */
  resetParameters(): void {
    normal_(this.weight);
    this.clearPadding();
  }

  protected clearPadding(): void {
    const { paddingIdx } = this;
    if (paddingIdx !== null) noGrad(() => zero_(select(this.weight, 0, paddingIdx)));
  }

  /** The options that Embedding and EmbeddingBag print alike. */
  protected sizesAndNorm(): string[] {
    const parts = [`${this.numEmbeddings}, ${this.embeddingDim}`];
    if (this.maxNorm !== null) parts.push(`max_norm=${pythonFloat(this.maxNorm)}`);
    if (this.normType !== 2) parts.push(`norm_type=${pythonNumber(this.normType)}`);
    if (this.scaleGradByFreq) parts.push(`scale_grad_by_freq=${pythonBool(this.scaleGradByFreq)}`);
    return parts;
  }
}

function sizeOfTable(embeddings: Tensor): [rows: number, columns: number] {
  if (embeddings.ndim !== 2) throw new ShapeError("Embeddings parameter is expected to be 2-dimensional");
  return [embeddings.shape[0], embeddings.shape[1]];
}

/**
 * A table of `numEmbeddings` learned vectors, looked up by index. The weight [numEmbeddings, embeddingDim] starts normal.
 *
 * Input [*] of int64 or int32, output [*, embeddingDim].
 *
 * @example
 * new nn.Embedding(10, 3, { paddingIdx: 0 })(torch.tensor([[1n, 2n, 0n]])).shape; // [1, 3, 3]
 */
export class Embedding extends TableModule<[input: Tensor]> {
  static override readonly typeName: string = "Embedding";

  constructor(...named: ByName<EmbeddingOptions & TableSize, ["numEmbeddings", "embeddingDim"]>);
  constructor(
    numEmbeddings: number,
    embeddingDim: number,
    paddingIdx?: number | null | EmbeddingOptions,
    options?: EmbeddingOptions,
  );
  constructor(...given: readonly unknown[]) {
    super(keywords<EmbeddingOptions & TableSize>(names, given, 2));
  }

  /** A module with a given table [V, D], which is not trained unless `freeze` is false. */
  static fromPretrained(
    embeddings: Tensor,
    { freeze = true, ...options }: LookUpOptions & { readonly freeze?: boolean } = {},
  ): Embedding {
    const [rows, columns] = sizeOfTable(embeddings);
    const module = new Embedding(rows, columns, { ...options, weight: embeddings });
    module.weight.requiresGrad_(!freeze);
    return module;
  }

  forward(input: Tensor): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return embedding(input, this.weight, { paddingIdx, maxNorm, normType, scaleGradByFreq });
  }

  override extraRepr(): string {
    const parts = this.sizesAndNorm();
    if (this.paddingIdx !== null) parts.splice(1, 0, `padding_idx=${this.paddingIdx}`);
    if (this.sparse) parts.push("sparse=True");
    return parts.join(", ");
  }
}

/**
 * Sums, means or maxima of bags of rows of a table, without keeping the rows.
 *
 * Input [N, L] for N bags of L rows, or [L] with `offsets` [N] that say where each bag starts; output [N, embeddingDim].
 *
 * @example
 * const bag = new nn.EmbeddingBag(10, 3, { mode: "sum" });
 * bag(torch.tensor([1n, 2n, 4n, 5n]), torch.tensor([0n, 2n])).shape; // [2, 3]
 */
export class EmbeddingBag extends TableModule<
  [input: Tensor, offsets?: Tensor | null, perSampleWeights?: Tensor | null]
> {
  static override readonly typeName: string = "EmbeddingBag";
  readonly mode: BagMode;
  readonly includeLastOffset: boolean;

  constructor(...named: ByName<EmbeddingBagOptions & TableSize, ["numEmbeddings", "embeddingDim"]>);
  constructor(numEmbeddings: number, embeddingDim: number, options?: EmbeddingBagOptions);
  constructor(...given: readonly unknown[]) {
    const options = keywords<EmbeddingBagOptions & TableSize>(bagNames, given, 2);
    super(options);
    this.mode = options.mode ?? "mean";
    this.includeLastOffset = options.includeLastOffset ?? false;
  }

  /** A module with a given table [V, D], which is not trained unless `freeze` is false. */
  static fromPretrained(
    embeddings: Tensor,
    { freeze = true, ...options }: EmbeddingBagOptions & { readonly freeze?: boolean } = {},
  ): EmbeddingBag {
    const [rows, columns] = sizeOfTable(embeddings);
    const module = new EmbeddingBag(rows, columns, { ...options, weight: embeddings });
    module.weight.requiresGrad_(!freeze);
    return module;
  }

  forward(input: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset } = this;
    const lookUp = { paddingIdx, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset, perSampleWeights };
    return embeddingBag(input, this.weight, offsets, lookUp);
  }

  override extraRepr(): string {
    const parts = [...this.sizesAndNorm(), `mode=${this.mode}`];
    if (this.paddingIdx !== null) parts.push(`padding_idx=${this.paddingIdx}`);
    return parts.join(", ");
  }
}
