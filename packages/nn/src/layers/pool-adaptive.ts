/** Pooling to a given output size as modules. */
import type { Tensor } from "@cresset/core/functions";
import * as F from "../functional/pool-adaptive.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { pythonSize } from "../printing.ts";

interface Parameters {
  readonly outputSize: F.AdaptiveSize;
}

interface MaxParameters extends Parameters, F.AdaptiveMaxPoolOptions {}

abstract class AdaptivePool extends Module<[Tensor], Tensor> {
  readonly outputSize: F.AdaptiveSize;

  constructor(...named: ByName<Parameters, ["outputSize"]>);
  constructor(outputSize: F.AdaptiveSize);
  constructor(...given: readonly unknown[]) {
    super();
    this.outputSize = keywords<Parameters>(["outputSize"], given, 1).outputSize;
  }

  override extraRepr(): string {
    return `output_size=${pythonSize(this.outputSize)}`;
  }
}

/** Means of [N, C, L] or [C, L] over `outputSize` windows. */
export class AdaptiveAvgPool1d extends AdaptivePool {
  static override readonly typeName: string = "AdaptiveAvgPool1d";

  forward(input: Tensor): Tensor {
    return F.adaptiveAvgPool1d(input, this.outputSize);
  }
}

/**
 * Means of [N, C, H, W] or [C, H, W] over as many windows as `outputSize` says; null keeps a size.
 *
 * @example
 * new nn.AdaptiveAvgPool2d([5, null])(torch.randn([1, 64, 8, 9])).shape; // [1, 64, 5, 9]
 */
export class AdaptiveAvgPool2d extends AdaptivePool {
  static override readonly typeName: string = "AdaptiveAvgPool2d";

  forward(input: Tensor): Tensor {
    return F.adaptiveAvgPool2d(input, this.outputSize);
  }
}

/** Means of [N, C, D, H, W] or [C, D, H, W] over as many windows as `outputSize` says. */
export class AdaptiveAvgPool3d extends AdaptivePool {
  static override readonly typeName: string = "AdaptiveAvgPool3d";

  forward(input: Tensor): Tensor {
    return F.adaptiveAvgPool3d(input, this.outputSize);
  }
}

abstract class AdaptiveMaxPool extends AdaptivePool {
  readonly returnIndices: boolean;

  constructor(...named: ByName<MaxParameters, ["outputSize"]>);
  constructor(outputSize: F.AdaptiveSize, returnIndices?: boolean | F.AdaptiveMaxPoolOptions);
  constructor(...given: readonly unknown[]) {
    const { outputSize, returnIndices = false } = keywords<MaxParameters>(["outputSize", "returnIndices"], given, 1);
    super(outputSize);
    this.returnIndices = returnIndices;
  }

  /** With `returnIndices` a call gives [output, indices]; its type does not say so. */
  protected get options(): { readonly returnIndices?: false } {
    return { returnIndices: this.returnIndices as false };
  }
}

/** Maxima of [N, C, L] or [C, L] over `outputSize` windows; with `returnIndices`, [output, indices]. */
export class AdaptiveMaxPool1d extends AdaptiveMaxPool {
  static override readonly typeName: string = "AdaptiveMaxPool1d";

  forward(input: Tensor): Tensor {
    return F.adaptiveMaxPool1d(input, this.outputSize, this.options);
  }
}

/** Maxima of [N, C, H, W] or [C, H, W] over as many windows as `outputSize` says. */
export class AdaptiveMaxPool2d extends AdaptiveMaxPool {
  static override readonly typeName: string = "AdaptiveMaxPool2d";

  forward(input: Tensor): Tensor {
    return F.adaptiveMaxPool2d(input, this.outputSize, this.options);
  }
}

/** Maxima of [N, C, D, H, W] or [C, D, H, W] over as many windows as `outputSize` says. */
export class AdaptiveMaxPool3d extends AdaptiveMaxPool {
  static override readonly typeName: string = "AdaptiveMaxPool3d";

  forward(input: Tensor): Tensor {
    return F.adaptiveMaxPool3d(input, this.outputSize, this.options);
  }
}
