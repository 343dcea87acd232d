/** Dropout as modules: active in training mode only. Masks are drawn from the default generator. */
import { type Tensor, ValueError } from "@cresset/core/functions";
import * as F from "../functional/dropout.ts";
import { keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { pythonBool, pythonFloat } from "../printing.ts";

export interface DropoutOptions {
  /** Probability that an element (or channel) becomes 0; default 0.5. */
  readonly p?: number;
  /** Whether to write the result into the input; default false. */
  readonly inplace?: boolean;
}

abstract class DropoutBase extends Module<[Tensor], Tensor> {
  readonly p: number;
  readonly inplace: boolean;

  constructor(p?: number | DropoutOptions, inplace?: boolean | DropoutOptions) {
    super();
    const options = keywords<DropoutOptions>(["p", "inplace"], [p, inplace]);
    this.p = options.p ?? 0.5;
    this.inplace = options.inplace ?? false;
    if (!(this.p >= 0 && this.p <= 1))
      throw new ValueError(`dropout probability has to be between 0 and 1, but got ${pythonFloat(this.p)}`);
  }

  override extraRepr(): string {
    return `p=${pythonFloat(this.p)}, inplace=${pythonBool(this.inplace)}`;
  }
}

/** Sets elements to 0 with probability p, and scales the others by 1 / (1 - p). */
export class Dropout extends DropoutBase {
  static override readonly typeName: string = "Dropout";
  forward(input: Tensor): Tensor {
    return F.dropout(input, this.p, this.training, this.inplace);
  }
}

/** Drops whole channels of [N, C, L] or [C, L]. */
export class Dropout1d extends DropoutBase {
  static override readonly typeName: string = "Dropout1d";
  forward(input: Tensor): Tensor {
    return F.dropout1d(input, this.p, this.training, this.inplace);
  }
}

/** Drops whole channels of [N, C, H, W]. */
export class Dropout2d extends DropoutBase {
  static override readonly typeName: string = "Dropout2d";
  forward(input: Tensor): Tensor {
    return F.dropout2d(input, this.p, this.training, this.inplace);
  }
}

/** Drops whole channels of [N, C, D, H, W]. */
export class Dropout3d extends DropoutBase {
  static override readonly typeName: string = "Dropout3d";
  forward(input: Tensor): Tensor {
    return F.dropout3d(input, this.p, this.training, this.inplace);
  }
}

/** Dropout that keeps mean and variance of what SELU gives (Klambauer et al., 2017). */
export class AlphaDropout extends DropoutBase {
  static override readonly typeName: string = "AlphaDropout";
  forward(input: Tensor): Tensor {
    return F.alphaDropout(input, this.p, this.training);
  }
}
