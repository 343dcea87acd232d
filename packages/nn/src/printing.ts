import { pythonFloat } from "@cresset/core/extend";
import type { AnyModule } from "./module.ts";

export { pythonFloat } from "@cresset/core/extend";

/** PyTorch's `str(module)`: the class's name, `extraRepr()`, and the children, indented. */
export function describeModule(module: AnyModule): string {
  const extra = module.extraRepr();
  const extraLines = extra === "" ? [] : extra.split("\n");
  const childLines = module.moduleEntries().map(([name, child]) => `(${name}): ${indent(child.toString())}`);
  const lines = [...extraLines, ...childLines];
  const name = module.typeName();
  if (lines.length === 0) return `${name}()`;
  if (childLines.length === 0 && lines.length === 1) return `${name}(${lines[0]})`;
  return `${name}(\n  ${lines.join("\n  ")}\n)`;
}

const indent = (text: string): string => text.replaceAll("\n", "\n  ");

/** A JavaScript number as Python prints it, integer-valued ones as int. */
export function pythonNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : pythonFloat(value);
}

/** A boolean as Python prints it. */
export function pythonBool(value: boolean): string {
  return value ? "True" : "False";
}

/** A shape as PyTorch prints it: `torch.Size([2, 3])`. */
export function sizeText(shape: readonly number[]): string {
  return `torch.Size([${shape.join(", ")}])`;
}

/** Numbers as Python prints a tuple: `(3,)`, `(3, 3)`. */
export function pythonTuple(values: readonly number[]): string {
  return values.length === 1 ? `(${values[0]},)` : `(${values.join(", ")})`;
}

/** A size as Python prints what was given: `3`, `[3, 3]`, `None`. */
export function pythonSize(size: number | null | readonly (number | null)[]): string {
  if (size === null) return "None";
  return typeof size === "number" ? String(size) : `[${size.map((n) => n ?? "None").join(", ")}]`;
}
