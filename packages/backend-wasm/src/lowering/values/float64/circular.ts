/**
 * Sine, cosine and tangent of float64: the angle less a multiple of π/2, then Taylor series on [−π/4, π/4], whose last
 * bits are put together as in the Sun Microsystems library (fdlibm, `k_sin.c` and `k_cos.c`). Errors stay below 1 unit in
 * the last place, of the tangent below 2.
 */
import type { LaneMath } from "../../code/lane-math.ts";
import type { Lanes } from "../../code/lanes.ts";
import { patchedAll } from "../../code/patched.ts";
import { difference, fastSum, rounding } from "./bits.ts";

/** π/2 in parts; the first three have 33 bits, so that their products with up to 20 bits are exact. */
const halfPi = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32];
const largestNear = 1e6;

/** ±1/n! for n = first, first + 2, … */
const inverseFactorials = (first: number): number[] =>
  Array.from({ length: 7 }, (_, i) => {
    let term = i % 2 === 0 ? 1 : -1;
    for (let k = 2; k <= first + 2 * i; k++) term /= k;
    return term;
  });
const sine = inverseFactorials(5);
const cosine = inverseFactorials(4);

interface Circular {
  readonly sin: Lanes;
  readonly cos: Lanes;
  /** How many quarter turns were taken off; its low bits count. */
  readonly quarters: Lanes;
}

function circular(m: LaneMath, x: Lanes): Circular {
  const shifted = m.add(m.mul(x, 2 / Math.PI), rounding);
  const whole = m.sub(shifted, rounding);
  const first = m.sub(x, m.mul(whole, halfPi[0]));
  const second = difference(m, first, m.mul(whole, halfPi[1]));
  const third = difference(m, second.high, m.mul(whole, halfPi[2]));
  const near = fastSum(m, third.high, m.sub(m.add(second.low, third.low), m.mul(whole, halfPi[3])));
  const isFar = m.not(m.compare("le", m.arithmetic("abs", x), largestNear));
  const [r, rest, quarters] = patchedAll(m, [near.high, near.low, m.reinterpret("i64", shifted)], isFar, () =>
    m.callEach("farAngle", ["f64", "f64", "i64"], x),
  );

  const z = m.mul(r, r);
  const cube = m.mul(z, r);
  const bend = m.sub(m.mul(rest, 0.5), m.mul(cube, m.polynomial(z, sine)));
  const sin = m.sub(r, m.add(m.sub(m.mul(z, bend), rest), m.mul(cube, 1 / 6)));
  const half = m.mul(z, 0.5);
  const most = m.sub(1, half);
  const small = m.sub(m.mul(m.mul(z, z), m.polynomial(z, cosine)), m.mul(r, rest));
  const cos = m.add(most, m.add(m.sub(m.sub(1, most), half), small));
  return { sin, cos, quarters };
}

const isOdd = (m: LaneMath, quarters: Lanes): Lanes => m.nonZero(m.bitwise("and", quarters, 1n));

/** Negated where the bit is set that `shift` moves to the sign. */
function signed(m: LaneMath, x: Lanes, bits: Lanes, shift: number): Lanes {
  const sign = m.bitwise("and", m.shift("shl", bits, shift), -(2n ** 63n));
  return m.reinterpret("f64", m.bitwise("xor", m.reinterpret("i64", x), sign));
}

/** Keeps −0. */
const unlessZero = (m: LaneMath, x: Lanes, result: Lanes): Lanes => m.select(m.compare("eq", x, 0), x, result);

export function sin(m: LaneMath, x: Lanes): Lanes {
  const { sin, cos, quarters } = circular(m, x);
  return unlessZero(m, x, signed(m, m.select(isOdd(m, quarters), cos, sin), quarters, 62));
}

export function cos(m: LaneMath, x: Lanes): Lanes {
  const { sin, cos, quarters } = circular(m, x);
  return signed(m, m.select(isOdd(m, quarters), sin, cos), m.add(quarters, 1n), 62);
}

export function tan(m: LaneMath, x: Lanes): Lanes {
  const { sin, cos, quarters } = circular(m, x);
  const odd = isOdd(m, quarters);
  const quotient = m.div(m.select(odd, cos, sin), m.select(odd, sin, cos));
  return unlessZero(m, x, signed(m, quotient, quarters, 63));
}
