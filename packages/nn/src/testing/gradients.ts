/** For tests: derivatives against central differences, in float64. */

import type { Tensor } from "@cresset/core/functions";
import * as torch from "@cresset/core/functions";

const step = 1e-5;

/** Σ of the products of both tensors' elements. */
const inner = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum();

/** The largest distance between `gradient` and the central differences of `value` at `at`, relative to their size. */
function distance(value: (x: Tensor) => Tensor, at: Tensor, gradient: Tensor | null): number {
  const point = at.detach().reshape(-1).tolistSync() as number[];
  const got = gradient === null ? point.map(() => 0) : (gradient.reshape(-1).tolistSync() as number[]);
  let worst = 0;
  for (const [i, x] of point.entries()) {
    const moved = (by: number): number =>
      value(torch.tensor(point.with(i, x + by), { dtype: "float64" }).reshape([...at.shape])).itemSync();
    const want = (moved(step) - moved(-step)) / (2 * step);
    worst = Math.max(worst, Math.abs(got[i] - want) / (1 + Math.abs(want)));
  }
  return worst;
}

/**
 * How far first and second derivatives of a function are from central differences, for every input: numbers around 1e-9
 * for correct ones.
 */
export function gradientErrors(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
): { readonly first: number; readonly second: number } {
  torch.manualSeed(7);
  const leaves = inputs.map((t) => t.detach().clone().requiresGrad_());
  const output = fn(...leaves);
  const weights = torch.randn([...output.shape], { dtype: "float64" });
  const directions = leaves.map((t) => torch.randn([...t.shape], { dtype: "float64" }));
  const alongDirections = (...at: Tensor[]): Tensor => {
    const found = torch.autograd.grad(inner(fn(...at), weights), at, { createGraph: true, allowUnused: true });
    return found
      .map((g, i) => (g === null ? torch.tensor(0, { dtype: "float64" }) : inner(g, directions[i])))
      .reduce((a, b) => a.add(b));
  };
  const first = torch.autograd.grad(inner(output, weights), leaves, { allowUnused: true, retainGraph: true });
  const slope = alongDirections(...leaves);
  const second = slope.requiresGrad
    ? torch.autograd.grad(slope, leaves, { allowUnused: true })
    : leaves.map(() => null);
  const worst = { first: 0, second: 0 };
  for (const [i, leaf] of leaves.entries()) {
    const others = (x: Tensor): Tensor[] => leaves.map((t, j) => (i === j ? x : t.detach()));
    worst.first = Math.max(
      worst.first,
      distance((x) => inner(fn(...others(x)), weights), leaf, first[i]),
    );
    const directed = (x: Tensor): Tensor => alongDirections(...others(x).map((t) => t.detach().requiresGrad_()));
    worst.second = Math.max(worst.second, distance(directed, leaf, second[i]));
  }
  return worst;
}

/** Normal numbers of float64. */
export const randn64 = (...shape: number[]): Tensor => torch.randn(shape, { dtype: "float64" });
