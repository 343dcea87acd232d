/** `torch.nn.utils`. */
export {
  type ClipGradNormOptions,
  clipGradNorm_,
  clipGradsWithNorm_,
  clipGradValue_,
  getTotalNorm,
} from "./clip-grad.ts";
export { consumePrefixInStateDictIfPresent } from "./consume-prefix.ts";
export * as fusion from "./fusion.ts";
export { fuseConvBnEval, fuseConvBnWeights, fuseLinearBnEval, fuseLinearBnWeights } from "./fusion.ts";
export { parametersToVector, vectorToParameters } from "./parameter-vector.ts";
export * as parametrizations from "./parametrizations.ts";
export * as parametrize from "./parametrize.ts";
export * as prune from "./prune.ts";
export * as rnn from "./rnn.ts";
export { skipInit } from "./skip-init.ts";
export { removeSpectralNorm, type SpectralNormOptions, spectralNorm } from "./spectral-norm.ts";
export * as stateless from "./stateless.ts";
export { removeWeightNorm, weightNorm } from "./weight-norm.ts";
