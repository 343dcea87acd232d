/** The standard normal distribution's area, its logarithm and its inverse; the scaled error function. */
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { chebyshev } from "../elementwise/chebyshev.ts";
import { unary } from "../elementwise/operands.ts";

/** (1 + 2x) e^x² erfc(x) of x ≥ 0 in Chebyshev polynomials of (x - c) / (x + c), c = 3.75 (Shepherd and Laframboise 1981). */
const scaled = [
  1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753,
  0.009074997670705265, -0.002413163540417608, 0.0004907758365258086, -6.916973302501207e-5, 4.13902798607301e-6,
  7.74038306619849e-7, -2.1886401049234397e-7, 1.076499946567091e-8, 4.521959811218287e-9, -7.754400208831351e-10,
  -6.318088340886684e-11, 2.86879501093067e-11, 1.9455868545777347e-13, -9.65469674843344e-13, 3.25254814814874e-14,
  3.3478119482868056e-14, -1.864562880419313e-15, -1.2507950530688648e-15, 7.418235256624044e-17, 5.068148904796111e-17,
];

/** e^x² erfc(x). */
function scaledErfc(input: Term): Term {
  const x = m.toFloat(input);
  const size = m.abs(x);
  // Up to infinity, where the quotient below is 1.
  const y = m.where(m.isInfinite(x), 1, m.div(m.sub(size, 3.75), m.add(size, 3.75)));
  const right = m.div(chebyshev(y, scaled), m.add(m.mul(size, 2), 1));
  const negative = m.minimum(x, 0);
  return m.where(m.lt(x, 0), m.sub(m.mul(m.exp(m.mul(negative, negative)), 2), right), right);
}

/** e^x² erfc(x): what erfc loses where it is small. */
export const erfcx = unary("special_erfcx", scaledErfc, {
  derivative: (g, input, output) => m.mul(g, m.sub(m.mul(m.mul(input(), 2), output()), 2 / Math.sqrt(Math.PI))),
});

const area = (x: Term): Term => m.mul(m.erfc(m.mul(x, -Math.SQRT1_2)), 0.5);

/** The standard normal distribution's area below x: ½ erfc(-x / √2). */
export const ndtr = unary("special_ndtr", (x) => area(m.toFloat(x)));

/** The logarithm of `ndtr`, accurate where that is near 0 or 1. */
export const logNdtr = unary(
  "special_log_ndtr",
  (input) => {
    const x = m.toFloat(input);
    const t = m.mul(x, Math.SQRT1_2);
    const left = m.minimum(t, -Math.SQRT1_2);
    const small = m.sub(m.log(m.mul(scaledErfc(m.neg(left)), 0.5)), m.mul(left, left));
    return m.where(m.lt(x, -1), small, m.log1p(m.mul(m.erfc(t), -0.5)));
  },
  {
    derivative: (g, input) => m.div(m.mul(g, Math.sqrt(2 / Math.PI)), scaledErfc(m.mul(input(), -Math.SQRT1_2))),
  },
);

/**
 * z - ln(z) / z + ndtri(p) with z = √(-2 ln p), in Chebyshev polynomials of 1 / z: of z from 2 to 8, and from 8 to 64.
 */
const tailNear = [
  0.3294188214147631, 0.2161455205580251, 0.00646529583451328, -0.0001275183948865302, 4.575015535276602e-6,
  2.939358237685173e-7, -2.836582317468518e-7, 9.719603487782481e-8, -2.5567092436755426e-8, 5.98066648833639e-9,
  -1.3378085801669526e-9, 2.998302864072588e-10, -6.921743012435546e-11, 1.661530109989675e-11, -4.1307838047637635e-12,
  1.0539637346712683e-12, -2.737816270500672e-13, 7.20616224561919e-14, -1.9180256092833572e-14, 5.1595803578168425e-15,
  -1.4025323822078983e-15, 3.851335330350926e-16, -1.0676960547877132e-16, 2.985909688358166e-17,
  -8.416552071965353e-18,
];
const tailFar = [
  0.06654495974400872, 0.052726300605813334, 0.000589614716934968, 1.196750923198706e-5, -3.4098524792167268e-6,
  6.573612202456031e-7, -1.3186724964235006e-7, 2.9702379411805765e-8, -7.476769414629598e-9, 2.0533418500861852e-9,
  -6.031276120927268e-10, 1.8683634358947945e-10, -6.042116030460747e-11, 2.0243225006386442e-11,
  -6.985690572713128e-12, 2.4718402279888e-12, -8.936493928224267e-13, 3.291615201748162e-13, -1.2323550750385798e-13,
  4.680738206576758e-14, -1.800733668472019e-14, 7.007377934022003e-15, -2.7550814337801705e-15, 1.0933498254036685e-15,
  -4.375833442811769e-16, 1.7648939480574302e-16, -7.168891114703612e-17, 2.9309873882968416e-17,
  -1.205552403966911e-17, 4.986252910007788e-18, -2.0730286309125824e-18,
];
/** Below this, and above 1 minus this, tails are taken: z = 2. */
const tail = Math.exp(-2);

function quantile(input: Term): Term {
  const p = m.toFloat(input);
  const upper = m.gt(p, 1 - tail);
  const side = m.where(upper, m.sub(1, p), p);
  const z = m.sqrt(m.mul(m.log(m.where(m.and(m.gt(side, 0), m.lt(side, tail)), side, tail)), -2));
  // 1 / z from [1 / b, 1 / a] to [-1, 1].
  const at = (a: number, b: number): Term => m.sub(m.mul(m.sub(m.div(1, z), 1 / b), 2 / (1 / a - 1 / b)), 1);
  const far = m.gt(z, 8);
  const series = m.where(far, chebyshev(at(8, 64), tailFar), chebyshev(m.where(far, 0, at(2, 8)), tailNear));
  const below = m.sub(series, m.sub(z, m.div(m.log(z), z)));
  const central = m.mul(m.erfinv(m.sub(m.mul(p, 2), 1)), Math.SQRT2);
  const inTail = m.and(m.gt(side, 0), m.lt(side, tail));
  return m.where(inTail, m.where(upper, m.neg(below), below), central);
}

/** The inverse of `ndtr`: ±inf at 0 and 1, NaN outside. */
export const ndtri = unary("special_ndtri", quantile, {
  derivative: (g, _, output) => m.mul(m.mul(g, Math.sqrt(2 * Math.PI)), m.exp(m.mul(m.mul(output(), output()), 0.5))),
});
