import type { Expression, Index, Statement } from "@cresset/core/backend";

/** The indices of all loads of an expression. */
export function accessesOf(e: Expression): Index[] {
  switch (e.kind) {
    case "load":
      return [e.index];
    case "apply":
      return e.inputs.flatMap(accessesOf);
    case "cast":
      return accessesOf(e.input);
    case "guard":
      return [...accessesOf(e.value), ...accessesOf(e.otherwise)];
    default:
      return [];
  }
}

/** The indices of all loads and stores. */
export function accesses(body: readonly Statement[]): Index[] {
  return body.flatMap((statement): Index[] => {
    if (statement.kind === "let") return accessesOf(statement.value);
    if (statement.kind === "check") return accessesOf(statement.condition);
    if (statement.kind === "store") return [statement.index, ...accessesOf(statement.value)];
    return [...accesses(statement.body), ...statement.reductions.flatMap((reduction) => accessesOf(reduction.value))];
  });
}

/** Neighbours along an axis count for, what must be gathered counts against. */
export function scoreOf(indices: readonly Index[], axis: number): number {
  let score = 0;
  for (const index of indices) {
    const stride = linearStride(index, axis);
    score += stride === 0 ? 0 : stride === 1 ? 1 : -2;
  }
  return score;
}

/** By how much an index grows along an axis; NaN where it is not linear. */
export function linearStride(index: Index, axis: number): number {
  switch (index.kind) {
    case "constant":
    case "argument":
      return 0;
    case "axis":
      return index.axis === axis ? 1 : 0;
    case "sum":
      return linearStride(index.left, axis) + linearStride(index.right, axis);
    case "product":
      return linearStride(index.input, axis) * index.by;
    case "quotient":
    case "remainder":
      return linearStride(index.input, axis) === 0 ? 0 : Number.NaN;
    case "value":
      return Number.NaN;
  }
}
