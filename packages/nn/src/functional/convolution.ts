/**
 * Convolution and its gradient for weights as contractions. The windows are index maps of the contraction, so that nothing is
 * unfolded in memory; groups and the batch are its batch dimensions.
 */

import type { Attributes, Term } from "@cresset/core/extend";
import * as m from "@cresset/core/terms";
import { range, windowsOf } from "./window.ts";

/** How a convolution maps inputs [N, C, …S] and weights [O, C / groups, …K] to outputs [N, O, …P]. */
export interface Convolution extends Attributes {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Zeros before and after the input. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly groups: number;
}

/** Splits dimension `dim` into [groups, size / groups]. */
export const grouped = (x: Term, dim: number, groups: number): Term =>
  m.reshape(x, x.shape.toSpliced(dim, 1, groups, x.shape[dim] / groups));

/** Merges dimensions `dim` and `dim + 1`. */
const merged = (x: Term, dim: number): Term => m.reshape(x, x.shape.toSpliced(dim, 2, x.shape[dim] * x.shape[dim + 1]));

/** [N, C, …S] → [N, groups, C / groups, …P, …K]. */
function patches(x: Term, kernel: readonly number[], { stride, dilation, low, high, groups }: Convolution): Term {
  let padded = grouped(x, 1, groups);
  for (const [d, before] of low.entries())
    padded = m.pad(padded, 3 + d, before, padded.shape[3 + d] + before + high[d]);
  return windowsOf(padded, 3, { kernel, stride, dilation });
}

/** The weights of each group, repeated for each element of the batch. */
export const perSample = (weight: Term, batch: number): Term => m.broadcastTo(weight, [batch, ...weight.shape]);

/** Σ over channels and kernel of left [N, groups, …rows, depth, …K] and right [N, groups, depth, …P, …K]: [N, …rows, …P]. */
export function contracted(left: Term, right: Term, dims: number): Term {
  const turned = m.permute(right, [0, 1, ...range(3, dims), 2, ...range(3 + dims, dims)]);
  return merged(m.contract(left, turned, 2, 1 + dims), 1);
}

/** y[n, o, p] = Σ_ck x[n, c, p · stride + k · dilation - low] w[o, c, k]. */
export function convolve(x: Term, weight: Term, how: Convolution): Term {
  const dims = x.rank - 2;
  const left = perSample(grouped(weight, 0, how.groups), x.shape[0]);
  return contracted(left, patches(x, weight.shape.slice(2), how), dims);
}

/** The gradient for the weights [O, C / groups, …kernel], from x [N, C, …S] and g [N, O, …P]. */
export function weightGradient(x: Term, g: Term, kernel: readonly number[], how: Convolution): Term {
  const dims = kernel.length;
  const left = m.permute(grouped(g, 1, how.groups), [1, 2, 0, ...range(3, dims)]);
  const right = m.permute(patches(x, kernel, how), [1, 2, ...range(3 + dims, dims), 0, ...range(3, dims)]);
  return merged(m.contract(left, right, 1, 1 + dims), 0);
}

/** A bias [O] added to [N, O, …P]. */
export function biased(y: Term, bias: Term | undefined): Term {
  return bias === undefined ? y : m.add(y, m.reshape(bias, [bias.numel, ...new Array<number>(y.rank - 2).fill(1)]));
}

export function biasGradient(g: Term): Term {
  return m.sum(g, [0, ...range(2, g.rank - 2)]);
}
