/** Activation functions as modules. Shapes stay. */
import type { Tensor } from "@cresset/core/functions";
import * as F from "../functional/activation.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { pythonFloat, pythonNumber } from "../printing.ts";

export interface InplaceOptions {
  /** Whether to write the result into the input; default false. */
  readonly inplace?: boolean;
}

/** The constructor's `inplace` argument, by position or by name. */
type Inplace = boolean | InplaceOptions;

/** An activation without parameters that can work in place. */
abstract class InplaceActivation extends Module<[Tensor], Tensor> {
  readonly inplace: boolean;

  constructor(inplace?: Inplace) {
    super();
    this.inplace = keywords<InplaceOptions>(["inplace"], [inplace]).inplace ?? false;
  }

  override extraRepr(): string {
    return this.inplace ? "inplace=True" : "";
  }

  /** What to print after other options. */
  protected get inplaceText(): string {
    return this.inplace ? ", inplace=True" : "";
  }
}

/** max(x, 0). */
export class ReLU extends InplaceActivation {
  static override readonly typeName: string = "ReLU";
  forward(input: Tensor): Tensor {
    return F.relu(input, this.inplace);
  }
}

/** min(max(x, 0), 6). */
export class ReLU6 extends InplaceActivation {
  static override readonly typeName: string = "ReLU6";
  forward(input: Tensor): Tensor {
    return F.relu6(input, this.inplace);
  }
}

/** x σ(x). */
export class SiLU extends InplaceActivation {
  static override readonly typeName: string = "SiLU";
  forward(input: Tensor): Tensor {
    return F.silu(input, this.inplace);
  }
}

/** x tanh(softplus(x)). */
export class Mish extends InplaceActivation {
  static override readonly typeName: string = "Mish";
  forward(input: Tensor): Tensor {
    return F.mish(input, this.inplace);
  }
}

/** Scaled exponential linear unit (Klambauer et al., 2017). */
export class SELU extends InplaceActivation {
  static override readonly typeName: string = "SELU";
  forward(input: Tensor): Tensor {
    return F.selu(input, this.inplace);
  }
}

/** x min(max(x + 3, 0), 6) / 6. */
export class Hardswish extends InplaceActivation {
  static override readonly typeName: string = "Hardswish";
  forward(input: Tensor): Tensor {
    return F.hardswish(input, this.inplace);
  }

  override extraRepr(): string {
    return "";
  }
}

/** min(max(x + 3, 0), 6) / 6. */
export class Hardsigmoid extends InplaceActivation {
  static override readonly typeName: string = "Hardsigmoid";
  forward(input: Tensor): Tensor {
    return F.hardsigmoid(input, this.inplace);
  }

  override extraRepr(): string {
    return "";
  }
}

export interface AlphaOptions extends InplaceOptions {
  /** The limit of large negative inputs is -alpha; default 1. */
  readonly alpha?: number;
}

/** x for x > 0, else alpha (exp(x) - 1). */
export class ELU extends InplaceActivation {
  static override readonly typeName: string = "ELU";
  readonly alpha: number;

  constructor(alpha?: number | AlphaOptions, inplace?: boolean | AlphaOptions) {
    const options = keywords<AlphaOptions>(["alpha", "inplace"], [alpha, inplace]);
    super(options.inplace);
    this.alpha = options.alpha ?? 1;
  }

  forward(input: Tensor): Tensor {
    return F.elu(input, this.alpha, this.inplace);
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}${this.inplaceText}`;
  }
}

/** max(x, 0) + min(alpha (exp(x / alpha) - 1), 0). */
export class CELU extends InplaceActivation {
  static override readonly typeName: string = "CELU";
  readonly alpha: number;

  constructor(alpha?: number | AlphaOptions, inplace?: boolean | AlphaOptions) {
    const options = keywords<AlphaOptions>(["alpha", "inplace"], [alpha, inplace]);
    super(options.inplace);
    this.alpha = options.alpha ?? 1;
  }

  forward(input: Tensor): Tensor {
    return F.celu(input, this.alpha, this.inplace);
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}${this.inplaceText}`;
  }
}

export interface LeakyReLUOptions extends InplaceOptions {
  /** Slope for negative inputs; default 0.01. */
  readonly negativeSlope?: number;
}

/** x for x > 0, else negativeSlope · x. */
export class LeakyReLU extends InplaceActivation {
  static override readonly typeName: string = "LeakyReLU";
  readonly negativeSlope: number;

  constructor(negativeSlope?: number | LeakyReLUOptions, inplace?: boolean | LeakyReLUOptions) {
    const options = keywords<LeakyReLUOptions>(["negativeSlope", "inplace"], [negativeSlope, inplace]);
    super(options.inplace);
    this.negativeSlope = options.negativeSlope ?? 0.01;
  }

  forward(input: Tensor): Tensor {
    return F.leakyRelu(input, this.negativeSlope, this.inplace);
  }

  override extraRepr(): string {
    return `negative_slope=${pythonFloat(this.negativeSlope)}${this.inplaceText}`;
  }
}

export interface HardtanhOptions extends InplaceOptions {
  /** Default -1. */
  readonly minVal?: number;
  /** Default 1. */
  readonly maxVal?: number;
}

/** x, clamped to [minVal, maxVal]. */
export class Hardtanh extends InplaceActivation {
  static override readonly typeName: string = "Hardtanh";
  readonly minVal: number;
  readonly maxVal: number;

  constructor(
    minVal?: number | HardtanhOptions,
    maxVal?: number | HardtanhOptions,
    inplace?: boolean | HardtanhOptions,
  ) {
    const options = keywords<HardtanhOptions>(["minVal", "maxVal", "inplace"], [minVal, maxVal, inplace]);
    super(options.inplace);
    this.minVal = options.minVal ?? -1;
    this.maxVal = options.maxVal ?? 1;
  }

  forward(input: Tensor): Tensor {
    return F.hardtanh(input, this.minVal, this.maxVal, this.inplace);
  }

  override extraRepr(): string {
    return `min_val=${pythonFloat(this.minVal)}, max_val=${pythonFloat(this.maxVal)}${this.inplaceText}`;
  }
}

interface ThresholdParameters extends InplaceOptions {
  readonly threshold: number;
  readonly value: number;
}

/** x where it is above `threshold`, else `value`. */
export class Threshold extends InplaceActivation {
  static override readonly typeName: string = "Threshold";
  readonly threshold: number;
  readonly value: number;

  constructor(...named: ByName<ThresholdParameters, ["threshold", "value"]>);
  constructor(threshold: number, value: number, inplace?: Inplace);
  constructor(...given: readonly unknown[]) {
    const options = keywords<ThresholdParameters>(["threshold", "value", "inplace"], given, 2);
    super(options.inplace);
    this.threshold = options.threshold;
    this.value = options.value;
  }

  forward(input: Tensor): Tensor {
    return F.threshold(input, this.threshold, this.value, this.inplace);
  }

  override extraRepr(): string {
    return `threshold=${pythonFloat(this.threshold)}, value=${pythonFloat(this.value)}${this.inplaceText}`;
  }
}

/** 1 / (1 + exp(-x)). */
export class Sigmoid extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Sigmoid";
  forward(input: Tensor): Tensor {
    return F.sigmoid(input);
  }
}

export class Tanh extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Tanh";
  forward(input: Tensor): Tensor {
    return F.tanh(input);
  }
}

/** log σ(x). */
export class LogSigmoid extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "LogSigmoid";
  forward(input: Tensor): Tensor {
    return F.logsigmoid(input);
  }
}

/** x / (1 + |x|). */
export class Softsign extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Softsign";
  forward(input: Tensor): Tensor {
    return F.softsign(input);
  }
}

/** x - tanh(x). */
export class Tanhshrink extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Tanhshrink";
  forward(input: Tensor): Tensor {
    return F.tanhshrink(input);
  }
}

export interface GELUOptions {
  /** "none" (default): with the error function; "tanh": an approximation of it. */
  readonly approximate?: "none" | "tanh";
}

/** x Φ(x), with the normal distribution's Φ. */
export class GELU extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "GELU";
  readonly approximate: "none" | "tanh";

  constructor(approximate?: "none" | "tanh" | GELUOptions) {
    super();
    this.approximate = keywords<GELUOptions>(["approximate"], [approximate]).approximate ?? "none";
  }

  forward(input: Tensor): Tensor {
    return F.gelu(input, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

export interface SoftplusOptions {
  /** Default 1. */
  readonly beta?: number;
  /** Above it (times beta) the function is x itself; default 20. */
  readonly threshold?: number;
}

/** log(1 + exp(beta x)) / beta. */
export class Softplus extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Softplus";
  readonly beta: number;
  readonly threshold: number;

  constructor(beta?: number | SoftplusOptions, threshold?: number | SoftplusOptions) {
    super();
    const options = keywords<SoftplusOptions>(["beta", "threshold"], [beta, threshold]);
    this.beta = options.beta ?? 1;
    this.threshold = options.threshold ?? 20;
  }

  forward(input: Tensor): Tensor {
    return F.softplus(input, this.beta, this.threshold);
  }

  override extraRepr(): string {
    return `beta=${pythonNumber(this.beta)}, threshold=${pythonNumber(this.threshold)}`;
  }
}

export interface LambdOptions {
  /** Half the width of the dead zone; default 0.5. */
  readonly lambd?: number;
}

/** x moved towards 0 by lambd; 0 within ±lambd. */
export class Softshrink extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Softshrink";
  readonly lambd: number;

  constructor(lambd?: number | LambdOptions) {
    super();
    this.lambd = keywords<LambdOptions>(["lambd"], [lambd]).lambd ?? 0.5;
  }

  forward(input: Tensor): Tensor {
    return F.softshrink(input, this.lambd);
  }

  override extraRepr(): string {
    return pythonFloat(this.lambd);
  }
}

/** x, but 0 within ±lambd. */
export class Hardshrink extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Hardshrink";
  readonly lambd: number;

  constructor(lambd?: number | LambdOptions) {
    super();
    this.lambd = keywords<LambdOptions>(["lambd"], [lambd]).lambd ?? 0.5;
  }

  forward(input: Tensor): Tensor {
    return F.hardshrink(input, this.lambd);
  }

  override extraRepr(): string {
    return pythonFloat(this.lambd);
  }
}
