import type { BinaryOp, UnaryOp } from "../scalar.ts";
import { binaryMeaning, unaryMeaning } from "./float.ts";
import { floatToInt64 } from "./round.ts";
import { transcendental } from "./transcendental.ts";

const wrap = (x: bigint): bigint => BigInt.asIntN(64, x);

/** base^exponent modulo 2⁶⁴ by repeated squaring. */
function pow(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) return base === 1n ? 1n : base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : 0n;
  let result = 1n;
  let factor = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = wrap(result * factor);
    factor = wrap(factor * factor);
  }
  return result;
}

const magnitude = (x: bigint): bigint => (x < 0n ? -x : x);

/** Euclid's. */
function gcd(x: bigint, y: bigint): bigint {
  let [a, b] = [magnitude(x), magnitude(y)];
  while (b > 0n) [a, b] = [b, a % b];
  return wrap(a);
}

/** What a function of floats gives on integers, which programs do not contain: truncated. */
const truncated =
  (op: UnaryOp) =>
  (x: bigint): bigint =>
    floatToInt64(unaryMeaning[op](Number(x)));

const identity = (x: bigint): bigint => x;

/** Unary operations on int64, complete: the result is wrapped. */
export const unaryMeaningInt64: Readonly<Record<UnaryOp, (x: bigint) => bigint>> = {
  neg: (x) => wrap(-x),
  abs: (x) => wrap(magnitude(x)),
  sign: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n),
  floor: identity,
  ceil: identity,
  round: identity,
  trunc: identity,
  sqrt: truncated("sqrt"),
  ...transcendental(truncated),
  not: (x) => ~x,
};

/** Binary operations on int64, complete: the result is wrapped. A zero divisor gives 0, as for smaller integers. */
export const binaryMeaningInt64: Readonly<Record<BinaryOp, (x: bigint, y: bigint) => bigint>> = {
  add: (x, y) => wrap(x + y),
  sub: (x, y) => wrap(x - y),
  mul: (x, y) => wrap(x * y),
  div: (x, y) => (y === 0n ? 0n : wrap(x / y)),
  fmod: (x, y) => (y === 0n ? 0n : x % y),
  pow,
  atan2: (x, y) => floatToInt64(binaryMeaning.atan2(Number(x), Number(y))),
  // biome-ignore lint/complexity/useMathMinMax: Math takes no bigints.
  max: (x, y) => (x > y ? x : y),
  // biome-ignore lint/complexity/useMathMinMax: Math takes no bigints.
  min: (x, y) => (x < y ? x : y),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  shl: (x, y) => (y >= 0n && y < 64n ? wrap(x << y) : 0n),
  shr: (x, y) => x >> (y >= 0n && y < 64n ? y : 63n),
  copysign: (x, y) => wrap(y < 0n ? -magnitude(x) : magnitude(x)),
  nextafter: (x, y) => (x < y ? x + 1n : x > y ? x - 1n : x),
  polygamma: (x, y) => floatToInt64(binaryMeaning.polygamma(Number(x), Number(y))),
  gcd,
};
