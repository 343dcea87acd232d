/** Derivatives of sampled functions, by differences. */
import { DTypeError, IndexError, ShapeError, ValueError } from "../../errors.ts";
import type { Scalar } from "../../runtime/scalar.ts";
import { toNumber } from "../../runtime/scalar.ts";
import { requireNames } from "../../tensor/keywords.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { add, mul, neg, sub } from "../elementwise/arithmetic.ts";
import { div } from "../elementwise/division.ts";
import { type Dims, reducedDims } from "../reduction/dims.ts";
import { normalizeDims } from "../shape/dims.ts";
import { cat } from "../shape/join.ts";
import { reshape } from "../shape/reshape.ts";
import { narrow } from "../shape/slice.ts";

/** Keyword arguments of `gradient`. */
export interface GradientOptions {
  /** The distance of samples: one for all dimensions, or one for each; or the samples' places along each. Default 1. */
  readonly spacing?: Scalar | readonly Scalar[] | readonly Tensor[] | null;
  /** Default: all dimensions. */
  readonly dim?: Dims | null;
  /** 1 (default) or 2: how exact the values at both ends are. */
  readonly edgeOrder?: 1 | 2;
}

/**
 * The derivative along each dimension of a function whose values at the points of a grid are `input`: by second-order
 * central differences, and at both ends by one-sided ones.
 *
 * @returns one tensor for each dimension.
 * @throws ShapeError where a dimension has fewer than `edgeOrder` + 1 elements.
 * @example torch.gradient(torch.tensor([1, 4, 9, 16])) // [tensor([3., 4., 6., 7.])]
 */
export function gradient(input: Tensor, options: GradientOptions = {}): Tensor[] {
  requireNames(options, ["spacing", "dim", "edgeOrder"]);
  const { spacing, dim, edgeOrder = 1 } = options;
  if (edgeOrder !== 1 && edgeOrder !== 2)
    throw new ValueError("torch.gradient only supports edge_order=1 and edge_order=2.");
  if (input.dtype === "uint8") throw new DTypeError("torch.gradient does not support uint8 input.");
  if (input.ndim === 0 && typeof dim === "number")
    throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`);
  // In the order in which they are asked for.
  const dims =
    dim === null || dim === undefined ? reducedDims(null, input.ndim) : normalizeDims([dim].flat(), input.ndim);
  const steps = isList(spacing) ? spacing : dims.map(() => spacing ?? 1);
  if (steps.length !== dims.length) {
    const expected = "torch.gradient expected spacing to be unspecified, a scalar or";
    throw new ValueError(
      dim === null || dim === undefined
        ? `${expected} a list of length ${dims.length} but got a list of length ${steps.length}`
        : `${expected} it's spacing and dim arguments to have the same length, but got a spacing argument of length ${steps.length} and a dim argument of length ${dims.length}.`,
    );
  }
  return dims.map((d, i) => {
    if (input.shape[d] < edgeOrder + 1)
      throw new ShapeError("torch.gradient expected each dimension size to be at least edge_order+1");
    const step = steps[i];
    return step instanceof Tensor
      ? overPlaces(input, d, placed(step, input, d), edgeOrder)
      : overSteps(input, d, toNumber(step), edgeOrder);
  });
}

function isList(spacing: GradientOptions["spacing"]): spacing is readonly Scalar[] | readonly Tensor[] {
  return Array.isArray(spacing);
}

/** Places along `dim` of `input`, as a shape that broadcasts. */
function placed(places: Tensor, input: Tensor, dim: number): Tensor {
  if (places.ndim !== 1)
    throw new ShapeError(
      `torch.gradient expected each element of spacing to have one dimension, but got an element with ${places.ndim} dimensions!`,
    );
  if (places.shape[0] !== input.shape[dim])
    throw new ShapeError(
      `torch.gradient expected each element to have a defined spacing: [${input.shape[dim]}] places along dimension ${dim}, but got [${places.shape.join(", ")}]`,
    );
  return reshape(
    places,
    input.shape.map((size, d) => (d === dim ? size : 1)),
  );
}

function overSteps(x: Tensor, dim: number, step: number, edgeOrder: 1 | 2): Tensor {
  const n = x.shape[dim];
  const at = (i: number, size = 1): Tensor => narrow(x, dim, i, size);
  const inner = div(sub(at(2, n - 2), at(0, n - 2)), 2 * step);
  if (edgeOrder === 1) return cat([div(sub(at(1), at(0)), step), inner, div(sub(at(n - 1), at(n - 2)), step)], dim);
  const edge = (a: Tensor, b: Tensor, c: Tensor): Tensor => div(sub(sub(mul(b, 2), mul(a, 1.5)), mul(c, 0.5)), step);
  return cat([edge(at(0), at(1), at(2)), inner, neg(edge(at(n - 1), at(n - 2), at(n - 3)))], dim);
}

/** The same where distances differ: the slope of the parabola through three neighbours. */
function overPlaces(x: Tensor, dim: number, places: Tensor, edgeOrder: 1 | 2): Tensor {
  const n = x.shape[dim];
  const at = (t: Tensor, i: number, size = 1): Tensor => narrow(t, dim, i, size);
  const steps = sub(at(places, 1, n - 1), at(places, 0, n - 1));
  const slopes = div(sub(at(x, 1, n - 1), at(x, 0, n - 1)), steps);
  const [before, after] = [at(steps, 0, n - 2), at(steps, 1, n - 2)];
  const [slopeBefore, slopeAfter] = [at(slopes, 0, n - 2), at(slopes, 1, n - 2)];
  const inner = div(add(mul(slopeBefore, after), mul(slopeAfter, before)), add(before, after));
  if (edgeOrder === 1) return cat([at(slopes, 0), inner, at(slopes, n - 2)], dim);
  // The parabola's slope changes by twice its curvature from the middle of a step to its end.
  const edge = (near: number, far: number): Tensor => {
    const bend = div(sub(at(slopes, near), at(slopes, far)), add(at(steps, near), at(steps, far)));
    return add(at(slopes, near), mul(bend, at(steps, near)));
  };
  return cat([edge(0, 1), inner, edge(n - 2, n - 3)], dim);
}
