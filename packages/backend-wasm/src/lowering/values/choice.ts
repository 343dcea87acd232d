/** Comparisons, and choices by their outcome. */
import type { LaneMath } from "../code/lane-math.ts";
import type { Lanes } from "../code/lanes.ts";

const isZero = ({ parts: [{ constant }] }: Lanes): boolean => Object.is(constant, 0);

/** Remembers of a comparison that it tells positive numbers from others; only of vectors of float32 that helps. */
export function noted(m: LaneMath, op: string, x: Lanes, y: Lanes, mask: Lanes): Lanes {
  if (op === "gt" && x.kind === "f32" && x.width === 4 && y.width === 1 && isZero(y)) m.facts.positive.set(mask, x);
  return mask;
}

/**
 * `a` where the mask holds, else `b`. The halves of an exponential rectifier need no mask: x > 0 ? 0 : x is the smaller of
 * both, and as e^y − 1 of that is 0 for positive x and never less than any other, x > 0 ? x : e^y − 1 is the greater one.
 */
export function choose(m: LaneMath, mask: Lanes, a: Lanes, b: Lanes): Lanes {
  const x = m.facts.positive.get(mask);
  if (x === b && a.width === 1 && isZero(a)) {
    const part = m.atMost(x, a);
    m.facts.negativePart.set(part, x);
    return part;
  }
  const exponential = m.facts.expm1.get(b);
  if (x === undefined || x !== a || exponential?.x !== x) return m.select(mask, a, b);
  return m.atLeast(x, exponential.unsigned);
}
