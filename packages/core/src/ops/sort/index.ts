export { type BincountOptions, bincount, bincountSync, type HistcOptions, histc } from "./histogram.ts";
export { type IsinOptions, isin } from "./isin.ts";
export { kthvalue, median, nanmedian, type RankOptions } from "./median.ts";
export { mode } from "./mode.ts";
export { argwhere, argwhereSync, type NonzeroOptions, nonzero, nonzeroSync } from "./nonzero.ts";
export { type Interpolation, nanquantile, type QuantileOptions, quantile } from "./quantile.ts";
export { bucketize, type SearchOptions, searchsorted } from "./search.ts";
export { argsort, msort, type SortOptions, sort, type TopkOptions, topk } from "./sort.ts";
export { type UniqueOptions, unique, uniqueConsecutive, uniqueConsecutiveSync, uniqueSync } from "./unique.ts";
