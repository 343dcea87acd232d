import { pythonFloat } from "@cresset/core/extend";

/** A value of an option as Python prints it. */
export function optionText(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null || value === undefined) return "None";
  if (Array.isArray(value)) return `(${value.map(optionText).join(", ")})`;
  return typeof value === "number" && !Number.isInteger(value) ? pythonFloat(value) : String(value);
}

const renamed = (options: object, rename: (name: string) => string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [rename(name), value]));

/** Options under PyTorch's names: `weightDecay` as `weight_decay`. */
export const snakeKeys = (options: object): Record<string, unknown> =>
  renamed(options, (name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

/** Options under this library's names: `weight_decay` as `weightDecay`. */
export const camelKeys = (options: object): Record<string, unknown> =>
  renamed(options, (name) => name.replaceAll(/_[a-z]/g, (part) => part[1].toUpperCase()));
