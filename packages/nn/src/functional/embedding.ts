/** Rows of a table, looked up by index. */

import {
  type Attributes,
  asNumbers,
  assign,
  call,
  operation,
  pytorchName,
  requireTensors,
  type Term,
} from "@cresset/core/extend";
import { DTypeError, IndexError, noGrad, type Tensor, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";

export interface EmbeddingOptions {
  /** A row whose gradient is always zero; negative counts from the end. Default none. */
  readonly paddingIdx?: number | null;
  /** Rows that are looked up and whose norm is larger are scaled to this norm, in place. Default none. */
  readonly maxNorm?: number | null;
  /** The p of that norm; default 2. */
  readonly normType?: number;
  /** Whether a row's gradient is divided by the number of times it was looked up; default false. */
  readonly scaleGradByFreq?: boolean;
  /** Accepted and ignored: gradients are dense. */
  readonly sparse?: boolean;
}

interface EmbeddingAttributes extends Attributes {
  readonly padding: number | null;
  readonly byFrequency: boolean;
}

const outside = "index out of range in self";

/** Indices in one dimension, checked at evaluation. */
function flatIndex(index: Term, rows: number): Term {
  const flat = m.reshape(m.cast(index, "int64"), [index.numel]);
  const inside = m.and(m.ge(flat, 0), m.lt(flat, rows));
  return m.check(flat, inside, { error: "IndexError", message: outside });
}

/** A vector of row numbers, repeated over the columns of a table. */
export function overColumns(index: Term, columns: number): Term {
  return m.broadcastTo(m.unsqueeze(index, 1), [index.numel, columns]);
}

const embeddingOp = operation<EmbeddingAttributes>(
  "embedding",
  ([index, weight]) => {
    const rows = m.gather(weight, 0, overColumns(flatIndex(index, weight.shape[0]), weight.shape[1]));
    return m.reshape(rows, [...index.shape, weight.shape[1]]);
  },
  {
    gradName: "EmbeddingBackward0",
    half: "keep",
    derivative: (ctx) => {
      const index = ctx.input(0);
      const [rows, columns] = ctx.shape(1);
      const flat = m.reshape(m.cast(index, "int64"), [index.numel]);
      const { padding, byFrequency } = ctx.attributes;
      let grad = m.reshape(ctx.grad(), [index.numel, columns]);
      if (byFrequency) {
        const one = m.constant(1, grad.dtype, [index.numel]);
        const counts = m.scatter(m.constant(0, grad.dtype, [rows]), 0, flat, one, "sum");
        grad = m.div(grad, m.unsqueeze(m.gather(counts, 0, flat), 1));
      }
      if (padding !== null) grad = m.where(m.unsqueeze(m.eq(flat, padding), 1), 0, grad);
      const zeros = m.constant(0, grad.dtype, [rows, columns]);
      return [null, m.scatter(zeros, 0, overColumns(flat, columns), grad, "sum")];
    },
  },
);

/** Rows that are looked up, scaled down to a largest norm. PyTorch adds 1e-7 to the norm it divides by. */
const renormOp = operation<{ p: number }>("embedding_renorm", ([index, weight], [maxNorm], { p }) => {
  const flat = flatIndex(index, weight.shape[0]);
  const [rows] = weight.shape;
  const touched = m.scatter(m.constant(0, "int64", [rows]), 0, flat, m.constant(1, "int64", [flat.numel]), "set");
  const norm = rowNorm(weight, p);
  const scale = m.where(m.and(m.gt(touched, 0), m.gt(norm, maxNorm)), m.div(maxNorm, m.add(norm, 1e-7)), 1);
  return m.mul(weight, m.unsqueeze(scale, 1));
});

function rowNorm(x: Term, p: number): Term {
  const size = m.abs(x);
  if (p === Number.POSITIVE_INFINITY) return m.amax(size, [1]);
  if (p === 1) return m.sum(size, [1]);
  if (p === 2) return m.sqrt(m.sum(m.mul(x, x), [1]));
  return m.pow(m.sum(m.pow(size, m.constantLike(size, p)), [1]), m.constant(1 / p, x.dtype));
}

/** @throws DTypeError for indices that are no integers, IndexError for known ones outside the table. */
export function checkIndices(name: string, input: Tensor, rows: number): void {
  if (input.dtype !== "int64" && input.dtype !== "int32")
    throw new DTypeError(
      `Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.${pytorchName(input.dtype)}Tensor instead (while checking arguments for ${name})`,
    );
  const host = input.current().slot?.host;
  if (!host) return;
  for (const i of asNumbers(host))
    if (i < 0 || i >= rows) throw new IndexError(`${outside}: ${i} is not a row of a table of ${rows}`);
}

/** A row number with negative ones counted from the end. @throws ValueError outside the table. */
export function paddingRow(paddingIdx: number | null | undefined, rows: number): number | null {
  if (paddingIdx === null || paddingIdx === undefined) return null;
  if (paddingIdx >= rows || paddingIdx < -rows) throw new ValueError("Padding_idx must be within num_embeddings");
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}

/** Scales rows down in place. */
export function renormalise(input: Tensor, weight: Tensor, maxNorm: number, normType: number): void {
  noGrad(() => assign(weight, call(renormOp, [input, weight], [maxNorm], { p: normType }), "embedding_renorm_"));
}

const plain: EmbeddingAttributes = { padding: null, byFrequency: false };

/** Rows without options, for those who have checked the indices. */
export function rowsOf(input: Tensor, weight: Tensor, byFrequency: boolean): Tensor {
  return call(embeddingOp, [input, weight], [], byFrequency ? { padding: null, byFrequency } : plain);
}

/**
 * The rows of a table at the given indices.
 *
 * @param input row numbers, int64 or int32, any shape [*].
 * @param weight the table, [V, D].
 * @returns [*, D]
 * @throws DTypeError for other indices, IndexError for one outside the table (at evaluation, if not known before).
 * @example
 * F.embedding(torch.tensor([[1n, 2n]]), torch.randn([10, 3])).shape // [1, 2, 3]
 */
export function embedding(
  input: Tensor,
  weight: Tensor,
  paddingIdx?: number | null | EmbeddingOptions,
  maxNorm?: number | null | EmbeddingOptions,
  normType?: number | EmbeddingOptions,
  scaleGradByFreq?: boolean | EmbeddingOptions,
  sparse?: boolean | EmbeddingOptions,
): Tensor {
  const options = keywords<EmbeddingOptions>(
    ["paddingIdx", "maxNorm", "normType", "scaleGradByFreq", "sparse"],
    [paddingIdx, maxNorm, normType, scaleGradByFreq, sparse],
  );
  requireTensors("embedding", [input, weight]);
  const padding = paddingRow(options.paddingIdx, weight.shape[0]);
  checkIndices("embedding", input, weight.shape[0]);
  if (typeof options.maxNorm === "number") renormalise(input, weight, options.maxNorm, options.normType ?? 2);
  const byFrequency = options.scaleGradByFreq ?? false;
  return call(embeddingOp, [input, weight], [], padding === null && !byFrequency ? plain : { padding, byFrequency });
}
