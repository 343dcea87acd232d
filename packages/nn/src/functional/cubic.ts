import type { Term } from "@cresset/core/extend";
import * as m from "@cresset/core/terms";

/** Weight of an element within a distance of 1, and within 2, of a position (Keys, 1981). */
const near = (x: Term, a: number): Term => m.add(m.mul(m.mul(m.sub(m.mul(x, a + 2), a + 3), x), x), 1);
const far = (x: Term, a: number): Term => m.sub(m.mul(m.add(m.mul(m.sub(m.mul(x, a), 5 * a), x), 8 * a), x), 4 * a);

/** Weight of an element at a distance, which is not negative. */
export function keys(distance: Term, a: number): Term {
  return m.where(m.lt(distance, 1), near(distance, a), m.where(m.lt(distance, 2), far(distance, a), 0));
}

/** Weights, with a = -0.75, of the four elements around a position that is `t` past the second. */
export function cubicWeights(t: Term): Term[] {
  const a = -0.75;
  const back = m.sub(1, t);
  return [far(m.add(t, 1), a), near(t, a), near(back, a), far(m.add(back, 1), a)];
}
