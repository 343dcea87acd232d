/** Activation functions that are also functions of the package and methods of Tensor. */
export { celu, hardshrink, prelu, relu, selu, threshold } from "./rectifier.ts";
export { sigmoid, tanh } from "./sigmoid.ts";
export { logSoftmax, type SoftmaxOptions, softmax } from "./softmax.ts";
