/** Expressions and statements with other parts. */
import type { Expression, Index, Statement } from "@cresset/core/backend";

export interface Rewriting {
  expression(e: Expression): Expression;
  index(index: Index): Index;
}

/** An expression with its parts rewritten. */
export function withParts(e: Expression, { expression, index }: Rewriting): Expression {
  switch (e.kind) {
    case "load":
    case "index":
      return { ...e, index: index(e.index) };
    case "cast":
      return { ...e, input: expression(e.input) };
    case "apply":
      return { ...e, inputs: e.inputs.map(expression) };
    case "guard": {
      const bounds = e.bounds.map((bound) => ({ ...bound, index: index(bound.index) }));
      return { ...e, bounds, value: expression(e.value), otherwise: expression(e.otherwise) };
    }
    default:
      return e;
  }
}

/** A statement with its parts rewritten; not an inner loop. */
export function rewritten(statement: Statement, { expression, index }: Rewriting): Statement {
  switch (statement.kind) {
    case "let":
      return { ...statement, value: expression(statement.value) };
    case "store":
      return { ...statement, index: index(statement.index), value: expression(statement.value) };
    case "check":
      return { ...statement, condition: expression(statement.condition) };
    case "inner":
      return statement;
  }
}

/** An index with what it reads from data rewritten. */
export function withValues(index: Index, expression: (e: Expression) => Expression): Index {
  switch (index.kind) {
    case "sum":
      return { kind: "sum", left: withValues(index.left, expression), right: withValues(index.right, expression) };
    case "product":
    case "quotient":
    case "remainder":
      return { ...index, input: withValues(index.input, expression) };
    case "value":
      return { ...index, value: expression(index.value) };
    default:
      return index;
  }
}
