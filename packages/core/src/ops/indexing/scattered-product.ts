/** The derivative of products at the places of a scatter. */
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { gathered, scattered } from "./scatter.ts";

/**
 * Gradients of `base` and `source` in y = scattered(base, dim, index, source, "product"), of which `g` is the gradient: of
 * each factor, g times the product of the others. That is g·y over the factor; where it is 0, g times the product of what
 * is not 0, if no other factor is 0. A second one is a factor of its own, so that second derivatives are right, too.
 */
export function scatteredProductGradients(
  [base, source]: readonly [Term, Term],
  dim: number,
  index: Term,
  y: Term,
  g: Term,
): [Term, Term] {
  const nonzero = (t: Term): Term => m.where(m.eq(t, 0), 1, t);
  const zeros = (t: Term): Term => m.where(m.eq(t, 0), t, 0);
  const isZero = (t: Term): Term => m.cast(m.eq(t, 0), t.dtype);
  const count = scattered(isZero(base), dim, index, isZero(source), "sum");
  const sumOfZeros = scattered(zeros(base), dim, index, zeros(source), "sum");
  const rest = m.mul(g, scattered(nonzero(base), dim, index, nonzero(source), "product"));
  const share = (factor: Term, at: (t: Term) => Term): Term => {
    const other = m.where(m.eq(at(count), 2), m.sub(at(sumOfZeros), factor), 0);
    const ofZero = m.mul(at(rest), m.where(m.eq(at(count), 1), 1, other));
    return m.where(m.eq(factor, 0), ofZero, m.div(at(m.mul(g, y)), nonzero(factor)));
  };
  return [share(base, (t) => t), share(source, (t) => gathered(t, dim, index))];
}
