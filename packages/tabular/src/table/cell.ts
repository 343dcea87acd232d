/** What a cell holds: a number, nothing (NaN in `value`), a truth value (1 or 0), or something else. */
export type Cell =
  | { readonly kind: "number" | "boolean"; readonly value: number }
  | { readonly kind: "missing" | "text"; readonly value: number };

const missing: Cell = { kind: "missing", value: Number.NaN };
const text: Cell = { kind: "text", value: Number.NaN };
const yes: Cell = { kind: "boolean", value: 1 };
const no: Cell = { kind: "boolean", value: 0 };

/** What stands for "no value" in tables, in any case. */
export const missingWords: readonly string[] = ["", "na", "n/a", "nan", "null", "none", "?"];

const words = new Map<string, Cell>([
  ...missingWords.map((word) => [word, missing] as const),
  ["true", yes],
  ["false", no],
]);
/** Decimal notation; `Number` alone would also take "0x10" and "Infinity". */
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads a cell. A number beyond float64's range is text. */
export function readCell(content: string): Cell {
  const trimmed = content.trim();
  if (decimal.test(trimmed)) {
    const value = Number(trimmed);
    return Number.isFinite(value) ? { kind: "number", value } : text;
  }
  return words.get(trimmed.toLowerCase()) ?? text;
}
