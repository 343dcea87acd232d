/** Convolutions as modules. */
import { empty, type Tensor, type TensorOptions, ValueError } from "@cresset/core/functions";
import * as F from "../functional/conv.ts";
import { type PaddingMode, pad } from "../functional/pad.ts";
import { type Size, sizesOf } from "../functional/window.ts";
import { calculateFanInAndFanOut, kaimingUniform_, uniform_ } from "../init.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { pythonTuple } from "../printing.ts";

/** What surrounds the input: zeros, or copies of it as `F.pad` makes them. */
export type ConvPaddingMode = "zeros" | Exclude<PaddingMode, "constant">;

export interface ConvLayerOptions extends Pick<TensorOptions, "dtype" | "device"> {
  /** Distance between windows; default 1. */
  readonly stride?: Size;
  /** Elements added on both sides, or "valid" for none, or "same" for an output as large as the input; default 0. */
  readonly padding?: F.ConvPadding;
  /** Distance between the elements of a window; default 1. */
  readonly dilation?: Size;
  /** Number of parts that the channels are split into; default 1. */
  readonly groups?: number;
  /** Whether to add a learned bias; default true. */
  readonly bias?: boolean;
  /** Default "zeros". */
  readonly paddingMode?: ConvPaddingMode;
}

export interface ConvParameters extends ConvLayerOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Size;
}

/** The arguments of a convolution of which some that have no default come by name. */
export type ConvByName = ByName<ConvParameters, ["inChannels", "outChannels", "kernelSize"]>;

export type ConvLayerArguments =
  | [options?: ConvLayerOptions]
  | [
      stride?: Size,
      padding?: F.ConvPadding | ConvLayerOptions,
      dilation?: Size | ConvLayerOptions,
      groups?: number | ConvLayerOptions,
      bias?: boolean | ConvLayerOptions,
      paddingMode?: ConvPaddingMode | ConvLayerOptions,
    ];

const names = [
  "inChannels",
  "outChannels",
  "kernelSize",
  "stride",
  "padding",
  "dilation",
  "groups",
  "bias",
  "paddingMode",
  "device",
  "dtype",
] as const;
const modes: readonly string[] = ["zeros", "reflect", "replicate", "circular"];

/** What all convolutions have: sizes, and weights that start as PyTorch's. */
export abstract class ConvBase<In extends readonly unknown[]> extends Module<In, Tensor> {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | "valid" | "same";
  readonly dilation: readonly number[];
  readonly outputPadding: readonly number[];
  readonly groups: number;
  readonly paddingMode: ConvPaddingMode;
  weight: Parameter;
  bias: Parameter | null;

  constructor(dims: number, transposed: boolean, options: ConvParameters & { readonly outputPadding?: Size }) {
    super();
    const { inChannels, outChannels, kernelSize } = options;
    const { padding = 0, groups = 1, bias = true, paddingMode = "zeros" } = options;
    if (groups <= 0) throw new ValueError("groups must be a positive integer");
    if (inChannels % groups !== 0) throw new ValueError("in_channels must be divisible by groups");
    if (outChannels % groups !== 0) throw new ValueError("out_channels must be divisible by groups");
    if (typeof padding === "string" && padding !== "same" && padding !== "valid")
      throw new ValueError(`Invalid padding string ${JSON.stringify(padding)}, should be one of {'valid', 'same'}`);
    if (!modes.includes(paddingMode))
      throw new ValueError(
        `padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='${String(paddingMode)}'`,
      );
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = sizesOf("kernel_size", kernelSize, dims);
    this.stride = sizesOf("stride", options.stride ?? 1, dims);
    this.padding = typeof padding === "string" ? padding : sizesOf("padding", padding, dims);
    this.dilation = sizesOf("dilation", options.dilation ?? 1, dims);
    this.outputPadding = sizesOf("output_padding", options.outputPadding ?? 0, dims);
    this.groups = groups;
    this.paddingMode = paddingMode;
    if (padding === "same" && this.stride.some((s) => s !== 1))
      throw new ValueError("padding='same' is not supported for strided convolutions");
    const kind = kindOf(options);
    const channels = transposed ? [inChannels, outChannels / groups] : [outChannels, inChannels / groups];
    this.weight = new Parameter(empty([...channels, ...this.kernelSize], kind));
    this.bias = bias ? new Parameter(empty([outChannels], kind)) : null;
    this.resetParameters();
  }

  /** Draws weight and bias anew, uniform in ±1/√(inputs of one output). */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    if (this.bias === null) return;
    const [fanIn] = calculateFanInAndFanOut(this.weight);
    if (fanIn !== 0) uniform_(this.bias, -1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn));
  }

  override extraRepr(): string {
    const { padding, dilation, outputPadding } = this;
    const parts = [
      `${this.inChannels}, ${this.outChannels}, kernel_size=${pythonTuple(this.kernelSize)}, stride=${pythonTuple(this.stride)}`,
    ];
    if (typeof padding === "string") parts.push(`padding=${padding}`);
    else if (padding.some((n) => n !== 0)) parts.push(`padding=${pythonTuple(padding)}`);
    if (dilation.some((n) => n !== 1)) parts.push(`dilation=${pythonTuple(dilation)}`);
    if (outputPadding.some((n) => n !== 0)) parts.push(`output_padding=${pythonTuple(outputPadding)}`);
    if (this.groups !== 1) parts.push(`groups=${this.groups}`);
    if (this.bias === null) parts.push("bias=False");
    if (this.paddingMode !== "zeros") parts.push(`padding_mode=${this.paddingMode}`);
    return parts.join(", ");
  }
}

function kindOf({ dtype, device }: Pick<TensorOptions, "dtype" | "device">): Pick<TensorOptions, "dtype" | "device"> {
  return { ...(dtype === undefined ? {} : { dtype }), ...(device === undefined ? {} : { device }) };
}

abstract class ConvLayer extends ConvBase<[Tensor]> {
  constructor(dims: number, given: readonly unknown[]) {
    super(dims, false, keywords<ConvParameters>(names, given, 3));
  }

  /** The input, with what `paddingMode` adds, and the padding that is left to the convolution. */
  protected surrounded(input: Tensor): [Tensor, F.ConvPadding] {
    const { padding, paddingMode } = this;
    if (paddingMode === "zeros" || padding === "valid") return [input, padding];
    // `F.pad` takes the last dimension first.
    const sides = this.kernelSize.map((k, d) => {
      const total = (k - 1) * this.dilation[d];
      return padding === "same" ? [Math.floor(total / 2), Math.ceil(total / 2)] : [padding[d], padding[d]];
    });
    return [pad(input, sides.reverse().flat(), paddingMode), 0];
  }
}

/**
 * Convolution over [N, inChannels, L] or [inChannels, L]; see `F.conv1d` for the output's size.
 *
 * The weight [outChannels, inChannels / groups, K] and the bias [outChannels] start uniform in ±1/√(inChannels / groups · K).
 *
 * @throws ValueError unless `groups` divides both numbers of channels.
 * @example
 * new nn.Conv1d(16, 33, 3, { stride: 2 })(torch.randn([20, 16, 50])).shape; // [20, 33, 24]
 */
export class Conv1d extends ConvLayer {
  static override readonly typeName: string = "Conv1d";

  constructor(...named: ConvByName);
  constructor(inChannels: number, outChannels: number, kernelSize: Size, ...rest: ConvLayerArguments);
  constructor(...given: readonly unknown[]) {
    super(1, given);
  }

  forward(input: Tensor): Tensor {
    const [x, padding] = this.surrounded(input);
    return F.conv1d(x, this.weight, this.bias, this.stride, padding, this.dilation, this.groups);
  }
}

/**
 * Convolution over [N, inChannels, H, W] or [inChannels, H, W]; weight [outChannels, inChannels / groups, KH, KW].
 *
 * @throws ValueError unless `groups` divides both numbers of channels.
 * @example
 * new nn.Conv2d(16, 33, [3, 5], { padding: [1, 2] })(torch.randn([20, 16, 50, 100])).shape; // [20, 33, 50, 100]
 */
export class Conv2d extends ConvLayer {
  static override readonly typeName: string = "Conv2d";

  constructor(...named: ConvByName);
  constructor(inChannels: number, outChannels: number, kernelSize: Size, ...rest: ConvLayerArguments);
  constructor(...given: readonly unknown[]) {
    super(2, given);
  }

  forward(input: Tensor): Tensor {
    const [x, padding] = this.surrounded(input);
    return F.conv2d(x, this.weight, this.bias, this.stride, padding, this.dilation, this.groups);
  }
}

/**
 * Convolution over [N, inChannels, D, H, W] or [inChannels, D, H, W]; weight [outChannels, inChannels / groups, KD, KH, KW].
 *
 * @throws ValueError unless `groups` divides both numbers of channels.
 */
export class Conv3d extends ConvLayer {
  static override readonly typeName: string = "Conv3d";

  constructor(...named: ConvByName);
  constructor(inChannels: number, outChannels: number, kernelSize: Size, ...rest: ConvLayerArguments);
  constructor(...given: readonly unknown[]) {
    super(3, given);
  }

  forward(input: Tensor): Tensor {
    const [x, padding] = this.surrounded(input);
    return F.conv3d(x, this.weight, this.bias, this.stride, padding, this.dilation, this.groups);
  }
}
