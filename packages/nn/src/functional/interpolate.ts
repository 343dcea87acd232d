import { type Attributes, call, type Operation, operation, type Term } from "@cresset/core/extend";
import { ShapeError, type Tensor, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { requireFloat } from "./activation-common.ts";
import { cubicWeights, keys } from "./cubic.ts";
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from "./pool-adaptive.ts";
import { range } from "./window.ts";

/** How values between pixels are found. */
export type InterpolateMode = "nearest" | "nearest-exact" | "linear" | "bilinear" | "bicubic" | "trilinear" | "area";

export interface InterpolateOptions {
  /** Output sizes; one of `size` and `scaleFactor` is given. */
  readonly size?: number | readonly number[] | null;
  /** Factors of the sizes; the products are rounded down. */
  readonly scaleFactor?: number | readonly number[] | null;
  /** Default "nearest". */
  readonly mode?: InterpolateMode;
  /** Whether the corners' centres, rather than their edges, are aligned; for the linear and cubic modes, default false. */
  readonly alignCorners?: boolean | null;
  /** Whether positions follow from the sizes rather than from `scaleFactor`. */
  readonly recomputeScaleFactor?: boolean | null;
  /** Whether windows widen where images shrink, as image libraries do; for "bilinear" and "bicubic", default false. */
  readonly antialias?: boolean;
}

type InterpolateArguments =
  | [options?: InterpolateOptions]
  | [
      size?: number | readonly number[] | null,
      scaleFactor?: number | readonly number[] | null | InterpolateOptions,
      mode?: InterpolateMode | InterpolateOptions,
      alignCorners?: boolean | null | InterpolateOptions,
      recomputeScaleFactor?: boolean | null | InterpolateOptions,
      antialias?: boolean | InterpolateOptions,
    ];

interface Resampling extends Attributes {
  readonly out: readonly number[];
  /** Input elements per output element, for each dimension. */
  readonly scales: readonly number[];
  readonly alignCorners: boolean;
}

/** One input element of each output element along a dimension, and its weight. */
interface Tap {
  readonly at: Term;
  readonly weight: Term | null;
}

/** None, where a dimension stays as it is. */
type Taps = (dtype: Term["dtype"], size: number, count: number, scale: number, alignCorners: boolean) => Tap[];

const int = (value: number): Term => m.constant(value, "int32");
const clamped = (at: Term, size: number): Term => m.minimum(m.maximum(at, int(0)), int(size - 1));

/**
 * Positions or weights as they are, all below `bound`, but in a table: remainders are not computed again for each
 * element of each row that is resampled.
 */
const table = (x: Term, bound: number): Term => m.fmod(x, m.constant(bound, x.dtype));
const positions = (at: Term): Term => table(at, 2 ** 31 - 1);

/** The position in the input that an output element corresponds to. */
function sourceOf(dtype: Term["dtype"], count: number, scale: number, alignCorners: boolean): Term {
  const step = m.constant(scale, dtype);
  const place = m.iota([count], 0, dtype);
  return alignCorners ? m.mul(step, place) : m.sub(m.mul(step, m.add(place, 0.5)), 0.5);
}

const nearest =
  (offset: number): Taps =>
  (_dtype, size, count, scale) => {
    const place = m.iota([count], 0, "float32");
    // PyTorch finds these positions in float32 for every dtype, and "nearest" those of equal and double sizes exactly.
    if (offset === 0 && count === size) return [];
    if (offset === 0 && count === 2 * size)
      return [{ at: positions(m.rawDiv(m.iota([count], 0, "int32"), int(2))), weight: null }];
    const source = m.mul(offset === 0 ? place : m.add(place, offset), m.constant(Math.fround(scale), "float32"));
    return [{ at: positions(m.minimum(m.cast(m.floor(source), "int32"), int(size - 1))), weight: null }];
  };

const linear: Taps = (dtype, size, count, scale, alignCorners) => {
  if (count === size) return [];
  const source = m.maximum(sourceOf(dtype, count, scale, alignCorners), 0);
  const before = positions(m.minimum(m.cast(m.floor(source), "int32"), int(size - 1)));
  const weight = m.minimum(m.sub(source, m.cast(before, dtype)), 1);
  return [
    { at: before, weight: m.sub(1, weight) },
    { at: m.minimum(m.add(before, int(1)), int(size - 1)), weight },
  ];
};

const cubic: Taps = (dtype, size, count, scale, alignCorners) => {
  const source = sourceOf(dtype, count, scale, alignCorners);
  const floor = m.floor(source);
  const second = positions(m.cast(floor, "int32"));
  return cubicWeights(m.sub(source, floor)).map((weight, i) => ({
    at: clamped(m.add(second, int(i - 1)), size),
    weight,
  }));
};

/**
 * Windows that widen by the scale where images shrink. `radius` is how far the filter reaches.
 *
 * Every weight is divided by the sum of those inside the image.
 */
const widened =
  (radius: number, filter: (distance: Term) => Term): Taps =>
  (dtype, size, count, scale) => {
    const wide = Math.max(scale, 1);
    const support = radius * wide;
    const centre = m.mul(m.constant(scale, dtype), m.add(m.iota([count], 0, dtype), 0.5));
    const bound = (x: Term): Term => m.cast(m.floor(m.add(x, 0.5)), "int32");
    const first = positions(m.maximum(bound(m.sub(centre, m.constant(support, dtype))), int(0)));
    const end = m.minimum(bound(m.add(centre, m.constant(support, dtype))), int(size));
    const taps = range(0, Math.min(2 * Math.ceil(support) + 1, size)).map((j) => {
      const at = m.add(first, int(j));
      const distance = m.div(m.sub(m.add(m.cast(at, dtype), 0.5), centre), m.constant(wide, dtype));
      const weight = m.where(m.lt(at, end), filter(m.abs(distance)), m.constant(0, dtype));
      return { at: clamped(at, size), weight };
    });
    const total = taps.map((tap) => tap.weight).reduce((a, b) => m.add(a, b));
    return taps.map(({ at, weight }) => ({ at, weight: m.div(weight, total) }));
  };

const triangle = widened(1, (distance) => m.maximum(m.sub(1, distance), 0));
const cubicFilter = widened(2, (distance) => keys(distance, -0.5));

/** Resamples one dimension. */
function along(x: Term, dim: number, taps: readonly Tap[]): Term {
  const spread = (t: Term): Term =>
    m.broadcastTo(m.reshape(t, [t.numel, ...new Array<number>(x.rank - dim - 1).fill(1)]), x.shape.with(dim, t.numel));
  let total: Term | undefined;
  for (const { at, weight } of taps) {
    const taken = m.gather(x, dim, spread(at));
    const part = weight === null ? taken : m.mul(taken, spread(table(weight, 2)));
    total = total === undefined ? part : m.add(total, part);
  }
  return total ?? x;
}

const resampling = (name: string, taps: Taps): Operation<Resampling> =>
  operation<Resampling>(
    name,
    ([x], _, { out, scales, alignCorners }) =>
      out.reduce((t, count, d) => along(t, 2 + d, taps(x.dtype, x.shape[2 + d], count, scales[d], alignCorners)), x),
    { gradName: `${name[0].toUpperCase()}${name.slice(1)}Backward0` },
  );

const each = (name: (dims: number) => string, taps: Taps): readonly Operation<Resampling>[] =>
  [1, 2, 3].map((dims) => resampling(name(dims), taps));

const nearestOps = each((dims) => `upsampleNearest${dims}D`, nearest(0));
const exactOps = each((dims) => `upsampleNearestExact${dims}D`, nearest(0.5));
const linearOps = each((dims) => `upsample${["Linear1D", "Bilinear2D", "Trilinear3D"][dims - 1]}`, linear);
const cubicOps = each((dims) => `upsampleBicubic${dims}D`, cubic);
const smoothOps = {
  bilinear: resampling("upsampleBilinear2DAa", triangle),
  bicubic: resampling("upsampleBicubic2DAa", cubicFilter),
};

const modes: Readonly<Record<Exclude<InterpolateMode, "area">, readonly Operation<Resampling>[]>> = {
  nearest: nearestOps,
  "nearest-exact": exactOps,
  linear: linearOps,
  bilinear: linearOps,
  trilinear: linearOps,
  bicubic: cubicOps,
};

const ranks: Readonly<Partial<Record<InterpolateMode, number>>> = { linear: 3, bilinear: 4, bicubic: 4, trilinear: 5 };

/**
 * Images of other sizes: [N, C, L], [N, C, H, W] or [N, C, D, H, W] resampled in the spatial dimensions.
 *
 * "linear" takes three dimensions, "bilinear" and "bicubic" four, "trilinear" five; "area" is adaptive average pooling.
 *
 * @throws ValueError unless exactly one of size and scale factor is given; ShapeError if mode and rank do not fit.
 * @example
 * F.interpolate(torch.randn([1, 3, 8, 8]), { scaleFactor: 2, mode: "bilinear" }).shape; // [1, 3, 16, 16]
 */
export function interpolate(input: Tensor, ...rest: InterpolateArguments): Tensor {
  const names = ["size", "scaleFactor", "mode", "alignCorners", "recomputeScaleFactor", "antialias"] as const;
  const options = keywords<InterpolateOptions>(names, rest);
  const { mode = "nearest", alignCorners = null, antialias = false } = options;
  if (mode !== "area" && !Object.hasOwn(modes, mode))
    throw new ValueError(
      `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${input.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact (got ${String(mode)})`,
    );
  if ((mode === "nearest" || mode === "nearest-exact" || mode === "area") && alignCorners !== null)
    throw new ValueError(
      "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear",
    );
  if (antialias && mode !== "bilinear" && mode !== "bicubic")
    throw new ValueError("Anti-alias option is only supported for bilinear and bicubic modes");
  if (mode !== "nearest" && mode !== "nearest-exact") requireFloat(`interpolate_${mode}`, input);
  const dims = input.ndim - 2;
  if (dims < 1 || dims > 3)
    throw new ShapeError(
      `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${input.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact (got ${mode})`,
    );
  const sizes = input.shape.slice(2);
  const { out, factors } = targetOf(sizes, options);
  const rank = ranks[mode];
  if (rank !== undefined && rank !== input.ndim)
    throw new ShapeError(`Got ${input.ndim}D input, but ${mode} mode needs ${rank}D input`);
  if (mode === "area") return [adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d][dims - 1](input, out);
  if ([...sizes, ...out].some((n) => n < 1)) {
    const [from, to] = [sizes, out].map((list) => list.map((n, d) => `${"DHW"[d + 3 - dims]}: ${n}`).join(", "));
    throw new ShapeError(
      `Input and output sizes should be greater than 0, but got input (${from}) ${dims === 1 ? "and " : ""}output (${to})`,
    );
  }
  const aligned = alignCorners === true;
  const scales = sizes.map((size, d) => {
    if (aligned) return out[d] > 1 ? (size - 1) / (out[d] - 1) : 0;
    return factors === null ? size / out[d] : 1 / factors[d];
  });
  const op = antialias && (mode === "bilinear" || mode === "bicubic") ? smoothOps[mode] : modes[mode][dims - 1];
  return call(op, [input], [], { out, scales, alignCorners: aligned });
}

/** Output sizes, and the factors that positions follow from, if they were given. */
function targetOf(
  sizes: readonly number[],
  { size = null, scaleFactor = null, recomputeScaleFactor = null }: InterpolateOptions,
): { out: number[]; factors: number[] | null } {
  if (size !== null && scaleFactor !== null) throw new ValueError("only one of size or scale_factor should be defined");
  const list = (given: number | readonly number[], what: string): number[] => {
    if (typeof given === "number") return sizes.map(() => given);
    if (given.length !== sizes.length)
      throw new ShapeError(
        `Input and ${what} must have the same number of spatial dimensions, but got input with spatial dimensions of [${sizes.join(", ")}] and ${what} of [${given.join(", ")}].`,
      );
    return [...given];
  };
  if (size !== null) {
    if (recomputeScaleFactor === true)
      throw new ValueError("recompute_scale_factor is not meaningful with an explicit size.");
    return { out: list(size, "output size"), factors: null };
  }
  if (scaleFactor === null) throw new ValueError("either size or scale_factor should be defined");
  const factors = list(scaleFactor, "scale_factor");
  const out = sizes.map((n, d) => Math.floor(n * factors[d]));
  return { out, factors: recomputeScaleFactor === true ? null : factors };
}

/** PyTorch's old name of `interpolate`: it takes `size`, `scaleFactor`, `mode` and `alignCorners`. */
export function upsample(input: Tensor, ...rest: InterpolateArguments): Tensor {
  return interpolate(input, ...rest);
}
