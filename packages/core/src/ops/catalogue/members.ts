/** What Tensor's class itself has, and its properties. */
import type { BackwardOptions } from "../../autograd/backward.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Catalogue } from "./catalogue.ts";

export const members = {
  backward: {
    fn: (x: Tensor, gradient?: Tensor | null, options?: BackwardOptions) => x.backward(gradient, options),
    on: ["method"],
  },
  clone: { fn: (x: Tensor) => x.clone(), on: ["method"] },
  cpu: { fn: (x: Tensor) => x.cpu(), on: ["method"] },
  detach: { fn: (x: Tensor) => x.detach(), on: ["method"] },
  isNonzero: { fn: (x: Tensor) => x.isNonzero(), on: ["method"] },
  item: { fn: (x: Tensor) => x.item(), on: ["method"] },
  numel: { fn: (x: Tensor) => x.numel(), on: ["method"] },
  requiresGrad_: { fn: (x: Tensor, value?: boolean) => x.requiresGrad_(value), on: ["method"] },
  retainGrad: { fn: (x: Tensor) => x.retainGrad(), on: ["method"] },
  to: { fn: (x: Tensor, target: string) => x.to(target), on: ["method"] },
  tolist: { fn: (x: Tensor) => x.tolist(), on: ["method"] },

  H: { fn: (x: Tensor) => x.H, on: ["property"] },
  T: { fn: (x: Tensor) => x.T, on: ["property"] },
  dtype: { fn: (x: Tensor) => x.dtype, on: ["property"] },
  grad: { fn: (x: Tensor) => x.grad, on: ["property"] },
  isLeaf: { fn: (x: Tensor) => x.isLeaf, on: ["property"] },
  mH: { fn: (x: Tensor) => x.mH, on: ["property"] },
  mT: { fn: (x: Tensor) => x.mT, on: ["property"] },
  ndim: { fn: (x: Tensor) => x.ndim, on: ["property"] },
  requiresGrad: { fn: (x: Tensor) => x.requiresGrad, on: ["property"] },
  shape: { fn: (x: Tensor) => x.shape, on: ["property"] },
} as const satisfies Catalogue;
