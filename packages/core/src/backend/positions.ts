/** Kernels with other positions: the indices of what they load and store, of bounds, and of positions as values. */
import type { Expression, Index, Kernel, Statement } from "./program.ts";

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
  const expression = (e: Expression): Expression => {
    switch (e.kind) {
      case "index":
      case "load":
        return { ...e, index: position(e.index) };
      case "apply":
        return { ...e, inputs: e.inputs.map(expression) };
      case "cast":
        return { ...e, input: expression(e.input) };
      case "guard":
        return {
          ...e,
          bounds: e.bounds.map((bound) => ({ ...bound, index: position(bound.index) })),
          value: expression(e.value),
          otherwise: expression(e.otherwise),
        };
      default:
        return e;
    }
  };
  const statement = (s: Statement): Statement => {
    switch (s.kind) {
      case "let":
        return { ...s, value: expression(s.value) };
      case "store":
        return { ...s, index: position(s.index), value: expression(s.value) };
      case "check":
        return { ...s, condition: expression(s.condition) };
      case "inner":
        return {
          ...s,
          body: s.body.map(statement),
          reductions: s.reductions.map((reduction) => ({ ...reduction, value: expression(reduction.value) })),
        };
    }
  };
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
