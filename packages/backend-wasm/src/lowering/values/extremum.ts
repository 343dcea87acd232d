import type { LaneMath } from "../code/lane-math.ts";
import { type Lanes, shapes } from "../code/lanes.ts";

/**
 * The greater or smaller of two floats: NaN if one is NaN, and −0 is less than +0. Vectors have instructions for just that,
 * but on x64 each of them becomes eight; these are four or five, and one or two beside one value for all points.
 */
export function extremum(m: LaneMath, name: "max" | "min", a: Lanes, b: Lanes): Lanes {
  if (a.width === 1 && b.width === 1) return m.arithmetic(name, a, b);
  const bounded = besideOne(m, name, a, b) ?? besideOne(m, name, b, a);
  if (bounded) return bounded;
  const [x, y] = m.unify(a, b);
  const kind = x.kind as "f32" | "f64";
  const parts = x.parts.map((part, i) => {
    const { e } = m;
    // One of them gives a NaN, or the zero that is wanted.
    const one = e.op(`${shapes[kind]}.p${name}`, part, y.parts[i]);
    const other = e.op(`${shapes[kind]}.p${name}`, y.parts[i], part);
    const either = e.op("v128.or", one, other);
    if (name === "min") return either;
    // Of a maximum the sign must be set in both.
    const differs = e.op("v128.xor", one, other);
    return e.op("v128.andnot", either, e.op("v128.and", differs, m.signBit(kind)));
  });
  return { ...x, parts };
}

/** The same of a vector and a value that is one for all its points: a bound that only needs help where it is zero or NaN. */
function besideOne(m: LaneMath, name: "max" | "min", x: Lanes, bound: Lanes): Lanes | undefined {
  if (bound.width === 4) return undefined;
  const [{ constant }] = bound.parts;
  const result = name === "max" ? m.atLeast(x, bound) : m.atMost(x, bound);
  // What changes nothing where the bound is another number: added to a maximum, or'ed to a minimum.
  const nothing = name === "max" ? -0 : 0;
  if (constant ? !Number.isNaN(constant) : Object.is(constant, nothing)) return result;
  const isOther = (): Lanes => m.compare("gt", m.arithmetic("abs", bound), 0);
  const help = constant === undefined ? m.select(isOther(), nothing, bound) : bound;
  return name === "max" ? m.add(result, help) : m.bitwise("or", result, help);
}
