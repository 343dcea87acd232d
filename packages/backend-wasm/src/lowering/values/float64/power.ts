/**
 * x^y of float64 as 2^(y log₂ x), with a logarithm of about 70 bits in two parts; the way of the Sun Microsystems library
 * (fdlibm, `e_pow.c`), with the Taylor series in place of fitted coefficients. Errors stay below 1 unit in the last place.
 */

import type { LaneMath } from "../../code/lane-math.ts";
import type { Lanes } from "../../code/lanes.ts";
import { toFloat32, toFloat64 } from "../conversions.ts";
import { type Pair, powerOfTwo, upper } from "./bits.ts";
import { exp2OfPair } from "./exponential.ts";
import { split } from "./logarithm.ts";

/** 3/5, 3/7, … */
const series = Array.from({ length: 8 }, (_, n) => 3 / (2 * n + 5));

/** 2 / (3 ln 2), and log₂ 1.5, in two parts of which the first has 21 bits. */
const unit = [0.9617962837219238, 4.102040517767816e-7];
const middle = [0.5849623680114746, 1.3270968157207873e-7];

/**
 * log₂ of a positive number that is neither 0 nor infinite. With s = (m − c) / (m + c), for the nearer c of 1 and 1.5,
 * log(m / c) = 2/3 s (3 + s² + …); s, the bracket and the product are pairs.
 */
function logarithm(m: LaneMath, x: Lanes): Pair {
  // Mantissas in [√¾, √3).
  const { whole, mantissa } = split(m, x, 0x3febb67ae8584caan);
  const isMiddle = m.compare("gt", mantissa, Math.sqrt(1.5));
  const centre = m.select(isMiddle, 1.5, m.constant("f64", 1));
  const above = m.sub(mantissa, centre);
  const below = m.add(mantissa, centre);
  const s = m.div(above, below);
  const sHigh = upper(m, s);
  const belowHigh = upper(m, below);
  const belowLow = m.sub(mantissa, m.sub(belowHigh, centre));
  const sLow = m.div(m.sub(m.sub(above, m.mul(sHigh, belowHigh)), m.mul(sHigh, belowLow)), below);

  const square = m.mul(s, s);
  const squareHigh = m.mul(sHigh, sHigh);
  const beyond = m.add(m.mul(m.mul(square, square), m.polynomial(square, series)), m.mul(sLow, m.add(sHigh, s)));
  const bracket = upper(m, m.add(m.add(squareHigh, 3), beyond));
  const bracketLow = m.sub(beyond, m.sub(m.sub(bracket, 3), squareHigh));

  const product = m.mul(sHigh, bracket);
  const productRest = m.add(m.mul(sLow, bracket), m.mul(bracketLow, s));
  const p = upper(m, m.add(product, productRest));
  const pLow = m.sub(productRest, m.sub(p, product));

  const zero = m.constant("f64", 0);
  const [start, startLow] = middle.map((part) => m.select(isMiddle, part, zero));
  const main = m.mul(p, unit[0]);
  const rest = m.add(m.add(m.mul(p, unit[1]), m.mul(pLow, unit[0] + unit[1])), startLow);
  const high = upper(m, m.add(m.add(m.add(main, rest), start), whole));
  return { high, low: m.sub(rest, m.sub(m.sub(m.sub(high, whole), start), main)) };
}

/** 2^(y · log), 0 or ∞ where that is out of range. */
function raised(m: LaneMath, log: Pair, given: Lanes): Lanes {
  // Beyond 2⁶⁴, every power but those of 1 is 0 or infinite.
  const y = m.atLeast(m.atMost(given, 2 ** 64), -(2 ** 64));
  const yHigh = upper(m, y);
  const main = m.mul(yHigh, log.high);
  const rest = m.add(m.mul(m.sub(y, yHigh), log.high), m.mul(y, log.low));
  const within = m.compare("lt", m.arithmetic("abs", main), 1100);
  return exp2OfPair(m, m.atLeast(m.atMost(main, 1100), -1100), m.select(within, rest, 0));
}

/** A power of |x|, with what C asks for at the ends: signs, zeros, infinities, NaN. */
function completed(m: LaneMath, x: Lanes, y: Lanes, result: Lanes): Lanes {
  const [one, nan, infinity] = [1, Number.NaN, Number.POSITIVE_INFINITY].map((value) => m.constant(x.kind, value));
  const magnitude = m.arithmetic("abs", x);
  const isZero = m.compare("eq", x, 0);
  const falls = m.compare("lt", y, 0);
  const atEnd = m.select(m.bitwise("xor", isZero, falls), 0, infinity);
  const isEnd = m.bitwise("or", isZero, m.compare("eq", magnitude, infinity));
  const positive = m.select(m.compare("eq", magnitude, 1), 1, m.select(isEnd, atEnd, result));

  const half = m.mul(y, 0.5);
  const isInteger = m.compare("eq", m.arithmetic("floor", y), y);
  const isOdd = m.bitwise("and", isInteger, m.compare("ne", m.arithmetic("floor", half), half));
  const isNegative = m.compare("lt", m.copysign(one, x), 0);
  const signed = m.select(m.bitwise("and", isNegative, isOdd), m.arithmetic("neg", positive), positive);
  // A negative number to a broken power; −∞ and −0 have such powers.
  const isUndefined = m.bitwise("and", m.compare("lt", x, 0), m.not(m.bitwise("or", isInteger, isEnd)));
  const isNumber = m.bitwise("and", m.compare("eq", x, x), m.compare("eq", y, y));
  const known = m.select(m.bitwise("and", isNumber, m.not(isUndefined)), signed, nan);
  return m.select(m.bitwise("or", m.compare("eq", x, 1), m.compare("eq", y, 0)), 1, known);
}

export function pow(m: LaneMath, x: Lanes, y: Lanes): Lanes {
  return completed(m, x, y, raised(m, logarithm(m, m.arithmetic("abs", x)), y));
}

/** The terms that float32 needs. */
const shortSeries = Array.from({ length: 8 }, (_, n) => (2 * Math.LOG2E) / (2 * n + 1));
const shortBinary = Array.from({ length: 11 }, (_, n) => {
  let term = 1;
  for (let k = 1; k <= n; k++) term *= Math.LN2 / k;
  return term;
});

/** x^y of float32: logarithm and power in float64, with about 40 bits. */
export function powOfSingle(m: LaneMath, x: Lanes, y: Lanes): Lanes {
  const magnitude = toFloat64(m, m.arithmetic("abs", x));
  const { whole, mantissa } = split(m, magnitude, 0x3fe6a09e667f3bcdn);
  const s = m.div(m.sub(mantissa, 1), m.add(mantissa, 1));
  const log = m.add(m.mul(s, m.polynomial(m.mul(s, s), shortSeries)), whole);
  const product = m.atLeast(m.atMost(m.mul(log, toFloat64(m, y)), 200), -200);
  const exponent = m.arithmetic("nearest", product);
  const power = m.polynomial(m.sub(product, exponent), shortBinary);
  return completed(m, x, y, toFloat32(m, m.mul(power, powerOfTwo(m, exponent))));
}
