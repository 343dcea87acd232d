export type { Dims } from "./dims.ts";
export {
  amax,
  amin,
  aminmax,
  argmax,
  argmin,
  type ExtremeOptions,
  type ManyExtremeOptions,
  max,
  min,
} from "./extreme.ts";
export { logsumexp } from "./log-sum-exp.ts";
export { all, any, countNonzero, type TruthOptions } from "./logic.ts";
export { dist, type NormOptions, norm } from "./norm.ts";
export { renorm } from "./renorm.ts";
export type { Results } from "./results.ts";
export {
  type DimOptions,
  mean,
  nanmean,
  nansum,
  prod,
  type ReductionOptions,
  sum,
  sumToSize,
} from "./sum.ts";
export { std, stdMean, type VarianceOptions, variance as var, varMean } from "./variance.ts";
