/** Kernels with other positions: the indices of what they load and store, of bounds, and of positions as values. */

import type { Expression, Index, Kernel, Statement } from "./program.ts";
import { type Rewriting, statementWithParts, withParts } from "./rewriting.ts";

/**
 * What takes the place of a position. `inside` gives a part of it that is no sum, product or constant with what lies inside of it
 * changed: the operands of quotients and remainders are positions too, and so are those in values read from data.
 */
export type Change = (index: Index, inside: (part: Index) => Index) => Index;

export function mapPositions(kernel: Kernel, change: Change): Kernel {
  const inside = (part: Index): Index => {
    switch (part.kind) {
      case "quotient":
      case "remainder":
        return { ...part, input: position(part.input) };
      case "value":
        return { ...part, value: expression(part.value) };
      default:
        return part;
    }
  };
  const position = (index: Index): Index => change(index, inside);
  const expression = (e: Expression): Expression => withParts(e, parts);
  const parts: Rewriting = { index: position, expression };
  const statement = (s: Statement): Statement => statementWithParts(s, parts);
  switch (kernel.kind) {
    case "loop":
      return { ...kernel, body: kernel.body.map(statement) };
    case "contraction":
      return {
        ...kernel,
        left: expression(kernel.left),
        right: expression(kernel.right),
        body: kernel.body.map(statement),
      };
    default:
      return { ...kernel, index: position(kernel.index), value: expression(kernel.value) };
  }
}
