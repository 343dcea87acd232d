import { call, operation } from "@cresset/core/extend";
import { ShapeError, type Tensor } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";

const pixelShuffleOp = operation<{ readonly factor: number }>(
  "pixel_shuffle",
  ([x], _, { factor }) => {
    const lead = x.rank - 3;
    const [channels, height, width] = x.shape.slice(lead);
    const [batch, out] = [x.shape.slice(0, lead), channels / factor ** 2];
    const split = m.reshape(x, [...batch, out, factor, factor, height, width]);
    const order = [0, 3, 1, 4, 2].map((d) => lead + d);
    const mixed = m.permute(split, [...batch.map((_size, d) => d), ...order]);
    return m.reshape(mixed, [...batch, out, height * factor, width * factor]);
  },
  { half: "keep" },
);

const pixelUnshuffleOp = operation<{ readonly factor: number }>(
  "pixel_unshuffle",
  ([x], _, { factor }) => {
    const lead = x.rank - 3;
    const [channels, height, width] = x.shape.slice(lead);
    const batch = x.shape.slice(0, lead);
    const [rows, columns] = [height / factor, width / factor];
    const split = m.reshape(x, [...batch, channels, rows, factor, columns, factor]);
    const order = [0, 2, 4, 1, 3].map((d) => lead + d);
    const mixed = m.permute(split, [...batch.map((_size, d) => d), ...order]);
    return m.reshape(mixed, [...batch, channels * factor ** 2, rows, columns]);
  },
  { half: "keep" },
);

const channelShuffleOp = operation<{ readonly groups: number }>(
  "channel_shuffle",
  ([x], _, { groups }) => {
    const [batch, channels, ...sizes] = x.shape;
    const split = m.reshape(x, [batch, groups, channels / groups, ...sizes]);
    return m.reshape(m.transpose(split, 1, 2), x.shape);
  },
  { half: "keep" },
);

function checkPixels(name: string, input: Tensor, factor: number, what: string): void {
  if (input.ndim < 3)
    throw new ShapeError(
      `${name} expects input to have at least 3 dimensions, but got input with ${input.ndim} dimension(s)`,
    );
  if (!(factor > 0)) throw new ShapeError(`${name} expects a positive ${what}, but got ${factor}`);
}

/**
 * Channels to pixels (Shi et al., 2016).
 *
 * @param input [*, C · r², H, W], r being the factor.
 * @returns [*, C, H · r, W · r]
 * @throws ShapeError unless r² divides the number of channels.
 * @example
 * F.pixelShuffle(torch.randn([1, 9, 4, 4]), 3).shape; // [1, 1, 12, 12]
 */
export function pixelShuffle(input: Tensor, upscaleFactor: number): Tensor {
  checkPixels("pixel_shuffle", input, upscaleFactor, "upscale_factor");
  const channels = input.shape[input.ndim - 3];
  if (channels % upscaleFactor ** 2 !== 0)
    throw new ShapeError(
      `pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=${channels} is not divisible by ${upscaleFactor ** 2}`,
    );
  return call(pixelShuffleOp, [input], [], { factor: upscaleFactor });
}

/**
 * Pixels to channels: the inverse of `pixelShuffle`.
 *
 * @param input [*, C, H · r, W · r]
 * @returns [*, C · r², H, W]
 * @throws ShapeError unless r divides height and width.
 */
export function pixelUnshuffle(input: Tensor, downscaleFactor: number): Tensor {
  checkPixels("pixel_unshuffle", input, downscaleFactor, "downscale_factor");
  for (const [name, d] of [
    ["height", -2],
    ["width", -1],
  ] as const) {
    const size = input.shape[input.ndim + d];
    if (size % downscaleFactor !== 0)
      throw new ShapeError(
        `pixel_unshuffle expects ${name} to be divisible by downscale_factor, but input.size(${d})=${size} is not divisible by ${downscaleFactor}`,
      );
  }
  return call(pixelUnshuffleOp, [input], [], { factor: downscaleFactor });
}

/**
 * The channels of [N, C, *], dealt out to `groups` in turn (Zhang et al., 2018).
 *
 * @throws ShapeError unless `groups` divides C.
 */
export function channelShuffle(input: Tensor, groups: number): Tensor {
  if (input.ndim <= 2)
    throw new ShapeError(
      `channel_shuffle expects input with > 2 dims, but got input with sizes [${input.shape.join(", ")}]`,
    );
  if (!(groups > 0))
    throw new ShapeError(`Number of groups to divide channels in must be positive. Value of groups:${groups}`);
  if (input.shape[1] % groups !== 0)
    throw new ShapeError(
      `Number of channels must be divisible by groups. Got ${input.shape[1]} channels and ${groups} groups.`,
    );
  return call(channelShuffleOp, [input], [], { groups });
}
