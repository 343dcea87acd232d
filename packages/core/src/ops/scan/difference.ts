/** Differences of neighbours along a dimension, and integrals by the trapezoidal rule. */
import { DTypeError, IndexError, ShapeError } from "../../errors.ts";
import type { Scalar } from "../../runtime/scalar.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { newZeros } from "../creation/fill.ts";
import { add, mul, sub } from "../elementwise/arithmetic.ts";
import { ne } from "../elementwise/comparison.ts";
import { keywords } from "../reduction/keywords.ts";
import { sum } from "../reduction/sum.ts";
import { clone } from "../shape/convert.ts";
import { normalizeDim } from "../shape/dims.ts";
import { cat } from "../shape/join.ts";
import { reshape } from "../shape/reshape.ts";
import { narrow, select } from "../shape/slice.ts";
import { cumsum } from "./scan.ts";

/** Keyword arguments of `diff`. */
export interface DiffOptions {
  /** How often; default 1. */
  n?: number;
  /** Default -1. */
  dim?: number;
  /** What comes before along `dim`. */
  prepend?: Tensor | null;
  /** What comes after along `dim`. */
  append?: Tensor | null;
}

/**
 * Differences of neighbours along `dim`, `n` times: x[i + 1] - x[i]. Of bool, whether neighbours differ.
 *
 * @throws ShapeError for a tensor of no dimension, or a negative `n`.
 * @example
 * torch.diff(torch.tensor([1, 3, 2])) // tensor([ 2., -1.])
 */
export function diff(
  input: Tensor,
  n?: number | DiffOptions,
  dim?: number | DiffOptions,
  prepend?: Tensor | null,
  append?: Tensor | null,
): Tensor {
  const given = keywords<DiffOptions>(["n", "dim", "prepend", "append"], [n, dim, prepend, append]);
  if (input.ndim === 0) throw new ShapeError("diff expects input to be at least one-dimensional");
  const at = normalizeDim(given.dim ?? -1, input.ndim);
  const times = given.n ?? 1;
  if (times < 0) throw new ShapeError(`order must be non-negative but got ${times}`);
  if (times === 0) return clone(input);
  const parts = [given.prepend, input, given.append].filter((part): part is Tensor => part instanceof Tensor);
  let x = parts.length === 1 ? input : cat(parts, at);
  for (let left = Math.min(times, x.shape[at]); left > 0; left--) x = neighbours(x, at, x.dtype === "bool" ? ne : sub);
  return x;
}

/** f(x[i + 1], x[i]) along `dim`; nothing of nothing. */
function neighbours(x: Tensor, dim: number, f: (next: Tensor, own: Tensor) => Tensor): Tensor {
  const count = Math.max(x.shape[dim] - 1, 0);
  const first = Math.min(1, x.shape[dim]);
  return f(narrow(x, dim, first, count), narrow(x, dim, 0, count));
}

/** Keyword arguments of `trapezoid` and `cumulativeTrapezoid`. */
export interface TrapezoidOptions {
  /** Where the values lie along `dim`: [N], or a tensor that broadcasts with them. */
  x?: Tensor | null;
  /** The distance of neighbours, where `x` is not given; default 1. */
  dx?: Scalar;
  /** Default -1. */
  dim?: number;
}

interface Spacing {
  readonly dim: number;
  readonly places: Tensor | null;
  readonly dx: Scalar;
}

function spacingOf(name: string, y: Tensor, x: unknown, options: TrapezoidOptions): Spacing {
  const given = keywords<TrapezoidOptions>(["x", "dx", "dim"], [x, options]);
  if (y.ndim === 0)
    throw new IndexError(
      name === "trapezoid"
        ? "Dimension specified as -1 but tensor has no dimensions"
        : "slice() cannot be applied to a 0-dim tensor.",
    );
  if ([y, given.x].some((t) => t?.dtype === "bool"))
    throw new DTypeError(
      `${name}: received a bool input for ${given.x ? "`x` or `y`" : "`y`"}, but bool is not supported`,
    );
  const dim = normalizeDim(given.dim ?? -1, y.ndim);
  const places = given.x instanceof Tensor ? given.x : null;
  if (places?.ndim === 0) throw new ShapeError(`${name}: The provided \`x\` must have at least one dimension`);
  if (places?.ndim === 1 && places.shape[0] !== y.shape[dim])
    throw new ShapeError(
      `${name}: There must be one \`x\` value for each sample point. Got ${places.shape[0]} for ${y.shape[dim]}`,
    );
  return { dim, places, dx: given.dx ?? 1 };
}

/** Areas between neighbours, twice. */
function areas(y: Tensor, { dim, places, dx }: Spacing): Tensor {
  const heights = neighbours(y, dim, add);
  if (places === null) return mul(heights, dx);
  if (places.ndim === 1) {
    const along = y.shape.map((_, d) => (d === dim ? -1 : 1));
    return mul(heights, neighbours(reshape(places, along), dim, sub));
  }
  // Dimensions count from the end of both.
  return mul(heights, neighbours(places, Math.max(places.ndim - y.ndim + dim, 0), sub));
}

/** Of equal distances: all values but half the first and the last, which are added in their dtype, as PyTorch does. */
function evenIntegral(y: Tensor, { dim, dx }: Spacing): Tensor {
  const ends = add(select(y, dim, 0), select(y, dim, -1));
  return mul(sub(sum(y, dim), mul(ends, 0.5)), dx);
}

/**
 * The integral of `y` along `dim` by the trapezoidal rule; the values lie at `x`, or at distances of `dx`.
 *
 * @example
 * torch.trapezoid(torch.tensor([1, 2, 3])) // tensor(4.)
 */
export function trapezoid(y: Tensor, x?: Tensor | TrapezoidOptions | null, options: TrapezoidOptions = {}): Tensor {
  const spacing = spacingOf("trapezoid", y, x, options);
  const { dim, places } = spacing;
  // Of no values, in their dtype.
  if (y.shape[dim] === 0) return newZeros(y, y.shape.toSpliced(dim, 1));
  return places === null ? evenIntegral(y, spacing) : mul(sum(areas(y, spacing), dim), 0.5);
}

/**
 * Running integrals of `y` along `dim` by the trapezoidal rule: one fewer than values.
 *
 * @example
 * torch.cumulativeTrapezoid(torch.tensor([1, 2, 3])) // tensor([1.5000, 4.0000])
 */
export function cumulativeTrapezoid(
  y: Tensor,
  x?: Tensor | TrapezoidOptions | null,
  options: TrapezoidOptions = {},
): Tensor {
  const spacing = spacingOf("cumulative_trapezoid", y, x, options);
  return mul(cumsum(areas(y, spacing), spacing.dim), 0.5);
}
