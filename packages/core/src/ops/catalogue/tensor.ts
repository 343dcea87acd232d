import { type BackwardOptions, backward } from "../../autograd/backward.ts";
import { registerHook, retainGrad } from "../../autograd/hooks.ts";
import { data, dataSync, item, itemSync, repr, reprSync, tolist, tolistSync } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { to } from "../../tensor/transfer.ts";
import { isNonzero, isNonzeroSync } from "../../tensor/truth.ts";
import type { Catalogue } from "./catalogue.ts";

const backwardOf = (input: Tensor, gradient?: Tensor | null, options?: BackwardOptions): void =>
  backward(input, gradient, options);

/** Reading and differentiation, as methods of Tensor. */
export const tensorMethods = {
  item: { fn: item, on: ["method"] },
  itemSync: { fn: itemSync, on: ["method"] },
  data: { fn: data, on: ["method"] },
  dataSync: { fn: dataSync, on: ["method"] },
  tolist: { fn: tolist, on: ["method"] },
  tolistSync: { fn: tolistSync, on: ["method"] },
  repr: { fn: repr, on: ["method"] },
  reprSync: { fn: reprSync, on: ["method"] },
  backward: { fn: backwardOf, on: ["method"] },
  to: { fn: to, on: ["method"] },
  registerHook: { fn: registerHook, on: ["method"] },
  retainGrad: { fn: retainGrad, on: ["method"] },
  isNonzero: { fn: isNonzero, on: ["torch", "method"] },
  isNonzeroSync: { fn: isNonzeroSync, on: ["torch", "method"] },
} as const satisfies Catalogue;
