import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";

/** Σ cₖ Tₖ(y), y in [-1, 1], by Clenshaw's recurrence. What float32 would not see is left out there. */
export function chebyshev(y: Term, series: readonly number[]): Term {
  const least = y.dtype === "float64" ? 0 : 1e-9 * Math.max(...series.map(Math.abs));
  const count = series.findLastIndex((c) => Math.abs(c) > least) + 1;
  const twice = m.mul(y, 2);
  let [b, before]: [Term, Term] = [m.zerosLike(y), m.zerosLike(y)];
  for (let k = count - 1; k > 0; k--) [b, before] = [m.add(m.sub(m.mul(twice, b), before), series[k]), b];
  return m.add(m.sub(m.mul(y, b), before), series[0]);
}
