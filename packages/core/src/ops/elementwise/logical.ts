import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { type Binary, mixed, unary } from "./operands.ts";

/** Elements of any dtype count as true where they are not 0 (NaN does); the result is bool. */
const truth = (x: Term): Term => (x.dtype === "bool" && !x.weak ? x : m.ne(x, 0));

const logical = (name: string, body: (a: Term, b: Term) => Term): Binary => {
  const op = mixed(name, ([a, b]) => body(truth(a), truth(b)));
  return (input, other) => op([input, other]);
};

/** Whether both elements are true. Shapes broadcast; dtypes may differ. */
export const logicalAnd = logical("logical_and", m.and);
/** Whether at least one element is true. */
export const logicalOr = logical("logical_or", m.or);
/** Whether exactly one element is true. */
export const logicalXor = logical("logical_xor", m.xor);
/** Whether the element is 0 or false. bool. */
export const logicalNot = unary("logical_not", (x) => m.not(truth(x)));
