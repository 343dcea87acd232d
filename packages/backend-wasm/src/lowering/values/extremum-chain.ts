import type { Value } from "../code/emitter.ts";
import type { LaneMath } from "../code/lane-math.ts";
import type { Lanes } from "../code/lanes.ts";
import { extremum } from "./extremum.ts";

type Name = "max" | "min";

/** What is known of the values of a chain so far. */
interface Found {
  /** The extreme one, with any sign if it is zero, and anything if there is a NaN. */
  readonly extreme: Value;
  /** The sign of the extreme one: of a maximum it is set where all signs are, of a minimum where one is. */
  readonly signs: Value;
  /** The sum of squares, which is NaN only if there is one. */
  readonly squares: Lanes;
}

interface Chain {
  readonly name: Name;
  readonly values: readonly Lanes[];
  readonly found: Found | undefined;
}

/** Of fewer values it costs as much to know it of each two. */
const fewest = 4;

/**
 * Maxima and minima of several vectors of float32, one after the other, with NaN and signs of zeros as `extremum.ts` has them:
 * three instructions for each more, and five for the result. What only leads to the next one is computed for nobody, and so not
 * by the engine's optimizer.
 */
export function extremumChains(): LaneMath["extremum"] {
  const chains = new WeakMap<Value, Chain>();
  return (m, name, a, b) => {
    const isPart = (x: Lanes): boolean => x.kind === "f32" && x.width === 4 && !x.parts[0].mutable;
    if (!isPart(a) || !isPart(b)) return extremum(m, name, a, b);
    const before = (x: Lanes): Chain | undefined => {
      const chain = chains.get(x.parts[0]);
      return chain?.name === name ? chain : undefined;
    };
    const [chain, next] = before(a) ? [before(a), b] : [before(b), a];
    const values = chain ? [...chain.values, next] : [a, b];
    const found = chain && values.length >= fewest ? foundIn(m, chain, next) : undefined;
    const result = found ? resultOf(m, found) : extremum(m, name, a, b);
    chains.set(result.parts[0], { name, values, found });
    return result;
  };
}

function foundIn(m: LaneMath, { name, values, found }: Chain, next: Lanes): Found {
  const more = ({ extreme, signs, squares }: Found, x: Lanes): Found => ({
    extreme: m.e.op(`f32x4.p${name}`, extreme, x.parts[0]),
    signs: m.e.op(name === "max" ? "v128.and" : "v128.or", signs, x.parts[0]),
    squares: m.mulAdd(x, x, squares),
  });
  const [first, ...rest] = values;
  const start = { extreme: first.parts[0], signs: first.parts[0], squares: m.mul(first, first) };
  return more(found ?? rest.reduce(more, start), next);
}

function resultOf(m: LaneMath, { extreme, signs, squares }: Found): Lanes {
  const as = (part: Value): Lanes => ({ kind: "f32", width: 4, parts: [part] });
  return m.select(m.compare("eq", squares, squares), m.copysign(as(extreme), as(signs)), Number.NaN);
}
