import { ValueError } from "@cresset/core/functions";
import {
  type ByName,
  groupsOf,
  LRScheduler,
  type LrSchedulerOptions,
  named,
  required,
  type ScheduledGroup,
  type ScheduledOptimizer,
} from "../lr-scheduler/scheduler.ts";

/** Keyword arguments of `SWALR`. */
export interface SWALROptions extends LrSchedulerOptions {
  /** Steps to the fixed rate; default 10. */
  readonly annealEpochs?: number;
  /** The way there; default "cos". */
  readonly annealStrategy?: "cos" | "linear";
}

interface Rate {
  swaLr: number | readonly number[];
}

const curves: Readonly<Record<string, (t: number) => number>> = {
  cos: (t) => (1 - Math.cos(Math.PI * t)) / 2,
  linear: (t) => t,
};

/** Anneals each group's rate to a fixed one, to be used while models are averaged (Izmailov et al., 2018). */
export class SWALR extends LRScheduler {
  readonly annealEpochs: number;
  readonly annealStrategy: string;

  /**
   * @param swaLr the rate, or one for each group.
   * @throws ValueError for a list of another length, an unknown strategy, or a number of epochs that is none.
   */
  constructor(
    optimizer: ScheduledOptimizer,
    swaLr: number | readonly number[] | ByName<SWALROptions, Rate>,
    annealEpochs?: number | SWALROptions,
    annealStrategy?: "cos" | "linear" | SWALROptions,
    lastEpoch?: number | SWALROptions,
  ) {
    const names = ["swaLr", "annealEpochs", "annealStrategy", "lastEpoch"] as const;
    const options = named<SWALROptions & Rate>(names, [swaLr, annealEpochs, annealStrategy, lastEpoch]);
    const rate = required("swa_lr", options.swaLr);
    const { annealEpochs: epochs = 10, annealStrategy: strategy = "cos" } = options;
    const groups = groupsOf(optimizer);
    if (typeof rate !== "number" && rate.length !== groups.length)
      throw new ValueError(
        `swa_lr must have the same length as optimizer.param_groups: swa_lr has ${rate.length}, optimizer.param_groups has ${groups.length}`,
      );
    if (!Object.hasOwn(curves, strategy))
      throw new ValueError(`anneal_strategy must by one of 'cos' or 'linear', instead got ${strategy}`);
    if (!Number.isInteger(epochs) || epochs < 0)
      throw new ValueError(`anneal_epochs must be equal or greater than 0, got ${epochs}`);
    super(optimizer, options.lastEpoch);
    for (const [i, group] of groups.entries()) group.swaLr = typeof rate === "number" ? rate : rate[i];
    this.annealEpochs = epochs;
    this.annealStrategy = strategy;
    this.start();
  }

  protected override getLr(groups: readonly ScheduledGroup[]): number[] {
    const step = this.annealEpochs === 0 ? Math.max(1, this.stepCount - 1) : this.stepCount - 1;
    const curve = curves[this.annealStrategy];
    const at = (epoch: number): number => curve(Math.max(0, Math.min(1, epoch / Math.max(1, this.annealEpochs))));
    const [before, now] = [at(step - 1), at(step)];
    return groups.map((group) => {
      const target = group.swaLr as number;
      const initial = before === 1 ? target : (group.lr - before * target) / (1 - before);
      return target * now + initial * (1 - now);
    });
  }
}
