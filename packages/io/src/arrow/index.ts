/** Apache Arrow tables as tensors, through the package `apache-arrow`. */
export type { TableOptions } from "../tables/options.ts";
export type { TableValues } from "../tables/values.ts";
export type { ArrowData, ArrowTable, ArrowType, ArrowVector } from "./arrow.ts";
export { fromArrow } from "./from-arrow.ts";
export { loadArrow, openArrow } from "./load-arrow.ts";
export { openArrowValues } from "./values.ts";
