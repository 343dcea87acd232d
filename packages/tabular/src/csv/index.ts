export { csvText } from "./csv-text.ts";
export { type Csv, type CsvOptions, type CsvRows, readCsv } from "./read-csv.ts";
export type { CsvSource } from "./text.ts";
