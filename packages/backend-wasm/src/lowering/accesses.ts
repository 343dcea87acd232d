import type { Expression, Index, ScalarOp, Statement } from "@cresset/core/backend";

/** The expressions that an expression is made of; indices are not looked into. */
export const operandsOf = (e: Expression): readonly Expression[] =>
  e.kind === "apply" ? e.inputs : e.kind === "cast" ? [e.input] : e.kind === "guard" ? [e.value, e.otherwise] : [];

/** The expressions of statements. */
const expressionsOf = (body: readonly Statement[]): Expression[] =>
  body.flatMap((statement) =>
    statement.kind === "inner"
      ? [...expressionsOf(statement.body), ...statement.reductions.map(({ value }) => value)]
      : statement.kind === "check"
        ? statement.condition
        : statement.value,
  );

/** The indices of all stores. */
const storesOf = (body: readonly Statement[]): Index[] =>
  body.flatMap((statement) =>
    statement.kind === "store" ? statement.index : statement.kind === "inner" ? storesOf(statement.body) : [],
  );

/** The indices of all loads of an expression. */
export const accessesOf = (e: Expression): Index[] =>
  e.kind === "load" ? [e.index] : operandsOf(e).flatMap(accessesOf);

/** The indices of all loads and stores. */
export const accesses = (body: readonly Statement[]): Index[] => [
  ...expressionsOf(body).flatMap(accessesOf),
  ...storesOf(body),
];

/** Whether statements compute an operation anywhere. */
export function uses(body: readonly Statement[], op: ScalarOp): boolean {
  const isIn = (e: Expression): boolean => (e.kind === "apply" && e.op === op) || operandsOf(e).some(isIn);
  return expressionsOf(body).some(isIn);
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

/**
 * By how much an index grows along an axis; NaN where it is not linear.
 *
 * @param varies whether an expression in it may differ along the axis.
 */
export function linearStride(index: Index, axis: number, varies: (e: Expression) => boolean = () => true): number {
  const along = (part: Index): number => linearStride(part, axis, varies);
  switch (index.kind) {
    case "constant":
    case "argument":
      return 0;
    case "axis":
      return index.axis === axis ? 1 : 0;
    case "sum":
      return along(index.left) + along(index.right);
    case "product":
      return along(index.input) * index.by;
    case "quotient":
    case "remainder":
      return along(index.input) === 0 ? 0 : Number.NaN;
    case "value":
      return varies(index.value) ? Number.NaN : 0;
  }
}
