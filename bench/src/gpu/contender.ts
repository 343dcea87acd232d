import type { Inputs } from "../contender.ts";
import type { Network } from "../protocol.ts";

/** What is measured on a GPU. */
export type GpuWork =
  | { readonly kind: "matmul"; readonly name: string; readonly size: number }
  /** A training step (forward, backward, Adam), its loss read in every iteration. */
  | { readonly kind: "train"; readonly name: string; readonly network: Network; readonly inputs: () => Inputs };

/** Work that is ready: `steps` runs it so many times, and waits until the GPU has done it. */
export interface Ready {
  steps(count: number): Promise<void>;
  /** The first losses, or a few elements of the product. */
  readonly result: readonly number[];
  finish(): void;
}

/** A library on WebGPU. */
export interface GpuContender {
  readonly description: string;
  prepare(work: GpuWork): Promise<Ready>;
}

/** Losses that are compared. */
export const comparedLosses = 5;
export const trainingRate = 1e-3;
