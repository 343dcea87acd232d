/**
 * The error function of float64 and its relatives. Errors stay below 3 units in the last place for erf, 4 for erfinv, 6 for
 * erfc.
 */
import { iterate } from "../../code/iterate.ts";
import type { LaneMath } from "../../code/lane-math.ts";
import type { Lanes } from "../../code/lanes.ts";
import { upper } from "./bits.ts";
import { expTimes } from "./exponential.ts";
import { log1p } from "./logarithm.ts";

const slope = 2 / Math.sqrt(Math.PI);

/** erf(x) / x − 1 in x²: the Taylor series, enough for |x| <= 1/2. */
const series = Array.from({ length: 13 }, (_, n) => {
  let term = slope;
  for (let k = 1; k <= n; k++) term /= -k;
  return n === 0 ? slope - 1 : term / (2 * n + 1);
});

/** (x + 4) e^(x²) erfc(x) in 10.5 / (x + 4) − 1.328125, interpolated in Chebyshev nodes for x in [1/2, 28]. */
const tailCoefficients = [
  1.1077317420472135, 0.7582405069420934, 0.4602248451707179, 0.2462898037267453, 0.11503561844402874,
  0.04609764498015765, 0.01537605663702259, 0.004017167006871345, 0.000697136437848276, 1.9501717970394e-5,
  -3.1524284547993e-5, -8.895636369628e-6, -2.5105623567e-8, 5.72049960637e-7, 9.8261309667e-8, -2.6798978964e-8,
  -1.0622974508e-8, 9.98939686e-10, 8.850309e-10, -2.4050367e-11, -5.1829022e-11,
];

/** erf for |x| <= 1/2. */
const nearZero = (m: LaneMath, x: Lanes): Lanes => m.add(m.mul(m.polynomial(m.mul(x, x), series), x), x);

/** erfc for x >= 1/2. The square of x is taken with its rounding error, which the exponential would magnify. */
function tail(m: LaneMath, x: Lanes): Lanes {
  const near = m.atMost(x, 28);
  const u = m.div(1, m.add(near, 4));
  const factor = m.mul(m.polynomial(m.sub(m.mul(u, 10.5), 1.328125), tailCoefficients), u);
  const square = m.mul(near, near);
  const head = upper(m, near);
  const lost = m.add(m.sub(m.mul(head, head), square), m.mul(m.sub(near, head), m.add(near, head)));
  return expTimes(m, factor, m.arithmetic("neg", square), m.arithmetic("neg", lost));
}

const isNear = (m: LaneMath, magnitude: Lanes): Lanes => m.compare("lt", magnitude, 0.5);

export function erf(m: LaneMath, x: Lanes): Lanes {
  const magnitude = m.arithmetic("abs", x);
  const far = m.copysign(m.sub(1, tail(m, magnitude)), x);
  return m.select(isNear(m, magnitude), nearZero(m, x), far);
}

export function erfc(m: LaneMath, x: Lanes): Lanes {
  const magnitude = m.arithmetic("abs", x);
  const beyond = tail(m, magnitude);
  const far = m.select(m.compare("lt", x, 0), m.sub(2, beyond), beyond);
  return m.select(isNear(m, magnitude), m.sub(1, nearZero(m, x)), far);
}

/**
 * The inverse of erf: a start of S. Winitzki ("A handy approximation for the error function and its inverse", 2008), then
 * Halley's method, with f'' / f' = −2x; from 1/2 on in terms of erfc, whose values are not close to 1.
 */
export function erfinv(m: LaneMath, y: Lanes): Lanes {
  const target = m.arithmetic("abs", y);
  const distance = m.sub(1, target);
  const a = 0.147;
  const l = log1p(m, m.arithmetic("neg", m.mul(y, y)));
  const half = m.add(m.mul(l, 0.5), 2 / (Math.PI * a));
  const root = m.arithmetic("sqrt", m.sub(m.mul(half, half), m.div(l, a)));
  // The square root cancels for small y, where the slope at 0 is the better start.
  const isSmall = m.compare("lt", target, 0.01);
  const start = m.select(isSmall, m.div(target, slope), m.arithmetic("sqrt", m.sub(root, half)));
  const zero = m.constant("f64", 0);
  const [x] = iterate(m, [start], 3, ([x]) => {
    const error = m.select(isNear(m, x), m.sub(nearZero(m, x), target), m.sub(distance, tail(m, x)));
    const step = m.mul(error, expTimes(m, m.constant("f64", 1 / slope), m.mul(x, x), zero));
    return [m.sub(x, m.div(step, m.add(m.mul(x, step), 1)))];
  });
  const known = m.select(m.compare("eq", distance, 0), Number.POSITIVE_INFINITY, x);
  const inside = m.compare("ge", distance, 0);
  return m.select(inside, m.select(m.compare("eq", y, 0), y, m.copysign(known, y)), Number.NaN);
}
