/**
 * The language that operations are written in: primitives with PyTorch's promotion and broadcasting. Operands are terms
 * or numbers; a number in an operation's source is a constant, and promotes as a JavaScript number does.
 */
import type { ReduceOp } from "../backend/program.ts";
import type { BinaryOp, CompareOp, UnaryOp } from "../backend/scalar.ts";
import { type DType, isFloat } from "../dtype/dtype.ts";
import { getDefaultDtype, resultType } from "../dtype/promotion.ts";
import { ShapeError } from "../errors.ts";
import * as build from "./build.ts";
import type { Term } from "./term.ts";
import { numelOf } from "./type.ts";

export {
  argsort,
  argument,
  cast,
  check,
  constant,
  contract,
  firstSorted,
  gather,
  iota,
  pad,
  permute,
  reshape,
  scan,
  scatter,
  slice,
  window,
} from "./build.ts";

export type Operand = Term | number | bigint | boolean;

/** A number as a weak term: integer-valued ones count as ints. */
export function term(x: Operand): Term {
  if (typeof x === "number")
    return build.constant(x, Number.isInteger(x) && !Object.is(x, -0) ? "int64" : getDefaultDtype(), [], true);
  if (typeof x === "bigint") return build.constant(x, "int64", [], true);
  if (typeof x === "boolean") return build.constant(x, "bool", [], true);
  return x;
}

/** A constant of a term's dtype. */
export function constantLike(x: Term, value: number | bigint | boolean): Term {
  return build.constant(value, x.dtype, x.shape);
}

/** The shape that all shapes broadcast to. @throws ShapeError with PyTorch's message. */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let d = 1; d <= shape.length; d++) {
      const size = shape[shape.length - d];
      const have = out[rank - d];
      if (size === have || size === 1) continue;
      if (have !== 1)
        throw new ShapeError(
          `The size of tensor a (${have}) must match the size of tensor b (${size}) at non-singleton dimension ${rank - d}`,
        );
      out[rank - d] = size;
    }
  }
  return out;
}

/** Broadcasts `x` to `shape`, adding leading dimensions. */
export function broadcastTo(x: Term, shape: readonly number[]): Term {
  const lead = shape.length - x.rank;
  return build.expand(lead > 0 ? build.reshape(x, [...new Array<number>(lead).fill(1), ...x.shape]) : x, shape);
}

/** Operands as terms of one dtype (PyTorch's `result_type`) and one shape. */
export function together(...operands: Operand[]): Term[] {
  return meet(operands, false);
}

/** Operands of one float dtype and shape. Integers become floats one by one: -2 beside a uint8 stays -2. */
export function floats(...operands: Operand[]): Term[] {
  return meet(operands, false, true);
}

/** Operands of one dtype and shape, weak if all are and `mayBeWeak`: arithmetic of numbers gives a number. */
function meet(operands: readonly Operand[], mayBeWeak: boolean, inFloats = false): Term[] {
  const terms = operands.map(term);
  const common = resultType(terms);
  const dtype = inFloats && !isFloat(common) ? getDefaultDtype() : common;
  const weak = mayBeWeak && terms.every((t) => t.weak);
  const shape = broadcastShapes(...terms.map((t) => t.shape));
  return terms.map((t) => broadcastTo(build.cast(t, dtype, weak), shape));
}

/** Floats stay; integers and bool become the default float dtype, as PyTorch's float functions do. */
export function toFloat(x: Operand): Term {
  return floats(x)[0];
}

const compare =
  (op: CompareOp) =>
  (a: Operand, b: Operand): Term =>
    build.apply(op, ...together(a, b));
const binary =
  (op: BinaryOp) =>
  (a: Operand, b: Operand): Term =>
    build.apply(op, ...meet([a, b], true));
const floatBinary =
  (op: BinaryOp) =>
  (a: Operand, b: Operand): Term =>
    build.apply(op, ...meet([a, b], true, true));
/** Of integers too. */
const unary =
  (op: UnaryOp) =>
  (x: Operand): Term =>
    build.apply(op, term(x));
const floatUnary =
  (op: UnaryOp) =>
  (x: Operand): Term =>
    build.apply(op, ...meet([x], true, true));

export const add = binary("add");
export const sub = binary("sub");
export const mul = binary("mul");
/** True division: integers become floats. */
export const div = floatBinary("div");
/** Division in the operands' dtype; integers truncate. The divisor must be checked. */
export const rawDiv = binary("div");
export const fmod = binary("fmod");
export const pow = binary("pow");
export const atan2 = floatBinary("atan2");
export const copysign = floatBinary("copysign");
export const nextafter = binary("nextafter");
export const polygamma = floatBinary("polygamma");
/** Of integers. */
export const gcd = binary("gcd");
/** NaN wins. */
export const maximum = binary("max");
/** NaN wins. */
export const minimum = binary("min");
/** Bitwise on integers, logical on bool. */
export const and = binary("and");
export const or = binary("or");
export const xor = binary("xor");
export const shl = binary("shl");
export const shr = binary("shr");
export const eq = compare("eq");
export const ne = compare("ne");
export const lt = compare("lt");
export const le = compare("le");
export const gt = compare("gt");
export const ge = compare("ge");

export const neg = unary("neg");
export const abs = unary("abs");
export const sign = unary("sign");
export const floor = unary("floor");
export const ceil = unary("ceil");
export const round = unary("round");
export const trunc = unary("trunc");
export const not = unary("not");
export const sqrt = floatUnary("sqrt");
export const exp = floatUnary("exp");
export const exp2 = floatUnary("exp2");
export const expm1 = floatUnary("expm1");
export const log = floatUnary("log");
export const log2 = floatUnary("log2");
export const log10 = floatUnary("log10");
export const log1p = floatUnary("log1p");
export const sin = floatUnary("sin");
export const cos = floatUnary("cos");
export const tan = floatUnary("tan");
export const asin = floatUnary("asin");
export const acos = floatUnary("acos");
export const atan = floatUnary("atan");
export const sinh = floatUnary("sinh");
export const cosh = floatUnary("cosh");
export const tanh = floatUnary("tanh");
export const asinh = floatUnary("asinh");
export const acosh = floatUnary("acosh");
export const atanh = floatUnary("atanh");
export const erf = floatUnary("erf");
export const erfc = floatUnary("erfc");
export const erfinv = floatUnary("erfinv");
export const lgamma = floatUnary("lgamma");
export const digamma = (x: Operand): Term => polygamma(0, x);
export const reciprocal = (x: Operand): Term => div(1, x);
export const square = (x: Operand): Term => mul(x, x);
export const isNan = (x: Operand): Term => ne(x, x);
export const isInfinite = (x: Operand): Term => eq(abs(x), Number.POSITIVE_INFINITY);

/**
 * a · b + c as PyTorch's kernels for processors compute it where they add a multiple: floats are rounded once, as if
 * the product were exact (float64 twice, for JavaScript has no such instruction).
 */
export function fma(a: Operand, b: Operand, c: Operand): Term {
  const [x, y, z] = together(a, b, c);
  return z.isFloat ? build.apply("fma", x, y, z) : add(mul(x, y), z);
}

/** `a` where `condition` holds, else `b`; `condition` is bool, all three broadcast. */
export function where(condition: Term, a: Operand, b: Operand): Term {
  const [x, y] = together(a, b);
  const shape = broadcastShapes(condition.shape, x.shape);
  return build.apply("where", broadcastTo(condition, shape), broadcastTo(x, shape), broadcastTo(y, shape));
}

/** x where it is not positive, else 0: of that, unlike of x, no exponential overflows. Its derivative at 0 is 1. */
export const negativePart = (x: Term): Term => where(gt(x, 0), 0, x);

const reduction =
  (op: ReduceOp) =>
  (x: Term, dims: readonly number[] = allDims(x), keepdim = false): Term => {
    const out = build.reduce(op, x, dims);
    return keepdim ? build.reshape(out, keptShape(x.shape, dims)) : out;
  };

/** Reductions over non-negative `dims` (default all). Integers stay in their dtype: cast before. */
export const sum = reduction("sum");
export const prod = reduction("product");
export const amax = reduction("max");
export const amin = reduction("min");
export const argmax = reduction("argmax");
export const argmin = reduction("argmin");

export function mean(x: Term, dims: readonly number[] = allDims(x), keepdim = false): Term {
  const count = numelOf(dims.map((d) => x.shape[d]));
  return div(sum(x, dims, keepdim), build.constant(count, x.dtype));
}

export function allDims(x: { readonly shape: readonly number[] }): number[] {
  return x.shape.map((_, d) => d);
}

/** `shape` with `dims` of size 1. */
export function keptShape(shape: readonly number[], dims: readonly number[]): number[] {
  return shape.map((n, d) => (dims.includes(d) ? 1 : n));
}

export function unsqueeze(x: Term, dim: number): Term {
  return build.reshape(x, x.shape.toSpliced(dim, 0, 1));
}

export function squeeze(x: Term, dim: number): Term {
  return build.reshape(x, x.shape.toSpliced(dim, 1));
}

export function transpose(x: Term, a: number, b: number): Term {
  return build.permute(x, allDims(x).with(a, b).with(b, a));
}

export function flip(x: Term, dim: number): Term {
  return build.slice(x, dim, x.shape[dim] - 1, x.shape[dim], -1);
}

/** Matrix product over the last two dimensions; leading ones broadcast. Both operands have at least two. */
export function matmul(a: Term, b: Term): Term {
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const left = broadcastTo(a, [...batch, ...a.shape.slice(-2)]);
  const right = broadcastTo(b, [...batch, ...b.shape.slice(-2)]);
  return build.contract(left, transpose(right, right.rank - 2, right.rank - 1), batch.length, 1);
}

/** Sums the dimensions of `x` that `shape` was broadcast along. */
export function sumTo(x: Term, shape: readonly number[]): Term {
  const lead = x.rank - shape.length;
  const dims = allDims(x).filter((d) => d < lead || (shape[d - lead] === 1 && x.shape[d] !== 1));
  return build.reshape(sum(x, dims), shape);
}

export function zerosLike(x: { readonly dtype: DType; readonly shape: readonly number[] }): Term {
  return build.constant(0, x.dtype, x.shape);
}

/** Concatenates along `dim`; shapes agree elsewhere, dtypes are equal. */
export function cat(terms: readonly Term[], dim: number): Term {
  const total = terms.reduce((n, t) => n + t.shape[dim], 0);
  let at = 0;
  let out: Term | undefined;
  for (const t of terms) {
    if (t.shape[dim] === 0) continue;
    const part = build.pad(t, dim, at, total);
    if (out === undefined) out = part;
    else {
      const shape = part.shape;
      const here = build.apply("ge", build.iota(shape, dim), build.constant(at, "int64", shape));
      out = build.apply("where", here, part, out);
    }
    at += t.shape[dim];
  }
  return out ?? build.reshape(terms[0], terms[0].shape.with(dim, total));
}

/** Largest finite value, smallest normal and spacing at 1 of a float dtype (IEEE 754). */
export const finfo = {
  float16: { max: 65504, tiny: 2 ** -14, eps: 2 ** -10 },
  float32: { max: (2 - 2 ** -23) * 2 ** 127, tiny: 2 ** -126, eps: 2 ** -23 },
  float64: { max: Number.MAX_VALUE, tiny: 2 ** -1022, eps: 2 ** -52 },
} as const;

export function finfoOf(dtype: DType): { readonly max: number; readonly tiny: number; readonly eps: number } {
  if (!isFloat(dtype)) throw new Error(`${dtype} is not a float`);
  return finfo[dtype as keyof typeof finfo];
}
