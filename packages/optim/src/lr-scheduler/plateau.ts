import { type Tensor, ValueError } from "@cresset/core/functions";
import {
  groupsOf,
  named,
  perGroup,
  restore,
  type ScheduledOptimizer,
  type SchedulerState,
  stateOf,
} from "./scheduler.ts";

export interface ReduceLROnPlateauOptions {
  /** Whether the metric should fall (default) or rise. */
  readonly mode?: "min" | "max";
  /** Factor of the rate; default 0.1. */
  readonly factor?: number;
  /** How many epochs without improvement are accepted; default 10. */
  readonly patience?: number;
  /** What counts as an improvement; default 1e-4. */
  readonly threshold?: number;
  /** Whether the threshold is a part of the best metric (default) or a difference. */
  readonly thresholdMode?: "rel" | "abs";
  /** Epochs to wait after a reduction; default 0. */
  readonly cooldown?: number;
  /** The lowest rate; default 0. */
  readonly minLr?: number | readonly number[];
  /** Smaller changes are not made; default 1e-8. */
  readonly eps?: number;
}

/**
 * Reduces the rate when a metric stops improving.
 *
 * @throws ValueError for an unknown mode, or a factor that is no reduction.
 * @example
 * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 5 });
 * scheduler.step(await validationLoss.item());
 */
export class ReduceLROnPlateau {
  readonly optimizer: ScheduledOptimizer;
  readonly mode: "min" | "max";
  readonly factor: number;
  readonly patience: number;
  readonly threshold: number;
  readonly thresholdMode: "rel" | "abs";
  readonly cooldown: number;
  readonly eps: number;
  minLrs: number[];
  best: number;
  numBadEpochs = 0;
  cooldownCounter = 0;
  lastEpoch = 0;
  protected lastLr: number[];

  constructor(
    optimizer: ScheduledOptimizer,
    mode?: "min" | "max" | ReduceLROnPlateauOptions,
    factor?: number | ReduceLROnPlateauOptions,
    patience?: number | ReduceLROnPlateauOptions,
  ) {
    const options = named<ReduceLROnPlateauOptions>(
      ["mode", "factor", "patience", "threshold", "thresholdMode", "cooldown", "minLr", "eps"],
      [mode, factor, patience],
    );
    this.optimizer = optimizer;
    this.mode = options.mode ?? "min";
    this.factor = options.factor ?? 0.1;
    this.patience = options.patience ?? 10;
    this.threshold = options.threshold ?? 1e-4;
    this.thresholdMode = options.thresholdMode ?? "rel";
    this.cooldown = options.cooldown ?? 0;
    this.eps = options.eps ?? 1e-8;
    if (this.factor >= 1) throw new ValueError("Factor should be < 1.0.");
    this.minLrs = perGroup("min_lrs", optimizer, options.minLr ?? 0);
    const modes: readonly string[] = ["min", "max"];
    if (!modes.includes(this.mode)) throw new ValueError(`mode ${this.mode} is unknown!`);
    const thresholdModes: readonly string[] = ["rel", "abs"];
    if (!thresholdModes.includes(this.thresholdMode))
      throw new ValueError(`threshold mode ${this.thresholdMode} is unknown!`);
    this.best = this.mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this.lastLr = groupsOf(optimizer).map(({ lr }) => lr);
  }

  /** @param metrics a number, or a tensor of one element, which is read at once. */
  step(metrics: number | Tensor): void {
    const current = typeof metrics === "number" ? metrics : Number(metrics.itemSync());
    this.lastEpoch++;
    if (this.#isBetter(current)) {
      this.best = current;
      this.numBadEpochs = 0;
    } else this.numBadEpochs++;
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs > this.patience) {
      this.#reduce();
      this.cooldownCounter = this.cooldown;
      this.numBadEpochs = 0;
    }
    this.lastLr = groupsOf(this.optimizer).map(({ lr }) => lr);
  }

  #isBetter(current: number): boolean {
    const { mode, thresholdMode, threshold, best } = this;
    if (mode === "min") return current < (thresholdMode === "rel" ? best * (1 - threshold) : best - threshold);
    return current > (thresholdMode === "rel" ? best * (threshold + 1) : best + threshold);
  }

  #reduce(): void {
    for (const [i, group] of groupsOf(this.optimizer).entries()) {
      const reduced = Math.max(group.lr * this.factor, this.minLrs[i]);
      if (group.lr - reduced > this.eps) group.lr = reduced;
    }
  }

  /** The rates after the last step. */
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
