/** Running sums, products, extremes and log-sums along a dimension. */
import { type DType, isFloat } from "../../dtype/dtype.ts";
import * as m from "../../graph/math.ts";
import { type Operation, operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { call, callMany } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { requireFloat } from "../elementwise/operands.ts";
import { keywords } from "../reduction/keywords.ts";
import { namedResults, type Results } from "../reduction/results.ts";
import { normalizeDim } from "../shape/dims.ts";

interface Attributes extends Record<string, unknown> {
  readonly dim: number;
  readonly dtype: DType;
}

/** In the dtype that is asked for; float16 is accumulated in float32 and rounded at the end. */
const running = (name: string, kind: "sum" | "product"): Operation<Attributes> =>
  operation<Attributes>(
    name,
    ([x], _, { dim, dtype }) => {
      const wide = m.cast(x, dtype === "float16" ? "float32" : dtype);
      return m.cast(x.rank === 0 ? wide : m.scan(kind, wide, dim), dtype);
    },
    { half: "keep" },
  );

const cumsumOp = running("cumsum", "sum");
const cumprodOp = running("cumprod", "product");

interface OneDim extends Record<string, unknown> {
  readonly dim: number;
}

/** The value is picked at the position, so the gradient goes there. */
const runningExtreme = (name: "cummax" | "cummin"): Operation<OneDim> =>
  operation<OneDim>(name, ([x], _, { dim }) => {
    if (x.rank === 0) return [x, m.cast(m.term(0), "int64")];
    const at = m.scan(name === "cummax" ? "argmax" : "argmin", x, dim);
    return [m.gather(x, dim, at), at];
  });

const cummaxOp = runningExtreme("cummax");
const cumminOp = runningExtreme("cummin");

const logcumsumexpOp = operation<OneDim>(
  "logcumsumexp",
  ([x], _, { dim }) => (x.rank === 0 ? x : m.scan("logsumexp", x, dim)),
  {
    // Σ_{j ≥ i} g_j exp(x_i - y_j) with all sums in logarithms, for positive and negative g apart.
    derivative: ({ input, output, grad, attributes: { dim } }) => {
      const [x, y, g] = [input(0), output(0), grad(0)];
      const lowest = m.constantLike(g, -m.finfoOf(g.dtype).max);
      const logarithm = (t: Term): Term => m.where(m.gt(t, 0), m.log(t), lowest);
      const fromEnd = (t: Term): Term => (t.rank === 0 ? t : m.flip(m.scan("logsumexp", m.flip(t, dim), dim), dim));
      const part = (t: Term): Term => m.exp(m.add(fromEnd(m.sub(logarithm(t), y)), x));
      return [m.sub(part(g), part(m.neg(g)))];
    },
  },
);

/** Keyword arguments of running sums and products. */
export interface ScanOptions {
  dim?: number;
  /** Values are converted to it first; default int64 for integers and bool. */
  dtype?: DType | null;
}

function scanned(op: Operation<Attributes>, input: Tensor, dim: number | ScanOptions, options?: ScanOptions): Tensor {
  const given = keywords<ScanOptions>(["dim", "dtype"], [dim, options]);
  const dtype = given.dtype ?? (isFloat(input.dtype) ? input.dtype : "int64");
  return call(op, [input], [], { dim: normalizeDim(given.dim ?? 0, input.ndim), dtype });
}

/**
 * Running sums along `dim`. Integers and bool sum to int64.
 *
 * @throws IndexError for a dimension that does not exist.
 * @example
 * torch.cumsum(torch.tensor([1, 2, 3]), 0) // tensor([1., 3., 6.])
 */
export function cumsum(input: Tensor, dim: number | ScanOptions, options?: ScanOptions): Tensor {
  return scanned(cumsumOp, input, dim, options);
}

/** Running products along `dim`. Integers and bool give int64. */
export function cumprod(input: Tensor, dim: number | ScanOptions, options?: ScanOptions): Tensor {
  return scanned(cumprodOp, input, dim, options);
}

function extremes(op: Operation<OneDim>, input: Tensor, dim: number | { dim: number }): Results<"values" | "indices"> {
  const given = keywords<{ dim?: number }>(["dim"], [dim]);
  const attributes = { dim: normalizeDim(given.dim ?? 0, input.ndim) };
  return namedResults(["values", "indices"], callMany(op, [input], [], attributes), op.name);
}

/**
 * Running maxima along `dim` and their positions; of equal elements the last, and NaN from the first NaN on.
 *
 * @example
 * torch.cummax(torch.tensor([1, 3, 2]), 0).values // tensor([1., 3., 3.])
 */
export function cummax(input: Tensor, dim: number | { dim: number }): Results<"values" | "indices"> {
  return extremes(cummaxOp, input, dim);
}

/** Running minima along `dim` and their positions, as `cummax`. */
export function cummin(input: Tensor, dim: number | { dim: number }): Results<"values" | "indices"> {
  return extremes(cumminOp, input, dim);
}

/** Running log Σ exp along `dim`. @throws DTypeError for integers and bool. */
export function logcumsumexp(input: Tensor, dim: number | { dim: number }): Tensor {
  const given = keywords<{ dim?: number }>(["dim"], [dim]);
  requireFloat("logcumsumexp_out_cpu", input.dtype);
  return call(logcumsumexpOp, [input], [], { dim: normalizeDim(given.dim ?? 0, input.ndim) });
}
