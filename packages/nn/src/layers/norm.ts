/** Normalisation without running statistics. */
import { fill_, zero_ } from "@cresset/core/extend";
import { noGrad, ones, ShapeError, type Tensor, type TensorOptions, ValueError, zeros } from "@cresset/core/functions";
import * as F from "../functional/norm.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { pythonBool, pythonFloat, pythonNumber, pythonTuple } from "../printing.ts";

type Kind = Pick<TensorOptions, "dtype" | "device">;

export interface LayerNormOptions extends Kind {
  /** Added to variances; default 1e-5. */
  readonly eps?: number;
  /** Whether there are a learned factor and summand; default true. */
  readonly elementwiseAffine?: boolean;
  /** Whether there is a learned summand, if affine; default true. */
  readonly bias?: boolean;
}

function kindOf({ dtype, device }: Kind): Kind {
  return { ...(dtype === undefined ? {} : { dtype }), ...(device === undefined ? {} : { device }) };
}

interface NormalizedShape {
  readonly normalizedShape: number | readonly number[];
}

/**
 * Layer normalisation (Ba et al., 2016): [*, …normalizedShape] standardised over the dimensions of `normalizedShape`,
 * times `weight`, plus `bias`, both of that shape.
 *
 * @example
 * new nn.LayerNorm(10)(torch.randn([20, 5, 10])).shape; // [20, 5, 10]
 */
export class LayerNorm extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "LayerNorm";

  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly elementwiseAffine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(...named: ByName<LayerNormOptions & NormalizedShape, ["normalizedShape"]>);
  constructor(
    normalizedShape: number | readonly number[],
    ...rest:
      | [options?: LayerNormOptions]
      | [eps?: number, elementwiseAffine?: boolean | LayerNormOptions, bias?: boolean | LayerNormOptions]
  );
  constructor(...given: readonly unknown[]) {
    super();
    const names = ["normalizedShape", "eps", "elementwiseAffine", "bias", "device", "dtype"] as const;
    const { normalizedShape, ...options } = keywords<LayerNormOptions & NormalizedShape>(names, given, 1);
    const { eps = 1e-5, elementwiseAffine = true, bias = true } = options;
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, kindOf(options))) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(this.normalizedShape, kindOf(options))) : null;
  }

  /** Factors 1 and summands 0 again. */
  resetParameters(): void {
    noGrad(() => {
      if (this.weight !== null) fill_(this.weight, 1);
      if (this.bias !== null) zero_(this.bias);
    });
  }

  forward(input: Tensor): Tensor {
    return F.layerNorm(input, this.normalizedShape, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    return `${pythonTuple(this.normalizedShape)}, eps=${pythonFloat(this.eps)}, elementwise_affine=${pythonBool(this.elementwiseAffine)}`;
  }
}

export interface RMSNormOptions extends Kind {
  /** Added to mean squares; default null: the spacing of the dtype at 1. */
  readonly eps?: number | null;
  /** Whether there is a learned factor; default true. */
  readonly elementwiseAffine?: boolean;
}

/**
 * Root mean square normalisation (Zhang and Sennrich, 2019): [*, …normalizedShape] divided by √(mean of squares + eps) over the
 * dimensions of `normalizedShape`, times `weight` of that shape.
 *
 * @example
 * new nn.RMSNorm(10)(torch.randn([20, 5, 10])).shape; // [20, 5, 10]
 */
export class RMSNorm extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "RMSNorm";

  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  readonly elementwiseAffine: boolean;
  weight: Parameter | null;

  constructor(...named: ByName<RMSNormOptions & NormalizedShape, ["normalizedShape"]>);
  constructor(
    normalizedShape: number | readonly number[],
    ...rest: [options?: RMSNormOptions] | [eps?: number | null, elementwiseAffine?: boolean | RMSNormOptions]
  );
  constructor(...given: readonly unknown[]) {
    super();
    const names = ["normalizedShape", "eps", "elementwiseAffine", "device", "dtype"] as const;
    const { normalizedShape, ...options } = keywords<RMSNormOptions & NormalizedShape>(names, given, 1);
    const { eps = null, elementwiseAffine = true } = options;
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, kindOf(options))) : null;
  }

  /** Factors 1 again. */
  resetParameters(): void {
    const { weight } = this;
    if (weight !== null) noGrad(() => fill_(weight, 1));
  }

  forward(input: Tensor): Tensor {
    return F.rmsNorm(input, this.normalizedShape, this.weight, this.eps);
  }

  override extraRepr(): string {
    const eps = this.eps === null ? "None" : pythonFloat(this.eps);
    return `${pythonTuple(this.normalizedShape)}, eps=${eps}, elementwise_affine=${pythonBool(this.elementwiseAffine)}`;
  }
}

export interface GroupNormOptions extends Kind {
  /** Added to variances; default 1e-5. */
  readonly eps?: number;
  /** Whether each channel has a learned factor and summand; default true. */
  readonly affine?: boolean;
}

interface GroupNormParameters extends GroupNormOptions {
  readonly numGroups: number;
  readonly numChannels: number;
}

/**
 * Group normalisation (Wu and He, 2018): [N, numChannels, *] standardised over the channels of each of `numGroups`
 * groups and all positions, times `weight` [numChannels], plus `bias`.
 *
 * @throws ValueError unless `numGroups` divides `numChannels`.
 * @example
 * new nn.GroupNorm(3, 6)(torch.randn([20, 6, 10, 10])).shape; // [20, 6, 10, 10]
 */
export class GroupNorm extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "GroupNorm";

  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly affine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(...named: ByName<GroupNormParameters, ["numGroups", "numChannels"]>);
  constructor(
    numGroups: number,
    numChannels: number,
    ...rest: [options?: GroupNormOptions] | [eps?: number, affine?: boolean | GroupNormOptions]
  );
  constructor(...given: readonly unknown[]) {
    super();
    const names = ["numGroups", "numChannels", "eps", "affine", "device", "dtype"] as const;
    const { numGroups, numChannels, ...options } = keywords<GroupNormParameters>(names, given, 2);
    if (numChannels % numGroups !== 0) throw new ValueError("num_channels must be divisible by num_groups");
    const { eps = 1e-5, affine = true } = options;
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.affine = affine;
    this.weight = affine ? new Parameter(ones([numChannels], kindOf(options))) : null;
    this.bias = affine ? new Parameter(zeros([numChannels], kindOf(options))) : null;
  }

  /** Factors 1 and summands 0 again. */
  resetParameters(): void {
    noGrad(() => {
      if (this.weight !== null) fill_(this.weight, 1);
      if (this.bias !== null) zero_(this.bias);
    });
  }

  forward(input: Tensor): Tensor {
    return F.groupNorm(input, this.numGroups, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${pythonFloat(this.eps)}, affine=${pythonBool(this.affine)}`;
  }
}

/** Local response normalisation of [N, C, *]: each value over (k + alpha · mean square of `size` channels) ^ beta. */
export class LocalResponseNorm extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "LocalResponseNorm";

  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(...named: ByName<F.LocalResponseNormOptions & { readonly size: number }, ["size"]>);
  constructor(
    size: number,
    ...rest:
      | [options?: F.LocalResponseNormOptions]
      | [alpha?: number, beta?: number | F.LocalResponseNormOptions, k?: number | F.LocalResponseNormOptions]
  );
  constructor(...given: readonly unknown[]) {
    super();
    const names = ["size", "alpha", "beta", "k"] as const;
    const { size, ...options } = keywords<F.LocalResponseNormOptions & { readonly size: number }>(names, given, 1);
    this.size = size;
    this.alpha = options.alpha ?? 1e-4;
    this.beta = options.beta ?? 0.75;
    this.k = options.k ?? 1;
  }

  forward(input: Tensor): Tensor {
    return F.localResponseNorm(input, this.size, this.alpha, this.beta, this.k);
  }

  override extraRepr(): string {
    return `${this.size}, alpha=${pythonFloat(this.alpha)}, beta=${pythonFloat(this.beta)}, k=${pythonFloat(this.k)}`;
  }
}

/**
 * Local response normalisation of [N, C, H, W] as Lua's Torch had it, and with what PyTorch's sums are: those of channels too far
 * from the first to have it in their window have its square all the same, and an even `size` is a window of one less. The gradient
 * is the derivative of these values, which PyTorch's is not. `LocalResponseNorm` has neither.
 *
 * @throws ShapeError for another number of dimensions.
 */
export class CrossMapLRN2d extends LocalResponseNorm {
  static override readonly typeName: string = "CrossMapLRN2d";

  override forward(input: Tensor): Tensor {
    if (input.ndim !== 4) throw new ShapeError(`CrossMapLRN2d: Expected input to be 4D, got ${input.ndim}D instead.`);
    return F.crossMapNorm(input, this.size, this.alpha, this.beta, this.k);
  }

  override extraRepr(): string {
    return `${this.size}, alpha=${pythonFloat(this.alpha)}, beta=${pythonFloat(this.beta)}, k=${pythonNumber(this.k)}`;
  }
}
