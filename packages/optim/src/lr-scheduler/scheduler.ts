import { describeArgument, keywords } from "@cresset/core/extend";
import { FloatScalar, ValueError } from "@cresset/core/functions";
import type { Optimizer } from "../optimizer.ts";

/** A parameter group as schedulers see it: they change its learning rate, some of them its momentum. */
export interface ScheduledGroup {
  lr: number;
  initialLr?: number;
  momentum?: number;
  betas?: readonly [number, number];
  [option: string]: unknown;
}

/** Any optimizer whose groups have learning rates. */
export type ScheduledOptimizer = Optimizer<{ lr: number }>;

/** What every scheduler takes in its options. */
export interface LrSchedulerOptions {
  /** The epoch to resume from; default -1, the start. */
  readonly lastEpoch?: number;
}

/** A scheduler's numbers by PyTorch's names. */
export type SchedulerState = Record<string, unknown>;

/** @throws ValueError for what is no optimizer. */
export function groupsOf(optimizer: ScheduledOptimizer): ScheduledGroup[] {
  const groups: unknown = (optimizer as ScheduledOptimizer | undefined)?.paramGroups;
  if (!Array.isArray(groups)) throw new ValueError(`${describeArgument(optimizer)} is not an Optimizer`);
  return optimizer.paramGroups as unknown as ScheduledGroup[];
}

/**
 * Options that came by position, by name in a record, or both; `float(x)` counts as the number.
 *
 * @param names all that there are, in PyTorch's order.
 * @throws ValueError for an option that there is not.
 */
export function named<Options extends object>(
  names: readonly (keyof Options & string)[],
  given: readonly unknown[],
): Partial<Options> {
  const options = keywords<Record<string, unknown>>(names, given);
  for (const name in options) options[name] = plain(options[name]);
  return options as Partial<Options>;
}

/** What a scheduler cannot do without, when it is given by name with the options. */
export type ByName<Options, Required extends object> = Options & Readonly<Required>;

/** @throws ValueError where an argument is missing that has no default. */
export function required<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw new ValueError(`missing required argument: '${name}'`);
  return value;
}

const plain = (value: unknown): unknown => (value instanceof FloatScalar ? value.value : value);

/** One value per group: a number stands for all; `what` the values are. @throws ValueError for a list of another length. */
export function perGroup<T>(what: string, optimizer: ScheduledOptimizer, value: T | readonly T[]): T[] {
  const count = groupsOf(optimizer).length;
  if (!Array.isArray(value)) return new Array<T>(count).fill(value as T);
  if (value.length !== count) throw new ValueError(`expected ${count} ${what}, got ${value.length}`);
  return [...value];
}

/** How many of sorted numbers are at most `x`. */
export function countUpTo(sorted: readonly number[], x: number): number {
  let count = 0;
  while (count < sorted.length && sorted[count] <= x) count++;
  return count;
}

/** `stepSize` as `step_size`; PyTorch's own capitals (`T_max`) are listed by the class. */
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Fields that PyTorch names in its own way. */
const special: Readonly<Record<string, string>> = {
  stepCount: "_step_count",
  lastLr: "_last_lr",
  TMax: "T_max",
  T0: "T_0",
  TMult: "T_mult",
  TI: "T_i",
  TCur: "T_cur",
};

/** A scheduler's fields by PyTorch's names; functions and the optimizer are left out. */
export function stateOf(scheduler: object): SchedulerState {
  const entries = Object.entries(scheduler).filter(([name, value]) => name !== "optimizer" && isData(value));
  return Object.fromEntries(entries.map(([name, value]) => [special[name] ?? snake(name), copy(value)]));
}

export function restore(scheduler: object, state: Readonly<SchedulerState>): void {
  const fields = scheduler as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields)) {
    const key = special[name] ?? snake(name);
    if (name !== "optimizer" && isData(value) && key in state) fields[name] = copy(state[key]);
  }
}

const isData = (value: unknown): boolean =>
  value === null ||
  (typeof value !== "function" && (typeof value !== "object" || (Array.isArray(value) && value.every(isData))));

const copy = (value: unknown): unknown => (Array.isArray(value) ? value.map(copy) : value);

/**
 * The base of learning rate schedulers. A subclass says what the rates of the next epoch are; this class counts epochs.
 * Call `step()` once an epoch (or a batch, as the schedule is meant), after the optimizer's.
 *
 * @example
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, 30, { gamma: 0.1 });
 * for (let epoch = 0; epoch < 100; epoch++) {
 *   train();
 *   scheduler.step();
 * }
 */
export abstract class LRScheduler {
  readonly optimizer: ScheduledOptimizer;
  /** The learning rate of each group that the schedule starts from. */
  baseLrs: number[];
  /** The number of steps so far, from 0. */
  lastEpoch: number;
  protected stepCount = 0;
  protected lastLr: number[] = [];

  /** A subclass calls `start()` once its own fields are set. */
  constructor(optimizer: ScheduledOptimizer, lastEpoch = -1) {
    this.optimizer = optimizer;
    const groups = groupsOf(optimizer);
    for (const [i, group] of groups.entries()) {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      else if (group.initialLr === undefined)
        throw new ValueError(`param 'initial_lr' is not specified in param_groups[${i}] when resuming an optimizer`);
    }
    this.baseLrs = groups.map((group) => group.initialLr ?? group.lr);
    this.lastEpoch = lastEpoch;
  }

  /** Sets the rates of the first epoch. */
  start(): void {
    this.stepCount = 0;
    this.step();
  }

  /** The rates of the epoch `lastEpoch`, from those of the one before. */
  protected abstract getLr(groups: readonly ScheduledGroup[]): number[];

  /** The rates of any epoch, where there is a formula. */
  protected closedForm(): number[] | null {
    return null;
  }

  /** Goes to the next epoch. @param epoch goes to this one instead. */
  step(epoch?: number): void {
    this.stepCount++;
    this.lastEpoch = epoch ?? this.lastEpoch + 1;
    const rates = (epoch === undefined ? null : this.closedForm()) ?? this.getLr(groupsOf(this.optimizer));
    this.setRates(rates);
  }

  protected setRates(rates: readonly number[]): void {
    const groups = groupsOf(this.optimizer);
    for (const [i, group] of groups.entries()) group.lr = rates[i];
    this.lastLr = groups.map((group) => group.lr);
  }

  /** The rates that the last step set. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** All numbers of the scheduler by PyTorch's names, without the optimizer. */
  stateDict(): SchedulerState {
    return stateOf(this);
  }

  /** Goes on where a `stateDict()` was taken. */
  loadStateDict(state: Readonly<SchedulerState>): void {
    restore(this, state);
  }
}
