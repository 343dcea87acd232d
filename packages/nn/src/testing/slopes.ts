import { autograd, type Tensor, tensor } from "@cresset/core/functions";

/** The gradient of a function of float64 tensors by central differences, for each of them. */
export function slopes(f: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[], step = 1e-5): number[][] {
  const values = inputs.map((x) => Array.from(x.detach().dataSync(), Number));
  const at = (which: number, i: number, by: number): number => {
    const moved = inputs.map((x, k) => {
      const data = Float64Array.from(values[k]);
      if (k === which) data[i] += by;
      return tensor(data, { dtype: "float64" }).reshape(x.shape);
    });
    return Number(f(...moved).itemSync());
  };
  return values.map((own, k) => own.map((_, i) => (at(k, i, step) - at(k, i, -step)) / (2 * step)));
}

/** What backward gives for the same. */
export function gradients(f: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): number[][] {
  const leaves = inputs.map((x) => x.detach().clone().requiresGrad_());
  return autograd.grad(f(...leaves), leaves).map((gradient) => Array.from(gradient?.dataSync() ?? [], Number));
}

/** The squared gradients of `f`, summed: its derivative needs second derivatives of `f`. */
export function squaredGradients(f: (...inputs: Tensor[]) => Tensor): (...inputs: Tensor[]) => Tensor {
  return (...inputs) => {
    const leaves = inputs.map((x) => (x.requiresGrad ? x : x.detach().clone().requiresGrad_()));
    const parts = autograd.grad(f(...leaves), leaves, { createGraph: true });
    return parts.map((part) => (part as Tensor).square().sum()).reduce((a, b) => a.add(b));
  };
}
