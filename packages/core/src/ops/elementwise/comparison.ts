import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { type Binary, mixed, unary } from "./operands.ts";

/** Comparisons broadcast, promote their operands to one dtype, and give bool. Those with NaN are false, except `ne`. */
const comparison = (name: string, body: (a: Term, b: Term) => Term): Binary => {
  const op = mixed(name, ([a, b]) => body(a, b));
  return (input, other) => op([input, other]);
};

/** input == other, elementwise. @example torch.eq(torch.tensor([1, 2]), 2); // tensor([False,  True]) */
export const eq = comparison("eq", m.eq);
/** input != other, elementwise. */
export const ne = comparison("ne", m.ne);
/** input < other, elementwise. */
export const lt = comparison("lt", m.lt);
/** input <= other, elementwise. */
export const le = comparison("le", m.le);
/** input > other, elementwise. */
export const gt = comparison("gt", m.gt);
/** input >= other, elementwise. */
export const ge = comparison("ge", m.ge);

/** Whether each element is NaN. bool. */
export const isnan = unary("isnan", m.isNan);

/** Whether each element is infinite, of either sign. bool. */
export const isinf = unary("isinf", (x) => (x.isFloat ? m.isInfinite(x) : m.ne(x, x)));

/** Whether each element is neither infinite nor NaN. bool. */
export const isfinite = unary("isfinite", (x) => (x.isFloat ? isFiniteNumber(x) : m.eq(x, x)));

/** Whether each element is +inf. bool. */
export const isposinf = unary("isposinf", (x) => (x.isFloat ? m.eq(x, Number.POSITIVE_INFINITY) : m.ne(x, x)));

/** Whether each element is -inf. bool. */
export const isneginf = unary("isneginf", (x) => (x.isFloat ? m.eq(x, Number.NEGATIVE_INFINITY) : m.ne(x, x)));

/** Whether each element is a real number: there are no others. bool. */
export const isreal = unary("isreal", (x) => m.cast(m.constantLike(x, 1), "bool"));

/** Neither infinite nor NaN, of a float. */
export function isFiniteNumber(x: Term): Term {
  return m.lt(m.abs(x), Number.POSITIVE_INFINITY);
}
