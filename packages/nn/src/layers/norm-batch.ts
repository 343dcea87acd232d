/** Normalisation with running statistics: BatchNorm and InstanceNorm. */
import { add_, fill_, zero_ } from "@cresset/core/extend";
import {
  noGrad,
  ones,
  reciprocal,
  ShapeError,
  squeeze,
  type Tensor,
  type TensorOptions,
  tensor,
  unsqueeze,
  zeros,
} from "@cresset/core/functions";
import { batchNorm, instanceNorm } from "../functional/norm-batch.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { Buffer, Parameter } from "../parameter.ts";
import { pythonBool, pythonFloat } from "../printing.ts";
import { snakeName } from "./snake-names.ts";

export interface RunningNormOptions extends Pick<TensorOptions, "dtype" | "device"> {
  /** Added to variances; default 1e-5. */
  readonly eps?: number;
  /** Weight of a batch in the running statistics; null for the mean over all batches. Default 0.1. */
  readonly momentum?: number | null;
  /** Whether each channel has a learned factor and summand; default true for batch, false for instance norms. */
  readonly affine?: boolean;
  /** Whether to keep running statistics, for evaluation mode; default true for batch, false for instance norms. */
  readonly trackRunningStats?: boolean;
}

export type RunningNormArguments =
  | [options?: RunningNormOptions]
  | [
      eps?: number,
      momentum?: number | null | RunningNormOptions,
      affine?: boolean | RunningNormOptions,
      trackRunningStats?: boolean | RunningNormOptions,
    ];

interface RunningNormParameters extends RunningNormOptions {
  readonly numFeatures: number;
}

/** The arguments of a norm whose `numFeatures` comes by name. */
export type RunningNormByName = ByName<RunningNormParameters, ["numFeatures"]>;

const names = ["numFeatures", "eps", "momentum", "affine", "trackRunningStats", "device", "dtype"] as const;

abstract class RunningNorm extends Module<[Tensor], Tensor> {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  weight: Parameter | null;
  bias: Parameter | null;
  runningMean: Buffer | null;
  runningVar: Buffer | null;
  numBatchesTracked: Buffer | null;

  constructor(byDefault: boolean, given: readonly unknown[]) {
    super();
    const { numFeatures, ...options } = keywords<RunningNormParameters>(names, given, 1);
    const { eps = 1e-5, momentum = 0.1, affine = byDefault, trackRunningStats = byDefault, dtype, device } = options;
    const place = device === undefined ? {} : { device };
    const kind = dtype === undefined ? place : { dtype, ...place };
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = trackRunningStats;
    this.weight = affine ? new Parameter(ones([numFeatures], kind)) : null;
    this.bias = affine ? new Parameter(zeros([numFeatures], kind)) : null;
    this.runningMean = trackRunningStats ? new Buffer(zeros([numFeatures], kind)) : null;
    this.runningVar = trackRunningStats ? new Buffer(ones([numFeatures], kind)) : null;
    this.numBatchesTracked = trackRunningStats ? new Buffer(tensor(0, { dtype: "int64", ...place })) : null;
  }

  /** The running statistics of no batch at all. */
  resetRunningStats(): void {
    noGrad(() => {
      if (this.runningMean !== null) zero_(this.runningMean);
      if (this.runningVar !== null) fill_(this.runningVar, 1);
      if (this.numBatchesTracked !== null) zero_(this.numBatchesTracked);
    });
  }

  /** Running statistics anew, factors 1 and summands 0. */
  resetParameters(): void {
    this.resetRunningStats();
    noGrad(() => {
      if (this.weight !== null) fill_(this.weight, 1);
      if (this.bias !== null) zero_(this.bias);
    });
  }

  override stateName(field: string): string {
    return snakeName(field);
  }

  override extraRepr(): string {
    const momentum = this.momentum === null ? "None" : pythonFloat(this.momentum);
    return `${this.numFeatures}, eps=${pythonFloat(this.eps)}, momentum=${momentum}, affine=${pythonBool(this.affine)}, track_running_stats=${pythonBool(this.trackRunningStats)}`;
  }
}

abstract class BatchNorm extends RunningNorm {
  constructor(given: readonly unknown[]) {
    super(true, given);
  }

  /** @throws ShapeError for inputs of other ranks. */
  protected abstract checkInput(input: Tensor): void;

  forward(input: Tensor): Tensor {
    this.checkInput(input);
    const { training, runningMean, runningVar, weight, bias, eps } = this;
    const batchStatistics = training || (runningMean === null && runningVar === null);
    const momentum = training && this.trackRunningStats ? this.rate() : 0;
    return batchNorm(input, runningMean, runningVar, weight, bias, batchStatistics, momentum, eps);
  }

  /** Counts the batch, and gives its weight. */
  private rate(): number | Tensor {
    const count = this.numBatchesTracked;
    if (count === null) return this.momentum ?? 0;
    noGrad(() => add_(count, 1));
    return this.momentum ?? noGrad(() => reciprocal(count.to("float32")));
  }
}

/** @throws ShapeError, with PyTorch's message, for an input of another rank. */
function requireRank(input: Tensor, ranks: readonly number[]): void {
  if (!ranks.includes(input.ndim))
    throw new ShapeError(`expected ${ranks.map((n) => `${n}D`).join(" or ")} input (got ${input.ndim}D input)`);
}

/**
 * Batch normalisation (Ioffe and Szegedy, 2015) of [N, C] or [N, C, L]: each channel standardised over batch and
 * positions, times `weight` [C], plus `bias` [C].
 *
 * In training it uses the batch's mean and (biased) variance and updates `runningMean` and `runningVar`; in evaluation
 * mode it uses these.
 *
 * @example
 * const m = new nn.BatchNorm1d(100, { momentum: 0.3 });
 * m(torch.randn([20, 100])).shape; // [20, 100]
 */
export class BatchNorm1d extends BatchNorm {
  static override readonly typeName: string = "BatchNorm1d";

  constructor(...named: RunningNormByName);
  constructor(numFeatures: number, ...rest: RunningNormArguments);
  constructor(...given: readonly unknown[]) {
    super(given);
  }

  protected checkInput(input: Tensor): void {
    requireRank(input, [2, 3]);
  }
}

/** Batch normalisation of [N, C, H, W]; otherwise as `BatchNorm1d`. */
export class BatchNorm2d extends BatchNorm {
  static override readonly typeName: string = "BatchNorm2d";

  constructor(...named: RunningNormByName);
  constructor(numFeatures: number, ...rest: RunningNormArguments);
  constructor(...given: readonly unknown[]) {
    super(given);
  }

  protected checkInput(input: Tensor): void {
    requireRank(input, [4]);
  }
}

/** Batch normalisation of [N, C, D, H, W]; otherwise as `BatchNorm1d`. */
export class BatchNorm3d extends BatchNorm {
  static override readonly typeName: string = "BatchNorm3d";

  constructor(...named: RunningNormByName);
  constructor(numFeatures: number, ...rest: RunningNormArguments);
  constructor(...given: readonly unknown[]) {
    super(given);
  }

  protected checkInput(input: Tensor): void {
    requireRank(input, [5]);
  }
}

abstract class InstanceNorm extends RunningNorm {
  private readonly dims: number;

  constructor(dims: number, given: readonly unknown[]) {
    super(false, given);
    this.dims = dims;
  }

  forward(input: Tensor): Tensor {
    requireRank(input, [this.dims + 1, this.dims + 2]);
    const { runningMean, runningVar, weight, bias, eps } = this;
    const useInputStats = this.training || !this.trackRunningStats;
    const options = { runningMean, runningVar, weight, bias, useInputStats, momentum: this.momentum ?? 0, eps };
    if (input.ndim === this.dims + 2) return instanceNorm(input, options);
    return squeeze(instanceNorm(unsqueeze(input, 0), options), 0);
  }
}

/**
 * Instance normalisation (Ulyanov et al., 2016) of [N, C, L] or [C, L]: each channel of each sample standardised over
 * its positions. Without `affine` and `trackRunningStats` unless asked for.
 */
export class InstanceNorm1d extends InstanceNorm {
  static override readonly typeName: string = "InstanceNorm1d";

  constructor(...named: RunningNormByName);
  constructor(numFeatures: number, ...rest: RunningNormArguments);
  constructor(...given: readonly unknown[]) {
    super(1, given);
  }
}

/** Instance normalisation of [N, C, H, W] or [C, H, W]; otherwise as `InstanceNorm1d`. */
export class InstanceNorm2d extends InstanceNorm {
  static override readonly typeName: string = "InstanceNorm2d";

  constructor(...named: RunningNormByName);
  constructor(numFeatures: number, ...rest: RunningNormArguments);
  constructor(...given: readonly unknown[]) {
    super(2, given);
  }
}

/** Instance normalisation of [N, C, D, H, W] or [C, D, H, W]; otherwise as `InstanceNorm1d`. */
export class InstanceNorm3d extends InstanceNorm {
  static override readonly typeName: string = "InstanceNorm3d";

  constructor(...named: RunningNormByName);
  constructor(numFeatures: number, ...rest: RunningNormArguments);
  constructor(...given: readonly unknown[]) {
    super(3, given);
  }
}
