/** Schedules along a cosine (Loshchilov and Hutter, 2016). */
import { ValueError } from "@cresset/core/functions";
import {
  type ByName,
  LRScheduler,
  type LrSchedulerOptions,
  named,
  required,
  type ScheduledGroup,
  type ScheduledOptimizer,
} from "./scheduler.ts";

export interface CosineOptions extends LrSchedulerOptions {
  /** The lowest rate; default 0. */
  readonly etaMin?: number;
}

/** From the initial rate to `etaMin` in `TMax` epochs, and back. */
export class CosineAnnealingLR extends LRScheduler {
  readonly TMax: number;
  readonly etaMin: number;

  constructor(
    optimizer: ScheduledOptimizer,
    TMax: number | ByName<CosineOptions, { TMax: number }>,
    etaMin?: number | CosineOptions,
    lastEpoch?: number | CosineOptions,
  ) {
    const options = named<CosineOptions & { TMax: number }>(["TMax", "etaMin", "lastEpoch"], [TMax, etaMin, lastEpoch]);
    super(optimizer, options.lastEpoch);
    this.TMax = required("T_max", options.TMax);
    this.etaMin = options.etaMin ?? 0;
    this.start();
  }

  protected override getLr(groups: readonly ScheduledGroup[]): number[] {
    const { TMax, etaMin, lastEpoch } = this;
    if (lastEpoch === 0) return groups.map(({ lr }) => lr);
    if (this.stepCount === 1 && lastEpoch > 0) return this.closedForm();
    if ((lastEpoch - 1 - TMax) % (2 * TMax) === 0) {
      const rise = (1 - Math.cos(Math.PI / TMax)) / 2;
      return groups.map(({ lr }, i) => lr + (this.baseLrs[i] - etaMin) * rise);
    }
    const ratio = (1 + Math.cos((Math.PI * lastEpoch) / TMax)) / (1 + Math.cos((Math.PI * (lastEpoch - 1)) / TMax));
    return groups.map(({ lr }) => ratio * (lr - etaMin) + etaMin);
  }

  protected override closedForm(): number[] {
    const height = (1 + Math.cos((this.lastEpoch * Math.PI) / this.TMax)) / 2;
    return this.baseLrs.map((lr) => this.etaMin + (lr - this.etaMin) * height);
  }
}

export interface WarmRestartsOptions extends CosineOptions {
  /** Factor of the period at each restart, an integer; default 1. */
  readonly TMult?: number;
}

/** From the initial rate to `etaMin`, again and again: the first period has `T0` epochs. */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  readonly T0: number;
  readonly TMult: number;
  readonly etaMin: number;
  protected TI: number;
  protected TCur: number;

  constructor(
    optimizer: ScheduledOptimizer,
    T0: number | ByName<WarmRestartsOptions, { T0: number }>,
    TMult?: number | WarmRestartsOptions,
    etaMin?: number | WarmRestartsOptions,
    lastEpoch?: number | WarmRestartsOptions,
  ) {
    const names = ["T0", "TMult", "etaMin", "lastEpoch"] as const;
    const options = named<WarmRestartsOptions & { T0: number }>(names, [T0, TMult, etaMin, lastEpoch]);
    const first = required("T_0", options.T0);
    if (!(first > 0 && Number.isInteger(first)))
      throw new ValueError(`Expected positive integer T_0, but got ${first}`);
    const factor = options.TMult ?? 1;
    if (!(factor >= 1 && Number.isInteger(factor)))
      throw new ValueError(`Expected integer T_mult >= 1, but got ${factor}`);
    super(optimizer, options.lastEpoch);
    this.T0 = first;
    this.TMult = factor;
    this.etaMin = options.etaMin ?? 0;
    this.TI = first;
    this.TCur = this.lastEpoch;
    this.start();
  }

  protected override getLr(): number[] {
    const height = 1 + Math.cos((Math.PI * this.TCur) / this.TI);
    return this.baseLrs.map((lr) => this.etaMin + ((lr - this.etaMin) * height) / 2);
  }

  /** Goes to the next epoch. @param epoch goes to this one instead, which may be a fraction (a batch of an epoch). */
  override step(epoch?: number): void {
    this.stepCount++;
    const to = epoch ?? (this.lastEpoch < 0 ? 0 : undefined);
    if (to === undefined) {
      this.TCur++;
      if (this.TCur >= this.TI) {
        this.TCur -= this.TI;
        this.TI *= this.TMult;
      }
      this.lastEpoch++;
    } else {
      if (to < 0) throw new ValueError(`Expected non-negative epoch, but got ${to}`);
      this.#goTo(to);
      this.lastEpoch = Math.floor(to);
    }
    this.setRates(this.getLr());
  }

  #goTo(epoch: number): void {
    const { T0, TMult } = this;
    if (epoch < T0) {
      this.TI = T0;
      this.TCur = epoch;
    } else if (TMult === 1) this.TCur = epoch % T0;
    else {
      const restarts = Math.trunc(Math.log((epoch / T0) * (TMult - 1) + 1) / Math.log(TMult));
      this.TCur = epoch - (T0 * (TMult ** restarts - 1)) / (TMult - 1);
      this.TI = T0 * TMult ** restarts;
    }
  }
}
