import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";

/** The rows of a table: all columns but one, and that one. */
export interface Table {
  readonly features: number[][];
  readonly labels: number[];
}

/** Reads a CSV file of numbers in data/; the column named `label` holds the labels. */
export function readTable(file: string, label: string): Table {
  const text = readFileSync(new URL(`../data/${file}`, import.meta.url), "utf8");
  const [header, ...rows]: string[][] = parse(text);
  const at = header.indexOf(label);
  if (at < 0) throw new Error(`${file} has no column "${label}": it has ${header.join(", ")}`);
  const numbers = rows.map((row) => row.map(Number));
  return { features: numbers.map((row) => row.toSpliced(at, 1)), labels: numbers.map((row) => row[at]) };
}
