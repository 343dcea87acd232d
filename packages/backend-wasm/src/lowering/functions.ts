/**
 * Functions of float32, in float32 arithmetic (reductions of angles in float64), for one value or four. Coefficients are
 * polynomial interpolations in Chebyshev nodes of what each comment names, rounded to float32; errors stay below 2 units
 * in the last place.
 */
import type { LaneMath, Lanes } from "./lanes.ts";

const log2e = Math.LOG2E;
/** ln 2 in two parts; the first has so few bits that its product with an exponent is exact. */
const ln2High = 0.693359375;
const ln2Low = Math.LN2 - ln2High;
/** Adding it rounds to an integer, which then stands in the low bits. */
const rounding32 = 1.5 * 2 ** 23;
const rounding64 = 1.5 * 2 ** 52;

/** (eʳ − 1 − r) / r² for |r| <= ln 2 / 2. */
const exponential = [
  0.5, 0.1666666716337204, 0.041666463017463684, 0.00833331048488617, 0.0013933685841038823, 0.00019891030387952924,
];
/** The Taylor coefficients of 2ʳ, enough for float64 / 2¹² where |r| <= 1/2. */
const binary = Array.from({ length: 11 }, (_, n) => {
  let term = 1;
  for (let k = 1; k <= n; k++) term *= Math.LN2 / k;
  return term;
});
/** (log(1 + f) − f + f²/2) / f³ for 1 + f in [√½, √2]. */
const logarithm = [
  0.3333333134651184, -0.2499999701976776, 0.20000715553760529, -0.1666780263185501, 0.14249058067798615,
  -0.12425687164068222, 0.11685419827699661, -0.11479733884334564, 0.06971611827611923,
];
/** (sin r − r) / r³ and (cos r − 1 + r²/2) / r⁴ in r², for |r| <= π/4. */
const sine = [-0.1666666716337204, 0.008333331905305386, -0.00019840082677546889, 0.0000027249313916399842];
const cosine = [0.0416666679084301, -0.00138888880610466, 0.00002480059629306197, -2.730044741383608e-7];
/** (tanh x − x) / x³ in x², for |x| <= 5/8. */
const tangent = [
  -0.3333333432674408, 0.13333304226398468, -0.053959257900714874, 0.02176891826093197, -0.008343945257365704,
  0.0022927450481802225,
];
/** erf(x) / x − 1 in x², for |x| <= 1. */
const errorNearZero = [
  0.128379225730896, -0.37612637877464294, 0.11283782124519348, -0.026865430176258087, 0.005221031606197357,
  -0.0008484080317430198, 0.00011265958892181516, -0.000009667044650996104,
];
/** log(1 − erf(x)) for x in [1, 4]. */
const logErrorTail = [
  0.0003201380604878068, -1.1302334070205688, -0.6318260431289673, -0.11008008569478989, 0.026421135291457176,
  -0.004759596195071936, 0.0005968056502752006, -0.00004605804133461788, 0.0000016371513993362896,
];

/** x rounded to an integer, as a float, and as an integer to which a multiple of 2⁹ was added. */
function nearest(m: LaneMath, shifted: Lanes): { whole: Lanes; exponent: Lanes } {
  return { whole: m.sub(shifted, m.constant("f32", rounding32)), exponent: m.reinterpret("i32", shifted) };
}

/** 2^(k + bias) for −126 <= k + bias <= 127, of whose k only the low nine bits count. */
function powerOfTwo(m: LaneMath, k: Lanes, bias = 0): Lanes {
  return m.reinterpret("f32", m.add(m.shift("shl", k, 23), m.constant("i32", (127 + bias) << 23)));
}

/** y · 2ᵏ for −252 <= k <= 254, rounded once unless it is subnormal. */
function scaled(m: LaneMath, y: Lanes, k: Lanes): Lanes {
  const half = m.shift("shr_s", k, 1);
  return m.mul(m.mul(y, powerOfTwo(m, half)), powerOfTwo(m, m.sub(k, half)));
}

/** x = k ln 2 + r: gives k and eʳ − 1. */
function reduceExponent(m: LaneMath, x: Lanes): { exponent: Lanes; rest: Lanes } {
  const { whole, exponent } = nearest(m, m.mulAdd(x, m.constant("f32", log2e), m.constant("f32", rounding32)));
  const r = m.mulSub(whole, m.constant("f32", ln2Low), m.mulSub(whole, m.constant("f32", ln2High), x));
  const rest = m.mulAdd(m.polynomial(r, exponential), m.mul(r, r), r);
  return { exponent, rest };
}

const between = (m: LaneMath, x: Lanes, low: number, high: number): Lanes =>
  m.atLeast(m.atMost(x, m.constant("f32", high)), m.constant("f32", low));

export function exp(m: LaneMath, x: Lanes): Lanes {
  const { exponent, rest } = reduceExponent(m, between(m, x, -104, 89));
  return scaled(m, m.add(rest, m.constant("f32", 1)), exponent);
}

/** In float64, and so rounded once: what cancels against it (logaddexp2) magnifies its error. */
export function exp2(m: LaneMath, x: Lanes): Lanes {
  const near = m.toFloat64(between(m, x, -151, 129));
  const shifted = m.add(near, m.constant("f64", rounding64));
  const r = m.sub(near, m.sub(shifted, m.constant("f64", rounding64)));
  const exponent = m.add(m.toInt64(m.toInt32(m.reinterpret64("i64", shifted))), m.constant("i64", 1023n));
  const scale = m.reinterpret64("f64", m.shift("shl", exponent, 52));
  return m.toFloat32(m.mul(m.polynomial(r, binary), scale));
}

/** For x <= 89; computed as half of it, so that it overflows where it should. */
function expm1Bounded(m: LaneMath, x: Lanes): Lanes {
  const { exponent, rest } = reduceExponent(m, x);
  const scale = powerOfTwo(m, exponent, -1);
  const half = m.mulAdd(scale, rest, m.sub(scale, m.constant("f32", 0.5)));
  return m.add(half, half);
}

export function expm1(m: LaneMath, x: Lanes): Lanes {
  const result = expm1Bounded(m, between(m, x, -26, 89));
  return m.select(m.compare("eq", x, m.constant("f32", 0)), x, result);
}

interface Logarithm {
  /** x = 2ᵉ · (1 + f) */
  readonly exponent: Lanes;
  readonly f: Lanes;
  /** log(1 + f) − f + f²/2 */
  readonly cubic: Lanes;
  readonly square: Lanes;
}

function splitLogarithm(m: LaneMath, x: Lanes): Logarithm {
  const subnormal = m.compare("lt", x, m.constant("f32", 2 ** -126));
  const normal = m.select(subnormal, m.mul(x, m.constant("f32", 2 ** 23)), x);
  const bits = m.reinterpret("i32", normal);
  // √½ = 0x3f3504f3: the exponent counts from there.
  const exponent = m.shift("shr_s", m.sub(bits, m.constant("i32", 0x3f3504f3)), 23);
  const mantissa = m.reinterpret("f32", m.sub(bits, m.shift("shl", exponent, 23)));
  const f = m.sub(mantissa, m.constant("f32", 1));
  const square = m.mul(f, f);
  const cubic = m.mul(m.mul(f, square), m.polynomial(f, logarithm));
  const whole = m.integerToFloat(m.sub(exponent, m.select(subnormal, m.constant("i32", 23), m.constant("i32", 0))));
  return { exponent: whole, f, cubic, square };
}

/** The logarithm's ends: −∞ at 0, NaN below and of NaN, ∞ at ∞. */
function logarithmEnds(m: LaneMath, x: Lanes, result: Lanes): Lanes {
  const zero = m.constant("f32", 0);
  const infinity = m.constant("f32", Number.POSITIVE_INFINITY);
  const low = m.select(
    m.compare("eq", x, zero),
    m.constant("f32", Number.NEGATIVE_INFINITY),
    m.constant("f32", Number.NaN),
  );
  const finite = m.select(m.compare("gt", x, zero), result, low);
  return m.select(m.compare("eq", x, infinity), infinity, finite);
}

export function log(m: LaneMath, x: Lanes): Lanes {
  const { exponent, f, cubic, square } = splitLogarithm(m, x);
  const low = m.mulAdd(exponent, m.constant("f32", ln2Low), cubic);
  const sum = m.add(m.mulSub(square, m.constant("f32", 0.5), low), f);
  return logarithmEnds(m, x, m.mulAdd(exponent, m.constant("f32", ln2High), sum));
}

/** log(1 + f) − f. */
function withoutLinear(m: LaneMath, { cubic, square }: Logarithm): Lanes {
  return m.mulSub(square, m.constant("f32", 0.5), cubic);
}

/** log₂ m = 2 log₂e artanh s with s = (m − 1) / (m + 1): the series in s², for m in [√½, √2]. */
const artanh = Array.from({ length: 8 }, (_, n) => (2 * Math.LOG2E) / (2 * n + 1));

/** In float64, for the same reason as `exp2`. */
export function log2(m: LaneMath, x: Lanes): Lanes {
  const bits = m.reinterpret64("i64", m.toFloat64(x));
  // The bits of √½: the exponent counts from there.
  const exponent = m.shift("shr_s", m.sub(bits, m.constant("i64", 0x3fe6a09e667f3bcdn)), 52);
  const mantissa = m.reinterpret64("f64", m.sub(bits, m.shift("shl", exponent, 52)));
  const one = m.constant("f64", 1);
  const s = m.div(m.sub(mantissa, one), m.add(mantissa, one));
  const fraction = m.mul(s, m.polynomial(m.mul(s, s), artanh));
  return logarithmEnds(m, x, m.toFloat32(m.add(m.toFloat64(m.toInt32(exponent)), fraction)));
}

/** log₁₀e = 7/16 + a rest, log₁₀2 = 77/256 + a rest: products with the rests first. */
export function log10(m: LaneMath, x: Lanes): Lanes {
  const { f, exponent, ...parts } = splitLogarithm(m, x);
  const y = withoutLinear(m, { f, exponent, ...parts });
  const base = 0.30078125;
  const high = m.constant("f32", 0.4375);
  const low = m.constant("f32", Math.LOG10E - 0.4375);
  const rests = m.mulAdd(f, low, m.mulAdd(y, low, m.mul(exponent, m.constant("f32", Math.LN2 / Math.LN10 - base))));
  const sum = m.mulAdd(f, high, m.mulAdd(y, high, rests));
  return logarithmEnds(m, x, m.mulAdd(exponent, m.constant("f32", base), sum));
}

/** log(1 + x): the logarithm of the rounded sum, corrected by what the rounding lost. */
export function log1p(m: LaneMath, x: Lanes): Lanes {
  const one = m.constant("f32", 1);
  const sum = m.add(x, one);
  const lost = m.div(m.sub(x, m.sub(sum, one)), sum);
  const result = log(m, sum);
  const inside = m.bitwise(
    "and",
    m.compare("gt", sum, m.constant("f32", 0)),
    m.compare("lt", sum, m.constant("f32", Number.POSITIVE_INFINITY)),
  );
  const corrected = m.select(inside, m.add(result, lost), result);
  return m.select(m.compare("eq", x, m.constant("f32", 0)), x, corrected);
}

/** π/2 in two parts; the first has 33 bits, so that its product with up to 20 bits is exact in float64. */
const halfPiHigh = 1.57079632673412561417;
const halfPiLow = 6.07710050650619224932e-11;
const largestAngle = 1e6;

function circular(m: LaneMath, x: Lanes, quarter: number, far: "float_sin" | "float_cos"): Lanes {
  const angle = m.toFloat64(x);
  const shifted = m.add(m.mul(angle, m.constant("f64", 2 / Math.PI)), m.constant("f64", rounding64));
  const whole = m.sub(shifted, m.constant("f64", rounding64));
  const high = m.sub(angle, m.mul(whole, m.constant("f64", halfPiHigh)));
  const r = m.toFloat32(m.sub(high, m.mul(whole, m.constant("f64", halfPiLow))));
  const quadrant = m.add(m.toInt32(m.reinterpret64("i64", shifted)), m.constant("i32", quarter));
  const z = m.mul(r, r);
  const sin = m.mulAdd(m.mul(m.polynomial(z, sine), z), r, r);
  const cos = m.add(
    m.sub(m.mul(m.mul(m.polynomial(z, cosine), z), z), m.mul(z, m.constant("f32", 0.5))),
    m.constant("f32", 1),
  );
  const odd = m.nonZero(m.bitwise("and", quadrant, m.constant("i32", 1)));
  const magnitude = m.reinterpret("i32", m.select(odd, cos, sin));
  const sign = m.shift("shl", m.bitwise("and", quadrant, m.constant("i32", 2)), 30);
  const near = m.reinterpret("f32", m.bitwise("xor", magnitude, sign));
  const isFar = m.not(m.compare("le", m.arithmetic("abs", x), m.constant("f32", largestAngle)));
  return m.patched(near, isFar, () => m.lanewise([x], ([one]) => m.viaFloat64(far, one)));
}

/** Of −0 the cubic term would be +0, and so the sum. */
export const sin = (m: LaneMath, x: Lanes): Lanes =>
  m.select(m.compare("eq", x, m.constant("f32", 0)), x, circular(m, x, 0, "float_sin"));

export const cos = (m: LaneMath, x: Lanes): Lanes => circular(m, x, 1, "float_cos");

/** Near zero a polynomial; beyond, with t = e^(2|x|) − 1, tanh |x| = 1 − 2 / (t + 2). */
export function tanh(m: LaneMath, x: Lanes): Lanes {
  const magnitude = m.arithmetic("abs", x);
  const z = m.mul(x, x);
  const small = m.mulAdd(m.mul(m.polynomial(z, tangent), z), x, x);
  const t = expm1Bounded(m, m.atMost(m.add(magnitude, magnitude), m.constant("f32", 20)));
  const two = m.constant("f32", 2);
  const large = m.copysign(m.sub(m.constant("f32", 1), m.div(two, m.add(t, two))), x);
  const zeroKept = m.select(m.compare("eq", x, m.constant("f32", 0)), x, small);
  return m.select(m.compare("lt", magnitude, m.constant("f32", 0.625)), zeroKept, large);
}

export function erf(m: LaneMath, x: Lanes): Lanes {
  const magnitude = m.arithmetic("abs", x);
  const small = m.mulAdd(m.polynomial(m.mul(x, x), errorNearZero), x, x);
  const tail = exp(m, m.polynomial(m.atMost(magnitude, m.constant("f32", 4)), logErrorTail));
  const large = m.copysign(m.sub(m.constant("f32", 1), tail), x);
  return m.select(m.compare("lt", magnitude, m.constant("f32", 1)), small, large);
}
