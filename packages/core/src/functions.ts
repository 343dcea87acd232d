// Tensors

export type { BackwardOptions, GradOptions } from "./autograd/backward.ts";
// Differentiation
export type { FunctionClass } from "./autograd/function.ts";
export type { GradcheckOptions } from "./autograd/gradcheck.ts";
export type { GradientHook, HookHandle } from "./autograd/hooks.ts";
export * as autograd from "./autograd/index.ts";
export * from "./constants.ts";
// Element types and numbers
export { type DType, dtypes, type HostArray, isDType, isFloat } from "./dtype/dtype.ts";
export { type FloatInfo, finfo, type IntegerInfo, iinfo, setDefaultDtype } from "./dtype/limits.ts";
export { getDefaultDtype } from "./dtype/promotion.ts";
// Errors
export * from "./errors.ts";
// Operations
export * from "./ops/activation/index.ts";
export * from "./ops/creation/index.ts";
export * from "./ops/elementwise/index.ts";
export * as fft from "./ops/fft/index.ts";
export * from "./ops/indexing/index.ts";
export * from "./ops/linalg/index.ts";
export * as masked from "./ops/masked/index.ts";
export * from "./ops/random/index.ts";
export * from "./ops/reduction/index.ts";
export * from "./ops/scan/index.ts";
export * from "./ops/shape/index.ts";
export * from "./ops/sort/index.ts";
export * as special from "./ops/special/index.ts";
// In `torch` under another name
export { multigammaln as mvlgamma } from "./ops/special/index.ts";
export {
  type DeviceStatistics,
  deviceInfo,
  deviceNames,
  deviceStatistics,
  getDefaultDevice,
  registerBackend,
  registerBackendSync,
  setDefaultDevice,
} from "./runtime/device.ts";
// Devices
export { explain } from "./runtime/explain.ts";
// Random numbers
export { Generator } from "./runtime/generator.ts";
export {
  enableGrad,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  noGrad,
  setEvaluation,
  setGradEnabled,
} from "./runtime/mode.ts";
export { type KernelAverage, Profile, type ProfileEvent, profile } from "./runtime/profile.ts";
export { FloatScalar, float, type Scalar } from "./runtime/scalar.ts";
export * from "./tensor/creation.ts";
export { getPrintOptions, type PrintOptions, setPrintoptions } from "./tensor/format.ts";
export type { Nested } from "./tensor/reading.ts";
export { GradFn, Tensor } from "./tensor/tensor.ts";
export { isNonzero, isNonzeroSync } from "./tensor/truth.ts";
// Utilities
export * as utils from "./utils/index.ts";

// What is loaded last is last in bundles: what most programs use lies together without it, and compresses better.

export * as func from "./autograd/func.ts";
export { type VmapOptions, vmap } from "./autograd/vmap.ts";
