/** Transposed convolutions as modules. */
import { ShapeError, type Tensor, type TensorOptions, ValueError } from "@cresset/core/functions";
import * as F from "../functional/conv.ts";
import type { Size } from "../functional/window.ts";
import { type ByName, keywords } from "../keywords.ts";
import { ConvBase, type ConvPaddingMode } from "./conv.ts";

export interface ConvTransposeLayerOptions extends Pick<TensorOptions, "dtype" | "device"> {
  /** Distance between the windows that inputs write to; default 1. */
  readonly stride?: Size;
  /** Elements cut off on both sides of the output; default 0. */
  readonly padding?: Size;
  /** Elements added at the end of the output; default 0. */
  readonly outputPadding?: Size;
  /** Number of parts that the channels are split into; default 1. */
  readonly groups?: number;
  /** Whether to add a learned bias; default true. */
  readonly bias?: boolean;
  /** Distance between the elements of a window; default 1. */
  readonly dilation?: Size;
  /** Only "zeros". */
  readonly paddingMode?: ConvPaddingMode;
}

export interface ConvTransposeParameters extends ConvTransposeLayerOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Size;
}

/** The arguments of a transposed convolution of which some that have no default come by name. */
export type ConvTransposeByName = ByName<ConvTransposeParameters, ["inChannels", "outChannels", "kernelSize"]>;

export type ConvTransposeLayerArguments =
  | [options?: ConvTransposeLayerOptions]
  | [
      stride?: Size,
      padding?: Size | ConvTransposeLayerOptions,
      outputPadding?: Size | ConvTransposeLayerOptions,
      groups?: number | ConvTransposeLayerOptions,
      bias?: boolean | ConvTransposeLayerOptions,
      dilation?: Size | ConvTransposeLayerOptions,
      paddingMode?: ConvPaddingMode | ConvTransposeLayerOptions,
    ];

const names = [
  "inChannels",
  "outChannels",
  "kernelSize",
  "stride",
  "padding",
  "outputPadding",
  "groups",
  "bias",
  "dilation",
  "paddingMode",
  "device",
  "dtype",
] as const;

abstract class ConvTransposeLayer extends ConvBase<[input: Tensor, outputSize?: readonly number[]]> {
  constructor(dims: number, given: readonly unknown[]) {
    const options = keywords<ConvTransposeParameters>(names, given, 3);
    if ((options.paddingMode ?? "zeros") !== "zeros")
      throw new ValueError(`Only "zeros" padding mode is supported for ConvTranspose${dims}d`);
    super(dims, true, options);
  }

  protected get options(): F.ConvTransposeOptions {
    const { stride, padding, outputPadding, groups, dilation } = this;
    return { stride, padding: padding as readonly number[], outputPadding, groups, dilation };
  }

  /** Options that give a certain output size, whose spatial part comes last. */
  protected optionsFor(input: Tensor, outputSize: readonly number[] | undefined): F.ConvTransposeOptions {
    if (outputSize === undefined) return this.options;
    const dims = this.kernelSize.length;
    const sizes = outputSize.slice(-dims);
    if (sizes.length !== dims)
      throw new ValueError(
        `ConvTranspose${dims}D: for ${dims + 2}D input, output_size must have ${dims} or ${dims + 2} elements (got ${outputSize.length})`,
      );
    const padding = this.padding as readonly number[];
    const least = this.kernelSize.map(
      (k, d) =>
        (input.shape[input.ndim - dims + d] - 1) * this.stride[d] - 2 * padding[d] + this.dilation[d] * (k - 1) + 1,
    );
    const most = least.map((n, d) => n + this.stride[d] - 1);
    if (sizes.some((size, d) => size < least[d] || size > most[d]))
      throw new ShapeError(
        `requested an output size of [${sizes.join(", ")}], but valid sizes range from [${least.join(", ")}] to [${most.join(", ")}] (for an input of torch.Size([${input.shape.slice(-dims).join(", ")}]))`,
      );
    return { ...this.options, outputPadding: sizes.map((size, d) => size - least[d]) };
  }
}

/**
 * Transposed convolution over [N, inChannels, L] or [inChannels, L]; see `F.convTranspose1d` for the output's size. The
 * weight [inChannels, outChannels / groups, K] and the bias [outChannels] start uniform in ±1/√(outChannels / groups · K).
 *
 * A call takes the wanted output size as a second argument where a stride leaves several.
 *
 * @example
 * new nn.ConvTranspose1d(16, 33, 3, { stride: 2 })(torch.randn([20, 16, 50])).shape; // [20, 33, 101]
 */
export class ConvTranspose1d extends ConvTransposeLayer {
  static override readonly typeName: string = "ConvTranspose1d";

  constructor(...named: ConvTransposeByName);
  constructor(inChannels: number, outChannels: number, kernelSize: Size, ...rest: ConvTransposeLayerArguments);
  constructor(...given: readonly unknown[]) {
    super(1, given);
  }

  forward(input: Tensor, outputSize?: readonly number[]): Tensor {
    return F.convTranspose1d(input, this.weight, this.bias, this.optionsFor(input, outputSize));
  }
}

/** Transposed convolution over [N, inChannels, H, W] or [inChannels, H, W]; otherwise as `ConvTranspose1d`. */
export class ConvTranspose2d extends ConvTransposeLayer {
  static override readonly typeName: string = "ConvTranspose2d";

  constructor(...named: ConvTransposeByName);
  constructor(inChannels: number, outChannels: number, kernelSize: Size, ...rest: ConvTransposeLayerArguments);
  constructor(...given: readonly unknown[]) {
    super(2, given);
  }

  forward(input: Tensor, outputSize?: readonly number[]): Tensor {
    return F.convTranspose2d(input, this.weight, this.bias, this.optionsFor(input, outputSize));
  }
}

/** Transposed convolution over [N, inChannels, D, H, W] or [inChannels, D, H, W]; otherwise as `ConvTranspose1d`. */
export class ConvTranspose3d extends ConvTransposeLayer {
  static override readonly typeName: string = "ConvTranspose3d";

  constructor(...named: ConvTransposeByName);
  constructor(inChannels: number, outChannels: number, kernelSize: Size, ...rest: ConvTransposeLayerArguments);
  constructor(...given: readonly unknown[]) {
    super(3, given);
  }

  forward(input: Tensor, outputSize?: readonly number[]): Tensor {
    return F.convTranspose3d(input, this.weight, this.bias, this.optionsFor(input, outputSize));
  }
}
