/** Sums, means or maxima of rows of a table. */

import { type Attributes, call, operation, type Term } from "@cresset/core/extend";
import {
  DTypeError,
  isFloat,
  NotImplementedError,
  reshape,
  ShapeError,
  type Tensor,
  ValueError,
} from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { checkIndices, overColumns, paddingRow, renormalise, rowsOf } from "./embedding.ts";

export type BagMode = "sum" | "mean" | "max";

export interface EmbeddingBagOptions {
  /** Where each bag starts in a one-dimensional input, int64 [N]. */
  readonly offsets?: Tensor | null;
  readonly maxNorm?: number | null;
  /** Default 2. */
  readonly normType?: number;
  readonly scaleGradByFreq?: boolean;
  /** Default "mean". */
  readonly mode?: BagMode;
  /** Accepted and ignored: gradients are dense. */
  readonly sparse?: boolean;
  /** A factor for each row that is looked up, of the input's shape; for "sum" only. */
  readonly perSampleWeights?: Tensor | null;
  /** Whether the last offset is the end of the last bag; default false. */
  readonly includeLastOffset?: boolean;
  /** A row that does not count; negative counts from the end. */
  readonly paddingIdx?: number | null;
}

interface BagAttributes extends Attributes {
  /** Number of bags. */
  readonly bags: number;
  /** Whether an operand says where bags start; otherwise they are equally large. */
  readonly offsets: boolean;
  readonly weighted: boolean;
  readonly padding: number | null;
  readonly mean: boolean;
}

/** The bag of each position: how many bags start at or before it, less one. */
function bagOf(count: number, offsets: Term | undefined, bags: number): Term {
  if (offsets === undefined) return m.rawDiv(m.iota([count], 0), m.constant(count / bags, "int64"));
  const starts = m.slice(m.cast(offsets, "int64"), 0, 0, bags);
  // Empty bags at the end start behind the last position.
  const inside = m.minimum(m.maximum(starts, 0), count);
  const none = m.constant(0, "int64", [count + 1]);
  const started = m.scatter(none, 0, inside, m.constant(1, "int64", [bags]), "sum");
  return m.sub(m.slice(m.scan("sum", started, 0), 0, 0, count), 1);
}

const present = (index: Term, padding: number): Term => m.ne(m.reshape(index, [index.numel]), padding);

const sumOp = operation<BagAttributes>(
  "embedding_bag",
  ([rows, index, ...others], _, { bags, offsets, weighted, padding, mean }) => {
    const [count, columns] = rows.shape;
    const bag = bagOf(count, offsets ? others[0] : undefined, bags);
    const factor = weighted ? m.reshape(others[offsets ? 1 : 0], [count, 1]) : undefined;
    const scaled = factor === undefined ? rows : m.mul(rows, factor);
    const counted = padding === null ? scaled : m.where(m.unsqueeze(present(index, padding), 1), scaled, 0);
    const zeros = m.constant(0, rows.dtype, [bags, columns]);
    const total = m.scatter(zeros, 0, overColumns(bag, columns), counted, "sum");
    if (!mean) return total;
    const ones = m.constant(1, rows.dtype, [count]);
    const each = padding === null ? ones : m.where(present(index, padding), ones, 0);
    const sizes = m.scatter(m.constant(0, rows.dtype, [bags]), 0, bag, each, "sum");
    return m.div(total, m.unsqueeze(m.maximum(sizes, 1), 1));
  },
  { gradName: "EmbeddingBagBackward0" },
);

/** The maxima, and which position each is from (the first of equal ones); -1 for a bag without any. */
const maxOp = operation<BagAttributes>(
  "embedding_bag",
  ([rows, index, offsets], _, { bags, padding }) => {
    const [count, columns] = rows.shape;
    const bag = overColumns(bagOf(count, offsets, bags), columns);
    const lowest = m.constant(Number.NEGATIVE_INFINITY, rows.dtype, [bags, columns]);
    const counts = padding === null ? undefined : m.unsqueeze(present(index, padding), 1);
    const counted = counts === undefined ? rows : m.where(counts, rows, Number.NEGATIVE_INFINITY);
    const best = m.scatter(lowest, 0, bag, counted, "max");
    const wins = m.eq(counted, m.gather(best, 0, bag));
    const candidate = counts === undefined ? wins : m.and(wins, m.broadcastTo(counts, wins.shape));
    const position = m.where(candidate, m.iota([count, columns], 0), count);
    const none = m.constant(count, "int64", [bags, columns]);
    const first = m.scatter(none, 0, bag, position, "min");
    return [m.where(m.eq(first, count), 0, best), first];
  },
  {
    gradName: "EmbeddingBagBackward0",
    derivative: (ctx) => {
      const [count, columns] = ctx.shape(0);
      const first = ctx.output(1);
      const grad = m.where(m.eq(first, count), 0, ctx.grad(0));
      const zeros = m.constant(0, grad.dtype, [count, columns]);
      return [m.scatter(zeros, 0, m.where(m.eq(first, count), 0, first), grad, "sum")];
    },
  },
);

const names = [
  "offsets",
  "maxNorm",
  "normType",
  "scaleGradByFreq",
  "mode",
  "sparse",
  "perSampleWeights",
  "includeLastOffset",
  "paddingIdx",
] as const;

/**
 * Looks up rows of a table and reduces them bag by bag.
 *
 * @param input row numbers: [N, L] for N bags of L, or [L] with `offsets`.
 * @param weight the table, [V, D]. (Table and indices in the other order, as in old PyTorch, are accepted.)
 * @returns [N, D]; zeros for an empty bag.
 * @throws ValueError for options that exclude each other.
 * @example
 * F.embeddingBag(torch.tensor([1n, 2n, 4n]), table, { offsets: torch.tensor([0n, 2n]), mode: "sum" })
 */
export function embeddingBag(
  input: Tensor,
  weight: Tensor,
  offsets?: Tensor | null | EmbeddingBagOptions,
  options?: EmbeddingBagOptions,
): Tensor {
  if (isFloat(input.dtype) && !isFloat(weight.dtype)) return embeddingBag(weight, input, offsets, options);
  const given = keywords<EmbeddingBagOptions>(names, [offsets, options]);
  const { mode = "mean", includeLastOffset = false, perSampleWeights = null } = given;
  const starts = given.offsets ?? null;
  checkBags(input, starts, perSampleWeights, mode, includeLastOffset);
  checkIndices("embedding_bag", input, weight.shape[0]);
  if (typeof given.maxNorm === "number") renormalise(input, weight, given.maxNorm, given.normType ?? 2);
  const flat = reshape(input, [-1]);
  const rows = rowsOf(flat, weight, given.scaleGradByFreq ?? false);
  const bags = starts === null ? input.shape[0] : starts.shape[0] - Number(includeLastOffset);
  const operands = [rows, flat];
  if (starts !== null) operands.push(starts);
  if (perSampleWeights !== null) operands.push(perSampleWeights);
  const padding = given.paddingIdx === undefined ? null : paddingRow(given.paddingIdx, weight.shape[0]);
  const attributes = {
    bags,
    offsets: starts !== null,
    weighted: perSampleWeights !== null,
    padding,
    mean: mode === "mean",
  };
  return call(mode === "max" ? maxOp : sumOp, operands, [], attributes);
}

function checkBags(
  input: Tensor,
  offsets: Tensor | null,
  weights: Tensor | null,
  mode: BagMode,
  includeLastOffset: boolean,
): void {
  const modes: readonly string[] = ["sum", "mean", "max"];
  if (!modes.includes(mode)) throw new ValueError("mode has to be one of sum, mean or max");
  if (weights !== null && mode !== "sum")
    throw new NotImplementedError(
      `embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got mode='${mode}'). Please open a feature request on GitHub.`,
    );
  if (weights !== null && weights.shape.join() !== input.shape.join())
    throw new ShapeError(
      `embedding_bag: If per_sample_weights ([${weights.shape.join(", ")}]) is not None, then it must have the same shape as the input ([${input.shape.join(", ")}])`,
    );
  if (input.ndim === 2) {
    if (offsets !== null)
      throw new ValueError(
        "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, found offsets of type Tensor",
      );
    return;
  }
  if (input.ndim !== 1)
    throw new ShapeError(`input has to be 1D or 2D Tensor, but got Tensor of dimension ${input.ndim}`);
  if (offsets === null) throw new ValueError("offsets has to be a 1D Tensor but got None");
  const first = offsets.current().slot?.host?.[0];
  if (first !== undefined && Number(first) !== 0)
    throw new ValueError(
      `offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got ${first}`,
    );
  if (offsets.ndim !== 1) throw new ShapeError("offsets has to be a 1D Tensor");
  if (offsets.dtype !== "int64" && offsets.dtype !== "int32")
    throw new DTypeError(`offsets must be integers, got ${offsets.dtype}`);
  if (includeLastOffset && offsets.shape[0] < 1)
    throw new ShapeError("include_last_offset: number of offset should be at least 1");
}
