import { iterate } from "../code/iterate.ts";
import type { LaneMath } from "../code/lane-math.ts";
import type { Lanes } from "../code/lanes.ts";

/** The greatest common divisor of one pair of integers, by Euclid's algorithm. The magnitude of the least one fits without a sign. */
export function greatestDivisor(m: LaneMath, x: Lanes, y: Lanes): Lanes {
  const kind = x.kind as "i32" | "i64";
  const magnitude = (value: Lanes): Lanes => m.arithmetic("abs", value);
  const [divisor] = iterate(
    m,
    [magnitude(x), magnitude(y)],
    ([, rest]) => m.compare("ne", rest, 0).parts[0],
    ([whole, by]) => [by, m.one(kind, m.e.op(`${kind}.rem_u`, whole.parts[0], by.parts[0]))],
  );
  return divisor;
}
