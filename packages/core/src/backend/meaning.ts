/**
 * The meaning of every scalar operation as plain TypeScript: what a backend's kernels must compute. Values of int64 are
 * bigints, of bool 0 and 1, of every other dtype numbers. Every operation rounds (or wraps) its result to its dtype.
 */
import { type DType, isFloat } from "../dtype/dtype.ts";
import { exp32 } from "./meaning/exp32.ts";
import { binaryMeaning, unaryMeaning } from "./meaning/float.ts";
import { binaryMeaningInt64, unaryMeaningInt64 } from "./meaning/int64.ts";
import { binaryMeaningInteger, unaryMeaningInteger } from "./meaning/integer.ts";
import { nextafterOf } from "./meaning/nextafter.ts";
import { roundTo, type Scalar } from "./meaning/round.ts";
import type { BinaryOp, CompareOp, ScalarOp, UnaryOp } from "./scalar.ts";
import { isBinary, isCompare, isTernary, isUnary } from "./scalar.ts";

export { erf, erfc, erfinv } from "./meaning/error-function.ts";
export { exp32 } from "./meaning/exp32.ts";
export { binaryMeaning, unaryMeaning } from "./meaning/float.ts";
export { digamma, lgamma, polygamma } from "./meaning/gamma.ts";
export { binaryMeaningInt64, unaryMeaningInt64 } from "./meaning/int64.ts";
export { binaryMeaningInteger, unaryMeaningInteger } from "./meaning/integer.ts";
export { nextafterOf } from "./meaning/nextafter.ts";
export {
  castArgument,
  castFunction,
  castValue,
  floatToInt64,
  int64ToFloat32,
  type NumberDType,
  roundTo,
  type Scalar,
} from "./meaning/round.ts";

/** Comparisons of two values of one dtype; the result is a bool, 0 or 1. */
export const compareMeaning: Readonly<Record<CompareOp, (x: Scalar, y: Scalar) => number>> = {
  eq: (x, y) => (x === y ? 1 : 0),
  ne: (x, y) => (x === y ? 0 : 1),
  lt: (x, y) => (x < y ? 1 : 0),
  le: (x, y) => (x <= y ? 1 : 0),
  gt: (x, y) => (x > y ? 1 : 0),
  ge: (x, y) => (x >= y ? 1 : 0),
};

function unaryOf(op: UnaryOp, dtype: DType): (x: Scalar) => Scalar {
  if (dtype === "int64") {
    const apply = unaryMeaningInt64[op];
    return (x) => apply(BigInt(x));
  }
  if (op === "exp" && dtype === "float32") return (x) => exp32(Number(x));
  const round = roundTo(dtype);
  const apply = isFloat(dtype) || (dtype === "bool" && op === "not") ? unaryMeaning[op] : unaryMeaningInteger[op];
  return (x) => round(apply(Number(x)));
}

/** Of float64 rounded after each step, as JavaScript does. */
function ternaryOf(dtype: DType): (x: Scalar, y: Scalar, z: Scalar) => Scalar {
  if (!isFloat(dtype) || dtype === "int64") throw new Error(`fma of ${dtype}`);
  const round = roundTo(dtype);
  const single = dtype === "float16" ? Math.fround : round;
  return (x, y, z) => round(single(Number(x) * Number(y) + Number(z)));
}

function binaryOf(op: BinaryOp, dtype: DType): (x: Scalar, y: Scalar) => Scalar {
  if (dtype === "int64") {
    const apply = binaryMeaningInt64[op];
    return (x, y) => apply(BigInt(x), BigInt(y));
  }
  const round = roundTo(dtype);
  const floats = op === "nextafter" ? nextafterOf(dtype) : binaryMeaning[op];
  const apply = isFloat(dtype) ? floats : binaryMeaningInteger[op];
  return (x, y) => round(apply(Number(x), Number(y)));
}

/**
 * One scalar operation on values of `dtype` (of its operands; `where`: of the two it chooses from), rounding included.
 *
 * @example scalarMeaning("add", "int8")(100, 100) // -56
 */
export function scalarMeaning(op: ScalarOp, dtype: DType): (...inputs: Scalar[]) => Scalar {
  if (op === "where") return (condition, a, b) => (condition ? a : b);
  if (isCompare(op)) return compareMeaning[op];
  if (isUnary(op)) return unaryOf(op, dtype);
  if (isBinary(op)) return binaryOf(op, dtype);
  if (isTernary(op)) return ternaryOf(dtype);
  return op;
}
