/** Activations that look at whole rows, or have parameters. */
import { full, ShapeError, type Tensor, type TensorOptions } from "@cresset/core/functions";
import * as F from "../functional/activation.ts";
import { keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { pythonNumber } from "../printing.ts";

export interface DimOptions {
  /** The dimension that is normalised. */
  readonly dim?: number | null;
}

/** Something along one dimension. */
abstract class AlongDim extends Module<[Tensor], Tensor> {
  readonly dim: number | null;

  constructor(dim?: number | null | DimOptions) {
    super();
    this.dim = keywords<DimOptions>(["dim"], [dim]).dim ?? null;
  }

  override extraRepr(): string {
    return `dim=${this.dim ?? "None"}`;
  }
}

/** exp(x) over its sum along `dim`. */
export class Softmax extends AlongDim {
  static override readonly typeName: string = "Softmax";
  forward(input: Tensor): Tensor {
    return F.softmax(input, this.dim);
  }
}

/** The logarithm of softmax along `dim`, without overflow. */
export class LogSoftmax extends AlongDim {
  static override readonly typeName: string = "LogSoftmax";
  forward(input: Tensor): Tensor {
    return F.logSoftmax(input, this.dim);
  }
}

/** softmax(-x) along `dim`. */
export class Softmin extends AlongDim {
  static override readonly typeName: string = "Softmin";
  forward(input: Tensor): Tensor {
    return F.softmin(input, this.dim);
  }
}

/** Softmax over the channels of [N, C, H, W] or [C, H, W], for each place. */
export class Softmax2d extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Softmax2d";

  /** @throws ShapeError for other numbers of dimensions. */
  forward(input: Tensor): Tensor {
    if (input.ndim !== 3 && input.ndim !== 4) throw new ShapeError("Softmax2d requires a 3D or 4D tensor as input");
    return F.softmax(input, -3);
  }
}

/** a σ(b) of the two halves of `dim` (default the last). */
export class GLU extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "GLU";
  readonly dim: number;

  constructor(dim?: number | DimOptions) {
    super();
    this.dim = keywords<DimOptions>(["dim"], [dim]).dim ?? -1;
  }

  forward(input: Tensor): Tensor {
    return F.glu(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

export interface PReLUOptions extends Pick<TensorOptions, "dtype" | "device"> {
  /** 1 (default), or the number of channels (dimension 1) for a slope each. */
  readonly numParameters?: number;
  /** Where the slopes start; default 0.25. */
  readonly init?: number;
}

/** x for x > 0, else weight · x, with learned slopes. */
export class PReLU extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "PReLU";
  readonly numParameters: number;
  weight: Parameter;

  constructor(numParameters?: number | PReLUOptions, init?: number | PReLUOptions, options?: PReLUOptions) {
    super();
    const given = keywords<PReLUOptions>(["numParameters", "init", "device", "dtype"], [numParameters, init, options]);
    this.numParameters = given.numParameters ?? 1;
    const { dtype = "float32", device } = given;
    this.weight = new Parameter(full([this.numParameters], given.init ?? 0.25, { dtype, device }));
  }

  forward(input: Tensor): Tensor {
    return F.prelu(input, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${pythonNumber(this.numParameters)}`;
  }
}
