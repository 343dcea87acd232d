import { type DType, isFloat, type Reduction } from "@cresset/core/backend";
import { type Combining, combiningOperation, identityOf } from "../identity.ts";
import { literal, roundText, value } from "./expression.ts";
import { operationText } from "./operations.ts";
import type { Writer } from "./writer.ts";

/** Two values combined; sums and products of floats stay unrounded (float64). */
export function combineText(writer: Writer, op: Combining, dtype: DType, x: string, y: string): string {
  const { text, rounded } = operationText(combiningOperation[op], dtype, [x, y], (name) => writer.helper(name));
  return rounded || isFloat(dtype) ? text : roundText(writer, dtype, text);
}

/** An accumulator in generated code: declared before the loops, fed inside, read after them. */
interface Accumulator {
  add(): void;
  finish(): void;
}

/** Declares the accumulator of a reduction in the innermost block. */
export function accumulator(writer: Writer, reduction: Reduction): Accumulator {
  const { op, register, dtype } = reduction;
  if (op === "argmax" || op === "argmin") return extremePosition(writer, reduction, op);
  const name = writer.fresh("s");
  writer.line(`let ${name} = ${literal(identityOf(op, dtype))};`);
  return {
    add: () => writer.line(`${name} = ${combineText(writer, op, dtype, name, value(writer, reduction.value))};`),
    finish: () => {
      const inexact = (op === "sum" || op === "product") && (dtype === "float32" || dtype === "float16");
      writer.define(register, inexact ? roundText(writer, dtype, name) : name);
    },
  };
}

function extremePosition(writer: Writer, reduction: Reduction, op: "argmax" | "argmin"): Accumulator {
  const best = writer.fresh("s");
  const position = writer.fresh("k");
  const counter = writer.fresh("q");
  const dtype = reduction.value.dtype;
  writer.line(`let ${best} = ${literal(identityOf(op === "argmax" ? "max" : "min", dtype))};`);
  writer.line(`let ${position} = 0, ${counter} = 0;`);
  return {
    add: () => {
      const x = writer.fresh("v");
      writer.line(`const ${x} = ${value(writer, reduction.value)};`);
      const better = `${x} ${op === "argmax" ? ">" : "<"} ${best}`;
      const firstNaN = isFloat(dtype) ? ` || (${x} !== ${x} && ${best} === ${best})` : "";
      writer.line(`if (${better}${firstNaN}) { ${best} = ${x}; ${position} = ${counter}; }`);
      writer.line(`${counter}++;`);
    },
    finish: () => writer.define(reduction.register, `BigInt(${position})`),
  };
}
