/**
 * Functions of float32 that programs use most, in float32 arithmetic (reductions of angles in float64), for one value or
 * four. Coefficients are polynomial interpolations in Chebyshev nodes of what each comment names, rounded to float32 and
 * written with as many digits as that takes; errors stay below 2 units in the last place. All other functions are those of
 * `float64/`, rounded.
 */

import type { LaneMath } from "../code/lane-math.ts";
import type { Lanes } from "../code/lanes.ts";
import { patchedAll } from "../code/patched.ts";
import { integerToFloat, toFloat32, toFloat64, toInt32 } from "./conversions.ts";
import { halfPiHigh, halfPiLow, rounding } from "./float64/bits.ts";

/** ln 2 in two parts; the first has so few bits that its product with an exponent is exact. */
const ln2High = 0.693145751953125;
const ln2Low = Math.LN2 - ln2High;
/** Adding it rounds to an integer, which then stands in the low bits. */
const rounding32 = 1.5 * 2 ** 23;

/**
 * (eʳ − 1 − r) / r² for |r| <= ln 2 / 2, as SLEEF has it for its `expf`: with fused multiply-add, exp has the bits that
 * PyTorch's has on CPUs with AVX2, but for one number in some twenty million, where x / ln 2 is rounded the other way.
 */
const exponential = [0.5, 0.16666667, 0.041666485, 0.008333361, 0.0013930436, 0.00019852762];
/** (log(1 + f) − f + f²/2) / f³ for 1 + f in [√½, √2]. */
const logarithm = [
  0.3333333, -0.24999997, 0.20000716, -0.16667803, 0.14249058, -0.12425687, 0.1168542, -0.11479734, 0.06971612,
];
/** (sin r − r) / r³ and (cos r − 1 + r²/2) / r⁴ in r², for |r| <= π/4. */
const sine = [-0.16666667, 0.008333332, -0.00019840083, 0.0000027249314];
const cosine = [0.041666668, -0.0013888888, 0.000024800596, -2.7300447e-7];
/** (tanh x − x) / x³ in x², for |x| <= 5/8. */
const tangent = [-0.33333334, 0.13333304, -0.053959258, 0.021768918, -0.008343945, 0.002292745];
/** erf(x) / x − 1 in x², for |x| <= 1. */
const errorNearZero = [
  0.12837923, -0.37612638, 0.11283782, -0.02686543, 0.0052210316, -0.00084840803, 0.00011265959, -0.000009667045,
];
/** log(1 − erf(x)) for x in [1, 4]. */
const logErrorTail = [
  0.00032013806, -1.1302334, -0.63182604, -0.110080086, 0.026421135, -0.004759596, 0.00059680565, -0.00004605804,
  0.0000016371514,
];

/** x = k ln 2 + r: gives k + bias, as a float whose low nine bits are that, and eʳ − 1. */
function reduceExponent(m: LaneMath, x: Lanes, bias: number): { biased: Lanes; rest: Lanes } {
  const biased = m.mulAdd(x, Math.LOG2E, rounding32 + bias);
  const whole = m.sub(biased, rounding32 + bias);
  const r = m.mulSub(whole, ln2Low, m.mulSub(whole, ln2High, x));
  return { biased: m.reinterpret("i32", biased), rest: m.mulAdd(m.polynomial(r, exponential), m.mul(r, r), r) };
}

/** 2ⁿ for −127 <= n <= 127, of a number whose low nine bits are n + 127; of n = −127 it is 0. */
const powerOfTwo = (m: LaneMath, biased: Lanes): Lanes => m.reinterpret("f32", m.shift("shl", biased, 23));

/** e^x, and what it is made of: (1 + rest) · 2ᵏ, where 2ᵏ is first · second, either of which a float can be. */
function exponentialParts(m: LaneMath, x: Lanes): { exp: Lanes; rest: Lanes; first: Lanes; second: Lanes } {
  const { biased, rest } = reduceExponent(m, m.atLeast(m.atMost(x, 89), -104), 2 * 127);
  const half = m.shift("shr_s", biased, 1);
  const first = powerOfTwo(m, half);
  const scaled = m.mulAdd(first, rest, first);
  const second = powerOfTwo(m, m.sub(biased, half));
  return { exp: m.mul(scaled, second), rest, first, second };
}

/** The exponent that is added so that 2ᵏ is no subnormal number for any x <= 0. */
const raised = 63;

/** Of x <= 0 (or NaN), which no power of two is too large for: the same bits, and less work. */
function exponentialPartsOfNegative(m: LaneMath, x: Lanes): { power: Lanes; rest: Lanes } {
  const { biased, rest } = reduceExponent(m, m.atLeast(x, -104), 127 + raised);
  const power = powerOfTwo(m, biased);
  return { power, rest };
}

export function exp(m: LaneMath, x: Lanes): Lanes {
  if (!m.facts.negativePart.has(x)) return exponentialParts(m, x).exp;
  const { power, rest } = exponentialPartsOfNegative(m, x);
  return m.mul(m.mulAdd(power, rest, power), 2 ** -raised);
}

/** e^x − 1 for −88 <= x <= 89; computed as half of it, so that it overflows where it should. Not exact where that is subnormal. */
function expm1Bounded(m: LaneMath, x: Lanes): Lanes {
  const { biased, rest } = reduceExponent(m, x, 126);
  const scale = powerOfTwo(m, biased);
  const half = m.mulAdd(scale, rest, m.sub(scale, 0.5));
  return m.add(half, half);
}

/** The same bits where e^x is computed as well, and exact ones of subnormal numbers; but of −0 it is +0. */
function expm1BesideExp(m: LaneMath, x: Lanes): Lanes {
  const { exp, rest, first, second } = exponentialParts(m, x);
  const scale = m.mul(first, second);
  // NaN where only the scale overflows, and then e^x − 1 is e^x.
  return m.atMost(exp, m.mulAdd(scale, rest, m.sub(scale, 1)));
}

/** A number with the sign of x, which it has already unless it is positive. */
function withSign(m: LaneMath, number: Lanes, x: Lanes): Lanes {
  const sign = m.bitwise("and", m.reinterpret("i32", x), -(2 ** 31));
  return m.reinterpret("f32", m.bitwise("or", m.reinterpret("i32", number), sign));
}

/** Of the negative part of some x, which is remembered. */
function expm1OfNegative(m: LaneMath, part: Lanes, x: Lanes): Lanes {
  const { power, rest } = exponentialPartsOfNegative(m, part);
  const scale = m.mul(power, 2 ** -raised);
  const unsigned = m.mulAdd(scale, rest, m.sub(scale, 1));
  const result = withSign(m, unsigned, part);
  m.facts.expm1.set(result, { x, unsigned });
  return result;
}

export function expm1(m: LaneMath, x: Lanes): Lanes {
  const whole = m.facts.negativePart.get(x);
  if (whole) return expm1OfNegative(m, x, whole);
  if (m.besideExp) return withSign(m, expm1BesideExp(m, x), x);
  const result = expm1Bounded(m, m.atLeast(m.atMost(x, 89), -26));
  return m.select(m.compare("lt", m.arithmetic("abs", x), 2 ** -100), x, result);
}

export function log(m: LaneMath, x: Lanes): Lanes {
  const subnormal = m.compare("lt", x, 2 ** -126);
  const normal = m.select(subnormal, m.mul(x, 2 ** 23), x);
  const bits = m.reinterpret("i32", normal);
  // √½ = 0x3f3504f3: the exponent counts from there.
  const exponent = m.shift("shr_s", m.sub(bits, 0x3f3504f3), 23);
  const mantissa = m.reinterpret("f32", m.sub(bits, m.shift("shl", exponent, 23)));
  const f = m.sub(mantissa, 1);
  const square = m.mul(f, f);
  const cubic = m.mul(m.mul(f, square), m.polynomial(f, logarithm));
  const counted = integerToFloat(m, exponent);
  const whole = m.select(subnormal, m.sub(counted, 23), counted);
  const sum = m.add(m.mulSub(square, 0.5, m.mulAdd(whole, ln2Low, cubic)), f);
  const result = m.mulAdd(whole, ln2High, sum);
  // −∞ at 0, NaN below and of NaN, ∞ at ∞.
  const low = m.select(m.compare("eq", x, 0), Number.NEGATIVE_INFINITY, m.constant("f32", Number.NaN));
  const finite = m.select(m.compare("gt", x, 0), result, low);
  return m.select(m.compare("eq", x, Number.POSITIVE_INFINITY), x, finite);
}

/** log(1 + x): the logarithm of the rounded sum, corrected by what the rounding lost. */
export function log1p(m: LaneMath, x: Lanes): Lanes {
  const sum = m.add(x, 1);
  const lost = m.div(m.sub(x, m.sub(sum, 1)), sum);
  const result = log(m, sum);
  const inside = m.bitwise("and", m.compare("gt", sum, 0), m.compare("lt", sum, Number.POSITIVE_INFINITY));
  const corrected = m.select(inside, m.add(result, lost), result);
  return m.select(m.compare("eq", x, 0), x, corrected);
}

const largestAngle = 1e6;

function circular(m: LaneMath, x: Lanes, quarter: number): Lanes {
  const angle = toFloat64(m, x);
  const shifted = m.add(m.mul(angle, 2 / Math.PI), rounding);
  const whole = m.sub(shifted, rounding);
  const high = m.sub(angle, m.mul(whole, halfPiHigh));
  const near = [m.sub(high, m.mul(whole, halfPiLow)), m.reinterpret("i64", shifted)];
  const isFar = m.not(m.compare("le", m.arithmetic("abs", x), largestAngle));
  const [rest, quarters] = patchedAll(m, near, isFar, () => {
    const [far, , turn] = m.callEach("farAngle", ["f64", "f64", "i64"], angle);
    return [far, turn];
  });
  const r = toFloat32(m, rest);
  const quadrant = m.add(toInt32(m, quarters), quarter);
  const z = m.mul(r, r);
  const sin = m.mulAdd(m.mul(m.polynomial(z, sine), z), r, r);
  const cos = m.add(m.sub(m.mul(m.mul(m.polynomial(z, cosine), z), z), m.mul(z, 0.5)), 1);
  const odd = m.nonZero(m.bitwise("and", quadrant, 1));
  const magnitude = m.reinterpret("i32", m.select(odd, cos, sin));
  const sign = m.shift("shl", m.bitwise("and", quadrant, 2), 30);
  return m.reinterpret("f32", m.bitwise("xor", magnitude, sign));
}

/** Of −0 the cubic term would be +0, and so the sum. */
export const sin = (m: LaneMath, x: Lanes): Lanes => m.select(m.compare("eq", x, 0), x, circular(m, x, 0));

export const cos = (m: LaneMath, x: Lanes): Lanes => circular(m, x, 1);

/** Near zero a polynomial; beyond, with t = e^(2|x|) − 1, tanh |x| = 1 − 2 / (t + 2). */
export function tanh(m: LaneMath, x: Lanes): Lanes {
  const magnitude = m.arithmetic("abs", x);
  const z = m.mul(x, x);
  const small = m.mulAdd(m.mul(m.polynomial(z, tangent), z), magnitude, magnitude);
  const t = expm1Bounded(m, m.atMost(m.add(magnitude, magnitude), 20));
  const large = m.sub(1, m.div(2, m.add(t, 2)));
  return withSign(m, m.select(m.compare("lt", magnitude, 0.625), small, large), x);
}

export function erf(m: LaneMath, x: Lanes): Lanes {
  const magnitude = m.arithmetic("abs", x);
  const small = m.mulAdd(m.polynomial(m.mul(x, x), errorNearZero), magnitude, magnitude);
  const tail = exp(m, m.polynomial(m.atMost(magnitude, 4), logErrorTail));
  return withSign(m, m.select(m.compare("lt", magnitude, 1), small, m.sub(1, tail)), x);
}
