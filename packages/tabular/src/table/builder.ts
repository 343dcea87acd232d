import type { CsvRows } from "../csv/index.ts";
import { brief, type LineUnit, TableError } from "../errors.ts";
import { readCell } from "./cell.ts";
import { Numbers } from "./numbers.ts";
import { type Column, type ColumnKind, noSuchColumn, type Table } from "./table.ts";

/** What is checked while a table is read, so that an error names the line, and comes before the rest of the file is read. */
export interface TableChecks {
  /** The column of labels: each must be 0 or 1 (or true or false). */
  readonly target?: string;
  /** Columns to pass over. */
  readonly ignore?: readonly string[];
  /** The columns to keep besides the target; default: all that are not to be passed over. */
  readonly only?: readonly string[];
  /**
   * Whether every other column must hold numbers, or what to do about one that does not, which ends the error. Default false:
   * a column of text is marked as such.
   */
  readonly numbersOnly?: boolean | string;
  /** What to do about labels that are others than 0 and 1, which ends the error. */
  readonly labels?: string;
  /** Refuses cells without a value; what to do about them ends the error. Default: they are marked as missing. */
  readonly complete?: string;
  /** How many numbers may be kept at most; default 2^27, which take 1 GiB. */
  readonly maxNumbers?: number;
}

/** Collects rows into columns. */
export class TableBuilder {
  private readonly columns: ColumnBuilder[];
  private readonly maxNumbers: number;
  private rows = 0;

  /** @throws TableError if `target`, or one of `ignore` or `only`, is no column. */
  constructor(
    names: readonly string[],
    { target, ignore = [], only, numbersOnly = false, labels, complete, maxNumbers = 2 ** 27 }: TableChecks = {},
  ) {
    for (const name of [...(target === undefined ? [] : [target]), ...ignore, ...(only ?? [])])
      if (!names.includes(name)) throw noSuchColumn(name, names);
    this.maxNumbers = maxNumbers;
    this.columns = names.flatMap((name, at) =>
      ignore.includes(name) || (name !== target && only?.includes(name) === false)
        ? []
        : [
            new ColumnBuilder(name, at, name === target ? "labels" : numbersOnly === false ? "any" : "numbers", {
              ...(complete === undefined ? {} : { missing: complete }),
              ...(typeof numbersOnly === "string" ? { text: numbersOnly } : {}),
              ...(labels === undefined ? {} : { labels }),
            }),
          ],
    );
  }

  get length(): number {
    return this.rows;
  }

  /** @throws TableError for cells that are not what `TableChecks` ask for. */
  add({ rows, lines, unit }: CsvRows): void {
    for (let i = 0; i < rows.length; i++)
      for (const column of this.columns) column.add(rows[i][column.at], lines[i], unit);
    this.rows += rows.length;
    if (this.rows * this.columns.length > this.maxNumbers)
      throw new TableError(
        `the table has more than ${this.maxNumbers.toLocaleString("en")} numbers; leave out columns, or use fewer rows`,
      );
  }

  table(): Table {
    return { length: this.rows, columns: this.columns.map((column) => column.column()) };
  }
}

/** How errors end: what to do about cells without a value, which are refused where this says so, and about text. */
interface Advice {
  readonly missing?: string;
  readonly text?: string;
  readonly labels?: string;
}

class ColumnBuilder {
  readonly name: string;
  readonly at: number;
  private readonly must: "labels" | "numbers" | "any";
  private values = new Numbers();
  private numbers = 0;
  private booleans = 0;
  private missing = 0;
  private text: Column["text"] = null;

  private readonly advice: Advice;

  constructor(name: string, at: number, must: "labels" | "numbers" | "any", advice: Advice) {
    this.name = name;
    this.at = at;
    this.must = must;
    this.advice = advice;
  }

  add(cell: string, line: number, unit?: LineUnit): void {
    const { kind, value } = readCell(cell);
    if (kind === "missing") this.missing++;
    else if (kind === "number") this.numbers++;
    else if (kind === "boolean") this.booleans++;
    if (this.must === "labels" && value !== 0 && value !== 1)
      throw new TableError(
        `${kind === "missing" ? "there is no label" : `"${brief(cell)}" is not a label`}: labels are 0 and 1${ending(this.advice.labels)}`,
        { line, column: this.name, ...(unit && { unit }) },
      );
    if (kind === "missing" && this.advice.missing !== undefined)
      throw new TableError(`there is no value; ${this.advice.missing}`, {
        line,
        column: this.name,
        ...(unit && { unit }),
      });
    // True and false among numbers are as much of a riddle as words are.
    if (this.text === null && (kind === "text" || (this.numbers > 0 && this.booleans > 0)))
      this.foundText(cell, line, unit);
    if (this.text === null) this.values.push(value);
  }

  private foundText(cell: string, line: number, unit: LineUnit | undefined): void {
    if (this.must !== "any")
      throw new TableError(`"${brief(cell)}" is not a number${hint(cell, this.advice.text)}`, {
        line,
        column: this.name,
        ...(unit && { unit }),
      });
    this.text = { cell: brief(cell), line };
    this.values = new Numbers();
  }

  column(): Column {
    const { name, missing, text, values } = this;
    return { name, kind: this.kind(), missing, text, values };
  }

  private kind(): ColumnKind {
    if (this.text !== null) return "text";
    if (this.booleans > 0) return "boolean";
    return this.numbers > 0 ? "number" : "empty";
  }
}

function hint(cell: string, advice: string | undefined): string {
  if (/^\s*[+-]?\d+,\d+\s*$/.test(cell)) return ": decimals are written with a point";
  return ending(advice);
}

const ending = (advice: string | undefined): string => (advice === undefined ? "" : `; ${advice}`);
