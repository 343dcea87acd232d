/** Fractional max pooling as modules. */
import { type Tensor, ValueError } from "@cresset/core/functions";
import { type FractionalPoolOptions, fractionalMaxPool2d, fractionalMaxPool3d } from "../functional/pool-fractional.ts";
import type { Size } from "../functional/window.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";

type Parameters = FractionalPoolOptions & { readonly kernelSize: Size };

const names = ["kernelSize", "outputSize", "outputRatio", "returnIndices", "randomSamples"] as const;

abstract class FractionalMaxPool extends Module<[Tensor], Tensor> {
  readonly kernelSize: Size;
  readonly outputSize: Size | null;
  readonly outputRatio: Size | null;
  readonly returnIndices: boolean;
  /** Where windows lie, instead of drawing it. */
  readonly randomSamples: Tensor | null;

  constructor(name: string, given: readonly unknown[]) {
    super();
    const { kernelSize, ...options } = keywords<Parameters>(names, given, 1);
    this.kernelSize = kernelSize;
    this.outputSize = options.outputSize ?? null;
    this.outputRatio = options.outputRatio ?? null;
    this.returnIndices = options.returnIndices ?? false;
    this.randomSamples = options.randomSamples ?? null;
    if (this.outputSize === null && this.outputRatio === null)
      throw new ValueError(`${name} requires specifying either an output size, or a pooling ratio`);
    if (this.outputSize !== null && this.outputRatio !== null)
      throw new ValueError("only one of output_size and output_ratio may be specified");
    const ratios = [this.outputRatio ?? 0.5].flat();
    if (!ratios.every((ratio) => 0 < ratio && ratio < 1))
      throw new ValueError(`output_ratio must be between 0 and 1 (got ${String(this.outputRatio)})`);
  }

  /** With `returnIndices` a call gives [output, indices]; its type does not say so. */
  protected get options(): FractionalPoolOptions {
    const { outputSize, outputRatio, returnIndices, randomSamples } = this;
    return { outputSize, outputRatio, returnIndices, randomSamples };
  }
}

/**
 * The largest element of each of `outputSize` windows over [N, C, H, W] or [C, H, W], at places drawn anew in each call.
 *
 * @throws ValueError unless there is one of `outputSize` and `outputRatio`.
 * @example new nn.FractionalMaxPool2d(3, { outputRatio: 0.5 })(torch.randn([20, 16, 50, 32])).shape // [20, 16, 25, 16]
 */
export class FractionalMaxPool2d extends FractionalMaxPool {
  static override readonly typeName: string = "FractionalMaxPool2d";

  constructor(...named: ByName<Parameters, ["kernelSize"]>);
  constructor(kernelSize: Size, options: FractionalPoolOptions);
  constructor(...given: readonly unknown[]) {
    super("FractionalMaxPool2d", given);
  }

  forward(input: Tensor): Tensor {
    return fractionalMaxPool2d(input, this.kernelSize, this.options);
  }
}

/** The same over [N, C, D, H, W] or [C, D, H, W]. */
export class FractionalMaxPool3d extends FractionalMaxPool {
  static override readonly typeName: string = "FractionalMaxPool3d";

  constructor(...named: ByName<Parameters, ["kernelSize"]>);
  constructor(kernelSize: Size, options: FractionalPoolOptions);
  constructor(...given: readonly unknown[]) {
    super("FractionalMaxPool3d", given);
  }

  forward(input: Tensor): Tensor {
    return fractionalMaxPool3d(input, this.kernelSize, this.options);
  }
}
