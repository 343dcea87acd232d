/** Parquet files as tensors, through the packages `hyparquet` and `hyparquet-compressors`. */
export type { TableOptions } from "../tables/options.ts";
export { loadParquet } from "./load-parquet.ts";
