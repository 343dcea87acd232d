import type { Term } from "@cresset/core/extend";
import type { DType } from "@cresset/core/functions";
import { dataTypes } from "../dtypes.ts";
import { OnnxExportError } from "../errors.ts";
import type { Context, Emitted } from "./emitted.ts";
import { numberOf } from "./scalar.ts";
import type { Size } from "./sizes.ts";

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

/** Numbers that programs make of a count: undone to find the count, and as nodes on it. */
const forms: readonly { undo(value: number): number; make(c: Context, count: string): string }[] = [
  { undo: (value) => value, make: (_, count) => count },
  { undo: (value) => 1 / value, make: (c, count) => c.builder.node("Reciprocal", [count]) },
  { undo: (value) => value * value, make: (c, count) => c.builder.node("Sqrt", [count]) },
  {
    undo: (value) => 1 / (value * value),
    make: (c, count) => c.builder.node("Reciprocal", [c.builder.node("Sqrt", [count])]),
  },
  {
    // n / (n - 1), which makes a variance unbiased.
    undo: (value) => value / (value - 1),
    make: (c, count) => c.builder.node("Div", [count, c.builder.node("Sub", [count, numberOf(c, "float64", 1)])]),
  },
];

/** A number that depends on sizes. @throws OnnxExportError if it is none of the forms. */
function varying(c: Context, values: readonly number[], dtype: DType): string {
  const { builder } = c;
  for (const { undo, make } of forms) {
    const count = values.map((value) => Math.round(undo(value)));
    if (values.some((value, k) => Math.abs(undo(value) - count[k]) > 1e-6 * Math.abs(count[k]))) continue;
    const scalar = builder.node("Squeeze", [
      c.sizes.tensor(count, `a number in ${c.operation}`),
      builder.integers([0]),
    ]);
    if (!dtype.startsWith("float"))
      return dtype === "int64" ? scalar : builder.node("Cast", [scalar], { to: dataTypes[dtype] });
    const made = make(c, builder.node("Cast", [scalar], { to: dataTypes.float64 }));
    return dtype === "float64" ? made : builder.node("Cast", [made], { to: dataTypes[dtype] });
  }
  throw new OnnxExportError(
    `${c.operation}: the numbers ${values.join(", ")} depend on the sizes of the inputs in a way that was not understood. Make those dimensions fixed`,
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
