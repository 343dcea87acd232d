/** What docs/from-pytorch.md says, as programs: a prelude in both languages, and rows of tables that start from it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const pageFile = join(import.meta.dirname, "..", "..", "docs", "from-pytorch.md");

/** A value in the words of both languages: tensors and modules as they print, the rest as JSON has it. */
export type Encoded =
  | null
  | boolean
  | number
  | string
  | readonly Encoded[]
  | { readonly tensor: string }
  | { readonly text: string }
  | { readonly number: "nan" | "inf" | "-inf" }
  | { readonly entries: Readonly<Record<string, Encoded>> };

/** What a row does: what it prints, and the value of its last expression or the error that it ends with. */
export interface Outcome {
  readonly printed?: string;
  readonly value?: Encoded;
  readonly error?: { readonly name: string; readonly message: string };
}

export interface Row {
  readonly section: string;
  readonly line: number;
  readonly python: string;
  readonly typescript: string;
  /** The result as the page shows it; empty where it does not. */
  readonly shown: string;
  /** The class of the error that it throws; empty where the page names none. */
  readonly errorClass: string;
}

/** A pair of whole programs, and what both print. */
export interface Program {
  readonly line: number;
  readonly python: string;
  readonly printed: string;
}

export interface Page {
  readonly prelude: { readonly python: string; readonly typescript: string };
  readonly rows: readonly Row[];
  readonly programs: readonly Program[];
}

const span = /(`+)(.+?)\1/g;

/** The lines of code in a cell. */
function codeOf(cell: string): string {
  return [...cell.matchAll(span)].map(([, , code]) => code.trim().replaceAll("\\|", "|")).join("\n");
}

/** The cells of a table's line; null for other lines, heads and rules. */
export function cellsOf(line: string): string[] | null {
  if (!line.startsWith("| `")) return null;
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** A Python program, the TypeScript of it, and what both print. */
export const pairs: RegExp =
  /^```python\n((?:(?!^```)[\s\S])*)^```\n+```ts\n(?:(?!^```)[\s\S])*^```\n+(?:[^\n`]*\n\n)?```text\n([^`]*)^```/gm;

export function readPage(): Page {
  const text = readFileSync(pageFile, "utf8");
  const prelude = /^```python\n([\s\S]*?)^```\n+```ts\n([\s\S]*?)^```/m.exec(text);
  if (prelude === null) throw new Error("the page begins with a pair of programs, which all rows start from");
  let section = "";
  const rows: Row[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.startsWith("## ")) section = line.slice(3);
    const cells = cellsOf(line);
    if (cells === null) continue;
    const [python, typescript, shown = "", errorClass = ""] = cells;
    rows.push({
      section,
      line: i + 1,
      python: codeOf(python),
      typescript: codeOf(typescript),
      shown: codeOf(shown),
      errorClass: codeOf(errorClass),
    });
  }
  const programs = [...text.matchAll(pairs)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length,
    python: match[1],
    printed: match[2],
  }));
  return { prelude: { python: prelude[1], typescript: prelude[2] }, rows, programs };
}

/** An outcome in one line, as the page shows it. */
export function display({ printed, value, error }: Outcome): string {
  if (error !== undefined) return error.message.replaceAll(/\s+/g, " ");
  if (value === undefined) return (printed ?? "").trim().replaceAll(/\s+/g, " ");
  return displayValue(value);
}

function displayValue(value: Encoded): string {
  if (value === null || typeof value !== "object") return typeof value === "string" ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(displayValue).join(", ")}]`;
  if ("tensor" in value) return value.tensor.replaceAll(/\s+/g, " ");
  if ("text" in value) return value.text.replaceAll(/\s+/g, " ");
  if ("number" in value) return value.number;
  if ("entries" in value)
    return `{ ${Object.entries(value.entries)
      .map(([key, entry]) => `${key}: ${displayValue(entry)}`)
      .join(", ")} }`;
  throw new Error(`no display of ${JSON.stringify(value)}`);
}
