/** Activations that write into their input: the functions without underscore with `inplace`. */
import type { Scalar, Tensor } from "@cresset/core/functions";
import { rrelu } from "@cresset/core/functions";
import { elu, hardtanh, leakyRelu, relu, threshold } from "./activation-piecewise.ts";
import { celu, selu } from "./activation-smooth.ts";

const inplace = true;

/** `relu`, in place. */
export const relu_ = (input: Tensor): Tensor => relu(input, inplace);
/** `elu`, in place. */
export const elu_ = (input: Tensor, alpha: Scalar = 1): Tensor => elu(input, { alpha, inplace });
/** `selu`, in place. */
export const selu_ = (input: Tensor): Tensor => selu(input, inplace);
/** `celu`, in place. */
export const celu_ = (input: Tensor, alpha: Scalar = 1): Tensor => celu(input, { alpha, inplace });
/** `hardtanh`, in place. */
export const hardtanh_ = (input: Tensor, minVal: Scalar = -1, maxVal: Scalar = 1): Tensor =>
  hardtanh(input, { minVal, maxVal, inplace });
/** `leakyRelu`, in place. */
export const leakyRelu_ = (input: Tensor, negativeSlope: Scalar = 0.01): Tensor =>
  leakyRelu(input, { negativeSlope, inplace });
/** `rrelu`, in place. */
export const rrelu_ = (input: Tensor, lower: Scalar = 1 / 8, upper: Scalar = 1 / 3, training = false): Tensor =>
  rrelu(input, { lower, upper, training, inplace });
/** `threshold`, in place. */
export const threshold_ = (input: Tensor, limit: Scalar, value: Scalar): Tensor =>
  threshold(input, limit, value, inplace);
