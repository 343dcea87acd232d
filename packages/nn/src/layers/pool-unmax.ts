/** What undoes max pooling, as modules. */
import type { Tensor } from "@cresset/core/functions";
import * as F from "../functional/pool-unmax.ts";
import { type Size, sizesOf } from "../functional/window.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { pythonTuple } from "../printing.ts";

export type MaxUnpoolOptions = Omit<F.MaxUnpoolOptions, "outputSize">;
export type MaxUnpoolArguments =
  | [options?: MaxUnpoolOptions]
  | [stride?: Size | null, padding?: Size | MaxUnpoolOptions];

type Parameters = MaxUnpoolOptions & { readonly kernelSize: Size };

abstract class MaxUnpool extends Module<[input: Tensor, indices: Tensor, outputSize?: readonly number[]], Tensor> {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];

  constructor(dims: number, given: readonly unknown[]) {
    super();
    const { kernelSize, ...options } = keywords<Parameters>(["kernelSize", "stride", "padding"], given, 1);
    this.kernelSize = sizesOf("kernel_size", kernelSize, dims);
    this.stride = sizesOf("stride", options.stride ?? kernelSize, dims);
    this.padding = sizesOf("padding", options.padding ?? 0, dims);
  }

  override extraRepr(): string {
    return `kernel_size=${pythonTuple(this.kernelSize)}, stride=${pythonTuple(this.stride)}, padding=${pythonTuple(this.padding)}`;
  }
}

/** Undoes `MaxPool1d` as far as possible, from its output and indices; see `F.maxUnpool1d`. */
export class MaxUnpool1d extends MaxUnpool {
  static override readonly typeName: string = "MaxUnpool1d";

  constructor(...named: ByName<Parameters, ["kernelSize"]>);
  constructor(kernelSize: Size, ...rest: MaxUnpoolArguments);
  constructor(...given: readonly unknown[]) {
    super(1, given);
  }

  forward(input: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return F.maxUnpool1d(input, indices, this.kernelSize, this.stride, this.padding, outputSize);
  }
}

/** Undoes `MaxPool2d` as far as possible, from its output and indices. */
export class MaxUnpool2d extends MaxUnpool {
  static override readonly typeName: string = "MaxUnpool2d";

  constructor(...named: ByName<Parameters, ["kernelSize"]>);
  constructor(kernelSize: Size, ...rest: MaxUnpoolArguments);
  constructor(...given: readonly unknown[]) {
    super(2, given);
  }

  forward(input: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return F.maxUnpool2d(input, indices, this.kernelSize, this.stride, this.padding, outputSize);
  }
}

/** Undoes `MaxPool3d` as far as possible, from its output and indices. */
export class MaxUnpool3d extends MaxUnpool {
  static override readonly typeName: string = "MaxUnpool3d";

  constructor(...named: ByName<Parameters, ["kernelSize"]>);
  constructor(kernelSize: Size, ...rest: MaxUnpoolArguments);
  constructor(...given: readonly unknown[]) {
    super(3, given);
  }

  forward(input: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return F.maxUnpool3d(input, indices, this.kernelSize, this.stride, this.padding, outputSize);
  }
}
