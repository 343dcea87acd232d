/** Activation functions: all of torch.nn.functional's. */
export {
  type EluOptions,
  elu,
  type HardtanhOptions,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  type LeakyReluOptions,
  leakyRelu,
  relu,
  relu6,
  softshrink,
  threshold,
} from "./activation-piecewise.ts";
export { glu, logSoftmax, prelu, softmax, softmin } from "./activation-rows.ts";
export {
  type CeluOptions,
  celu,
  type GeluOptions,
  gelu,
  type InplaceOptions,
  logsigmoid,
  mish,
  type SoftplusOptions,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
  tanhshrink,
} from "./activation-smooth.ts";
