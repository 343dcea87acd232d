/** One constructor per primitive: exact shapes and dtypes, no promotion, no broadcasting (see `math.ts` for those). */
import type { ReduceOp, ScanOp, ScatterMode } from "../backend/program.ts";
import { isCompare, type ScalarOp } from "../backend/scalar.ts";
import { type DType, isFloat } from "../dtype/dtype.ts";
import type { CheckFailure } from "./primitive.ts";
import { currentTrace, type Term } from "./term.ts";
import { numelOf, sameShape } from "./type.ts";

export function input(index: number, dtype: DType, shape: readonly number[]): Term {
  return currentTrace().add({ op: "input", index }, [], dtype, shape);
}

export function argument(slot: number, dtype: DType, shape: readonly number[] = [], weak = false): Term {
  return currentTrace().add({ op: "argument", slot }, [], dtype, shape, weak);
}

/** Every element is `value`. */
export function constant(
  value: number | bigint | boolean,
  dtype: DType,
  shape: readonly number[] = [],
  weak = false,
): Term {
  return currentTrace().add({ op: "constant", value: constantOf(value, dtype) }, [], dtype, shape, weak);
}

function constantOf(value: number | bigint | boolean, dtype: DType): number | bigint {
  if (dtype === "int64") return typeof value === "bigint" ? value : BigInt(Math.trunc(Number(value)));
  return Number(value);
}

/** The coordinate along `dim`, as a value of an integer dtype or a float. */
export function iota(shape: readonly number[], dim: number, dtype: DType = "int64"): Term {
  return currentTrace().add({ op: "iota", dim }, [], dtype, shape);
}

/** A term's primitive, of other operands of the same types. */
export function like(term: Term, inputs: readonly Term[]): Term {
  const weak = term.weak && inputs.every((t) => t.weak);
  return currentTrace().add(term.primitive, inputs, term.dtype, term.shape, weak);
}

const anyShape = (t: Term): boolean => t.primitive.op === "constant" || t.primitive.op === "argument";

/** An elementwise primitive of terms of one shape and (but for `where`'s condition) one dtype. */
export function apply(op: ScalarOp, ...inputs: Term[]): Term {
  const last = inputs[inputs.length - 1];
  for (const t of inputs) {
    if (!sameShape(t.shape, last.shape) || (t.dtype !== last.dtype && !(op === "where" && t === inputs[0])))
      throw new Error(`${op} of ${inputs.map((i) => `${i.dtype}[${i.shape}]`).join(" and ")}`);
  }
  const weak = !isCompare(op) && inputs.every((t) => t.weak);
  return currentTrace().add({ op }, inputs, isCompare(op) ? "bool" : last.dtype, last.shape, weak);
}

/**
 * A term in another dtype. Of what is made of weak terms only, the terms are cast: numbers of the host have the precision
 * of the tensors that they meet.
 */
export function cast(x: Term, dtype: DType, weak = false): Term {
  if (x.dtype === dtype && x.weak === weak) return x;
  const p = x.primitive;
  if (x.weak && x.inputs.length > 0 && x.isFloat && isFloat(dtype) && dtype !== "float16")
    return currentTrace().add(
      p,
      x.inputs.map((t) => cast(t, dtype, weak)),
      dtype,
      x.shape,
      weak,
    );
  if (p.op === "argument") return argument(p.slot, dtype, x.shape, weak);
  if (p.op === "constant") {
    const exact = !(isFloat(x.dtype) && !isFloat(dtype)) || Number.isInteger(Number(p.value));
    const kept = dtype === "bool" ? Number(p.value) !== 0 : p.value;
    if (
      (exact || dtype === "bool") &&
      (isFloat(dtype) || dtype === "int64" || dtype === "bool" || Math.abs(Number(p.value)) < 128)
    )
      return constant(kept, dtype, x.shape, weak);
  }
  if (x.dtype === dtype) return x;
  return currentTrace().add({ op: "cast" }, [x], dtype, x.shape, weak);
}

export function reshape(x: Term, shape: readonly number[]): Term {
  if (sameShape(x.shape, shape)) return x;
  if (numelOf(shape) !== x.numel) throw new Error(`reshape of [${x.shape}] to [${shape}]`);
  if (anyShape(x)) return withShape(x, shape);
  const source = x.primitive.op === "reshape" ? x.inputs[0] : x;
  return sameShape(source.shape, shape) ? source : currentTrace().add({ op: "reshape" }, [source], x.dtype, shape);
}

/** A constant or an argument as a term of another shape. */
function withShape(x: Term, shape: readonly number[]): Term {
  return currentTrace().add(x.primitive, [], x.dtype, shape, x.weak);
}

export function permute(x: Term, order: readonly number[]): Term {
  if (order.every((d, i) => d === i)) return x;
  const shape = order.map((d) => x.shape[d]);
  if (anyShape(x)) return withShape(x, shape);
  if (x.primitive.op === "permute") {
    const before = x.primitive.order;
    return permute(
      x.inputs[0],
      order.map((d) => before[d]),
    );
  }
  return currentTrace().add({ op: "permute", order }, [x], x.dtype, shape);
}

/** Repeats size-1 dimensions to reach `shape`, of the same rank. */
export function expand(x: Term, shape: readonly number[]): Term {
  if (sameShape(x.shape, shape)) return x;
  if (x.rank !== shape.length || x.shape.some((n, d) => n !== shape[d] && n !== 1))
    throw new Error(`expand of [${x.shape}] to [${shape}]`);
  if (anyShape(x)) return withShape(x, shape);
  return currentTrace().add({ op: "expand" }, [x], x.dtype, shape);
}

/** out[i] = x[start + i · step] for i < size along `dim`; `start` a number or an int64 term of no dimension. */
export function slice(x: Term, dim: number, start: number | Term, size: number, step = 1): Term {
  if (start === 0 && size === x.shape[dim] && step === 1) return x;
  const shape = x.shape.with(dim, size);
  if (anyShape(x)) return withShape(x, shape);
  return currentTrace().add({ op: "slice", dim, step }, [x, position(start)], x.dtype, shape);
}

/** out[low + i · step] = x[i] along `dim` of size `size`, `fill` elsewhere; what falls outside is dropped. */
export function pad(x: Term, dim: number, low: number | Term, size: number, step = 1, fill?: Term): Term {
  if (low === 0 && size === x.shape[dim] && step === 1) return x;
  const filler = cast(fill ?? constant(0, x.dtype), x.dtype);
  return currentTrace().add({ op: "pad", dim, step }, [x, position(low), filler], x.dtype, x.shape.with(dim, size));
}

const position = (at: number | Term): Term => (typeof at === "number" ? constant(at, "int64") : cast(at, "int64"));

/** out[…, i, …, k] = x[…, i · step + k · dilation, …] along `dim`; k is a new last dimension of `size`. */
export function window(x: Term, dim: number, size: number, step: number, dilation = 1): Term {
  const count = Math.floor((x.shape[dim] - (size - 1) * dilation - 1) / step) + 1;
  return currentTrace().add({ op: "window", dim, step, dilation }, [x], x.dtype, [...x.shape.with(dim, count), size]);
}

/** Whether a reduction or a scan gives positions, of int64, instead of values. */
export const givesPositions = (op: ReduceOp | ScanOp): boolean => op === "argmax" || op === "argmin";

/** Reduces `dims` away. argmax and argmin give int64 positions within the reduced dimensions. */
export function reduce(op: ReduceOp, x: Term, dims: readonly number[]): Term {
  if (dims.length === 0 && !givesPositions(op)) return x;
  const sorted = [...dims].sort((a, b) => a - b);
  const shape = x.shape.filter((_, d) => !sorted.includes(d));
  const dtype = givesPositions(op) ? "int64" : x.dtype;
  return currentTrace().add({ op: "reduce", reduce: op, dims: sorted }, [x], dtype, shape);
}

/** Sum of products: a [batch…, rows…, depth…] and b [batch…, columns…, depth…] give [batch…, rows…, columns…]. */
export function contract(a: Term, b: Term, batch: number, depth: number): Term {
  const rows = a.rank - batch - depth;
  const columns = b.rank - batch - depth;
  const matches =
    a.dtype === b.dtype &&
    sameShape(a.shape.slice(0, batch), b.shape.slice(0, batch)) &&
    sameShape(a.shape.slice(batch + rows), b.shape.slice(batch + columns));
  if (!matches) throw new Error(`contract of ${a.dtype}[${a.shape}] and ${b.dtype}[${b.shape}]`);
  const shape = [...a.shape.slice(0, batch + rows), ...b.shape.slice(batch, batch + columns)];
  return currentTrace().add({ op: "contract", batch, rows, columns, depth }, [a, b], a.dtype, shape);
}

/** out[…, i, …] = x[…, index[…, i, …], …]; sizes other than `dim`'s are equal. */
export function gather(x: Term, dim: number, index: Term): Term {
  if (!sameShape(x.shape.with(dim, 0), index.shape.with(dim, 0)))
    throw new Error(`gather of [${x.shape}] at [${index.shape}]`);
  if (anyShape(x)) return withShape(x, index.shape);
  if (index.numel === 0) return constant(0, x.dtype, index.shape);
  return currentTrace().add({ op: "gather", dim }, [x, index], x.dtype, index.shape);
}

/** `base` with `source` combined at `index` along `dim`, in row-major order; sizes other than `dim`'s are equal. */
export function scatter(base: Term, dim: number, index: Term, source: Term, mode: ScatterMode): Term {
  const matches =
    base.dtype === source.dtype &&
    sameShape(index.shape, source.shape) &&
    sameShape(base.shape.with(dim, 0), index.shape.with(dim, 0));
  if (!matches)
    throw new Error(
      `scatter of ${source.dtype}[${source.shape}] at [${index.shape}] into ${base.dtype}[${base.shape}]`,
    );
  if (index.numel === 0) return base;
  return currentTrace().add({ op: "scatter", dim, mode }, [base, index, source], base.dtype, base.shape);
}

/** Running reductions along `dim`; argmax and argmin give the int64 position of the last extreme so far. */
export function scan(op: ScanOp, x: Term, dim: number): Term {
  return currentTrace().add({ op: "scan", scan: op, dim }, [x], givesPositions(op) ? "int64" : x.dtype, x.shape);
}

/** int64 positions that sort `x` stably along `dim`. */
export function argsort(x: Term, dim: number, descending = false): Term {
  return currentTrace().add({ op: "sort", dim, descending }, [x], "int64", x.shape);
}

/** The first `count` of the positions that sort `x` stably along `dim`. */
export function firstSorted(x: Term, dim: number, descending: boolean, count: number): Term {
  const order = currentTrace().add({ op: "sort", dim, descending, first: count }, [x], "int64", x.shape);
  return slice(order, dim, 0, count);
}

/** `x`; evaluation throws where an element of `condition` (bool, any shape) is false. */
export function check(x: Term, condition: Term, failure: CheckFailure): Term {
  return currentTrace().add({ op: "check", failure }, [x, condition], x.dtype, x.shape, x.weak);
}
