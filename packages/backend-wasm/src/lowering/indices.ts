import type { Expression, Index } from "@cresset/core/backend";

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
