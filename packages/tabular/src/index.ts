/** Binary classification from tables: read, prepare, train, measure, save. Nothing here needs Node. */

// Tables
export {
  type Csv,
  type CsvOptions,
  type CsvRows,
  type CsvSource,
  csvText,
  readCsv,
  rowsOfValues,
  type TableValues,
} from "./csv/index.ts";
export { TableError, type TablePlace } from "./errors.ts";
// Measuring
export * from "./metrics/index.ts";
// From columns to inputs
export {
  fitPreparation,
  inputNames,
  type MissingValues,
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
export {
  type ClassBalance,
  type Column,
  type ColumnKind,
  classBalance,
  columnOf,
  createTable,
  findSentinels,
  labelsOf,
  missingWords,
  Numbers,
  type ReadTableOptions,
  readTable,
  type Sentinel,
  type Table,
  TableBuilder,
  type TableChecks,
} from "./table/index.ts";
// Training
export * from "./training/index.ts";
