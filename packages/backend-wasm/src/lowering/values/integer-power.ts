import { iterate } from "../code/iterate.ts";
import type { LaneMath } from "../code/lane-math.ts";
import type { Lanes } from "../code/lanes.ts";

/** base^exponent of one pair of integers modulo 2³² or 2⁶⁴ by repeated squaring; a negative exponent gives 0, or ±1 for ±1. */
export function integerPower(m: LaneMath, base: Lanes, exponent: Lanes): Lanes {
  const isOdd = (rest: Lanes): Lanes => m.nonZero(m.bitwise("and", rest, 1));
  const one = m.constant(base.kind, 1);
  const [power] = iterate(
    m,
    [one, base, exponent],
    ([, , rest]) => m.compare("gt", rest, 0).parts[0],
    ([power, factor, rest]) => [
      m.select(isOdd(rest), m.mul(power, factor), power),
      m.mul(factor, factor),
      m.shift("shr_s", rest, 1),
    ],
  );
  const ofMinusOne = m.select(m.compare("eq", base, -1), m.select(isOdd(exponent), -1, one), 0);
  const inverse = m.select(m.compare("eq", base, 1), one, ofMinusOne);
  return m.select(m.compare("lt", exponent, 0), inverse, power);
}
