export { TableBuilder, type TableChecks } from "./builder.ts";
export { missingWords } from "./cell.ts";
export { type ClassBalance, classBalance, labelsOf } from "./labels.ts";
export { Numbers } from "./numbers.ts";
export { findSentinels, type Sentinel } from "./sentinels.ts";
export {
  type Column,
  type ColumnKind,
  columnOf,
  createTable,
  type ReadTableOptions,
  readTable,
  type Table,
} from "./table.ts";
