/** Schedules that multiply learning rates. */
import { ValueError } from "@cresset/core/functions";
import {
  type ByName,
  countUpTo,
  LRScheduler,
  type LrSchedulerOptions,
  named,
  required,
  type ScheduledGroup,
  type ScheduledOptimizer,
  type SchedulerState,
} from "./scheduler.ts";

/** A factor for each epoch, for all groups or for each. */
export type LrLambda = (epoch: number) => number;

interface Lambdas {
  readonly lrLambda: LrLambda | readonly LrLambda[];
}

function lambdasOf(optimizer: ScheduledOptimizer, lrLambda: LrLambda | readonly LrLambda[]): LrLambda[] {
  const count = optimizer.paramGroups.length;
  if (typeof lrLambda === "function") return new Array<LrLambda>(count).fill(lrLambda);
  if (lrLambda.length !== count) throw new ValueError(`Expected ${count} lr_lambdas, but got ${lrLambda.length}`);
  return [...lrLambda];
}

/** The initial rate times a function of the epoch. */
export class LambdaLR extends LRScheduler {
  readonly lrLambdas: readonly LrLambda[];

  constructor(
    optimizer: ScheduledOptimizer,
    lrLambda: LrLambda | readonly LrLambda[] | ByName<LrSchedulerOptions, Lambdas>,
    lastEpoch?: LrSchedulerOptions | number,
  ) {
    const options = named<LrSchedulerOptions & Lambdas>(["lrLambda", "lastEpoch"], [lrLambda, lastEpoch]);
    super(optimizer, options.lastEpoch);
    this.lrLambdas = lambdasOf(optimizer, required("lr_lambda", options.lrLambda));
    this.start();
  }

  protected override getLr(): number[] {
    return this.baseLrs.map((lr, i) => lr * this.lrLambdas[i](this.lastEpoch));
  }
}

/** The rate of the epoch before times a function of the epoch. */
export class MultiplicativeLR extends LRScheduler {
  readonly lrLambdas: readonly LrLambda[];

  constructor(
    optimizer: ScheduledOptimizer,
    lrLambda: LrLambda | readonly LrLambda[] | ByName<LrSchedulerOptions, Lambdas>,
    lastEpoch?: LrSchedulerOptions | number,
  ) {
    const options = named<LrSchedulerOptions & Lambdas>(["lrLambda", "lastEpoch"], [lrLambda, lastEpoch]);
    super(optimizer, options.lastEpoch);
    this.lrLambdas = lambdasOf(optimizer, required("lr_lambda", options.lrLambda));
    this.start();
  }

  protected override getLr(groups: readonly ScheduledGroup[]): number[] {
    if (this.lastEpoch <= 0) return groups.map(({ lr }) => lr);
    return groups.map(({ lr }, i) => lr * this.lrLambdas[i](this.lastEpoch));
  }
}

export interface GammaOptions extends LrSchedulerOptions {
  /** Factor of each decay; default 0.1. */
  readonly gamma?: number;
}

/** Multiplies the rate by `gamma` every `stepSize` epochs. */
export class StepLR extends LRScheduler {
  readonly stepSize: number;
  readonly gamma: number;

  constructor(
    optimizer: ScheduledOptimizer,
    stepSize: number | ByName<GammaOptions, { stepSize: number }>,
    gamma?: number | GammaOptions,
    lastEpoch?: number | GammaOptions,
  ) {
    const names = ["stepSize", "gamma", "lastEpoch"] as const;
    const options = named<GammaOptions & { stepSize: number }>(names, [stepSize, gamma, lastEpoch]);
    super(optimizer, options.lastEpoch);
    this.stepSize = required("step_size", options.stepSize);
    this.gamma = options.gamma ?? 0.1;
    this.start();
  }

  protected override getLr(groups: readonly ScheduledGroup[]): number[] {
    const now = this.lastEpoch !== 0 && this.lastEpoch % this.stepSize === 0;
    return groups.map(({ lr }) => (now ? lr * this.gamma : lr));
  }

  protected override closedForm(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** Math.floor(this.lastEpoch / this.stepSize));
  }
}

/** Multiplies the rate by `gamma` at each milestone; one that is listed twice counts twice. */
export class MultiStepLR extends LRScheduler {
  readonly milestones: readonly number[];
  readonly gamma: number;

  constructor(
    optimizer: ScheduledOptimizer,
    milestones: readonly number[] | ByName<GammaOptions, { milestones: readonly number[] }>,
    gamma?: number | GammaOptions,
    lastEpoch?: number | GammaOptions,
  ) {
    const names = ["milestones", "gamma", "lastEpoch"] as const;
    const options = named<GammaOptions & { milestones: readonly number[] }>(names, [milestones, gamma, lastEpoch]);
    super(optimizer, options.lastEpoch);
    this.milestones = [...required("milestones", options.milestones)].sort((a, b) => a - b);
    this.gamma = options.gamma ?? 0.1;
    this.start();
  }

  protected override getLr(groups: readonly ScheduledGroup[]): number[] {
    const times = this.milestones.filter((milestone) => milestone === this.lastEpoch).length;
    return groups.map(({ lr }) => (times === 0 ? lr : lr * this.gamma ** times));
  }

  protected override closedForm(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** countUpTo(this.milestones, this.lastEpoch));
  }

  /** As in PyTorch, milestones are counted: `{ 30: 1, 80: 2 }`. */
  override stateDict(): SchedulerState {
    const counts: Record<number, number> = {};
    for (const milestone of this.milestones) counts[milestone] = (counts[milestone] ?? 0) + 1;
    return { ...super.stateDict(), milestones: counts };
  }

  override loadStateDict(state: Readonly<SchedulerState>): void {
    const { milestones } = state;
    const listed = Array.isArray(milestones) || milestones === undefined ? milestones : elements(milestones);
    super.loadStateDict(listed === undefined ? state : { ...state, milestones: listed });
  }
}

/** The milestones that are counted, in order. @throws ValueError for what are no counts. */
function elements(counts: unknown): number[] {
  const entries = counts instanceof Map ? [...counts] : Object.entries(counts ?? {});
  const listed = entries.flatMap(([milestone, count]) => {
    if (!Number.isInteger(count) || count < 0 || count > 1000 || Number.isNaN(Number(milestone)))
      throw new ValueError("the milestones of a state dict are counts by epoch");
    return new Array<number>(count).fill(Number(milestone));
  });
  return listed.sort((a, b) => a - b);
}

export interface ConstantLROptions extends LrSchedulerOptions {
  /** Default 1/3. */
  readonly factor?: number;
  /** Default 5. */
  readonly totalIters?: number;
}

/** The rate times `factor` for the first `totalIters` epochs. @throws ValueError for a factor outside [0, 1]. */
export class ConstantLR extends LRScheduler {
  readonly factor: number;
  readonly totalIters: number;

  constructor(
    optimizer: ScheduledOptimizer,
    factor?: number | ConstantLROptions,
    totalIters?: number | ConstantLROptions,
    lastEpoch?: number | ConstantLROptions,
  ) {
    const options = named<ConstantLROptions>(["factor", "totalIters", "lastEpoch"], [factor, totalIters, lastEpoch]);
    super(optimizer, options.lastEpoch);
    this.factor = options.factor ?? 1 / 3;
    this.totalIters = options.totalIters ?? 5;
    if (this.factor > 1 || this.factor < 0)
      throw new ValueError("Constant multiplicative factor expected to be between 0 and 1.");
    this.start();
  }

  protected override getLr(groups: readonly ScheduledGroup[]): number[] {
    if (this.lastEpoch === 0) return groups.map(({ lr }) => lr * this.factor);
    if (this.lastEpoch !== this.totalIters) return groups.map(({ lr }) => lr);
    return groups.map(({ lr }) => lr * (1 / this.factor));
  }

  protected override closedForm(): number[] {
    const over = Number(this.lastEpoch >= this.totalIters);
    return this.baseLrs.map((lr) => lr * (this.factor + over * (1 - this.factor)));
  }
}

export interface LinearLROptions extends LrSchedulerOptions {
  /** Factor of the first epoch; default 1/3. */
  readonly startFactor?: number;
  /** Factor from epoch `totalIters` on; default 1. */
  readonly endFactor?: number;
  /** Default 5. */
  readonly totalIters?: number;
}

/** The rate times a factor that goes straight from `startFactor` to `endFactor`. @throws ValueError outside [0, 1]. */
export class LinearLR extends LRScheduler {
  readonly startFactor: number;
  readonly endFactor: number;
  readonly totalIters: number;

  constructor(
    optimizer: ScheduledOptimizer,
    startFactor?: number | LinearLROptions,
    endFactor?: number | LinearLROptions,
    totalIters?: number | LinearLROptions,
    lastEpoch?: number | LinearLROptions,
  ) {
    const names = ["startFactor", "endFactor", "totalIters", "lastEpoch"] as const;
    const options = named<LinearLROptions>(names, [startFactor, endFactor, totalIters, lastEpoch]);
    super(optimizer, options.lastEpoch);
    this.startFactor = options.startFactor ?? 1 / 3;
    this.endFactor = options.endFactor ?? 1;
    this.totalIters = options.totalIters ?? 5;
    if (this.startFactor > 1 || this.startFactor <= 0)
      throw new ValueError("Starting multiplicative factor expected to be between 0 and 1.");
    if (this.endFactor > 1 || this.endFactor < 0)
      throw new ValueError("Ending multiplicative factor expected to be between 0 and 1.");
    this.start();
  }

  protected override getLr(groups: readonly ScheduledGroup[]): number[] {
    const { startFactor, endFactor, totalIters, lastEpoch } = this;
    if (lastEpoch === 0) return groups.map(({ lr }) => lr * startFactor);
    if (lastEpoch > totalIters) return groups.map(({ lr }) => lr);
    const rise = endFactor - startFactor;
    return groups.map(({ lr }) => lr * (1 + rise / (totalIters * startFactor + (lastEpoch - 1) * rise)));
  }

  protected override closedForm(): number[] {
    const { startFactor, endFactor, totalIters, lastEpoch } = this;
    const factor = startFactor + ((endFactor - startFactor) * Math.min(totalIters, lastEpoch)) / totalIters;
    return this.baseLrs.map((lr) => lr * factor);
  }
}

/** Multiplies the rate by `gamma` every epoch. */
export class ExponentialLR extends LRScheduler {
  readonly gamma: number;

  constructor(
    optimizer: ScheduledOptimizer,
    gamma: number | ByName<LrSchedulerOptions, { gamma: number }>,
    lastEpoch?: LrSchedulerOptions | number,
  ) {
    const options = named<LrSchedulerOptions & { gamma: number }>(["gamma", "lastEpoch"], [gamma, lastEpoch]);
    super(optimizer, options.lastEpoch);
    this.gamma = required("gamma", options.gamma);
    this.start();
  }

  protected override getLr(groups: readonly ScheduledGroup[]): number[] {
    return groups.map(({ lr }) => (this.lastEpoch === 0 ? lr : lr * this.gamma));
  }

  protected override closedForm(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** this.lastEpoch);
  }
}

export interface PolynomialLROptions extends LrSchedulerOptions {
  /** When the rate reaches 0; default 5. */
  readonly totalIters?: number;
  /** Default 1. */
  readonly power?: number;
}

/** The rate times (1 - epoch / totalIters) ** power. */
export class PolynomialLR extends LRScheduler {
  readonly totalIters: number;
  readonly power: number;

  constructor(
    optimizer: ScheduledOptimizer,
    totalIters?: number | PolynomialLROptions,
    power?: number | PolynomialLROptions,
    lastEpoch?: number | PolynomialLROptions,
  ) {
    const options = named<PolynomialLROptions>(["totalIters", "power", "lastEpoch"], [totalIters, power, lastEpoch]);
    super(optimizer, options.lastEpoch);
    this.totalIters = options.totalIters ?? 5;
    this.power = options.power ?? 1;
    this.start();
  }

  protected override getLr(groups: readonly ScheduledGroup[]): number[] {
    const { totalIters, power, lastEpoch } = this;
    if (lastEpoch === 0 || lastEpoch > totalIters) return groups.map(({ lr }) => lr);
    const decay = ((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters)) ** power;
    return groups.map(({ lr }) => lr * decay);
  }

  protected override closedForm(): number[] {
    const left = 1 - Math.min(this.totalIters, this.lastEpoch) / this.totalIters;
    return this.baseLrs.map((lr) => lr * left ** this.power);
  }
}
