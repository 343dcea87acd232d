export { csvText } from "./csv-text.ts";
export { type Csv, type CsvOptions, type CsvRows, readCsv } from "./read-csv.ts";
export { rowsOfValues, type TableValues } from "./rows-of-values.ts";
export type { CsvSource } from "./text.ts";
