import type { BinaryOp, UnaryOp } from "../scalar.ts";
import { binaryMeaning, unaryMeaning } from "./float.ts";
import { transcendental } from "./transcendental.ts";

/** base^exponent modulo 2³² by repeated squaring. */
function pow(base: number, exponent: number): number {
  if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  let factor = base;
  for (let rest = exponent; rest > 0; rest >>= 1) {
    if (rest & 1) result = Math.imul(result, factor);
    factor = Math.imul(factor, factor);
  }
  return result;
}

/** Euclid's. */
function gcd(x: number, y: number): number {
  let [a, b] = [Math.abs(x), Math.abs(y)];
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

/** What a function of floats gives on integers, which programs do not contain: truncated. */
const truncated =
  (op: UnaryOp) =>
  (x: number): number =>
    Math.trunc(unaryMeaning[op](x));

const identity = (x: number): number => x;

/** Unary operations on int32, int16, int8 and uint8; the caller wraps the result (`roundTo`). */
export const unaryMeaningInteger: Readonly<Record<UnaryOp, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  floor: identity,
  ceil: identity,
  round: identity,
  trunc: identity,
  sqrt: truncated("sqrt"),
  ...transcendental(truncated),
  not: (x) => ~x,
};

/** Binary operations on int32, int16, int8 and uint8; the caller wraps. A zero divisor gives 0, a shift out of range what
 * shifting bit by bit gives. */
export const binaryMeaningInteger: Readonly<Record<BinaryOp, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: Math.imul,
  div: (x, y) => (y === 0 ? 0 : Math.trunc(x / y)),
  fmod: (x, y) => (y === 0 ? 0 : x % y),
  pow,
  atan2: (x, y) => Math.trunc(binaryMeaning.atan2(x, y)),
  max: (x, y) => Math.max(x, y),
  min: (x, y) => Math.min(x, y),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  shl: (x, y) => (y >= 0 && y < 32 ? x << y : 0),
  shr: (x, y) => x >> (y >= 0 && y < 32 ? y : 31),
  copysign: (x, y) => (y < 0 ? -Math.abs(x) : Math.abs(x)),
  nextafter: (x, y) => x + Math.sign(y - x),
  polygamma: (x, y) => Math.trunc(binaryMeaning.polygamma(x, y)),
  gcd,
};
