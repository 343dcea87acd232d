/** Distances between pairs of vectors. */
import { isFloat } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { type Scalar, toNumber } from "../../runtime/scalar.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { triuIndices } from "../creation/matrix.ts";
import { indexSelect } from "../indexing/index-select.ts";
import { keywords } from "../reduction/keywords.ts";
import { type NormKind, normKind, normOf, normScalars } from "../reduction/norm.ts";
import { reshape, unsqueeze } from "../shape/reshape.ts";
import { unbind } from "../shape/split.ts";

interface Attributes extends Record<string, unknown> {
  readonly kind: NormKind;
}

/** x1 [*, P, M] and x2 [*, R, M] → [*, P, R, M]. */
function differences(x1: Term, x2: Term): Term {
  return m.sub(m.unsqueeze(x1, x1.rank - 1), m.unsqueeze(x2, x2.rank - 2));
}

/**
 * The gradient of distances with respect to the differences. PyTorch's: 0 where the distance is 0, and of p = Infinity
 * the whole of it to every component that attains the maximum.
 */
function differenceGradient(x: Term, distance: Term, g: Term, kind: NormKind, p: Term | undefined): Term {
  switch (kind) {
    case "zero":
      return m.zerosLike(x);
    case "one":
      return m.mul(g, m.sign(x));
    case "two":
      return m.where(m.eq(distance, 0), 0, m.div(m.mul(g, x), distance));
    case "largest":
    case "least":
      return m.where(m.eq(m.abs(x), distance), m.mul(g, m.sign(x)), 0);
    default: {
      if (p === undefined) throw new Error("the order of a distance is missing");
      const order = m.sub(m.cast(p, x.dtype), 1);
      const slope = m.mul(m.mul(m.sign(x), m.pow(m.abs(x), order)), m.div(g, m.pow(distance, order)));
      const flat =
        kind === "below one" ? m.or(m.eq(x, 0), m.broadcastTo(m.eq(distance, 0), x.shape)) : m.eq(distance, 0);
      return m.where(flat, 0, slope);
    }
  }
}

const cdistOp = operation<Attributes>(
  "cdist",
  ([x1, x2], [p], { kind }) => {
    const x = differences(x1, x2);
    // The distance of vectors without elements, also where the greatest of none would be -Infinity.
    if (x.shape[x.rank - 1] === 0) return m.constant(0, x.dtype, x.shape.slice(0, -1));
    return m.squeeze(normOf(x, kind, p, [x.rank - 1]), x.rank - 1);
  },
  {
    derivative: ({ input, output, grad, scalar, needs, attributes: { kind } }) => {
      const [x1, x2] = [input(0), input(1)];
      const x = differences(x1, x2);
      const p = normScalars(kind, 0).length > 0 ? scalar(0) : undefined;
      const last = x.rank - 1;
      const g = differenceGradient(x, m.unsqueeze(output(0), last), m.unsqueeze(grad(0), last), kind, p);
      return [needs(0) ? m.sum(g, [last - 1]) : null, needs(1) ? m.neg(m.sum(g, [last - 2])) : null];
    },
  },
);

/** Keyword arguments of `cdist`. */
export interface CdistOptions {
  /** Order of the norm, 0 or greater; default 2. */
  p?: Scalar;
  /** Accepted for PyTorch's sake: distances are always computed from differences, which is exact near 0. */
  computeMode?: string | null;
}

/**
 * Distances of order `p` between all pairs of rows, [*, P, M] and [*, R, M] → [*, P, R].
 *
 * @throws ShapeError where M differs, ValueError for a negative order.
 * @example
 * torch.cdist(torch.tensor([[0, 0]]), torch.tensor([[3, 4]])) // tensor([[5.]])
 */
export function cdist(
  x1: Tensor,
  x2: Tensor,
  p?: Scalar | CdistOptions,
  computeMode?: string | CdistOptions | null,
): Tensor {
  requireTensors("cdist", [x1, x2]);
  const order = toNumber(keywords<CdistOptions>(["p", "computeMode"], [p, computeMode]).p ?? 2);
  for (const [i, x] of [x1, x2].entries()) {
    if (!isFloat(x.dtype))
      throw new DTypeError(`cdist only supports floating-point dtypes, X${i + 1} got: ${pytorchName(x.dtype)}`);
    if (x.ndim < 2) throw new ShapeError(`cdist only supports at least 2D tensors, X${i + 1} got: ${x.ndim}D`);
  }
  const [m1, m2] = [x1.shape[x1.ndim - 1], x2.shape[x2.ndim - 1]];
  if (m1 !== m2) throw new ShapeError(`X1 and X2 must have the same number of columns. X1: ${m1} X2: ${m2}`);
  if (!(order >= 0)) throw new ValueError("cdist only supports non-negative p values");
  // Broadcast errors name the batches.
  m.broadcastShapes(x1.shape.slice(0, -2), x2.shape.slice(0, -2));
  const kind = normKind(order);
  return call(cdistOp, [x1, x2], normScalars(kind, order), { kind });
}

/**
 * Distances of order `p` between the rows of `input` [N, M], of each pair once: [N (N - 1) / 2], in the order of pairs
 * (0, 1), (0, 2) … (1, 2) …
 *
 * @throws as `cdist`; ShapeError for another number of dimensions than two.
 * @example
 * torch.pdist(torch.tensor([[0, 0], [3, 4], [0, 1]])) // tensor([5.0000, 1.0000, 4.2426])
 */
export function pdist(input: Tensor, p: Scalar | { readonly p?: Scalar } = 2): Tensor {
  if (input.ndim !== 2) throw new ShapeError(`pdist only supports 2D tensors, got: ${input.ndim}D`);
  const order = keywords<{ p?: Scalar }>(["p"], [p]).p ?? 2;
  if (!isFloat(input.dtype)) throw new DTypeError("pdist only supports floating-point dtypes");
  if (!(toNumber(order) >= 0)) throw new ValueError("pdist only supports non-negative p values");
  const [n] = input.shape;
  const [first, second] = unbind(triuIndices(n, n, 1, { device: input.device }));
  const [a, b] = [indexSelect(input, 0, first), indexSelect(input, 0, second)];
  return reshape(cdist(unsqueeze(a, 1), unsqueeze(b, 1), order), [-1]);
}
