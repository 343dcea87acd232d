import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { type Scalar, toNumber } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";
import { detach } from "../shape/convert.ts";
import { normalizeDim } from "../shape/dims.ts";

const interpolations = ["linear", "lower", "higher", "midpoint", "nearest"] as const;
/** What a quantile between two elements is. */
export type Interpolation = (typeof interpolations)[number];

interface Attributes extends Record<string, unknown> {
  /** null for all elements. */
  readonly dim: number | null;
  readonly keepdim: boolean;
  readonly interpolation: Interpolation;
  readonly ignoreNaN: boolean;
}

/** a + w (b - a), from the nearer end. */
function lerp(a: Term, b: Term, w: Term): Term {
  const step = m.sub(b, a);
  return m.where(m.lt(w, 0.5), m.add(a, m.mul(w, step)), m.sub(b, m.mul(step, m.sub(1, w))));
}

const quantileOp = operation<Attributes>("quantile", ([input, quantiles], scalars, attributes) => {
  const { dim, keepdim, interpolation, ignoreNaN } = attributes;
  const x = dim === null || input.rank === 0 ? m.reshape(input, [input.numel]) : rowsLast(input, dim);
  const axis = x.rank - 1;
  const size = x.shape[axis];
  const q = checkedQuantiles(quantiles ?? m.cast(scalars[0], x.dtype));
  const count = q.rank === 0 ? 1 : q.shape[0];
  const place = x.shape.with(axis, count);
  // Ranks may differ by row, as rows have different numbers of NaNs.
  const present = m.sum(m.cast(m.eq(x, x), x.dtype), [axis], true);
  const fractions = m.broadcastTo(q, place);
  const last = m.constantLike(present, size - 1);
  const rank = ignoreNaN
    ? m.maximum(m.mul(fractions, m.sub(present, 1)), 0)
    : m.where(m.lt(present, size), last, m.mul(fractions, last));
  const order = m.argsort(x, axis);
  const at = (position: Term): Term => m.gather(x, axis, m.gather(order, axis, m.cast(position, "int64")));
  const values = interpolated(rank, at, interpolation);
  const reduced = values.shape.slice(0, -1);
  const kept = keepdim
    ? dim === null
      ? input.shape.map(() => 1)
      : input.rank === 0
        ? []
        : reduced.toSpliced(dim, 0, 1)
    : reduced;
  if (q.rank === 0) return m.reshape(values, kept);
  return m.reshape(m.permute(values, [axis, ...m.allDims(values).slice(0, -1)]), [count, ...kept]);
});

function interpolated(rank: Term, at: (position: Term) => Term, interpolation: Interpolation): Term {
  switch (interpolation) {
    case "lower":
      return at(m.floor(rank));
    case "higher":
      return at(m.ceil(rank));
    case "nearest":
      return at(m.round(rank));
    case "midpoint":
      return lerp(at(m.floor(rank)), at(m.ceil(rank)), m.constantLike(rank, 0.5));
    case "linear":
      return lerp(at(m.floor(rank)), at(m.ceil(rank)), m.sub(rank, m.floor(rank)));
  }
}

const checkedQuantiles = (q: Term): Term =>
  m.check(q, m.and(m.ge(q, 0), m.le(q, 1)), {
    error: "ValueError",
    message: "quantile() q values must be in the range [0, 1]",
  });

function rowsLast(x: Term, dim: number): Term {
  return m.permute(x, [...m.allDims(x).filter((d) => d !== dim), dim]);
}

/** Keyword arguments of `quantile` and `nanquantile`. */
export interface QuantileOptions {
  dim?: number | null;
  /** Whether the reduced dimension stays, with size 1; default false. */
  keepdim?: boolean;
  /** What a quantile between two elements is; default "linear". */
  interpolation?: Interpolation;
}

function quantileBy(
  name: "quantile" | "nanquantile",
  input: Tensor,
  q: Scalar | Tensor,
  values: readonly unknown[],
): Tensor {
  const given = keywords<QuantileOptions>(["dim", "keepdim", "interpolation"], values);
  const interpolation = given.interpolation ?? "linear";
  if (input.numel() === 0) throw new ShapeError(`${name}() input tensor must be non-empty`);
  if (input.dtype !== "float32" && input.dtype !== "float64")
    throw new DTypeError(`${name}() input tensor must be either float or double dtype`);
  if (!interpolations.includes(interpolation))
    throw new ValueError(
      `${name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${interpolation}`,
    );
  const dim = given.dim === undefined || given.dim === null ? null : normalizeDim(given.dim, input.ndim);
  const attributes = { dim, keepdim: given.keepdim ?? false, interpolation, ignoreNaN: name === "nanquantile" };
  if (!(q instanceof Tensor)) {
    const fraction = toNumber(q);
    if (!(fraction >= 0 && fraction <= 1))
      throw new ValueError(`${name}() q must be in the range [0, 1] but got ${fraction}`);
    return call(quantileOp, [input], [q], attributes);
  }
  if (q.ndim > 1) throw new ShapeError(`${name}() q must be a scalar or 1D tensor`);
  if (q.dtype !== input.dtype) throw new DTypeError(`${name}() q tensor must be same dtype as the input tensor`);
  // Between elements, a quantile depends on q; a choice of one of them does not.
  return call(quantileOp, [input, interpolation === "linear" ? q : detach(q)], [], attributes);
}

/**
 * Quantiles of all elements, or along `dim`. With several `q` [Q] the result has a first dimension Q. A row with a NaN
 * has the quantile NaN.
 *
 * @param q fractions in [0, 1]: a number, or a tensor of at most one dimension.
 * @throws ValueError for `q` outside [0, 1], DTypeError for other dtypes than float32 and float64.
 * @example
 * torch.quantile(torch.tensor([0, 1, 2, 3]), 0.5) // tensor(1.5000)
 */
export function quantile(
  input: Tensor,
  q: Scalar | Tensor,
  dim?: number | QuantileOptions | null,
  keepdim?: boolean | QuantileOptions,
  options?: QuantileOptions,
): Tensor {
  return quantileBy("quantile", input, q, [dim, keepdim, options]);
}

/** `quantile` of the elements that are not NaN. */
export function nanquantile(
  input: Tensor,
  q: Scalar | Tensor,
  dim?: number | QuantileOptions | null,
  keepdim?: boolean | QuantileOptions,
  options?: QuantileOptions,
): Tensor {
  return quantileBy("nanquantile", input, q, [dim, keepdim, options]);
}
