/** Max, average and power-mean pooling as modules. */

import { toNumber } from "@cresset/core/extend";
import type { Scalar, Tensor } from "@cresset/core/functions";
import * as average from "../functional/pool-average.ts";
import * as max from "../functional/pool-max.ts";
import { type Size, sizesOf } from "../functional/window.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { pythonBool, pythonNumber, pythonSize, pythonTuple } from "../printing.ts";

export type MaxPoolArguments =
  | [options?: max.MaxPoolOptions]
  | [
      stride?: Size | null,
      padding?: Size | max.MaxPoolOptions,
      dilation?: Size | max.MaxPoolOptions,
      returnIndices?: boolean | max.MaxPoolOptions,
      ceilMode?: boolean | max.MaxPoolOptions,
    ];

type MaxPoolParameters = max.MaxPoolOptions & { readonly kernelSize: Size };

const maxNames = ["kernelSize", "stride", "padding", "dilation", "returnIndices", "ceilMode"] as const;

abstract class MaxPool extends Module<[Tensor], Tensor> {
  readonly kernelSize: Size;
  readonly stride: Size;
  readonly padding: Size;
  readonly dilation: Size;
  readonly returnIndices: boolean;
  readonly ceilMode: boolean;

  constructor(given: readonly unknown[]) {
    super();
    const { kernelSize, ...options } = keywords<MaxPoolParameters>(maxNames, given, 1);
    this.kernelSize = kernelSize;
    this.stride = options.stride ?? kernelSize;
    this.padding = options.padding ?? 0;
    this.dilation = options.dilation ?? 1;
    this.returnIndices = options.returnIndices ?? false;
    this.ceilMode = options.ceilMode ?? false;
  }

  /** With `returnIndices` a call gives [output, indices], for `MaxUnpool`; its type does not say so. */
  protected get options(): { readonly returnIndices?: false } & max.MaxPoolOptions {
    const { stride, padding, dilation, ceilMode } = this;
    return { stride, padding, dilation, ceilMode, returnIndices: this.returnIndices as false };
  }

  override extraRepr(): string {
    return `kernel_size=${pythonSize(this.kernelSize)}, stride=${pythonSize(this.stride)}, padding=${pythonSize(this.padding)}, dilation=${pythonSize(this.dilation)}, ceil_mode=${pythonBool(this.ceilMode)}`;
  }
}

/**
 * The largest element of each window of [N, C, L] or [C, L]; the stride is the kernel's size unless given. With
 * `returnIndices`, [output, indices].
 *
 * @example
 * new nn.MaxPool1d(3, { stride: 2 })(torch.randn([20, 16, 50])).shape; // [20, 16, 24]
 */
export class MaxPool1d extends MaxPool {
  static override readonly typeName: string = "MaxPool1d";

  constructor(...named: ByName<MaxPoolParameters, ["kernelSize"]>);
  constructor(kernelSize: Size, ...rest: MaxPoolArguments);
  constructor(...given: readonly unknown[]) {
    super(given);
  }

  forward(input: Tensor): Tensor {
    return max.maxPool1d(input, this.kernelSize, this.options);
  }
}

/** The largest element of each window of [N, C, H, W] or [C, H, W]; otherwise as `MaxPool1d`. */
export class MaxPool2d extends MaxPool {
  static override readonly typeName: string = "MaxPool2d";

  constructor(...named: ByName<MaxPoolParameters, ["kernelSize"]>);
  constructor(kernelSize: Size, ...rest: MaxPoolArguments);
  constructor(...given: readonly unknown[]) {
    super(given);
  }

  forward(input: Tensor): Tensor {
    return max.maxPool2d(input, this.kernelSize, this.options);
  }
}

/** The largest element of each window of [N, C, D, H, W] or [C, D, H, W]; otherwise as `MaxPool1d`. */
export class MaxPool3d extends MaxPool {
  static override readonly typeName: string = "MaxPool3d";

  constructor(...named: ByName<MaxPoolParameters, ["kernelSize"]>);
  constructor(kernelSize: Size, ...rest: MaxPoolArguments);
  constructor(...given: readonly unknown[]) {
    super(given);
  }

  forward(input: Tensor): Tensor {
    return max.maxPool3d(input, this.kernelSize, this.options);
  }
}

export type AvgPoolArguments =
  | [options?: average.AvgPoolOptions]
  | [
      stride?: Size | null,
      padding?: Size | average.AvgPoolOptions,
      ceilMode?: boolean | average.AvgPoolOptions,
      countIncludePad?: boolean | average.AvgPoolOptions,
      divisorOverride?: number | null | average.AvgPoolOptions,
    ];

type AvgPoolParameters = average.AvgPoolOptions & { readonly kernelSize: Size };

const avgNames = ["kernelSize", "stride", "padding", "ceilMode", "countIncludePad", "divisorOverride"] as const;

abstract class AvgPool extends Module<[Tensor], Tensor> {
  readonly kernelSize: Size;
  readonly stride: Size;
  readonly padding: Size;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(given: readonly unknown[], names: readonly (keyof AvgPoolParameters)[] = avgNames) {
    super();
    const { kernelSize, ...options } = keywords<AvgPoolParameters>(names, given, 1);
    this.kernelSize = kernelSize;
    this.stride = options.stride ?? kernelSize;
    this.padding = options.padding ?? 0;
    this.ceilMode = options.ceilMode ?? false;
    this.countIncludePad = options.countIncludePad ?? true;
    this.divisorOverride = options.divisorOverride ?? null;
  }

  protected get options(): average.AvgPoolOptions {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return { stride, padding, ceilMode, countIncludePad, divisorOverride };
  }

  override extraRepr(): string {
    return `kernel_size=${pythonSize(this.kernelSize)}, stride=${pythonSize(this.stride)}, padding=${pythonSize(this.padding)}`;
  }
}

/**
 * The mean of each window of [N, C, L] or [C, L]; the stride is the kernel's size unless given.
 *
 * @example
 * new nn.AvgPool1d(3, { stride: 2 })(torch.tensor([[[1, 2, 3, 4, 5, 6, 7]]])); // tensor([[[2., 4., 6.]]])
 */
export class AvgPool1d extends AvgPool {
  static override readonly typeName: string = "AvgPool1d";

  constructor(...named: ByName<AvgPoolParameters, ["kernelSize"]>);
  constructor(kernelSize: Size, ...rest: AvgPoolArguments);
  constructor(...given: readonly unknown[]) {
    super(given, avgNames.slice(0, -1));
  }

  forward(input: Tensor): Tensor {
    return average.avgPool1d(input, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const one = (size: Size): string => pythonTuple(sizesOf("size", size, 1));
    return `kernel_size=${one(this.kernelSize)}, stride=${one(this.stride)}, padding=${one(this.padding)}`;
  }
}

/** The mean of each window of [N, C, H, W] or [C, H, W]; otherwise as `AvgPool1d`. */
export class AvgPool2d extends AvgPool {
  static override readonly typeName: string = "AvgPool2d";

  constructor(...named: ByName<AvgPoolParameters, ["kernelSize"]>);
  constructor(kernelSize: Size, ...rest: AvgPoolArguments);
  constructor(...given: readonly unknown[]) {
    super(given);
  }

  forward(input: Tensor): Tensor {
    return average.avgPool2d(input, this.kernelSize, this.options);
  }
}

/** The mean of each window of [N, C, D, H, W] or [C, D, H, W]; otherwise as `AvgPool1d`. */
export class AvgPool3d extends AvgPool {
  static override readonly typeName: string = "AvgPool3d";

  constructor(...named: ByName<AvgPoolParameters, ["kernelSize"]>);
  constructor(kernelSize: Size, ...rest: AvgPoolArguments);
  constructor(...given: readonly unknown[]) {
    super(given);
  }

  forward(input: Tensor): Tensor {
    return average.avgPool3d(input, this.kernelSize, this.options);
  }
}

export type LpPoolArguments =
  | [options?: average.LpPoolOptions]
  | [stride?: Size | null, ceilMode?: boolean | average.LpPoolOptions];

interface LpPoolParameters extends average.LpPoolOptions {
  readonly normType: Scalar;
  readonly kernelSize: Size;
}

abstract class LPPool extends Module<[Tensor], Tensor> {
  readonly normType: Scalar;
  readonly kernelSize: Size;
  readonly stride: Size | null;
  readonly ceilMode: boolean;

  constructor(given: readonly unknown[]) {
    super();
    const names = ["normType", "kernelSize", "stride", "ceilMode"] as const;
    const { normType, kernelSize, ...options } = keywords<LpPoolParameters>(names, given, 2);
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.stride = options.stride ?? null;
    this.ceilMode = options.ceilMode ?? false;
  }

  override extraRepr(): string {
    return `norm_type=${pythonNumber(toNumber(this.normType))}, kernel_size=${pythonSize(this.kernelSize)}, stride=${pythonSize(this.stride)}, ceil_mode=${pythonBool(this.ceilMode)}`;
  }
}

/** (Σ xᵖ)^(1/p) of each window of [N, C, L] or [C, L], p being `normType`. */
export class LPPool1d extends LPPool {
  static override readonly typeName: string = "LPPool1d";

  constructor(...named: ByName<LpPoolParameters, ["normType", "kernelSize"]>);
  constructor(normType: Scalar, kernelSize: Size, ...rest: LpPoolArguments);
  constructor(...given: readonly unknown[]) {
    super(given);
  }

  forward(input: Tensor): Tensor {
    return average.lpPool1d(input, this.normType, this.kernelSize, this.stride, this.ceilMode);
  }
}

/** (Σ xᵖ)^(1/p) of each window of [N, C, H, W] or [C, H, W], p being `normType`. */
export class LPPool2d extends LPPool {
  static override readonly typeName: string = "LPPool2d";

  constructor(...named: ByName<LpPoolParameters, ["normType", "kernelSize"]>);
  constructor(normType: Scalar, kernelSize: Size, ...rest: LpPoolArguments);
  constructor(...given: readonly unknown[]) {
    super(given);
  }

  forward(input: Tensor): Tensor {
    return average.lpPool2d(input, this.normType, this.kernelSize, this.stride, this.ceilMode);
  }
}

/** (Σ xᵖ)^(1/p) of each window of [N, C, D, H, W] or [C, D, H, W], p being `normType`. */
export class LPPool3d extends LPPool {
  static override readonly typeName: string = "LPPool3d";

  constructor(...named: ByName<LpPoolParameters, ["normType", "kernelSize"]>);
  constructor(normType: Scalar, kernelSize: Size, ...rest: LpPoolArguments);
  constructor(...given: readonly unknown[]) {
    super(given);
  }

  forward(input: Tensor): Tensor {
    return average.lpPool3d(input, this.normType, this.kernelSize, this.stride, this.ceilMode);
  }
}
