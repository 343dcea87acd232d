import type { Term } from "@cresset/core/extend";
import { type DType, ValueError } from "@cresset/core/functions";
import { dataTypes } from "../dtypes.ts";
import type { Context, Emitted } from "./emitted.ts";
import { numberOf } from "./scalar.ts";
import { isFixed, type Size } from "./sizes.ts";

/** A number in each of the traces, as every element of a shape. */
export function lowerNumber(
  c: Context,
  values: readonly (number | bigint)[],
  dtype: DType,
  shape: readonly Size[],
): Emitted {
  const [first] = values;
  const equal = values.every((value) => Object.is(value, first));
  if (equal) return { name: numberOf(c, dtype, first), dtype, shape, held: [] };
  const name = varying(c, values.map(Number), dtype);
  return { name, dtype, shape, held: [] };
}

/** A number that depends on sizes: one of them, or its reciprocal, or the root of either. */
function varying(c: Context, values: readonly number[], dtype: DType): string {
  const whole = (numbers: readonly number[]): Size | null => {
    const rounded = numbers.map(Math.round);
    return numbers.every((n, k) => Math.abs(n - rounded[k]) <= 1e-6 * Math.abs(n)) ? rounded : null;
  };
  const forms: readonly [undo: (n: number) => number, ops: readonly string[]][] = [
    [(n) => n, []],
    [(n) => 1 / n, ["Reciprocal"]],
    [(n) => n * n, ["Sqrt"]],
    [(n) => 1 / (n * n), ["Sqrt", "Reciprocal"]],
  ];
  for (const [undo, ops] of forms) {
    const size = whole(values.map(undo));
    if (size === null) continue;
    const { builder } = c;
    const scalar = builder.node("Squeeze", [c.sizes.tensor(size, `a number in ${c.operation}`), builder.integers([0])]);
    if (ops.length === 0 && dtype === "int64") return scalar;
    const float = dtype.startsWith("float");
    const cast = builder.node("Cast", [scalar], { to: float ? 11 : dataTypes[dtype] });
    const exact = ops.reduce((name, op) => builder.node(op, [name]), cast);
    return float && dtype !== "float64" ? builder.node("Cast", [exact], { to: dataTypes[dtype] }) : exact;
  }
  throw new ValueError(
    `${c.operation}: the numbers ${values.join(", ")} depend on the sizes of the inputs in a way that was not understood`,
  );
}

/** The whole number that a term of no dimension is, from constants and arguments alone; null if it depends on tensors. */
export function hostInteger(term: Term, args: readonly (number | bigint)[]): number | null {
  const p = term.primitive;
  const operands = (): number[] | null => {
    const found = term.inputs.map((input) => hostInteger(input, args));
    return found.every((n) => n !== null) ? found : null;
  };
  switch (p.op) {
    case "constant":
      return Number(p.value);
    case "argument":
      return Number(args[p.slot]);
    case "cast":
    case "reshape":
    case "check":
      return hostInteger(term.inputs[0], args);
    case "add":
    case "sub":
    case "mul":
    case "neg":
    case "max":
    case "min": {
      const found = operands();
      return found === null ? null : folded[p.op](found[0], found[1]);
    }
    default:
      return null;
  }
}

const folded = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  neg: (a: number) => -a,
  max: (a: number, b: number) => Math.max(a, b),
  min: (a: number, b: number) => Math.min(a, b),
} as const;

/** Whether numbers are the same in all traces. */
export const fixedNumber = (values: readonly number[]): number | null => (isFixed(values) ? values[0] : null);
