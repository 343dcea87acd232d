import type { Value } from "./emitter.ts";
import type { LaneMath } from "./lane-math.ts";
import type { Lanes } from "./lanes.ts";

/**
 * The state after `step` has been taken again and again: a number of times, or as long as `goesOn` (one i32 that is not
 * zero) holds.
 */
export function iterate(
  m: LaneMath,
  start: readonly Lanes[],
  goesOn: number | ((state: readonly Lanes[]) => Value),
  step: (state: readonly Lanes[]) => readonly Lanes[],
): Lanes[] {
  const { e } = m;
  const states = m.unify(...start);
  const variables = states.map((x) => x.parts.map((part) => e.variable(part.type, part)));
  const read = (): Lanes[] => states.map((x, n) => ({ ...x, parts: variables[n].map((one) => e.copy(one)) }));
  const advance = (): void => {
    const next = step(read()).map((x, n) => (states[n].width === 4 ? m.widen(x) : x));
    e.setAll(
      variables.flat(),
      next.flatMap((x) => x.parts),
    );
  };
  if (typeof goesOn === "number") {
    e.loop(e.variable("i32", e.i32(0)), e.i32(goesOn), 1, advance);
  } else {
    const stops = e.variable("i32", e.op("i32.eqz", goesOn(states)));
    e.repeat(stops, e.i32(1), () => {
      advance();
      e.set(stops, e.op("i32.eqz", goesOn(read())));
    });
  }
  return read();
}
