/**
 * The scalar operations of kernels: one elementwise primitive each. Every operation rounds its result to its dtype
 * (float32 arithmetic is float32 arithmetic, int8 wraps), so a value has one bit pattern however kernels are fused.
 */

/** Functions of floats that take many instructions. Of integers they are truncated, but programs have none such. */
export const transcendentalOps = [
  "exp",
  "exp2",
  "expm1",
  "log",
  "log2",
  "log10",
  "log1p",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
  "erf",
  "erfc",
  "erfinv",
  "lgamma",
] as const;

/** One operand, result of the same dtype. */
export const unaryOps = [
  "neg",
  "abs",
  "sign",
  "floor",
  "ceil",
  "round", // half to even
  "trunc",
  "sqrt",
  ...transcendentalOps,
  "not", // bitwise on integers, logical on bool
] as const;

/** Two operands of one dtype, result of that dtype. */
export const binaryOps = [
  "add",
  "sub",
  "mul",
  "div", // IEEE division on floats; truncating on integers (the divisor is checked before)
  "fmod", // remainder with the dividend's sign
  "pow", // integers: exact modulo 2^bits; a negative exponent gives 0, or ±1 for a base of ±1
  "atan2",
  "max", // NaN wins
  "min", // NaN wins
  "and", // bitwise on integers, logical on bool
  "or",
  "xor",
  "shl",
  "shr", // arithmetic on signed types
  "copysign",
  "nextafter",
  "polygamma", // polygamma(n, x), n an integer-valued float >= 0
  "gcd", // of integers; 0 of 0 and 0
] as const;

/** Three operands of one float dtype, result of that dtype. */
export const ternaryOps = [
  "fma", // x · y + z: of float32 and float16 computed in float64, which holds the product, and rounded at the end; or rounded once
] as const;

/** Two operands of one dtype, result bool. Comparisons with NaN are false, except `ne`. */
export const compareOps = ["eq", "ne", "lt", "le", "gt", "ge"] as const;

export type TranscendentalOp = (typeof transcendentalOps)[number];
export type UnaryOp = (typeof unaryOps)[number];
export type BinaryOp = (typeof binaryOps)[number];
export type TernaryOp = (typeof ternaryOps)[number];
export type CompareOp = (typeof compareOps)[number];

/** `where(condition: bool, a, b)`: the operand chosen; the other one has no effect. */
export type ScalarOp = UnaryOp | BinaryOp | TernaryOp | CompareOp | "where";

const unarySet: ReadonlySet<string> = new Set(unaryOps);
const binarySet: ReadonlySet<string> = new Set(binaryOps);
const ternarySet: ReadonlySet<string> = new Set(ternaryOps);
const compareSet: ReadonlySet<string> = new Set(compareOps);

export const isUnary = (op: string): op is UnaryOp => unarySet.has(op);
export const isBinary = (op: string): op is BinaryOp => binarySet.has(op);
export const isTernary = (op: string): op is TernaryOp => ternarySet.has(op);
export const isCompare = (op: string): op is CompareOp => compareSet.has(op);
export const isScalarOp = (op: string): op is ScalarOp =>
  isUnary(op) || isBinary(op) || isTernary(op) || isCompare(op) || op === "where";
