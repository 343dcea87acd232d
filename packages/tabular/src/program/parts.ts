import type { PreparedColumn } from "../preparation.ts";
import { inputNames, type Preparation } from "../preparation.ts";
import { testRows } from "../split.ts";
import type { Table } from "../table/index.ts";
import type { TrainingOptions } from "../training/options.ts";

/** What a program is written for. */
export interface ProgramOptions {
  /** What the program calls the table's file. */
  readonly file: string;
  /** What stands between its cells; default a comma. */
  readonly delimiter?: string;
  readonly table: Pick<Table, "length" | "columns">;
  readonly preparation: Preparation;
  readonly training: TrainingOptions;
  readonly testSplit: number;
  readonly epochs: number;
}

/** What programs in both languages say, each in its own words. */
export interface ProgramParts {
  readonly names: readonly string[];
  readonly inputs: number;
  readonly test: number;
  readonly train: number;
  /** Whether cells may have no value, or are true and false: then a function reads them. */
  readonly gaps: boolean;
  readonly booleans: boolean;
  /** Whether a column has no name in the file, and is called by its place. */
  readonly unnamed: boolean;
  readonly sentinels: readonly PreparedColumn[];
  /** Places of the columns with indicators. */
  readonly indicators: readonly number[];
}

export function partsOf({ table, preparation, testSplit }: ProgramOptions): ProgramParts {
  const { columns, missing, target } = preparation;
  const names = columns.map(({ name }) => name);
  const test = testRows(table.length, testSplit);
  return {
    names,
    inputs: inputNames(preparation).length,
    test,
    train: table.length - test,
    gaps: missing !== "refuse",
    booleans: table.columns.some(({ name, kind }) => kind === "boolean" && (name === target || names.includes(name))),
    unnamed: [target, ...names].some((name) => /^column \d+$/.test(name)),
    sentinels: columns.filter(({ sentinels }) => sentinels.length > 0),
    indicators: columns.flatMap(({ indicator }, i) => (indicator ? [i] : [])),
  };
}

/** Items of a list, several to a line where they do not fit into one. */
export function list(open: string, items: readonly string[], close: string): string {
  const short = `${open}${items.join(", ")}${close}`;
  if (short.length <= 80) return short;
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + item.length < 90) lines[lines.length - 1] = `${last} ${item},`;
    else lines.push(`    ${item},`);
  }
  return `${open}\n${lines.join("\n")}\n${close}`;
}

/** Paragraphs of a program, without those that are left out. */
export function paragraphs(...parts: readonly (readonly (string | false)[] | false)[]): string {
  const kept = parts.filter((part) => part !== false).map((part) => part.filter((line) => line !== false).join("\n"));
  return `${kept.filter((text) => text !== "").join("\n\n")}\n`;
}
