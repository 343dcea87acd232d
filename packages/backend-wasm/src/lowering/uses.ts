import type { Expression, ScalarOp, Statement } from "@cresset/core/backend";

/** Whether statements compute an operation anywhere. */
export const uses = (body: readonly Statement[], op: ScalarOp): boolean => body.some((one) => isUsedBy(one, op));

function isUsedBy(statement: Statement, op: ScalarOp): boolean {
  switch (statement.kind) {
    case "let":
    case "store":
      return usesIn(statement.value, op);
    case "check":
      return usesIn(statement.condition, op);
    case "inner":
      return uses(statement.body, op) || statement.reductions.some(({ value }) => usesIn(value, op));
  }
}

function usesIn(e: Expression, op: ScalarOp): boolean {
  switch (e.kind) {
    case "apply":
      return e.op === op || e.inputs.some((input) => usesIn(input, op));
    case "cast":
      return usesIn(e.input, op);
    case "guard":
      return usesIn(e.value, op) || usesIn(e.otherwise, op);
    default:
      return false;
  }
}
