/** `torch.nn.utils.parametrizations`: parametrizations that are ready to use. */

export { type ParametrizedSpectralNormOptions, spectralNorm, weightNorm } from "./parametrization-norms.ts";
export { type OrthogonalMap, type OrthogonalOptions, orthogonal } from "./parametrization-orthogonal.ts";
