import type { BinaryOp, UnaryOp } from "../scalar.ts";
import { erf, erfc, erfinv } from "./error-function.ts";
import { lgamma, polygamma } from "./gamma.ts";
import { nextafter64 } from "./nextafter.ts";

const integersOnly = 2 ** 52;

/** Half to even. From 2⁵² on every float64 is an integer, so that the addition rounds as wanted. */
function roundHalfToEven(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < integersOnly)) return x;
  const rounded = magnitude + integersOnly - integersOnly;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

/** JavaScript's power differs from C's in two cases, which are 1 in C: pow(1, y) and pow(−1, ±Infinity). */
function pow(x: number, y: number): number {
  if (x === 1) return 1;
  if (x === -1 && (y === Number.POSITIVE_INFINITY || y === Number.NEGATIVE_INFINITY)) return 1;
  return x ** y;
}

function copysign(magnitude: number, sign: number): number {
  return sign < 0 || Object.is(sign, -0) ? -Math.abs(magnitude) : Math.abs(magnitude);
}

/**
 * Unary operations on floats, computed in float64; the caller rounds to the dtype (`roundTo`).
 *
 * @example unaryMeaning.erf(1) // 0.8427007929497149
 */
export const unaryMeaning: Readonly<Record<UnaryOp, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfToEven,
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  erf,
  erfc,
  erfinv,
  lgamma,
  not: (x) => (x === 0 ? 1 : 0),
};

/** Binary operations on floats, computed in float64; `nextafter` is the one whose result depends on the dtype. */
export const binaryMeaning: Readonly<Record<BinaryOp, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  fmod: (x, y) => x % y,
  pow,
  atan2: Math.atan2,
  max: (x, y) => Math.max(x, y),
  min: (x, y) => Math.min(x, y),
  // Bitwise operations and divisors of floats do not occur in programs.
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  shl: (x, y) => x * 2 ** y,
  shr: (x, y) => x / 2 ** y,
  copysign,
  nextafter: nextafter64,
  polygamma,
  gcd: (x) => x,
};
