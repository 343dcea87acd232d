import { as, type Description, given, on, real, smooth, takes, unit } from "@cresset/core/catalogue";
import type * as functional from "../functional/index.ts";
import type { activationSamples } from "./activation.ts";
import type { layerSamples } from "./layers.ts";
import type { lossSamples } from "./losses.ts";

/** What moves a window over positions, or positions. */
type Name = Exclude<
  keyof typeof functional,
  keyof typeof activationSamples | keyof typeof layerSamples | keyof typeof lossSamples
>;

const convolution = "input weight bias stride padding dilation groups";
const transposed = "input weight bias stride padding output_padding groups dilation";
const averagePool = "input kernel_size stride padding ceil_mode? count_include_pad? divisor_override";
const maxPool = "input kernel_size stride padding dilation ceil_mode? return_indices?";
const lpPool = "input norm_type kernel_size stride ceil_mode?";
const maxUnpool = "input indices kernel_size stride padding output_size";
const adaptiveMax = "input output_size return_indices?";
const fractional = "input kernel_size | output_size output_ratio return_indices? _random_samples";

const line = real(1, 2, 5);
const plane = real(1, 2, 4, 3);
const space = real(1, 1, 2, 3, 2);
const at = (...places: number[]) => given(places, [1, 1, places.length], "int64");

export const windowSamples: Readonly<Record<Name, Description>> = {
  conv1d: takes(
    convolution,
    smooth(
      on([line, real(2, 2, 3), real(2)], 2, 1),
      as([line, real(2, 1, 2)], (x, w) => [x, w, null, 1, 0, 2, 2]),
    ),
  ),
  conv2d: takes(
    convolution,
    smooth(
      on([plane, real(2, 2, 2, 2), real(2)], [2, 1], [1, 0]),
      as([plane, real(1, 2, 3, 2)], (x, w) => [x, w, null, 1, "same"]),
    ),
  ),
  conv3d: takes(convolution, smooth(on([space, real(2, 1, 2, 2, 2), real(2)], 1, 1))),
  convTranspose1d: takes(transposed, smooth(on([real(1, 2, 3), real(2, 2, 2), real(2)], 2, 1, 1))),
  convTranspose2d: takes(
    transposed,
    smooth(
      on([real(1, 2, 2, 2), real(2, 1, 2, 2), real(1)], 2, 1),
      as([real(1, 2, 2, 2), real(2, 1, 2, 2)], (x, w) => [x, w, null, 1, 0, 0, 2, [1, 2]]),
    ),
  ),
  convTranspose3d: takes(transposed, smooth(on([real(1, 1, 2, 1, 2), real(1, 1, 2, 2, 1)]))),

  avgPool1d: takes(averagePool, smooth(on([line], 2), on([line], 3, 2, 1, true, false))),
  avgPool2d: takes(averagePool, smooth(on([plane], 2, 1), on([plane], [2, 3], 2, 1, false, true, 5))),
  avgPool3d: takes(averagePool, smooth(on([space], 2, 1))),
  maxPool1d: takes(maxPool, smooth(on([line], 2), on([line], 3, 2, 1, 1, true))),
  maxPool2d: takes(maxPool, smooth(on([plane], 2), on([plane], 2, 1, 1, [2, 1]))),
  maxPool3d: takes(maxPool, smooth(on([space], 2, 1))),
  lpPool1d: takes(lpPool, smooth(on([line], 2, 2), on([line], 2, 3, 1, true))),
  lpPool2d: takes(lpPool, smooth(on([plane], 2, 2))),
  lpPool3d: takes(lpPool, smooth(on([space], 2, 2, 1))),
  maxUnpool1d: takes(maxUnpool, smooth(on([real(1, 1, 2), at(1, 2)], 2), on([real(1, 1, 2), at(0, 3)], 2, 2, 0, [5]))),
  maxUnpool2d: takes(maxUnpool, smooth(on([real(1, 1, 1, 2), given([4, 3], [1, 1, 1, 2], "int64")], 2))),
  maxUnpool3d: takes(maxUnpool, smooth(on([real(1, 1, 1, 1, 2), given([9, 7], [1, 1, 1, 1, 2], "int64")], 2))),
  adaptiveAvgPool1d: takes("input output_size", smooth(on([line], 3))),
  adaptiveAvgPool2d: takes("input output_size", smooth(on([plane], [2, 2]), on([plane], [null, 1]))),
  adaptiveAvgPool3d: takes("input output_size", smooth(on([space], 2))),
  adaptiveMaxPool1d: takes(adaptiveMax, smooth(on([line], 3))),
  adaptiveMaxPool2d: takes(adaptiveMax, smooth(on([plane], [2, 2]))),
  adaptiveMaxPool3d: takes(adaptiveMax, smooth(on([space], 2))),
  fractionalMaxPool2d: takes(fractional, smooth(on([plane], 2, { outputSize: [2, 2] }))),
  fractionalMaxPool3d: takes(fractional, smooth(on([real(1, 1, 2, 3, 3)], [1, 2, 2], { outputSize: [1, 1, 1] }))),

  pad: takes(
    "input pad mode value",
    smooth(
      on([real(2, 3)], [1, 2], "constant", 1.5),
      on([real(2, 3)], [-1, 1, 1, 0]),
      on([plane], [1, 1, 2, 0], "reflect"),
      on([plane], [1, 1, 2, 0], "replicate"),
      on([plane], [1, 1, 2, 0], "circular"),
    ),
  ),
  interpolate: takes(
    "input size scale_factor mode align_corners? recompute_scale_factor? antialias?",
    smooth(
      on([line], 3),
      on([plane], null, 2),
      on([line], 7, null, "linear", true),
      on([plane], [3, 4], null, "bilinear", false),
      on([plane], [3, 4], null, "bicubic", false),
      on([plane], [3, 2], null, "area"),
      on([space], [3, 2, 3], null, "trilinear", false),
    ),
  ),
  upsample: takes("input size scale_factor mode align_corners?", smooth(on([line], 3))),
  gridSample: takes(
    "input grid mode padding_mode align_corners?",
    smooth(
      on([plane, unit(1, 2, 2, 2)], "bilinear", "zeros", false),
      on([plane, unit(1, 2, 2, 2)], "bilinear", "border", true),
      on([plane, unit(1, 2, 2, 2)], "nearest", "reflection", false),
    ),
  ),
  affineGrid: takes("theta size align_corners?", smooth(on([real(1, 2, 3)], [1, 1, 2, 3], false))),
  fold: takes("input output_size kernel_size dilation padding stride", smooth(on([real(1, 4, 6)], [3, 4], 2))),
  unfold: takes("input kernel_size dilation padding stride", smooth(on([plane], 2), on([plane], [2, 1], 1, 1, 2))),
  pixelShuffle: takes("input upscale_factor", smooth(on([real(1, 4, 2, 1)], 2))),
  pixelUnshuffle: takes("input downscale_factor", smooth(on([real(1, 1, 4, 2)], 2))),
  channelShuffle: takes("input groups", smooth(on([real(1, 4, 2, 1)], 2))),
};
