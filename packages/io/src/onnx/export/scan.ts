import type { DType } from "@cresset/core/functions";
import type { Context, Emitted } from "./emitted.ts";
import { lowerIota, lowerPad, lowerSlice } from "./movement.ts";
import { lowerScalar, numberOf } from "./scalar.ts";
import { isFixed, type Size } from "./sizes.ts";

/**
 * Running reductions. ONNX has sums; others are made in steps of 1, 2, 4 … (Hillis and Steele, 1986), each of which combines all
 * elements with those so far before them: the logarithm of the length of them, so that has to be fixed.
 */
export function lowerScan(c: Context, op: string, value: Emitted, dim: number, shape: readonly Size[]): Emitted {
  const x = c.writtenOut(value, [dim]);
  if (op === "sum") {
    const name = c.builder.node("CumSum", [x.name, c.builder.integers([dim], [])]);
    return c.repeated(name, x.dtype, shape, x.held);
  }
  const size = shape[dim];
  if (!isFixed(size)) return c.lacking(`a running ${op} of a length that may change`, x.dtype, shape);
  if (op === "argmax" || op === "argmin") return positions(c, op, x, dim, shape);
  const combine = combinations[op];
  if (combine === undefined || !(x.dtype.startsWith("float") || x.dtype === "int64" || x.dtype === "int32"))
    return c.lacking(`a running ${op} of ${x.dtype}`, x.dtype, shape);
  let all = x;
  for (let step = 1; step < size[0]; step *= 2)
    all = combine.of(c, shifted(c, all, dim, step, combine.neutral(x.dtype)), all);
  return all;
}

/** Each element's one that lies `step` before it; `fill` at the start. */
function shifted(c: Context, x: Emitted, dim: number, step: number, fill: number | bigint): Emitted {
  const { shape } = x;
  const size = shape[dim];
  const front = c.fixed(size[0] - step);
  const kept = lowerSlice(c, x, dim, 1, c.fixed(0), shape.with(dim, front));
  const filler: Emitted = { name: numberOf(c, x.dtype, fill), dtype: x.dtype, shape: [], held: [] };
  return lowerPad(c, kept, dim, 1, c.fixed(step), filler, shape);
}

interface Combination {
  neutral(dtype: DType): number | bigint;
  of(c: Context, before: Emitted, here: Emitted): Emitted;
}

const apply = (c: Context, op: string, ...inputs: Emitted[]): Emitted =>
  lowerScalar(
    c,
    op,
    inputs,
    inputs[inputs.length - 1].shape,
    /^(eq|ne|lt|le|gt|ge)$/.test(op) ? "bool" : inputs[inputs.length - 1].dtype,
  );

const lowest = (dtype: DType): number | bigint =>
  dtype === "int64" ? -(2n ** 63n) : dtype === "int32" ? -(2 ** 31) : Number.NEGATIVE_INFINITY;
const highest = (dtype: DType): number | bigint =>
  dtype === "int64" ? 2n ** 63n - 1n : dtype === "int32" ? 2 ** 31 - 1 : Number.POSITIVE_INFINITY;

const combinations: Readonly<Record<string, Combination>> = {
  product: { neutral: () => 1, of: (c, a, b) => apply(c, "mul", a, b) },
  max: { neutral: lowest, of: (c, a, b) => apply(c, "max", a, b) },
  min: { neutral: highest, of: (c, a, b) => apply(c, "min", a, b) },
  logsumexp: {
    neutral: () => Number.NEGATIVE_INFINITY,
    of: (c, a, b) => {
      // Without what is infinite, so that two of it do not make NaN.
      const most = apply(c, "max", a, b);
      const number = (value: number): Emitted => ({
        name: numberOf(c, b.dtype, value),
        dtype: b.dtype,
        shape: b.shape,
        held: [],
      });
      const finite = apply(c, "lt", apply(c, "abs", most), number(Number.POSITIVE_INFINITY));
      const base = apply(c, "where", finite, most, number(0));
      const [left, right] = [a, b].map((x) => apply(c, "exp", apply(c, "sub", x, base)));
      return apply(c, "add", base, apply(c, "log", apply(c, "add", left, right)));
    },
  },
};

/** Positions of the last extremes so far: of pairs of a value and its position, the later wins where it is not smaller. */
function positions(c: Context, op: "argmax" | "argmin", x: Emitted, dim: number, shape: readonly Size[]): Emitted {
  const compare = op === "argmax" ? "ge" : "le";
  const neutral = (op === "argmax" ? lowest : highest)(x.dtype);
  if (!(x.dtype.startsWith("float") || x.dtype === "int64" || x.dtype === "int32"))
    return c.lacking(`a running ${op} of ${x.dtype}`, "int64", shape);
  let values = x;
  let places = c.writtenOut(lowerIota(c, shape, dim), [dim]);
  for (let step = 1; step < shape[dim][0]; step *= 2) {
    const before = shifted(c, values, dim, step, neutral);
    const placesBefore = shifted(c, places, dim, step, 0);
    const isNan = apply(c, "ne", values, values);
    // At the start there is nothing before, whatever the neutral value is.
    const first = apply(c, "lt", lowerIota(c, shape, dim), {
      name: numberOf(c, "int64", step),
      dtype: "int64",
      shape,
      held: [],
    });
    const later = apply(c, "or", apply(c, "or", apply(c, compare, values, before), isNan), first);
    places = apply(c, "where", later, places, placesBefore);
    values = apply(c, "where", later, values, before);
  }
  return places;
}
