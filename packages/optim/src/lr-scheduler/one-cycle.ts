/** One cycle of learning rates ("super-convergence", Smith and Topin, 2017). */
import { ValueError } from "@cresset/core/functions";
import {
  type ByName,
  groupsOf,
  LRScheduler,
  type LrSchedulerOptions,
  named,
  perGroup,
  required,
  type ScheduledGroup,
  type ScheduledOptimizer,
} from "./scheduler.ts";

export interface OneCycleLROptions extends LrSchedulerOptions {
  /** Number of steps; or give `epochs` and `stepsPerEpoch`. */
  readonly totalSteps?: number | null;
  readonly epochs?: number | null;
  readonly stepsPerEpoch?: number | null;
  /** The part of the cycle in which the rate rises; default 0.3. */
  readonly pctStart?: number;
  /** Default "cos". */
  readonly annealStrategy?: "cos" | "linear";
  /** Whether momentum goes the other way; default true. */
  readonly cycleMomentum?: boolean;
  /** Default 0.85. */
  readonly baseMomentum?: number | readonly number[];
  /** Default 0.95. */
  readonly maxMomentum?: number | readonly number[];
  /** The first rate is maxLr / divFactor; default 25. */
  readonly divFactor?: number;
  /** The last rate is the first / finalDivFactor; default 1e4. */
  readonly finalDivFactor?: number;
  /** Whether the rate goes down to the first one as fast as it rose, and then to the last; default false. */
  readonly threePhase?: boolean;
}

type Rate = "initialLr" | "maxLr" | "minLr";
type Momentum = "maxMomentum" | "baseMomentum";

interface Phase {
  readonly end: number;
  readonly lr: readonly [from: Rate, to: Rate];
  readonly momentum: readonly [from: Momentum, to: Momentum];
}

/**
 * From a low rate to `maxLr` and down to a much lower one, step by step: call `step()` after every batch.
 *
 * @throws ValueError for a number of steps that is missing or not positive, and for options out of range.
 * @example
 * new optim.lrScheduler.OneCycleLR(optimizer, 0.1, { epochs: 10, stepsPerEpoch: loader.length });
 */
export class OneCycleLR extends LRScheduler {
  readonly totalSteps: number;
  readonly cycleMomentum: boolean;
  readonly useBeta1: boolean;
  protected readonly phases: readonly Phase[];
  protected readonly anneal: (from: number, to: number, part: number) => number;

  constructor(
    optimizer: ScheduledOptimizer,
    maxLr: number | readonly number[] | ByName<OneCycleLROptions, { maxLr: number | readonly number[] }>,
    totalSteps?: number | null | OneCycleLROptions,
    given?: OneCycleLROptions,
  ) {
    const options = named<OneCycleLROptions & { maxLr: number | readonly number[] }>(
      [
        "maxLr",
        "totalSteps",
        "epochs",
        "stepsPerEpoch",
        "pctStart",
        "annealStrategy",
        "cycleMomentum",
        "baseMomentum",
        "maxMomentum",
        "divFactor",
        "finalDivFactor",
        "threePhase",
        "lastEpoch",
      ],
      [maxLr, totalSteps, given],
    );
    const { lastEpoch = -1, pctStart = 0.3, annealStrategy = "cos" } = options;
    const { divFactor = 25, finalDivFactor = 1e4, cycleMomentum = true } = options;
    const steps = stepsOf(options);
    if (!(pctStart >= 0 && pctStart <= 1))
      throw new ValueError(`Expected float between 0 and 1 pct_start, but got ${pctStart}`);
    const strategies: readonly string[] = ["cos", "linear"];
    if (!strategies.includes(annealStrategy))
      throw new ValueError(`anneal_strategy must by one of 'cos' or 'linear', instead got ${annealStrategy}`);
    const highest = perGroup("values for max_lr", optimizer, required("max_lr", options.maxLr));
    const groups = groupsOf(optimizer);
    if (lastEpoch === -1)
      for (const [i, group] of groups.entries()) {
        group.initialLr = highest[i] / divFactor;
        group.maxLr = highest[i];
        group.minLr = group.initialLr / finalDivFactor;
      }
    const useBeta1 = "betas" in optimizer.defaults;
    if (cycleMomentum) {
      if (!("momentum" in optimizer.defaults) && !useBeta1)
        throw new ValueError("optimizer must support momentum with `cycle_momentum` option enabled");
      const most = perGroup("values for max_momentum", optimizer, options.maxMomentum ?? 0.95);
      const least = perGroup("values for base_momentum", optimizer, options.baseMomentum ?? 0.85);
      if (lastEpoch === -1)
        for (const [i, group] of groups.entries()) {
          setMomentum(group, useBeta1, most[i]);
          group.maxMomentum = most[i];
          group.baseMomentum = least[i];
        }
    }
    super(optimizer, lastEpoch);
    this.totalSteps = steps;
    this.cycleMomentum = cycleMomentum;
    this.useBeta1 = useBeta1;
    this.anneal = annealStrategy === "cos" ? alongCosine : straight;
    this.phases = phasesOf(steps, pctStart, options.threePhase ?? false);
    this.start();
  }

  protected override getLr(groups: readonly ScheduledGroup[]): number[] {
    const step = this.lastEpoch;
    if (step > this.totalSteps)
      throw new ValueError(`Tried to step ${step} times. The specified number of total steps is ${this.totalSteps}`);
    const last = this.phases.length - 1;
    const at = this.phases.findIndex((phase, i) => step <= phase.end || i === last);
    const phase = this.phases[at];
    const from = at === 0 ? 0 : this.phases[at - 1].end;
    const part = (step - from) / (phase.end - from);
    const between = (group: ScheduledGroup, [a, b]: readonly [string, string]): number =>
      this.anneal(Number(group[a]), Number(group[b]), part);
    if (this.cycleMomentum)
      for (const group of groups) setMomentum(group, this.useBeta1, between(group, phase.momentum));
    return groups.map((group) => between(group, phase.lr));
  }
}

function stepsOf({ totalSteps = null, epochs = null, stepsPerEpoch = null }: Partial<OneCycleLROptions>): number {
  const positive = (name: string, value: number): number => {
    if (!(value > 0 && Number.isInteger(value)))
      throw new ValueError(`Expected positive integer ${name}, but got ${value}`);
    return value;
  };
  if (totalSteps !== null) return positive("total_steps", totalSteps);
  if (epochs === null || stepsPerEpoch === null)
    throw new ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)");
  return positive("epochs", epochs) * positive("steps_per_epoch", stepsPerEpoch);
}

function phasesOf(steps: number, pctStart: number, threePhase: boolean): Phase[] {
  const rise: Phase = {
    end: pctStart * steps - 1,
    lr: ["initialLr", "maxLr"],
    momentum: ["maxMomentum", "baseMomentum"],
  };
  if (!threePhase) return [rise, { end: steps - 1, lr: ["maxLr", "minLr"], momentum: ["baseMomentum", "maxMomentum"] }];
  return [
    rise,
    { end: 2 * pctStart * steps - 2, lr: ["maxLr", "initialLr"], momentum: ["baseMomentum", "maxMomentum"] },
    { end: steps - 1, lr: ["initialLr", "minLr"], momentum: ["maxMomentum", "maxMomentum"] },
  ];
}

function setMomentum(group: ScheduledGroup, useBeta1: boolean, value: number): void {
  if (useBeta1) group.betas = [value, group.betas?.[1] ?? 0.999];
  else group.momentum = value;
}

const alongCosine = (from: number, to: number, part: number): number =>
  to + ((from - to) / 2) * (Math.cos(Math.PI * part) + 1);
const straight = (from: number, to: number, part: number): number => (to - from) * part + from;
