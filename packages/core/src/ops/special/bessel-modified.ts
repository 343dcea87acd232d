/** Modified Bessel functions of the second kind, of orders 0 and 1. */
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { scaledFirst, scaledZeroth } from "../elementwise/bessel.ts";
import { chebyshev } from "../elementwise/chebyshev.ts";
import { unary } from "../elementwise/operands.ts";

/** K₀ + ln(x / 2) I₀ and x (K₁ - ln(x / 2) I₁) of 0 < x ≤ 2, in Chebyshev polynomials of x² / 2 - 1. */
const near = [
  (): number[] => [
    -0.2676636966169514, 0.3442898999246285, 0.0359799365153615, 0.001264615411446926, 2.286212103119452e-5,
    2.5347910790261494e-7, 1.904516377220209e-9, 1.0349695257633625e-11, 4.2598161427910826e-14, 1.3744654358807508e-16,
  ],
  (): number[] => [
    0.7626501136694739, -0.3531559607765449, -0.12261118082265715, -0.006975723859639864, -0.0001730288957513052,
    -2.4334061415659684e-6, -2.213387630734726e-8, -1.4114883926335278e-10, -6.666901694199329e-13,
    -2.427449850519366e-15, -7.023863479386288e-18,
  ],
];
/** √x e^x K of what is beyond, in Chebyshev polynomials of 4 / x - 1. */
const far = [
  (): number[] => [
    1.2201515410329777, -0.0314481013119645, 0.0015698838857300533, -0.00012849549581627802, 1.39498137188765e-5,
    -1.8317555227191195e-6, 2.766813639445015e-7, -4.660489897687948e-8, 8.574034017414225e-9, -1.6975345093890614e-9,
    3.5773972814003283e-10, -7.957489244477396e-11, 1.8559491149549264e-11, -4.514597883374519e-12,
    1.1403405882073441e-12, -2.9800969231481784e-13, 8.032890775068375e-14, -2.2275133267462965e-14,
    6.340076476276646e-15, -1.848593377920907e-15, 5.5120559994043335e-16, -1.6782311257549006e-16,
    5.2103917776435543e-17, -1.6475805939842632e-17, 5.3004337711773354e-18,
  ],
  (): number[] => [
    1.3603130952422213, 0.10392373657681724, -0.002857816859622779, 0.00019521551847135162, -1.936197974166083e-5,
    2.406484947837217e-6, -3.5019606030878126e-7, 5.7410841254500495e-8, -1.0345762465678097e-8, 2.0150497551970347e-9,
    -4.1903547593419254e-10, 9.218315187605315e-11, -2.129967838427791e-11, 5.139639673482343e-12,
    -1.2891739609498229e-12, 3.348419666052243e-13, -8.976705182010146e-14, 2.4771544242195988e-14,
    -7.0198370892147685e-15, 2.038703166239861e-15, -6.057047270643018e-16, 1.8380935752430455e-16,
    -5.689462849193648e-17, 1.7940510478863572e-17, -5.7567444820733025e-18,
  ],
];

/** K, or e^x K: infinite at 0, NaN below. */
function second(input: Term, order: 0 | 1, scaled: boolean): Term {
  const size = m.toFloat(input);
  const positive = m.gt(size, 0);
  const x = m.where(positive, m.minimum(size, 2), 1);
  const grown = m.mul(m.exp(x), order === 0 ? scaledZeroth(x) : scaledFirst(x));
  const logarithm = m.mul(m.log(m.div(x, 2)), grown);
  const regular = chebyshev(m.sub(m.div(m.mul(x, x), 2), 1), near[order]());
  const small = order === 0 ? m.sub(regular, logarithm) : m.add(m.div(regular, x), logarithm);
  const large = m.maximum(size, 2);
  const tail = m.div(chebyshev(m.sub(m.div(4, large), 1), far[order]()), m.sqrt(large));
  const value = scaled
    ? m.where(m.le(size, 2), m.mul(small, m.exp(x)), tail)
    : m.where(m.le(size, 2), small, m.mul(tail, m.exp(m.neg(large))));
  return m.where(positive, value, m.where(m.eq(size, 0), Number.POSITIVE_INFINITY, Number.NaN));
}

/** K₀, the modified Bessel function of the second kind and order 0: inf at 0, NaN below. */
export const modifiedBesselK0 = unary("special_modified_bessel_k0", (x) => second(x, 0, false), {
  derivative: (g, input) => m.neg(m.mul(g, second(input(), 1, false))),
});

/** K₁, the modified Bessel function of the second kind and order 1: inf at 0, NaN below. */
export const modifiedBesselK1 = unary("special_modified_bessel_k1", (x) => second(x, 1, false), {
  derivative: (g, input, output) => m.neg(m.mul(g, m.add(second(input(), 0, false), m.div(output(), input())))),
});

/** e^x K₀(x). */
export const scaledModifiedBesselK0 = unary("special_scaled_modified_bessel_k0", (x) => second(x, 0, true), {
  derivative: (g, input, output) => m.mul(g, m.sub(output(), second(input(), 1, true))),
});

/** e^x K₁(x). */
export const scaledModifiedBesselK1 = unary("special_scaled_modified_bessel_k1", (x) => second(x, 1, true), {
  derivative: (g, input, output) =>
    m.mul(g, m.sub(m.sub(output(), second(input(), 0, true)), m.div(output(), input()))),
});
