/** Binary classification from tables: read, prepare, train, measure, save. Nothing here needs Node. */

// Tables
export { type Csv, type CsvOptions, type CsvRows, type CsvSource, readCsv } from "./csv/index.ts";
export { TableError, type TablePlace } from "./errors.ts";
// Measuring
export * from "./metrics/index.ts";
// From columns to inputs
export {
  fitPreparation,
  inputNames,
  type Preparation,
  type PreparationOptions,
  type PreparedColumn,
  prepare,
  type Scale,
} from "./preparation.ts";
// Programs
export * from "./program/index.ts";
// Files
export * from "./saved/index.ts";
export { type Split, splitRows, testRows } from "./split.ts";
export * from "./table/index.ts";
// Training
export * from "./training/index.ts";
