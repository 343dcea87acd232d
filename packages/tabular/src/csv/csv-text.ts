import Papa from "papaparse";

/** Rows as lines of CSV (RFC 4180, with plain line feeds), each with its end. */
export function csvText(rows: readonly (readonly (string | number)[])[], delimiter = ","): string {
  return rows.length === 0 ? "" : `${Papa.unparse(rows as (string | number)[][], { delimiter, newline: "\n" })}\n`;
}
