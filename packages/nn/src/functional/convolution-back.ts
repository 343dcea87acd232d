/**
 * The gradient of a convolution for its input. Elements a multiple of the stride apart, a phase, depend on the same taps
 * of the kernel, so that each phase is a dense convolution; they are then laid side by side.
 */

import type { Term } from "@cresset/core/extend";
import * as m from "@cresset/core/terms";
import { type Convolution, contracted, grouped, perSample } from "./convolution.ts";
import { range, spreadOut, windowsOf } from "./window.ts";

/**
 * The gradient for the input [N, C, …sizes], which is also the transposed convolution of `g` [N, O, …P] with `weight`
 * [O, C / groups, …K].
 */
export function convolveBack(g: Term, weight: Term, sizes: readonly number[], how: Convolution): Term {
  const dims = sizes.length;
  const axes = sizes.map((size, d) => axisOf(size, weight.shape[2 + d], how.stride[d], how.dilation[d], how.low[d]));
  const reached = axes.map(({ count, phases }) => count + phases[phases.length - 1].start - phases[0].start);
  const windows = {
    kernel: axes.map((axis) => axis.taps),
    stride: axes.map((axis) => axis.spread),
    dilation: how.dilation,
  };
  const starts = axes.map((axis) => axis.phases[0].start);
  const spread = spreadOut(grouped(g, 1, how.groups), 3, reached, windows, starts);
  const phases = sideBySide(spread, grouped(weight, 0, how.groups), how.dilation, axes, []);
  // [N, C, …F, …Q] → [N, C, …(Q · F)]
  const turned = m.permute(phases, [0, 1, ...range(0, dims).flatMap((d) => [2 + dims + d, 2 + d])]);
  const whole = m.reshape(turned, [...phases.shape.slice(0, 2), ...axes.map((axis) => axis.count * axis.stride)]);
  return sizes.reduce((x, size, d) => m.slice(x, 2 + d, 0, size), whole);
}

/** How the elements of a dimension depend on results. */
interface Axis {
  /** The number of phases, and of elements in each. */
  readonly stride: number;
  readonly count: number;
  /** How far apart results are put: 1, or the stride where there is one phase for all elements. */
  readonly spread: number;
  readonly phases: readonly Phases[];
  /** The most taps of a phase. */
  readonly taps: number;
}

/** Neighbouring phases that depend on the same results. */
interface Phases {
  readonly count: number;
  readonly taps: number;
  /** The first tap of the first one; the next has the next. */
  readonly first: number;
  /** The last result that their first elements depend on. */
  readonly start: number;
}

function axisOf(size: number, kernel: number, stride: number, dilation: number, low: number): Axis {
  // Where taps are apart, too, neighbouring phases depend on results far from each other.
  if (dilation > 1 && stride > 1) return { ...axisOf(size, kernel, 1, dilation, low), spread: stride };
  const phases: Phases[] = [];
  for (let phase = 0; phase < stride; phase++) {
    const first = (phase + low) % stride;
    const start = Math.floor((phase + low) / stride);
    const taps = Math.max(0, Math.ceil((kernel - first) / stride));
    const last = phases.at(-1);
    if (last?.taps === taps && last.start === start) phases[phases.length - 1] = { ...last, count: last.count + 1 };
    else phases.push({ count: 1, taps, first, start });
  }
  return { stride, count: Math.ceil(size / stride), spread: 1, phases, taps: Math.ceil(kernel / stride) };
}

/**
 * [N, C, …F, …Q], the elements of all phases, from spread [N, groups, O / groups, …] and weight
 * [groups, O / groups, C / groups, …K]: part by part, of the first dimensions those that are `chosen`.
 */
function sideBySide(
  spread: Term,
  weight: Term,
  dilation: readonly number[],
  axes: readonly Axis[],
  chosen: readonly Phases[],
): Term {
  const d = chosen.length;
  if (d === axes.length) return contractedPhases(spread, weight, dilation, chosen);
  const { stride, count, phases, taps } = axes[d];
  const parts = phases.map((part) => {
    const all = [...chosen, part];
    if (part.taps === 0) {
      const channels = weight.shape[0] * weight.shape[2];
      const each = axes.map((axis, i) => all[i]?.count ?? axis.stride);
      return m.constant(0, spread.dtype, [spread.shape[0], channels, ...each, ...axes.map((axis) => axis.count)]);
    }
    const from = part.start - phases[0].start + dilation[d] * (taps - part.taps);
    const near = m.slice(spread, 3 + d, from, count + dilation[d] * (part.taps - 1));
    const own = m.slice(weight, 3 + d, part.first, (part.taps - 1) * stride + part.count);
    // [K] → [T, F]
    const filters = m.flip(m.window(own, 3 + d, part.count, stride), 3 + d);
    return sideBySide(near, filters, dilation, axes, all);
  });
  return m.cat(parts, 2 + d);
}

/** [N, C, …F, …Q] from spread and weight [groups, O / groups, C / groups, …T, …F]. */
function contractedPhases(spread: Term, weight: Term, dilation: readonly number[], chosen: readonly Phases[]): Term {
  const dims = chosen.length;
  const filters = m.permute(weight, [0, 2, ...range(3 + dims, dims), 1, ...range(3, dims)]);
  const windows = { kernel: chosen.map((part) => part.taps), stride: chosen.map(() => 1), dilation };
  return contracted(perSample(filters, spread.shape[0]), windowsOf(spread, 3, windows), dims);
}
