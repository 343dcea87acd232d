/** `torch.nn.functional`: the layers' computations as functions. */
export * from "./activation.ts";
export { type ScaledDotProductAttentionOptions, scaledDotProductAttention } from "./attention.ts";
export * from "./binary-cross-entropy.ts";
export * from "./conv.ts";
export * from "./cross-entropy.ts";
export { type CtcLengths, type CtcLossOptions, ctcLoss } from "./ctc-loss.ts";
export * from "./distance.ts";
export * from "./dropout.ts";
export { type EmbeddingOptions, embedding } from "./embedding.ts";
export { type BagMode, type EmbeddingBagOptions, embeddingBag } from "./embedding-bag.ts";
export * from "./fold.ts";
export * from "./grid-sample.ts";
export * from "./in-place.ts";
export * from "./interpolate.ts";
export * from "./linear.ts";
export * from "./margin-loss.ts";
export {
  type AffineOptions,
  groupNorm,
  type LocalResponseNormOptions,
  layerNorm,
  localResponseNorm,
  type RmsNormOptions,
  rmsNorm,
} from "./norm.ts";
export * from "./norm-batch.ts";
export * from "./one-hot.ts";
export * from "./pad.ts";
export * from "./pool-adaptive.ts";
export * from "./pool-average.ts";
export { type FractionalPoolOptions, fractionalMaxPool2d, fractionalMaxPool3d } from "./pool-fractional.ts";
export * from "./pool-max.ts";
export * from "./pool-unmax.ts";
export type { Reduction, ReductionOptions } from "./reduction.ts";
export * from "./regression-loss.ts";
export * from "./shuffle.ts";
export { type TripletDistanceOptions, tripletMarginWithDistanceLoss } from "./triplet-distance-loss.ts";
