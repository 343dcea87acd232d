/** Schedules made of others. */
import { ValueError } from "@cresset/core/functions";
import {
  countUpTo,
  groupsOf,
  type LRScheduler,
  type LrSchedulerOptions,
  named,
  required,
  restore,
  type ScheduledOptimizer,
  type SchedulerState,
  stateOf,
} from "./scheduler.ts";

/** A state dict that holds those of other schedulers under `_schedulers`. */
function stateWith(scheduler: object, schedulers: readonly LRScheduler[]): SchedulerState {
  return { ...stateOf(scheduler), _schedulers: schedulers.map((each) => each.stateDict()) };
}

function restoreWith(scheduler: object, schedulers: readonly LRScheduler[], state: Readonly<SchedulerState>): void {
  restore(scheduler, state);
  const states = state._schedulers as readonly SchedulerState[];
  for (const [i, each] of schedulers.entries()) each.loadStateDict(states[i]);
}

function requireOne(optimizer: ScheduledOptimizer, schedulers: readonly LRScheduler[], name: string): void {
  for (const [i, scheduler] of schedulers.entries())
    if (scheduler.optimizer !== optimizer)
      throw new ValueError(
        `${name} expects all schedulers to belong to the same optimizer, but got schedulers at index 0 and ${i} to be different`,
      );
}

interface SequentialParameters extends LrSchedulerOptions {
  readonly schedulers: readonly LRScheduler[];
  readonly milestones: readonly number[];
}

/**
 * Schedulers one after the other: the next one begins at each milestone.
 *
 * @throws ValueError unless there is one milestone less than schedulers, all of this optimizer.
 * @example
 * const warmup = new optim.lrScheduler.LinearLR(optimizer, { totalIters: 10 });
 * const decay = new optim.lrScheduler.CosineAnnealingLR(optimizer, 90);
 * const scheduler = new optim.lrScheduler.SequentialLR(optimizer, [warmup, decay], [10]);
 */
export class SequentialLR {
  readonly optimizer: ScheduledOptimizer;
  readonly schedulers: readonly LRScheduler[];
  readonly milestones: readonly number[];
  lastEpoch: number;
  protected lastLr: number[];

  constructor(
    optimizer: ScheduledOptimizer,
    ...given:
      | [schedulers: readonly LRScheduler[], milestones: readonly number[], options?: LrSchedulerOptions | number]
      | [schedulers: readonly LRScheduler[], named: Omit<SequentialParameters, "schedulers">]
      | [named: SequentialParameters]
  ) {
    const options = named<SequentialParameters>(["schedulers", "milestones", "lastEpoch"], given);
    const schedulers = required("schedulers", options.schedulers);
    const milestones = required("milestones", options.milestones);
    requireOne(optimizer, schedulers, "Sequential Schedulers");
    if (milestones.length !== schedulers.length - 1)
      throw new ValueError(
        `Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ${milestones.length}`,
      );
    this.optimizer = optimizer;
    this.schedulers = schedulers;
    this.milestones = milestones;
    this.lastEpoch = (options.lastEpoch ?? -1) + 1;
    // Every scheduler has taken its first step by now: only that of the first one is to count.
    for (const group of groupsOf(optimizer)) group.lr = group.initialLr ?? group.lr;
    for (const scheduler of schedulers) scheduler.lastEpoch--;
    schedulers[0].start();
    this.lastLr = schedulers[0].getLastLr();
  }

  step(): void {
    this.lastEpoch++;
    const at = countUpTo(this.milestones, this.lastEpoch);
    const scheduler = this.schedulers[at];
    if (at > 0 && this.milestones[at - 1] === this.lastEpoch) scheduler.step(0);
    else scheduler.step();
    this.lastLr = scheduler.getLastLr();
  }

  /** The rates that the last step set. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  stateDict(): SchedulerState {
    return stateWith(this, this.schedulers);
  }

  loadStateDict(state: Readonly<SchedulerState>): void {
    restoreWith(this, this.schedulers, state);
  }
}

/** Schedulers all at once: each changes the rates that the one before left. */
export class ChainedScheduler {
  readonly optimizer: ScheduledOptimizer;
  readonly schedulers: readonly LRScheduler[];
  protected lastLr: number[];

  constructor(given: readonly LRScheduler[] | { readonly schedulers: readonly LRScheduler[] }) {
    const options = named<{ readonly schedulers: readonly LRScheduler[] }>(["schedulers"], [given]);
    const schedulers = required("schedulers", options.schedulers);
    if (schedulers.length === 0) throw new ValueError("ChainedScheduler expects at least one scheduler");
    this.optimizer = schedulers[0].optimizer;
    requireOne(this.optimizer, schedulers, "ChainedScheduler");
    this.schedulers = schedulers;
    this.lastLr = groupsOf(this.optimizer).map(({ lr }) => lr);
  }

  step(): void {
    for (const scheduler of this.schedulers) scheduler.step();
    this.lastLr = groupsOf(this.optimizer).map(({ lr }) => lr);
  }

  /** The rates that the last step set. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  stateDict(): SchedulerState {
    return stateWith(this, this.schedulers);
  }

  loadStateDict(state: Readonly<SchedulerState>): void {
    restoreWith(this, this.schedulers, state);
  }
}
