/** Parquet files as tensors, through the packages `hyparquet` and `hyparquet-compressors`. */
export type { TableOptions } from "../tables/options.ts";
export type { TableValues } from "../tables/values.ts";
export { loadParquet } from "./load-parquet.ts";
export { openParquetValues } from "./values.ts";
