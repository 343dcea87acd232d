/** Kernels as text: equal kernels have equal texts. */
import type { Expression, Index, Statement } from "../backend/program.ts";
import { indexText } from "./indexing.ts";

const number = (value: number | bigint): string =>
  Object.is(value, -0) ? "-0" : typeof value === "bigint" ? `${value}n` : `${value}`;

export const textOfIndex = (index: Index): string => indexText(index, textOf);

export function textOf(e: Expression): string {
  switch (e.kind) {
    case "constant":
      return `${number(e.value)}:${e.dtype}`;
    case "argument":
      return `a${e.slot}:${e.dtype}`;
    case "index":
      return `${textOfIndex(e.index)}:${e.dtype}`;
    case "load":
      return `b${e.operand}:${e.dtype}[${textOfIndex(e.index)}]`;
    case "register":
      return `r${e.register}`;
    case "apply":
      return `${e.op}:${e.dtype}(${e.inputs.map(textOf).join(",")})`;
    case "cast":
      return `${e.dtype}(${textOf(e.input)})`;
    case "guard":
      return `guard(${e.bounds.map((b) => `${textOfIndex(b.index)}<${b.extent}/${b.step}`).join("&")}?${textOf(e.value)}:${textOf(e.otherwise)})`;
  }
}

export function textOfStatement(s: Statement): string {
  switch (s.kind) {
    case "let":
      return `r${s.register}=${textOf(s.value)}`;
    case "store":
      return `b${s.operand}[${textOfIndex(s.index)}]=${textOf(s.value)}`;
    case "check":
      return `check${s.check}(${textOf(s.condition)})`;
    case "inner":
      return `for(${s.axes.join(",")}){${s.body.map(textOfStatement).join(";")};${s.reductions
        .map((r) => `r${r.register}=${r.op}:${r.dtype}(${textOf(r.value)})`)
        .join(";")}}`;
  }
}
