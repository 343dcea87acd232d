/**
 * Logarithms of float64 and what is made of them: x = 2ᵉ (1 + f) with 1 + f in [√½, √2], and the series of the inverse
 * hyperbolic tangent in s = f / (2 + f). How f, f²/2 and the series are put together is the Sun Microsystems library's
 * (fdlibm, `e_log.c`, and `e_log2.c` of FreeBSD). Errors stay below 1 unit in the last place, of the inverse hyperbolic
 * functions below 2.
 */
import type { LaneMath } from "../../code/lane-math.ts";
import type { Lanes } from "../../code/lanes.ts";
import { unlessTiny, upper } from "./bits.ts";
import { exp, ln2High, ln2Low } from "./exponential.ts";

/** 2/3, 2/5, … */
const series = Array.from({ length: 11 }, (_, n) => 2 / (2 * n + 3));

export interface Split {
  /** The exponent. */
  readonly whole: Lanes;
  /** The rest of the factor 1 + f. */
  readonly mantissa: Lanes;
}

/** x > 0 as 2^whole · mantissa, with the mantissa in [start, 2 start); `start` is given by its bits. */
export function split(m: LaneMath, x: Lanes, start: bigint): Split {
  const subnormal = m.compare("lt", x, 2 ** -1022);
  const bits = m.reinterpret("i64", m.select(subnormal, m.mul(x, 2 ** 54), x));
  const exponent = m.shift("shr_u", m.add(bits, (1023n << 52n) - start), 52);
  // As the low bits of 2⁵² it is a float64 without conversion.
  const biased = m.sub(m.reinterpret("f64", m.bitwise("or", exponent, 0x4330n << 48n)), 2 ** 52 + 1023);
  return {
    whole: m.select(subnormal, m.sub(biased, 54), biased),
    mantissa: m.reinterpret("f64", m.sub(bits, m.shift("shl", m.sub(exponent, 1023n), 52))),
  };
}

/** log(1 + f) = f − half + rest, for x = 2^whole (1 + f) */
interface Parts {
  readonly whole: Lanes;
  readonly f: Lanes;
  readonly half: Lanes;
  readonly rest: Lanes;
}

function parts(m: LaneMath, x: Lanes): Parts {
  const { whole, mantissa } = split(m, x, 0x3fe6a09e667f3bcdn);
  const f = m.sub(mantissa, 1);
  const half = m.mul(m.mul(f, f), 0.5);
  const s = m.div(f, m.add(f, 2));
  const square = m.mul(s, s);
  return { whole, f, half, rest: m.mul(s, m.add(half, m.mul(square, m.polynomial(square, series)))) };
}

/** The logarithm's ends: −∞ at 0, NaN below and of NaN, ∞ at ∞. */
function ends(m: LaneMath, x: Lanes, result: Lanes): Lanes {
  const low = m.select(m.compare("eq", x, 0), Number.NEGATIVE_INFINITY, m.constant("f64", Number.NaN));
  const finite = m.select(m.compare("gt", x, 0), result, low);
  return m.select(m.compare("eq", x, Number.POSITIVE_INFINITY), x, finite);
}

/** log(x + correction · x) + ln 2 · more, of which the correction is tiny. */
function corrected(m: LaneMath, x: Lanes, correction?: Lanes, more?: Lanes): Lanes {
  const { f, half, rest, ...others } = parts(m, x);
  const whole = more ? m.add(others.whole, more) : others.whole;
  const low = m.mul(whole, ln2Low);
  const small = m.add(rest, correction ? m.add(low, correction) : low);
  return ends(m, x, m.sub(m.mul(whole, ln2High), m.sub(m.sub(half, small), f)));
}

export const log = (m: LaneMath, x: Lanes): Lanes => corrected(m, x);

/** A logarithm to another base: log e and log 2 to this base, each in two parts of which the first has few bits. */
function based(m: LaneMath, x: Lanes, e: readonly [number, number], two: readonly [number, number]): Lanes {
  const { whole, f, half, rest } = parts(m, x);
  const high = upper(m, m.sub(f, half));
  const low = m.add(m.sub(m.sub(f, high), half), rest);
  const exact = m.mul(high, e[0]);
  const small = m.add(m.add(m.mul(m.add(low, high), e[1]), m.mul(low, e[0])), m.mul(whole, two[1]));
  const large = m.mul(whole, two[0]);
  const sum = m.add(large, exact);
  return ends(m, x, m.add(m.add(small, m.add(m.sub(large, sum), exact)), sum));
}

export const log2 = (m: LaneMath, x: Lanes): Lanes => based(m, x, [1.4426950407214463, 1.6751713164886512e-10], [1, 0]);

export const log10 = (m: LaneMath, x: Lanes): Lanes =>
  based(m, x, [0.4342944818781689, 2.5082946711645275e-11], [0.3010299955494702, 1.1451100898021838e-10]);

/** 1 + x, and what rounding it lost in proportion. */
function oneMore(m: LaneMath, x: Lanes): { readonly sum: Lanes; readonly lost: Lanes } {
  const sum = m.add(x, 1);
  return { sum, lost: m.div(m.sub(x, m.sub(sum, 1)), sum) };
}

export function log1p(m: LaneMath, x: Lanes): Lanes {
  const { sum, lost } = oneMore(m, x);
  return unlessTiny(m, x, corrected(m, sum, lost));
}

/** From here on what asinh and acosh add to 2|x| does not count. */
const large = 2 ** 28;

/** log(1 + small), or log(2x) where x is large. */
function inverse(m: LaneMath, x: Lanes, small: Lanes): Lanes {
  const isLarge = m.compare("gt", x, large);
  const { sum, lost } = oneMore(m, small);
  return corrected(
    m,
    m.select(isLarge, x, sum),
    m.select(isLarge, 0, lost),
    m.select(isLarge, m.constant("f64", 1), 0),
  );
}

export function asinh(m: LaneMath, x: Lanes): Lanes {
  const a = m.arithmetic("abs", x);
  const square = m.mul(a, a);
  const small = m.add(a, m.div(square, m.add(m.arithmetic("sqrt", m.add(square, 1)), 1)));
  return unlessTiny(m, x, m.copysign(inverse(m, a, small), x));
}

export function acosh(m: LaneMath, x: Lanes): Lanes {
  const t = m.sub(x, 1);
  const small = m.add(t, m.arithmetic("sqrt", m.mul(t, m.add(t, 2))));
  return m.select(m.compare("lt", x, 1), Number.NaN, inverse(m, x, small));
}

export function atanh(m: LaneMath, x: Lanes): Lanes {
  const a = m.arithmetic("abs", x);
  const twice = m.add(a, a);
  const { sum, lost } = oneMore(m, m.add(twice, m.div(m.mul(twice, a), m.sub(1, a))));
  const result = m.copysign(m.mul(corrected(m, sum, lost), 0.5), x);
  return unlessTiny(m, x, m.select(m.compare("gt", a, 1), Number.NaN, result));
}

/** log(eˣ + eʸ), without overflow. */
export function logAddExp(m: LaneMath, x: Lanes, y: Lanes): Lanes {
  const high = m.arithmetic("max", x, y);
  const result = m.add(high, log1p(m, exp(m, m.sub(m.arithmetic("min", x, y), high))));
  // Equal infinities would give ∞ − ∞.
  return m.select(m.compare("eq", x, y), m.add(x, Math.LN2), result);
}
