/** What is computed only where it is needed. */
import type { Value } from "./emitter.ts";
import type { LaneMath } from "./lane-math.ts";
import { type Lanes, WideMask } from "./lanes.ts";

/** `usual`, but `special()` where the mask holds; `special` runs only if it holds anywhere. */
export function patched(m: LaneMath, usual: Lanes, mask: Lanes, special: () => Lanes): Lanes {
  return patchedAll(m, [usual], mask, () => [special()])[0];
}

export function patchedAll(
  m: LaneMath,
  usual: readonly Lanes[],
  mask: Lanes,
  special: () => readonly Lanes[],
): Lanes[] {
  const { e } = m;
  const [where, ...all] = m.unify(mask, ...usual);
  const variables = all.map((x) => x.parts.map((part) => e.variable(part.type, part)));
  e.branch(anywhere(m, where), () => {
    for (const [n, value] of special().entries()) {
      const { parts } = m.select(where, value, all[n]);
      for (const [i, variable] of variables[n].entries()) e.set(variable, parts[i]);
    }
  });
  return all.map((x, n) => ({ ...x, parts: variables[n].map((variable) => e.copy(variable)) }));
}

/** One i32 that is not zero if the mask holds at any point. */
export function anywhere({ e }: LaneMath, mask: Lanes): Value {
  if (mask.width === 1) return mask.parts[0];
  return e.op("v128.any_true", mask instanceof WideMask ? e.op("v128.or", ...mask.wide) : mask.parts[0]);
}
