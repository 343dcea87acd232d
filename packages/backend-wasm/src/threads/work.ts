/** How long kernels take, roughly: enough to tell what is worth sharing among threads. */
import type { Expression, Kernel, ScalarOp, Statement } from "@cresset/core/backend";

/** Nanoseconds per element of what is not here: 0.15, as an addition of vectors. */
const slowOperations: Partial<Record<ScalarOp, number>> = {
  div: 0.4,
  sqrt: 0.4,
  fmod: 4,
  exp: 1,
  exp2: 1,
  expm1: 1.5,
  log: 1.5,
  log2: 1.5,
  log10: 1.5,
  log1p: 1.5,
  sin: 2,
  cos: 2,
  tan: 4,
  tanh: 2,
  sinh: 3,
  cosh: 3,
  asin: 3,
  acos: 3,
  atan: 3,
  asinh: 4,
  acosh: 4,
  atanh: 4,
  atan2: 5,
  erf: 3,
  erfc: 4,
  erfinv: 5,
  lgamma: 20,
  pow: 5,
};

function expressionTime(e: Expression): number {
  switch (e.kind) {
    case "load":
      return 0.2;
    case "apply":
      return e.inputs.reduce((sum, input) => sum + expressionTime(input), slowOperations[e.op] ?? 0.15);
    case "cast":
      return expressionTime(e.input) + 0.15;
    case "guard":
      return expressionTime(e.value) + 1;
    default:
      return 0;
  }
}

function bodyTime(body: readonly Statement[], extents: readonly number[]): number {
  return body.reduce((sum, statement) => sum + statementTime(statement, extents), 0);
}

function statementTime(statement: Statement, extents: readonly number[]): number {
  switch (statement.kind) {
    case "let":
      return expressionTime(statement.value);
    case "store":
      return expressionTime(statement.value) + 0.2;
    case "check":
      return expressionTime(statement.condition) + 0.2;
    case "inner": {
      const reductions = statement.reductions.reduce((sum, { value }) => sum + expressionTime(value) + 0.3, 0);
      return product(extents, statement.axes) * (bodyTime(statement.body, extents) + reductions);
    }
  }
}

const product = (extents: readonly number[], axes: readonly number[]): number =>
  axes.reduce((size, axis) => size * extents[axis], 1);

const size = (extents: readonly number[], first = 0, end = extents.length): number =>
  extents.slice(first, end).reduce((product, extent) => product * extent, 1);

/** Nanoseconds that a call takes on one thread with vectors. */
export function callTime(kernel: Kernel, extents: readonly number[]): number {
  switch (kernel.kind) {
    case "loop":
      return size(extents, 0, kernel.outer) * bodyTime(kernel.body, extents);
    case "contraction": {
      const results = size(extents, 0, kernel.axes - kernel.depth);
      const thin = kernel.rows === 0 || kernel.columns === 0 || kernel.depth === 0;
      return size(extents) * (thin ? 0.15 : 0.04) + results * (bodyTime(kernel.body, extents) + 0.2);
    }
    case "scatter":
      return size(extents) * (expressionTime(kernel.value) + 2);
    case "scan":
      return size(extents) * (expressionTime(kernel.value) + 1.5);
    case "sort":
      return size(extents) * (expressionTime(kernel.value) + 3 * Math.log2(2 + (extents[extents.length - 1] ?? 1)));
  }
}
