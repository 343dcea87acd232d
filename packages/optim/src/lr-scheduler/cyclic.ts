/** Cyclical learning rates (Smith, 2015). */
import { ValueError } from "@cresset/core/functions";
import {
  type ByName,
  groupsOf,
  LRScheduler,
  type LrSchedulerOptions,
  named,
  perGroup,
  required,
  type ScheduledOptimizer,
} from "./scheduler.ts";

export interface CyclicLROptions extends LrSchedulerOptions {
  /** Steps from the lowest rate to the highest; default 2000. */
  readonly stepSizeUp?: number;
  /** Steps back; default `stepSizeUp`. */
  readonly stepSizeDown?: number | null;
  /** How cycles shrink: not at all (default), by half each, or by `gamma` each step. */
  readonly mode?: "triangular" | "triangular2" | "exp_range";
  /** Default 1. */
  readonly gamma?: number;
  /** Shrinks cycles instead of `mode`: a function of what `scaleMode` says. */
  readonly scaleFn?: ((x: number) => number) | null;
  /** Whether `scaleFn` takes the number of the cycle (from 1, default) or of the step. */
  readonly scaleMode?: "cycle" | "iterations";
  /** Whether momentum goes the other way; default true. */
  readonly cycleMomentum?: boolean;
  /** Default 0.8. */
  readonly baseMomentum?: number | readonly number[];
  /** Default 0.9. */
  readonly maxMomentum?: number | readonly number[];
}

/** The rates that a cycle goes between. */
interface Bounds {
  readonly baseLr: number | readonly number[];
  readonly maxLr: number | readonly number[];
}

/**
 * Between `baseLr` and `maxLr` and back, step by step: call `step()` after every batch.
 *
 * @throws ValueError for an unknown mode, or `cycleMomentum` of an optimizer without momentum.
 */
export class CyclicLR extends LRScheduler {
  maxLrs: number[];
  readonly totalSize: number;
  readonly stepRatio: number;
  readonly mode: string;
  readonly gamma: number;
  readonly scaleFn: (x: number) => number;
  readonly scaleMode: "cycle" | "iterations";
  readonly cycleMomentum: boolean;
  baseMomentums: number[] = [];
  maxMomentums: number[] = [];

  constructor(
    optimizer: ScheduledOptimizer,
    baseLr: number | readonly number[] | ByName<CyclicLROptions, Bounds>,
    maxLr?: number | readonly number[] | ByName<CyclicLROptions, Pick<Bounds, "maxLr">>,
    stepSizeUp?: number | CyclicLROptions,
    stepSizeDown?: number | null | CyclicLROptions,
    given?: CyclicLROptions,
  ) {
    const names = [
      "baseLr",
      "maxLr",
      "stepSizeUp",
      "stepSizeDown",
      "mode",
      "gamma",
      "scaleFn",
      "scaleMode",
      "cycleMomentum",
      "baseMomentum",
      "maxMomentum",
      "lastEpoch",
    ] as const;
    const options = named<CyclicLROptions & Bounds>(names, [baseLr, maxLr, stepSizeUp, stepSizeDown, given]);
    const { lastEpoch = -1, mode = "triangular", gamma = 1 } = options;
    const lowest = perGroup("values for base_lr", optimizer, required("base_lr", options.baseLr));
    const groups = groupsOf(optimizer);
    if (lastEpoch === -1) for (const [i, group] of groups.entries()) group.lr = lowest[i];
    super(optimizer, lastEpoch);
    this.maxLrs = perGroup("values for max_lr", optimizer, required("max_lr", options.maxLr));
    const up = options.stepSizeUp ?? 2000;
    const down = options.stepSizeDown ?? up;
    this.totalSize = up + down;
    this.stepRatio = up / this.totalSize;
    this.mode = mode;
    this.gamma = gamma;
    const scale = scaleOf(mode, gamma);
    const scaleFn = options.scaleFn ?? scale?.fn;
    if (scaleFn === undefined) throw new ValueError("mode is invalid and scale_fn is None");
    this.scaleFn = scaleFn;
    this.scaleMode = options.scaleFn ? (options.scaleMode ?? "cycle") : (scale?.mode ?? "cycle");
    this.cycleMomentum = options.cycleMomentum ?? true;
    if (this.cycleMomentum) {
      if (!("momentum" in optimizer.defaults))
        throw new ValueError("optimizer must support momentum with `cycle_momentum` option enabled");
      const momenta = perGroup("values for base_momentum", optimizer, options.baseMomentum ?? 0.8);
      if (lastEpoch === -1) for (const [i, group] of groups.entries()) group.momentum = momenta[i];
      this.baseMomentums = groups.map((group) => group.momentum ?? 0);
      this.maxMomentums = perGroup("values for max_momentum", optimizer, options.maxMomentum ?? 0.9);
    }
    this.start();
    this.baseLrs = lowest;
  }

  protected override getLr(): number[] {
    const { lastEpoch, totalSize, stepRatio } = this;
    const cycle = Math.floor(1 + lastEpoch / totalSize);
    const x = 1 + lastEpoch / totalSize - cycle;
    const height = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1);
    const scale = this.scaleFn(this.scaleMode === "cycle" ? cycle : lastEpoch);
    const rates = this.baseLrs.map((low, i) => low + (this.maxLrs[i] - low) * height * scale);
    if (this.cycleMomentum)
      for (const [i, group] of groupsOf(this.optimizer).entries())
        group.momentum = this.maxMomentums[i] - (this.maxMomentums[i] - this.baseMomentums[i]) * height * scale;
    return rates;
  }
}

function scaleOf(mode: string, gamma: number): { fn: (x: number) => number; mode: "cycle" | "iterations" } | null {
  if (mode === "triangular") return { fn: () => 1, mode: "cycle" };
  if (mode === "triangular2") return { fn: (x) => 1 / 2 ** (x - 1), mode: "cycle" };
  if (mode === "exp_range") return { fn: (x) => gamma ** x, mode: "iterations" };
  return null;
}
