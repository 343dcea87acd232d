/** `torch.optim.lr_scheduler`. */
export { ChainedScheduler, SequentialLR } from "./combined.ts";
export {
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  type CosineOptions,
  type WarmRestartsOptions,
} from "./cosine.ts";
export { CyclicLR, type CyclicLROptions } from "./cyclic.ts";
export * from "./factors.ts";
export { OneCycleLR, type OneCycleLROptions } from "./one-cycle.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./plateau.ts";
export { LRScheduler, type LrSchedulerOptions, type ScheduledOptimizer, type SchedulerState } from "./scheduler.ts";
