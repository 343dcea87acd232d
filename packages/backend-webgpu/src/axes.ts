/** Kernels that run along other axes than the one that they were made from. */
import type { Expression, Index } from "@cresset/core/backend";

/** Replaces each axis of an index by what `to` says. */
export function replaceAxes(index: Index, to: (axis: number) => Index): Index {
  switch (index.kind) {
    case "axis":
      return to(index.axis);
    case "sum":
      return { ...index, left: replaceAxes(index.left, to), right: replaceAxes(index.right, to) };
    case "product":
    case "quotient":
    case "remainder":
      return { ...index, input: replaceAxes(index.input, to) };
    case "value":
      return { ...index, value: replaceAxesOf(index.value, to) };
    default:
      return index;
  }
}

function replaceAxesOf(e: Expression, to: (axis: number) => Index): Expression {
  switch (e.kind) {
    case "index":
    case "load":
      return { ...e, index: replaceAxes(e.index, to) };
    case "apply":
      return { ...e, inputs: e.inputs.map((input) => replaceAxesOf(input, to)) };
    case "cast":
      return { ...e, input: replaceAxesOf(e.input, to) };
    case "guard":
      return {
        ...e,
        bounds: e.bounds.map((bound) => ({ ...bound, index: replaceAxes(bound.index, to) })),
        value: replaceAxesOf(e.value, to),
        otherwise: replaceAxesOf(e.otherwise, to),
      };
    default:
      return e;
  }
}

/** The axes on which the values depend that an index reads from data. */
export function axesOfValues(index: Index): ReadonlySet<number> {
  const found = new Set<number>();
  const collect = (part: Index): void => {
    switch (part.kind) {
      case "sum":
        collect(part.left);
        collect(part.right);
        break;
      case "product":
      case "quotient":
      case "remainder":
        collect(part.input);
        break;
      case "value":
        replaceAxes(part, (axis) => {
          found.add(axis);
          return part;
        });
        break;
    }
  };
  collect(index);
  return found;
}
