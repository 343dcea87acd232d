import { type Attributes, call, operation, pytorchName, type Term } from "@cresset/core/extend";
import { DTypeError, ShapeError, type Tensor, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { requireFloat } from "./activation-common.ts";
import { cubicWeights } from "./cubic.ts";
import { range } from "./window.ts";

/** How values between pixels are found. */
export type GridSampleMode = "bilinear" | "nearest" | "bicubic";
/** What lies outside: zeros, the pixels of the border, or mirror images. */
export type GridSamplePadding = "zeros" | "border" | "reflection";

interface Sampling extends Attributes {
  readonly mode: GridSampleMode;
  readonly paddingMode: GridSamplePadding;
  readonly alignCorners: boolean;
}

const sizeOf = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * size, 1);

/** Grid coordinates in [-1, 1] as pixel positions. */
function pixels(x: Term, size: number, alignCorners: boolean): Term {
  return alignCorners ? m.mul(m.div(m.add(x, 1), 2), size - 1) : m.div(m.sub(m.mul(m.add(x, 1), size), 1), 2);
}

/** Limited to [0, size - 1], with no gradient where the limits hold. */
function bordered(x: Term, size: number): Term {
  const last = m.constant(size - 1, x.dtype);
  return m.where(m.gt(x, 0), m.where(m.lt(x, last), x, last), m.constant(0, x.dtype));
}

/** Mirrored between the outer pixels' centres, or their edges. */
function reflected(x: Term, size: number, alignCorners: boolean): Term {
  const low = alignCorners ? 0 : -0.5;
  const span = alignCorners ? size - 1 : size;
  if (span === 0) return m.constant(0, x.dtype, x.shape);
  const distance = m.abs(m.sub(x, m.constant(low, x.dtype)));
  const width = m.constant(span, x.dtype);
  const rest = m.fmod(distance, width);
  const flips = m.floor(m.div(distance, width));
  const even = m.eq(m.fmod(flips, m.constant(2, x.dtype)), 0);
  return m.add(m.where(even, rest, m.sub(width, rest)), m.constant(low, x.dtype));
}

function withPadding(x: Term, size: number, { paddingMode, alignCorners }: Sampling): Term {
  if (paddingMode === "zeros") return x;
  return bordered(paddingMode === "border" ? x : reflected(x, size, alignCorners), size);
}

/** Elements of x [N, C, …S] at whole positions (float terms [N, …P] per dimension): [N, C, …P]; zeros outside. */
function taken(x: Term, positions: readonly Term[]): Term {
  const [batch, channels, ...sizes] = x.shape;
  const points = positions[0].shape.slice(1);
  const count = sizeOf(points);
  let inside: Term | undefined;
  let index: Term | undefined;
  for (const [d, at] of positions.entries()) {
    const last = m.constant(sizes[d] - 1, at.dtype);
    const fits = m.and(m.ge(at, 0), m.le(at, last));
    inside = inside === undefined ? fits : m.and(inside, fits);
    // NaN compares false: it lies outside, too.
    const whole = m.cast(m.where(fits, at, m.constant(0, at.dtype)), "int32");
    index = index === undefined ? whole : m.add(m.mul(index, m.constant(sizes[d], "int32")), whole);
  }
  const everyChannel = (t: Term): Term => m.broadcastTo(m.reshape(t, [batch, 1, count]), [batch, channels, count]);
  if (index === undefined || inside === undefined) return x;
  const plane = m.reshape(x, [batch, channels, sizeOf(sizes)]);
  const values = m.where(everyChannel(inside), m.gather(plane, 2, everyChannel(index)), m.constant(0, x.dtype));
  return m.reshape(values, [batch, channels, ...points]);
}

/** Σ over all combinations of one tap for each dimension of the product of weights times the element there. */
function weighed(x: Term, taps: readonly (readonly (readonly [at: Term, weight: Term])[])[]): Term {
  let combinations: { positions: Term[]; weight: Term | null }[] = [{ positions: [], weight: null }];
  for (const choices of taps)
    combinations = combinations.flatMap(({ positions, weight }) =>
      choices.map(([at, w]) => ({ positions: [...positions, at], weight: weight === null ? w : m.mul(weight, w) })),
    );
  let total: Term | undefined;
  for (const { positions, weight } of combinations) {
    const value = taken(x, positions);
    const part = weight === null ? value : m.mul(value, m.unsqueeze(weight, 1));
    total = total === undefined ? part : m.add(total, part);
  }
  return total ?? x;
}

const gridSampleOp = (dims: number) =>
  operation<Sampling>(
    `grid_sampler_${dims}d`,
    ([x, grid], _, how) => {
      const sizes = x.shape.slice(2);
      const axis = grid.rank - 1;
      const inner = grid.shape.slice(0, -1);
      // The grid gives the last dimension first.
      const raw = range(0, dims).map((d) => {
        const coordinate = m.reshape(m.slice(grid, axis, dims - 1 - d, 1), inner);
        return pixels(coordinate, sizes[d], how.alignCorners);
      });
      if (how.mode === "bicubic")
        return weighed(
          x,
          raw.map((at, d) => {
            const floor = m.floor(at);
            const weights = cubicWeights(m.sub(at, floor));
            return weights.map((w, i) => [withPadding(m.add(floor, i - 1), sizes[d], how), w] as const);
          }),
        );
      const positions = raw.map((at, d) => withPadding(at, sizes[d], how));
      if (how.mode === "nearest")
        return taken(
          x,
          positions.map((at) => m.round(at)),
        );
      return weighed(
        x,
        positions.map((at) => {
          const floor = m.floor(at);
          const after = m.sub(at, floor);
          return [[floor, m.sub(1, after)] as const, [m.add(floor, 1), after] as const];
        }),
      );
    },
    { gradName: `GridSampler${dims}DBackward0` },
  );
const sample2d = gridSampleOp(2);
const sample3d = gridSampleOp(3);

export interface GridSampleOptions {
  /** Default "bilinear", which of volumes is trilinear; "bicubic" is for images. */
  readonly mode?: GridSampleMode;
  /** Default "zeros". */
  readonly paddingMode?: GridSamplePadding;
  /** Whether -1 and 1 are the centres of the outer pixels rather than their edges; default false. */
  readonly alignCorners?: boolean | null;
}

type GridSampleArguments =
  | [options?: GridSampleOptions]
  | [
      mode?: GridSampleMode,
      paddingMode?: GridSamplePadding | GridSampleOptions,
      alignCorners?: boolean | null | GridSampleOptions,
    ];

/**
 * Values of images at positions given by a grid.
 *
 * @param input [N, C, H, W] or [N, C, D, H, W].
 * @param grid [N, H', W', 2] of (x, y), or [N, D', H', W', 3] of (x, y, z), -1 to 1 being the image.
 * @returns [N, C, H', W'] or [N, C, D', H', W'].
 * @throws ShapeError, DTypeError, ValueError where arguments do not fit.
 */
export function gridSample(input: Tensor, grid: Tensor, ...rest: GridSampleArguments): Tensor {
  const options = keywords<GridSampleOptions>(["mode", "paddingMode", "alignCorners"], rest);
  const { mode = "bilinear", paddingMode = "zeros", alignCorners = false } = options;
  if (!["bilinear", "nearest", "bicubic"].includes(mode))
    throw new ValueError(
      `nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '${String(mode)}'`,
    );
  if (!["zeros", "border", "reflection"].includes(paddingMode))
    throw new ValueError(
      `nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '${String(paddingMode)}'`,
    );
  const dims = input.ndim - 2;
  const text = (t: Tensor): string => `[${t.shape.join(", ")}]`;
  if (input.dtype !== grid.dtype)
    throw new DTypeError(
      `grid_sampler(): expected input and grid to have same dtype, but input has ${pytorchName(input.dtype)} and grid has ${pytorchName(grid.dtype)}`,
    );
  requireFloat("grid_sampler_cpu", input);
  if ((dims !== 2 && dims !== 3) || grid.ndim !== input.ndim)
    throw new ShapeError(
      `grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes ${text(input)} and grid with sizes ${text(grid)}`,
    );
  if (input.shape[0] !== grid.shape[0])
    throw new ShapeError(
      `grid_sampler(): expected grid and input to have same batch size, but got input with sizes ${text(input)} and grid with sizes ${text(grid)}`,
    );
  if (grid.shape[grid.ndim - 1] !== dims)
    throw new ShapeError(
      `grid_sampler(): expected grid to have size ${dims} in last dimension, but got grid with sizes ${text(grid)}`,
    );
  if (input.shape.slice(2).includes(0))
    throw new ShapeError(
      `grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes ${text(input)}`,
    );
  if (mode === "bicubic" && dims === 3)
    throw new ValueError("grid_sampler(): bicubic interpolation only supports 4D input");
  const how = { mode, paddingMode, alignCorners: alignCorners === true };
  return call(dims === 2 ? sample2d : sample3d, [input, grid], [], how);
}

const affineGridOp = operation<{ readonly sizes: readonly number[]; readonly alignCorners: boolean }>(
  "affine_grid_generator",
  ([theta], _, { sizes, alignCorners }) => {
    const { dtype } = theta;
    const dims = sizes.length;
    /** From -1 to 1 in `size` steps, as `linspace` counts: from the nearer end. */
    const coordinate = (size: number, d: number): Term => {
      const shape = [...sizes, 1];
      if (size <= 1) return m.constant(0, dtype, shape);
      const step = m.constant(2 / (size - 1), dtype);
      const i = m.iota(shape, d, dtype);
      const fromEnd = m.sub(1, m.mul(step, m.sub(size - 1, i)));
      const line = m.where(m.lt(i, Math.floor(size / 2)), m.add(m.mul(step, i), -1), fromEnd);
      return alignCorners ? line : m.div(m.mul(line, size - 1), size);
    };
    const columns = [...sizes.map(coordinate).reverse(), m.constant(1, dtype, [...sizes, 1])];
    const base = m.reshape(m.cat(columns, dims), [sizeOf(sizes), dims + 1]);
    const batch = theta.shape[0];
    // Each point [x, y, (z,) 1] times the transposed matrices.
    const points = m.contract(m.broadcastTo(base, [batch, ...base.shape]), theta, 1, 1);
    return m.reshape(points, [batch, ...sizes, dims]);
  },
  { gradName: "AffineGridGeneratorBackward0" },
);

/**
 * The grid for `gridSample` that a batch of affine maps makes.
 *
 * @param theta [N, 2, 3], or [N, 3, 4] for volumes.
 * @param size of the output, [N, C, H, W] or [N, C, D, H, W].
 * @returns [N, H, W, 2] or [N, D, H, W, 3].
 * @throws ShapeError where theta and size do not fit.
 */
export function affineGrid(
  theta: Tensor,
  size: readonly number[],
  ...rest: [alignCorners?: boolean | null | { readonly alignCorners?: boolean | null }]
): Tensor {
  const { alignCorners = false } = keywords<{ alignCorners?: boolean | null }>(["alignCorners"], rest);
  const dims = size.length - 2;
  if (dims !== 2 && dims !== 3)
    throw new ShapeError(
      "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. " +
        `Got size torch.Size([${size.join(", ")}]).`,
    );
  if (theta.ndim !== 3 || theta.shape[1] !== dims || theta.shape[2] !== dims + 1 || theta.shape[0] !== size[0])
    throw new ShapeError(
      `Expected a batch of ${dims}D affine matrices of shape Nx${dims}x${dims + 1} for size torch.Size([${size.join(", ")}]). Got torch.Size([${theta.shape.join(", ")}]).`,
    );
  requireFloat("affine_grid", theta);
  return call(affineGridOp, [theta], [], { sizes: size.slice(2), alignCorners: alignCorners === true });
}
