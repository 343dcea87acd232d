/** `torch.distributions.transforms`: invertible functions with their Jacobians. */
export { type AffineOptions, AffineTransform } from "./affine.ts";
export { ComposeTransform, identityTransform } from "./compose.ts";
export { CumulativeDistributionTransform } from "./cumulative.ts";
export {
  AbsTransform,
  ExpTransform,
  PowerTransform,
  SigmoidTransform,
  SoftplusTransform,
  TanhTransform,
} from "./elementwise.ts";
export { CatTransform, StackTransform } from "./joined.ts";
export { IndependentTransform, ReshapeTransform } from "./structure.ts";
export { type CacheOptions, Transform } from "./transform.ts";
export {
  CorrCholeskyTransform,
  LowerCholeskyTransform,
  SoftmaxTransform,
  StickBreakingTransform,
} from "./vectors.ts";
