/** Orthogonal polynomials, by their recurrences in the degree (DLMF 18.9). */
import { isFloat } from "../../dtype/dtype.ts";
import { getDefaultDtype } from "../../dtype/promotion.ts";
import { ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { float, toNumber } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { dataSync } from "../../tensor/reading.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { full } from "../creation/fill.ts";
import type { TensorOrScalar } from "../elementwise/operands.ts";
import { toDtype } from "../shape/convert.ts";

interface Family {
  /** The polynomial of degree 1. */
  readonly first: (x: Term) => Term;
  /** The one of degree k + 1, of those of k and k - 1. */
  readonly next: (x: Term, k: number, last: Term, before: Term) => Term;
}

interface Degree extends Record<string, unknown> {
  /** The greatest one. */
  readonly degree: number;
  /** Whether nobody knows that it is. */
  readonly unread?: boolean;
}

/** The greatest degree in a tensor on a device that cannot be read at the call. */
const greatestUnread = 32;

const linear =
  (slope: number, start: number) =>
  (x: Term): Term =>
    m.add(m.mul(x, slope), start);

/** 2x P - Q, of x or of 2x - 1. */
const chebyshevStep =
  (shifted: boolean) =>
  (x: Term, _: number, last: Term, before: Term): Term =>
    m.sub(m.mul(m.mul(shifted ? m.sub(m.mul(x, 2), 1) : x, 2), last), before);

/** Polynomials of a family; `input` or `n` may be a number, where the other is a tensor. */
function polynomials(name: string, { first, next }: Family) {
  /** All degrees up to one, from 0. */
  function* series(x: Term, degree: number): Generator<Term> {
    let [last, before]: [Term, Term] = [first(x), m.constantLike(x, 1)];
    yield before;
    for (let k = 1; k <= degree; k++) {
      yield last;
      [last, before] = [next(x, k, last, before), last];
    }
  }
  const ofDegree = operation<Degree>(name, ([input], _, { degree }) => {
    const x = m.toFloat(input);
    let value = m.zerosLike(x);
    if (degree >= 0) for (const each of series(x, degree)) value = each;
    return value;
  });
  const ofDegrees = operation<Degree>(name, ([input, degrees], _, { degree, unread }) => {
    const [x, given] = m.together(m.toFloat(input), degrees);
    const fits = m.or(m.le(given, degree), m.not(m.lt(given, Number.POSITIVE_INFINITY)));
    const message = `${name}(): a degree is beyond ${degree}`;
    const own = m.trunc(unread ? m.check(given, fits, { error: "ValueError", message }) : given);
    let value = m.zerosLike(x);
    let k = 0;
    if (degree >= 0) for (const each of series(x, degree)) value = m.where(m.eq(own, k++), each, value);
    return value;
  });
  return (input: TensorOrScalar, n: TensorOrScalar): Tensor => {
    if (!(n instanceof Tensor)) {
      if (!(input instanceof Tensor))
        throw new ValueError(`${name}(): at least one operand must be a Tensor, but both are numbers`);
      return call(ofDegree, [input], [], { degree: Math.max(-1, Math.trunc(toNumber(n))) });
    }
    const dtype = isFloat(n.dtype) ? n.dtype : getDefaultDtype();
    const x = input instanceof Tensor ? input : full([], float(toNumber(input)), { dtype, device: n.device });
    const degrees = toDtype(n.detach(), n.dtype === "float16" ? "float32" : n.dtype);
    const unread = degrees.value.device.backend.readSync === undefined;
    // The greatest degree is the program's structure.
    let degree = unread ? greatestUnread : -1;
    for (const each of unread ? [] : dataSync(degrees))
      if (each < Number.POSITIVE_INFINITY) degree = Math.max(degree, Math.trunc(Number(each)));
    return call(ofDegrees, [x, degrees], [], { degree, unread });
  };
}

/**
 * Chebyshev polynomials of the first kind, T. `n` is a number or a tensor of degrees; 0 for negative ones. In a tensor on a device that
 * is read asynchronously, degrees go up to 32.
 */
export const chebyshevPolynomialT = polynomials("special_chebyshev_polynomial_t", {
  first: linear(1, 0),
  next: chebyshevStep(false),
});

/** Chebyshev polynomials of the second kind, U. */
export const chebyshevPolynomialU = polynomials("special_chebyshev_polynomial_u", {
  first: linear(2, 0),
  next: chebyshevStep(false),
});

/** Chebyshev polynomials of the third kind, V. */
export const chebyshevPolynomialV = polynomials("special_chebyshev_polynomial_v", {
  first: linear(2, -1),
  next: chebyshevStep(false),
});

/** Chebyshev polynomials of the fourth kind, W. */
export const chebyshevPolynomialW = polynomials("special_chebyshev_polynomial_w", {
  first: linear(2, 1),
  next: chebyshevStep(false),
});

/** Chebyshev polynomials of the first kind of 2x - 1. */
export const shiftedChebyshevPolynomialT = polynomials("special_shifted_chebyshev_polynomial_t", {
  first: linear(2, -1),
  next: chebyshevStep(true),
});

/** Chebyshev polynomials of the second kind of 2x - 1. */
export const shiftedChebyshevPolynomialU = polynomials("special_shifted_chebyshev_polynomial_u", {
  first: linear(4, -2),
  next: chebyshevStep(true),
});

/** Chebyshev polynomials of the third kind of 2x - 1. */
export const shiftedChebyshevPolynomialV = polynomials("special_shifted_chebyshev_polynomial_v", {
  first: linear(4, -3),
  next: chebyshevStep(true),
});

/** Chebyshev polynomials of the fourth kind of 2x - 1. */
export const shiftedChebyshevPolynomialW = polynomials("special_shifted_chebyshev_polynomial_w", {
  first: linear(4, -1),
  next: chebyshevStep(true),
});

/** Hermite polynomials as physicists have them, H. */
export const hermitePolynomialH = polynomials("special_hermite_polynomial_h", {
  first: linear(2, 0),
  next: (x, k, last, before) => m.sub(m.mul(m.mul(x, 2), last), m.mul(before, 2 * k)),
});

/** Hermite polynomials as statisticians have them, He. */
export const hermitePolynomialHe = polynomials("special_hermite_polynomial_he", {
  first: linear(1, 0),
  next: (x, k, last, before) => m.sub(m.mul(x, last), m.mul(before, k)),
});

/** Laguerre polynomials, L. */
export const laguerrePolynomialL = polynomials("special_laguerre_polynomial_l", {
  first: linear(-1, 1),
  next: (x, k, last, before) => m.div(m.sub(m.mul(m.sub(2 * k + 1, x), last), m.mul(before, k)), k + 1),
});

/** Legendre polynomials, P. */
export const legendrePolynomialP = polynomials("special_legendre_polynomial_p", {
  first: linear(1, 0),
  next: (x, k, last, before) => m.div(m.sub(m.mul(m.mul(x, 2 * k + 1), last), m.mul(before, k)), k + 1),
});
