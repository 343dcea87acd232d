/** Other image sizes: resampling, and exchange between channels and pixels. */
import type { Tensor } from "@cresset/core/functions";
import { type InterpolateMode, type InterpolateOptions, interpolate } from "../functional/interpolate.ts";
import { channelShuffle, pixelShuffle, pixelUnshuffle } from "../functional/shuffle.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { pythonFloat, pythonSize } from "../printing.ts";

type Sizes = number | readonly number[];

export type UpsampleArguments =
  | [options?: InterpolateOptions]
  | [
      size?: Sizes | null,
      scaleFactor?: Sizes | null | InterpolateOptions,
      mode?: InterpolateMode | InterpolateOptions,
      alignCorners?: boolean | null | InterpolateOptions,
      recomputeScaleFactor?: boolean | null | InterpolateOptions,
    ];

const names = ["size", "scaleFactor", "mode", "alignCorners", "recomputeScaleFactor"] as const;

/** Layers know no `antialias`. */
type UpsampleOptions = Omit<InterpolateOptions, "antialias">;

/**
 * Resamples [N, C, L], [N, C, H, W] or [N, C, D, H, W] to `size` or by `scaleFactor`; see `F.interpolate`.
 *
 * @example
 * new nn.Upsample({ scaleFactor: 2, mode: "bilinear" })(torch.randn([1, 3, 8, 8])).shape; // [1, 3, 16, 16]
 */
export class Upsample extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Upsample";

  readonly size: Sizes | null;
  readonly scaleFactor: Sizes | null;
  readonly mode: InterpolateMode;
  readonly alignCorners: boolean | null;
  readonly recomputeScaleFactor: boolean | null;

  constructor(...given: UpsampleArguments) {
    super();
    const options = keywords<UpsampleOptions>(names, given);
    this.size = options.size ?? null;
    this.scaleFactor = options.scaleFactor ?? null;
    this.mode = options.mode ?? "nearest";
    this.alignCorners = options.alignCorners ?? null;
    this.recomputeScaleFactor = options.recomputeScaleFactor ?? null;
  }

  forward(input: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    return interpolate(input, { size, scaleFactor, mode, alignCorners, recomputeScaleFactor });
  }

  override extraRepr(): string {
    const { scaleFactor, mode } = this;
    if (scaleFactor === null) return `size=${pythonSize(this.size)}, mode=${mode}`;
    const factors =
      typeof scaleFactor === "number" ? pythonFloat(scaleFactor) : `(${scaleFactor.map(pythonFloat).join(", ")})`;
    return `scale_factor=${factors}, mode=${mode}`;
  }
}

type TwoSizes =
  | [options?: Pick<InterpolateOptions, "size" | "scaleFactor">]
  | [size?: Sizes | null, scaleFactor?: Sizes | null];

/** Resamples [N, C, H, W], each pixel from the nearest. */
export class UpsamplingNearest2d extends Upsample {
  static override readonly typeName: string = "UpsamplingNearest2d";

  constructor(...given: TwoSizes) {
    const { size = null, scaleFactor = null } = keywords<InterpolateOptions>(["size", "scaleFactor"], given);
    super({ size, scaleFactor, mode: "nearest" });
  }
}

/** Resamples [N, C, H, W] linearly between pixels, with aligned corners. */
export class UpsamplingBilinear2d extends Upsample {
  static override readonly typeName: string = "UpsamplingBilinear2d";

  constructor(...given: TwoSizes) {
    const { size = null, scaleFactor = null } = keywords<InterpolateOptions>(["size", "scaleFactor"], given);
    super({ size, scaleFactor, mode: "bilinear", alignCorners: true });
  }
}

/** Channels to pixels: [*, C · r², H, W] to [*, C, H · r, W · r]. */
export class PixelShuffle extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "PixelShuffle";

  readonly upscaleFactor: number;

  constructor(...named: ByName<{ readonly upscaleFactor: number }, ["upscaleFactor"]>);
  constructor(upscaleFactor: number);
  constructor(...given: readonly unknown[]) {
    super();
    this.upscaleFactor = keywords<{ readonly upscaleFactor: number }>(["upscaleFactor"], given, 1).upscaleFactor;
  }

  forward(input: Tensor): Tensor {
    return pixelShuffle(input, this.upscaleFactor);
  }

  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

/** Pixels to channels: [*, C, H · r, W · r] to [*, C · r², H, W]. */
export class PixelUnshuffle extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "PixelUnshuffle";

  readonly downscaleFactor: number;

  constructor(...named: ByName<{ readonly downscaleFactor: number }, ["downscaleFactor"]>);
  constructor(downscaleFactor: number);
  constructor(...given: readonly unknown[]) {
    super();
    this.downscaleFactor = keywords<{ readonly downscaleFactor: number }>(
      ["downscaleFactor"],
      given,
      1,
    ).downscaleFactor;
  }

  forward(input: Tensor): Tensor {
    return pixelUnshuffle(input, this.downscaleFactor);
  }

  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}

/** The channels of [N, C, *], dealt out to `groups` in turn. */
export class ChannelShuffle extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "ChannelShuffle";

  readonly groups: number;

  constructor(...named: ByName<{ readonly groups: number }, ["groups"]>);
  constructor(groups: number);
  constructor(...given: readonly unknown[]) {
    super();
    this.groups = keywords<{ readonly groups: number }>(["groups"], given, 1).groups;
  }

  forward(input: Tensor): Tensor {
    return channelShuffle(input, this.groups);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}
