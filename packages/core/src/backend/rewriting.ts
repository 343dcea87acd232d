/** Expressions and statements with other parts. */
import type { Expression, Index, Statement } from "./program.ts";

/** What takes the place of the parts of an expression or of a statement. */
export interface Rewriting {
  expression(e: Expression): Expression;
  index(index: Index): Index;
  /** The axes of inner loops, which stay where this is missing. */
  axes?(axes: readonly number[]): readonly number[];
}

/** An expression with what it consists of directly replaced. */
export function withParts(e: Expression, { expression, index }: Rewriting): Expression {
  switch (e.kind) {
    case "load":
    case "index":
      return { ...e, index: index(e.index) };
    case "apply":
      return { ...e, inputs: e.inputs.map(expression) };
    case "cast":
      return { ...e, input: expression(e.input) };
    case "guard":
      return {
        ...e,
        bounds: e.bounds.map((bound) => ({ ...bound, index: index(bound.index) })),
        value: expression(e.value),
        otherwise: expression(e.otherwise),
      };
    default:
      return e;
  }
}

/** A statement, and those inside of it, with their expressions and indices replaced. */
export function statementWithParts(s: Statement, parts: Rewriting): Statement {
  const { expression, index, axes } = parts;
  switch (s.kind) {
    case "let":
      return { ...s, value: expression(s.value) };
    case "store":
      return { ...s, index: index(s.index), value: expression(s.value) };
    case "check":
      return { ...s, condition: expression(s.condition) };
    case "inner":
      return {
        ...s,
        axes: axes?.(s.axes) ?? s.axes,
        body: s.body.map((one) => statementWithParts(one, parts)),
        reductions: s.reductions.map((reduction) => ({ ...reduction, value: expression(reduction.value) })),
      };
  }
}
