import * as a from "../activation/index.ts";
import type { Catalogue } from "./catalogue.ts";

/** Activation functions. */
export const activation = {
  relu: { fn: a.relu, on: ["torch", "method", "inplace"] },
  selu: { fn: a.selu, on: ["torch"] },
  celu: { fn: a.celu, on: ["torch"] },
  prelu: { fn: a.prelu, on: ["torch", "method"] },
  threshold: { fn: a.threshold, on: ["torch"] },
  hardshrink: { fn: a.hardshrink, on: ["torch", "method"] },
  sigmoid: { fn: a.sigmoid, on: ["torch", "method", "inplace"] },
  tanh: { fn: a.tanh, on: ["torch", "method", "inplace"] },
  softmax: { fn: a.softmax, on: ["torch", "method"] },
  logSoftmax: { fn: a.logSoftmax, on: ["torch", "method"] },
} as const satisfies Catalogue;
