/** `torch.nn.utils`. */
export { type ClipGradNormOptions, clipGradNorm_, clipGradValue_ } from "./clip-grad.ts";
export { parametersToVector, vectorToParameters } from "./parameter-vector.ts";
export * as parametrizations from "./parametrizations.ts";
export * as parametrize from "./parametrize.ts";
export * as rnn from "./rnn.ts";
export { removeSpectralNorm, type SpectralNormOptions, spectralNorm } from "./spectral-norm.ts";
export { removeWeightNorm, weightNorm } from "./weight-norm.ts";
