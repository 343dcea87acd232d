import { CressetError } from "@cresset/core/functions";

/** Where in a table something is wrong. */
export interface TablePlace {
  /** Line of the file, from 1; the header is line 1. */
  readonly line?: number;
  readonly column?: string;
  /** What `line` counts: lines of a text (the default), or the rows of a table that is no text. */
  readonly unit?: LineUnit;
}

export type LineUnit = "line" | "row";

/** A table that cannot be used: not CSV, ragged, with cells that are no numbers or labels that are not 0 and 1. */
export class TableError extends CressetError {
  override readonly name: string = "TableError";
  /** Line of the file (or row of a table that is no text), from 1, where one line is to blame. */
  readonly line: number | null;
  /** Name of the column, where one column is to blame. */
  readonly column: string | null;

  constructor(problem: string, { line, column, unit = "line" }: TablePlace = {}, options?: ErrorOptions) {
    const where = [
      ...(line === undefined ? [] : [`${unit} ${line}`]),
      ...(column === undefined ? [] : [`column "${brief(column)}"`]),
    ];
    super(where.length === 0 ? problem : `${where.join(", ")}: ${problem}`, options);
    this.line = line ?? null;
    this.column = column ?? null;
  }
}

/** A text as it can stand in one line of a message. */
export function brief(text: string): string {
  const oneLine = text.replaceAll(/\s+/g, " ");
  return oneLine.length <= 40 ? oneLine : `${oneLine.slice(0, 39)}…`;
}
