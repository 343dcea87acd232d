import type { LaneMath } from "../code/lane-math.ts";
import { type Lanes, shapes } from "../code/lanes.ts";

/**
 * The greater or smaller of two floats: NaN if one is NaN, and −0 is less than +0. Vectors have instructions for just that,
 * but on x64 each of them becomes eight; these are four or five, and one or two beside a constant.
 */
export function extremum(m: LaneMath, name: "max" | "min", a: Lanes, b: Lanes): Lanes {
  if (a.width === 1 && b.width === 1) return m.arithmetic(name, a, b);
  const bounded = besideConstant(m, name, a, b) ?? besideConstant(m, name, b, a);
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

function besideConstant(m: LaneMath, name: "max" | "min", x: Lanes, bound: Lanes): Lanes | undefined {
  const [{ constant }] = bound.parts;
  if (bound.width === 4 || typeof constant !== "number" || Number.isNaN(constant)) return undefined;
  if (name === "min") return Object.is(constant, -0) ? undefined : m.atMost(x, bound);
  const result = m.atLeast(x, bound);
  // −0 became neither bound nor +0.
  return Object.is(constant, 0) ? m.add(result, bound) : result;
}
