import { type DType, dtypeInfo, isFloat, type ReduceOp, type Reduction } from "@cresset/core/backend";
import { literal, roundText, value } from "./expression.ts";
import { operationText } from "./operations.ts";
import { valueType } from "./types.ts";
import type { Writer } from "./writer.ts";

type Combining = "sum" | "product" | "max" | "min";

const operations = { sum: "add", product: "mul", max: "max", min: "min" } as const;

/** The result of a reduction over nothing: 0, 1, the lowest value for max, the highest for min. */
export function identityText(writer: Writer, op: Combining, dtype: DType): string {
  if (op === "sum" || op === "product") return literal(writer, dtype, op === "sum" ? 0 : 1);
  const range = dtypeInfo(dtype).range;
  if (!range) return literal(writer, dtype, op === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
  return literal(writer, dtype, op === "max" ? range[0] : range[1]);
}

/** Two values combined; small integers stay unwrapped in 32 bits. */
export function combineText(writer: Writer, op: Combining, dtype: DType, x: string, y: string): string {
  return operationText(writer, operations[op], dtype, [x, y]);
}

/** A running reduction: variables, how to feed them, how to join those of two lanes, and the result. */
export interface Accumulator {
  /** Type of each variable. */
  readonly types: readonly string[];
  readonly names: readonly string[];
  start(): void;
  add(): void;
  /** Joins the state `other` (one text for each variable) into the variables. */
  join(other: readonly string[]): void;
  result(): string;
}

/** dtypes that hold the variables of a running reduction as they are, in this order. */
export function stateDtypes({ op, dtype, value: { dtype: input } }: Reduction): DType[] {
  const exact = (of: DType): DType =>
    (({ f32: "float32", i32: "int32", bool: "bool", vec2u: "int64" }) as const)[valueType(of)];
  if (op === "argmax" || op === "argmin") return [exact(input), "int32"];
  // A sum in two parts, as it is in memory.
  return [op === "sum" && isFloat(dtype) ? "int64" : exact(dtype)];
}

/** @param position the text of the number of the element within the reduced axes. */
export function accumulator(writer: Writer, reduction: Reduction, position: string): Accumulator {
  const { op, dtype } = reduction;
  if (op === "argmax" || op === "argmin") return extremePosition(writer, reduction, op, position);
  if (op === "sum" && isFloat(dtype)) return compensatedSum(writer, reduction);
  const name = writer.fresh("s");
  return {
    types: [valueType(dtype)],
    names: [name],
    start: () => writer.line(`var ${name} = ${identityText(writer, op, dtype)};`),
    add: () => writer.line(`${name} = ${combineText(writer, op, dtype, name, value(writer, reduction.value))};`),
    join: ([other]) => writer.line(`${name} = ${combineText(writer, op, dtype, name, other)};`),
    result: () => roundText(writer, dtype, name),
  };
}

/** A float sum in two parts, so that its error does not grow with the number of terms. */
function compensatedSum(writer: Writer, { dtype, value: term }: Reduction): Accumulator {
  const name = writer.fresh("s");
  const add = writer.use("add_compensated");
  return {
    types: ["vec2f"],
    names: [name],
    start: () => writer.line(`var ${name} = vec2f(0.0f, 0.0f);`),
    add: () => writer.line(`${name} = ${add}(${name}, ${value(writer, term)});`),
    join: ([other]) => writer.line(`${name} = ${writer.use("join_compensated")}(${name}, ${other});`),
    result: () => roundText(writer, dtype, `${writer.use("sum_of_parts")}(${name})`),
  };
}

function extremePosition(writer: Writer, reduction: Reduction, op: ReduceOp, position: string): Accumulator {
  const { dtype } = reduction.value;
  const best = writer.fresh("s");
  const at = writer.fresh("k");
  const beats = (x: string, y: string): string => {
    if (isFloat(dtype)) return `${writer.use(op === "argmax" ? "beats_max" : "beats_min")}(${x}, ${y})`;
    return operationText(writer, op === "argmax" ? "gt" : "lt", dtype, [x, y]);
  };
  return {
    types: [valueType(dtype), "i32"],
    names: [best, at],
    start: () => {
      writer.line(`var ${best} = ${identityText(writer, op === "argmax" ? "max" : "min", dtype)};`);
      writer.line(`var ${at} = 2147483647;`);
    },
    add: () => {
      const x = writer.name("v", value(writer, reduction.value));
      writer.line(`if (${at} == 2147483647 || ${beats(x, best)}) {`);
      writer.line(`  ${best} = ${x};`);
      writer.line(`  ${at} = ${position};`);
      writer.line("}");
    },
    join: ([other, otherAt]) => {
      const x = writer.name("v", other);
      const k = writer.name("k", otherAt);
      writer.line(
        `if (${k} != 2147483647 && (${at} == 2147483647 || ${beats(x, best)} || (!${beats(best, x)} && ${k} < ${at}))) {`,
      );
      writer.line(`  ${best} = ${x};`);
      writer.line(`  ${at} = ${k};`);
      writer.line("}");
    },
    result: () => `${writer.use("int64_of")}(select(${at}, 0, ${at} == 2147483647))`,
  };
}
