import { ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { unary } from "./operands.ts";

/** The error function. Integers give floats, as in all functions of this kind. */
export const erf = unary("erf", m.erf);

/** 1 - erf(input), accurate where that is near 0. */
export const erfc = unary("erfc", m.erfc);

/** Inverse of `erf`: ±inf at ±1, NaN outside [-1, 1]. */
export const erfinv = unary("erfinv", m.erfinv);

/** Logarithm of the absolute value of the gamma function. */
export const lgamma = unary("lgamma", m.lgamma, { derivative: (g, input) => m.mul(g, psi(input())) });

/** Coefficients of z, z², … in digamma's asymptotic series, z = 1 / x²: B₂ₖ / 2k. */
const psiSeries = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 5 / 660, -691 / 32760, 1 / 12];
const psiOfTen = 2.251752589066721;

/**
 * digamma. Of positive float32, by the recurrence up to 10 and the asymptotic series in float32, as PyTorch computes it:
 * an exact result would differ from it near the zero at 1.46, where the recurrence cancels.
 */
function psi(input: Term): Term {
  const x = m.toFloat(input);
  const exact = m.digamma(x);
  if (x.dtype !== "float32") return exact;
  let at = x;
  let sum = m.zerosLike(x);
  for (let step = 0; step < 10; step++) {
    const small = m.lt(at, 10);
    sum = m.where(small, m.sub(sum, m.reciprocal(at)), sum);
    at = m.where(small, m.add(at, 1), at);
  }
  const z = m.reciprocal(m.mul(at, at));
  const series = m.mul(
    z,
    psiSeries.reduceRight((rest: Term, c) => m.add(m.mul(rest, z), c), m.zerosLike(x)),
  );
  const large = m.sub(m.sub(m.add(sum, m.log(at)), m.div(0.5, at)), series);
  return m.where(m.gt(x, 0), m.where(m.eq(at, 10), m.add(sum, psiOfTen), large), exact);
}

/**
 * The derivative of digamma, by reflection, recurrence and the asymptotic series; as in PyTorch, negative integers give
 * what π² / sin² of the rounded product gives, and not the pole.
 */
function trigamma(x: Term): Term {
  const reflected = m.lt(x, 0.5);
  const sine = m.sin(m.mul(x, Math.PI));
  let at = m.where(reflected, m.sub(1, x), x);
  let sum = m.where(reflected, m.neg(m.div(Math.PI * Math.PI, m.mul(sine, sine))), 0);
  for (let step = 0; step < 6; step++) {
    sum = m.add(sum, m.reciprocal(m.mul(at, at)));
    at = m.add(at, 1);
  }
  const z = m.reciprocal(m.mul(at, at));
  const tail = m.sub(1 / 6, m.mul(z, m.sub(1 / 30, m.mul(z, 1 / 42))));
  const series = m.add(m.add(1, m.reciprocal(m.mul(at, 2))), m.mul(z, tail));
  const total = m.add(sum, m.div(series, at));
  return m.where(reflected, m.neg(total), total);
}

/** Derivative of `lgamma`. */
export const digamma = unary("digamma", psi, { derivative: (g, input) => m.mul(g, trigamma(input())) });

const polygammaOp = operation("polygamma", ([x], [n]) => m.polygamma(m.cast(n, m.toFloat(x).dtype), x));
/** PyTorch's reflection makes NaN of -inf; higher orders have a limit there. */
const trigammaOp = unary(
  "polygamma",
  (x) => m.where(m.eq(x, Number.NEGATIVE_INFINITY), Number.NaN, m.polygamma(1, x)),
  { derivative: (g, input) => m.mul(g, m.polygamma(2, input())) },
);

/** The n-th derivative of `digamma`. @throws ValueError for a negative or fractional `n`. */
export function polygamma(n: number, input: Tensor): Tensor {
  if (!Number.isInteger(n) || n < 0) throw new ValueError("polygamma(n, x) does not support negative n.");
  if (n === 0) return digamma(input);
  return n === 1 ? trigammaOp(input) : call(polygammaOp, [input], [n]);
}

/** `x.polygamma(n)`: the tensor comes first. */
export const polygammaOf = (input: Tensor, n: number): Tensor => polygamma(n, input);
