import { empty, type Tensor, type TensorOptions } from "@cresset/core/functions";
import * as F from "../functional/linear.ts";
import { uniform_ } from "../init.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { pythonBool } from "../printing.ts";

export interface LinearOptions extends Pick<TensorOptions, "dtype" | "device"> {
  /** Whether to add a learned bias; default true. */
  readonly bias?: boolean;
}

/** `calculateGain("leaky_relu", √5)`: weights start as of `kaimingUniform_` with a = √5, which would bring all of the gains along. */
const gain = Math.sqrt(2 / (1 + Math.sqrt(5) ** 2));

interface LinearParameters extends LinearOptions {
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/**
 * y = x Wᵀ + b. The weight [outFeatures, inFeatures] and the bias [outFeatures] start uniform in ±1/√inFeatures.
 *
 * Input [*, inFeatures], output [*, outFeatures].
 *
 * @example
 * new nn.Linear(20, 30)(torch.randn([128, 20])).shape; // [128, 30]
 */
export class Linear extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Linear";
  readonly inFeatures: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(...named: ByName<LinearParameters, ["inFeatures", "outFeatures"]>);
  constructor(inFeatures: number, outFeatures: number, bias?: boolean | LinearOptions, options?: LinearOptions);
  constructor(...given: readonly unknown[]) {
    super();
    const names = ["inFeatures", "outFeatures", "bias", "device", "dtype"] as const;
    const { inFeatures, outFeatures, bias = true, ...kind } = keywords<LinearParameters>(names, given, 2);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(empty([outFeatures, inFeatures], kind));
    this.bias = bias ? new Parameter(empty([outFeatures], kind)) : null;
    this.resetParameters();
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    const root = Math.sqrt(this.inFeatures);
    const [high, bound] = root > 0 ? [Math.sqrt(3) * (gain / root), 1 / root] : [0, 0];
    uniform_(this.weight, -high, high);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  forward(input: Tensor): Tensor {
    return F.linear(input, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${pythonBool(this.bias !== null)}`;
  }
}

interface BilinearParameters extends LinearOptions {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
}

/**
 * y = x1ᵀ A x2 + b. Inputs [*, in1Features] and [*, in2Features], output [*, outFeatures]; weight
 * [outFeatures, in1Features, in2Features] and bias start uniform in ±1/√in1Features.
 */
export class Bilinear extends Module<[Tensor, Tensor], Tensor> {
  static override readonly typeName: string = "Bilinear";
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(...named: ByName<BilinearParameters, ["in1Features", "in2Features", "outFeatures"]>);
  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    bias?: boolean | LinearOptions,
    options?: LinearOptions,
  );
  constructor(...given: readonly unknown[]) {
    super();
    const names = ["in1Features", "in2Features", "outFeatures", "bias", "device", "dtype"] as const;
    const parameters = keywords<BilinearParameters>(names, given, 3);
    const { in1Features, in2Features, outFeatures, bias = true, ...kind } = parameters;
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(empty([outFeatures, in1Features, in2Features], kind));
    this.bias = bias ? new Parameter(empty([outFeatures], kind)) : null;
    this.resetParameters();
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  forward(input1: Tensor, input2: Tensor): Tensor {
    return F.bilinear(input1, input2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { in1Features, in2Features, outFeatures } = this;
    return `in1_features=${in1Features}, in2_features=${in2Features}, out_features=${outFeatures}, bias=${pythonBool(this.bias !== null)}`;
  }
}

/** Returns its input. Arguments are accepted and ignored, so that it can stand for another layer. */
export class Identity extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Identity";
  constructor(..._ignored: readonly unknown[]) {
    super();
  }

  forward(input: Tensor): Tensor {
    return input;
  }
}
