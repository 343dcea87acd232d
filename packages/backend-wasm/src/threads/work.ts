/** How long kernels take, roughly: enough to tell what is worth sharing among threads. */
import type { Expression, Kernel, ScalarOp, Statement } from "@cresset/core/backend";

/**
 * Nanoseconds for an element of float32, rounded; of what is not here, as of an addition, `quick`. Measured by
 * `bench/src/operation-times.ts`, as are the other figures; loads and stores as of data that do not come from near by.
 */
const slowOperations: Partial<Record<ScalarOp, number>> = {
  div: 0.12,
  sqrt: 0.25,
  nextafter: 0.3,
  fmod: 1.2,
  exp: 0.6,
  expm1: 0.6,
  log: 0.9,
  log1p: 1.2,
  tanh: 1.2,
  erf: 1.7,
  sin: 2,
  cos: 2,
  exp2: 5,
  sinh: 6,
  cosh: 5,
  log2: 6,
  log10: 6,
  tan: 6,
  atan: 7,
  atan2: 7,
  acosh: 7,
  atanh: 7,
  asin: 8,
  acos: 8,
  asinh: 8,
  pow: 8,
  erfc: 13,
  lgamma: 16,
  gcd: 50,
  erfinv: 75,
  polygamma: 250,
};
const quick = 0.03;
const access = 0.1;

function expressionTime(e: Expression): number {
  switch (e.kind) {
    case "load":
      return access;
    case "apply":
      return e.inputs.reduce((sum, input) => sum + expressionTime(input), slowOperations[e.op] ?? quick);
    case "cast":
      return expressionTime(e.input) + quick;
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
      return expressionTime(statement.value) + access;
    case "check":
      return expressionTime(statement.condition) + access;
    case "inner": {
      const reductions = statement.reductions.reduce((sum, { value }) => sum + expressionTime(value) + 0.1, 0);
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
      return size(extents) * (thin ? 0.06 : 0.04) + results * bodyTime(kernel.body, extents);
    }
    case "scatter":
      return size(extents) * (expressionTime(kernel.value) + 0.5);
    case "scan":
      return size(extents) * (expressionTime(kernel.value) + 1);
    case "sort":
      return size(extents) * (expressionTime(kernel.value) + 8);
  }
}
