/** Pooling to a given output size as modules. */
import type { Tensor } from "@cresset/core/functions";
import * as F from "../functional/pool-adaptive.ts";
import { keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { pythonSize } from "../printing.ts";

abstract class AdaptivePool extends Module<[Tensor], Tensor> {
  readonly outputSize: F.AdaptiveSize;

  constructor(outputSize: F.AdaptiveSize) {
    super();
    this.outputSize = outputSize;
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

  constructor(outputSize: F.AdaptiveSize, returnIndices?: boolean | F.AdaptiveMaxPoolOptions) {
    super(outputSize);
    const options = keywords<F.AdaptiveMaxPoolOptions>(["returnIndices"], [returnIndices]);
    this.returnIndices = options.returnIndices ?? false;
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
