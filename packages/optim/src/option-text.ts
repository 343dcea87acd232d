import { pythonFloat } from "@cresset/core/extend";

/** A value of an option as Python prints it. */
export function optionText(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null || value === undefined) return "None";
  if (Array.isArray(value)) return `(${value.map(optionText).join(", ")})`;
  return typeof value === "number" && !Number.isInteger(value) ? pythonFloat(value) : String(value);
}

const toSnake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toCamel = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

/** Options under PyTorch's names: `weightDecay` as `weight_decay`. */
export function snakeKeys(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [toSnake(name), value]));
}

/** Options under this library's names: `weight_decay` as `weightDecay`. */
export function camelKeys(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [toCamel(name), value]));
}
