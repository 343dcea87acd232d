/** Indices taken apart and put together. */
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

/** What an index reads from data. */
export type Place = Index & { readonly kind: "value" };

/** The values in an index that are read from data. */
export function placesIn(index: Index): Place[] {
  switch (index.kind) {
    case "sum":
      return [...placesIn(index.left), ...placesIn(index.right)];
    case "product":
    case "quotient":
    case "remainder":
      return placesIn(index.input);
    case "value":
      return [index];
    default:
      return [];
  }
}

/** An index without the constants that are added to it, and these. */
export function apart(index: Index): { rest: Index | undefined; constant: number } {
  switch (index.kind) {
    case "constant":
      return { rest: undefined, constant: index.value };
    case "sum": {
      const left = apart(index.left);
      const right = apart(index.right);
      const rest = left.rest && right.rest ? plus(left.rest, right.rest) : (left.rest ?? right.rest);
      return { rest, constant: left.constant + right.constant };
    }
    case "product": {
      const { rest, constant } = apart(index.input);
      return { rest: rest && { ...index, input: rest }, constant: constant * index.by };
    }
    default:
      return { rest: index, constant: 0 };
  }
}

export const plus = (left: Index, right: Index): Index => ({ kind: "sum", left, right });
export const constantIndex = (value: number): Index => ({ kind: "constant", value });
