/**
 * Exponential functions of float64: x = k ln 2 + r, and the Taylor series of eʳ, which converges fast enough for
 * |r| <= ln 2 / 2. Errors stay below 1.1 units in the last place, of the hyperbolic functions below 2.
 */
import type { LaneMath } from "../../code/lane-math.ts";
import type { Lanes } from "../../code/lanes.ts";
import { fastSum, powerOfTwo, scaled, unlessTiny, upper } from "./bits.ts";

/** ln 2 in two parts; the first has so few bits that its product with an exponent is exact. */
export const ln2High = 6.9314718036912381649e-1;
export const ln2Low = 1.90821492927058770002e-10;

/** The same with fewer bits in the first part. */
const ln2Head = 0.6931471824645996;
const ln2Tail = -1.904654299957768e-9;

/** 1/n! from 1/2! on. */
const series: number[] = [];
for (let n = 2, term = 1; n < 14; n++) {
  term /= n;
  series.push(term);
}

/** e^x = 2^whole (1 + r + tail) */
interface Reduced {
  readonly whole: Lanes;
  readonly r: Lanes;
  readonly tail: Lanes;
}

/** e^(r + rest) without 1 and r. */
const beyond = (m: LaneMath, r: Lanes, rest: Lanes): Lanes => m.add(m.mul(m.mul(r, r), m.polynomial(r, series)), rest);

/** Of x, and a small number added to it. */
function reduce(m: LaneMath, x: Lanes, added?: Lanes): Reduced {
  const whole = m.arithmetic("nearest", m.mul(x, Math.LOG2E));
  const taken = m.mul(whole, -ln2Low);
  const { high, low } = fastSum(m, m.sub(x, m.mul(whole, ln2High)), added ? m.add(taken, added) : taken);
  return { whole, r: high, tail: beyond(m, high, low) };
}

/** 2^whole (1 + r + tail) · 2^shift */
const assembled = (m: LaneMath, { whole, r, tail }: Reduced, shift: number): Lanes =>
  scaled(m, m.add(m.add(r, tail), 1), m.add(whole, shift));

/** 2^whole (1 + r + tail) − 1, halved so that it overflows where it should. */
function halfLessOne(m: LaneMath, { whole, r, tail }: Reduced): Lanes {
  const scale = powerOfTwo(m, m.sub(whole, 1));
  return m.add(m.add(m.mul(scale, r), m.sub(scale, 0.5)), m.mul(scale, tail));
}

export const exp = (m: LaneMath, x: Lanes): Lanes => assembled(m, reduce(m, m.atLeast(m.atMost(x, 710), -746)), 0);

/** factor · e^(x + added), of which the second is small. */
export function expTimes(m: LaneMath, factor: Lanes, x: Lanes, added: Lanes): Lanes {
  const { whole, r, tail } = reduce(m, x, added);
  return scaled(m, m.mul(m.add(m.add(r, tail), 1), factor), whole);
}

/** 2^(near + low) of a sum whose second part is small. */
export function exp2OfPair(m: LaneMath, near: Lanes, low: Lanes): Lanes {
  const whole = m.arithmetic("nearest", near);
  const fraction = m.sub(near, whole);
  const head = upper(m, fraction);
  const r = m.mul(m.add(fraction, low), Math.LN2);
  const exact = m.sub(m.mul(head, ln2Head), r);
  const tail = m.add(m.mul(m.add(m.sub(fraction, head), low), Math.LN2), m.mul(head, ln2Tail));
  return assembled(m, { whole, r, tail: beyond(m, r, m.add(exact, tail)) }, 0);
}

export const exp2 = (m: LaneMath, x: Lanes): Lanes =>
  exp2OfPair(m, m.atLeast(m.atMost(x, 1025), -1076), m.constant("f64", 0));

export function expm1(m: LaneMath, x: Lanes): Lanes {
  const half = halfLessOne(m, reduce(m, m.atLeast(m.atMost(x, 710), -40)));
  return unlessTiny(m, x, m.add(half, half));
}

/** Beyond this, e^−x does not count beside e^x. */
const alone = 20;

/** With h = (e^|x| − 1) / 2: sinh |x| = h + h / (2h + 1). */
export function sinh(m: LaneMath, x: Lanes): Lanes {
  const magnitude = m.atMost(m.arithmetic("abs", x), 711);
  const reduced = reduce(m, magnitude);
  const half = halfLessOne(m, reduced);
  const sum = m.add(half, m.div(half, m.add(m.add(half, half), 1)));
  const result = m.select(m.compare("gt", magnitude, alone), assembled(m, reduced, -1), sum);
  return unlessTiny(m, x, m.copysign(result, x));
}

export function cosh(m: LaneMath, x: Lanes): Lanes {
  const half = assembled(m, reduce(m, m.atMost(m.arithmetic("abs", x), 711)), -1);
  return m.add(half, m.div(0.25, half));
}

/** With h = (e^(2|x|) − 1) / 2: tanh |x| = h / (h + 1) = h − h² / (h + 1) = 1 − 1 / (h + 1). */
export function tanh(m: LaneMath, x: Lanes): Lanes {
  const magnitude = m.atMost(m.arithmetic("abs", x), alone);
  const half = halfLessOne(m, reduce(m, m.add(magnitude, magnitude)));
  const small = m.compare("lt", magnitude, 0.5);
  const quotient = m.div(m.select(small, m.mul(half, half), 1), m.add(half, 1));
  return unlessTiny(m, x, m.copysign(m.sub(m.select(small, half, 1), quotient), x));
}
