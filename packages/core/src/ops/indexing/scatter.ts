/** Elements written to places that index tensors name. */
import type { ScatterMode } from "../../backend/program.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { contiguousStrides } from "../../graph/type.ts";
import { isScalar, type Scalar } from "../../runtime/scalar.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import { type ByName, keywords } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { fitted } from "../creation/fill.ts";
import { clone } from "../shape/convert.ts";
import { normalizeDim, sizeText } from "../shape/dims.ts";
import { checkedIndex, checkKnownIndex, outOfBounds, outOfBoundsSomewhere } from "./bounds.ts";
import { cropped } from "./gather.ts";

/** `base` with `source` combined at `index` along `dim`, where the index may be smaller in every other dimension. */
export function scattered(base: Term, dim: number, index: Term, source: Term, mode: ScatterMode): Term {
  if (base.rank === 0 || index.rank === 0) {
    const one = (t: Term): Term => m.reshape(t, [t.numel]);
    return m.reshape(m.scatter(one(base), 0, one(index), one(source), mode), base.shape);
  }
  if (index.shape.every((size, d) => d === dim || size === base.shape[d]))
    return m.scatter(base, dim, index, source, mode);
  // Row-major places in the whole base.
  const strides = contiguousStrides(base.shape);
  let places = m.mul(index, strides[dim]);
  for (const [d, stride] of strides.entries())
    if (d !== dim) places = m.add(places, m.mul(m.iota(index.shape, d), stride));
  const flat = (t: Term): Term => m.reshape(t, [t.numel]);
  return m.reshape(m.scatter(flat(base), 0, flat(places), flat(source), mode), base.shape);
}

/** What a gradient has at the places of `index`. */
export function gathered(g: Term, dim: number, index: Term): Term {
  if (g.rank === 0 || index.rank === 0)
    return m.reshape(m.gather(m.reshape(g, [g.numel]), 0, m.reshape(index, [index.numel])), index.shape);
  return m.gather(cropped(g, dim, index.shape), dim, index);
}

export function checkedAlong(index: Term, x: Term, dim: number): Term {
  const size = x.rank === 0 ? 1 : x.shape[dim];
  return checkedIndex(index, size, outOfBoundsSomewhere(dim, size));
}

/** The part of `src` that an index of `shape` uses. */
export function used(src: Term, shape: readonly number[]): Term {
  return src.rank === 0 || shape.length === 0 ? m.reshape(src, shape) : cropped(src, -1, shape);
}

interface ScatterAttributes extends Readonly<Record<string, unknown>> {
  readonly dim: number;
  readonly mode: ScatterMode;
}

const zeroAt = (g: Term, dim: number, index: Term): Term =>
  scattered(g, dim, index, m.zerosLike({ dtype: g.dtype, shape: index.shape }), "set");

/** A source larger than the index: what is not used gets no gradient. */
function widened(part: Term, shape: readonly number[]): Term {
  return shape.reduce((t, size, d) => m.pad(t, d, 0, size), part);
}

const scatterSourceOp = operation<ScatterAttributes>(
  "scatter",
  ([x, index, src], _, { dim, mode }) => scattered(x, dim, checkedAlong(index, x, dim), used(src, index.shape), mode),
  {
    half: "keep",
    gradName: "ScatterBackward0",
    // Every source gets the gradient of its place, also one that another has overwritten, as in PyTorch.
    derivative: ({ input, shape, grad, needs, attributes: { dim } }) => [
      needs(0) ? zeroAt(grad(), dim, input(1)) : null,
      null,
      needs(2) ? widened(gathered(grad(), dim, input(1)), shape(2)) : null,
    ],
  },
);

const scatterReducedOp = operation<ScatterAttributes>(
  "scatter",
  ([x, index, src], _, { dim, mode }) => scattered(x, dim, checkedAlong(index, x, dim), used(src, index.shape), mode),
  { half: "keep", gradName: "ScatterBackward2" },
);

const filled = (value: Term, x: Term, index: Term): Term => m.broadcastTo(m.cast(value, x.dtype), index.shape);

const scatterValueOp = operation<ScatterAttributes>(
  "scatter",
  ([x, index], [value], { dim, mode }) => scattered(x, dim, checkedAlong(index, x, dim), filled(value, x, index), mode),
  {
    half: "keep",
    gradName: "ScatterBackward1",
    derivative: ({ input, grad, attributes: { dim, mode } }) => [
      mode === "set" ? zeroAt(grad(), dim, input(1)) : grad(),
      null,
    ],
  },
);

const scatterAddOp = operation<{ dim: number }>(
  "scatter_add",
  ([x, index, src], _, { dim }) => scattered(x, dim, checkedAlong(index, x, dim), used(src, index.shape), "sum"),
  {
    gradName: "ScatterAddBackward0",
    derivative: ({ input, shape, grad, needs, attributes: { dim } }) => [
      needs(0) ? grad() : null,
      null,
      needs(2) ? widened(gathered(grad(), dim, input(1)), shape(2)) : null,
    ],
  },
);

/** @throws ShapeError, DTypeError or IndexError with PyTorch's messages. */
export function checkScatter(name: string, input: Tensor, dim: number, index: Tensor, src: Tensor | null): void {
  if (src !== null && src.dtype !== input.dtype)
    throw new DTypeError(`${name}(): Expected self.dtype to be equal to src.dtype`);
  if (index.numel() === 0) return;
  if (index.dtype !== "int64") throw new DTypeError(`${name}(): Expected dtype int64 for index`);
  const rank = (t: Tensor): number => Math.max(t.ndim, 1);
  if (rank(index) !== rank(input))
    throw new ShapeError("Index tensor must have the same number of dimensions as self tensor");
  if (src !== null && rank(index) !== rank(src))
    throw new ShapeError("Index tensor must have the same number of dimensions as src tensor");
  const sizes = (t: Tensor): readonly number[] => (t.ndim === 0 ? [1] : t.shape);
  for (const [d, size] of sizes(index).entries()) {
    const outside = d !== dim && size > sizes(input)[d];
    if (outside || (src !== null && size > sizes(src)[d]))
      throw new ShapeError(
        `Expected index ${sizeText(index.shape)} to be smaller than self ${sizeText(input.shape)} apart from dimension ${dim}${
          src === null ? "" : ` and to be smaller size than src ${sizeText(src.shape)}`
        }`,
      );
  }
  const size = input.ndim === 0 ? 1 : input.shape[dim];
  checkKnownIndex(index, size, (i) => outOfBounds(i, dim, size));
}

const untouchedOp = operation("scatter", ([x]) => x, {
  half: "keep",
  derivative: ({ grad, needs }) => [needs(0) ? grad() : null, null],
});

/** Where there is no index: a copy of the input. The source still gets a gradient, of zeros. */
export function untouched(input: Tensor, src: Tensor | null): Tensor {
  return src === null ? clone(input) : call(untouchedOp, [input, src]);
}

/** What `scatter` does where an element exists already. */
export interface ScatterOptions {
  readonly reduce?: "add" | "multiply";
}

interface ScatterParameters extends ScatterOptions {
  readonly dim: number;
  readonly index: Tensor;
}

interface AnyScatterParameters extends ScatterParameters {
  readonly src?: Tensor | Scalar;
  readonly value?: Scalar;
}

const modes = { add: "sum", multiply: "product" } as const;

/**
 * A copy of `input` with out[index[i][j][k]][j][k] = src[i][j][k] for dim 0, and so on. Of several sources for one place
 * the last one counts.
 *
 * @param src a tensor of the input's dtype, at least as large as the index, or a number.
 * @throws ShapeError or DTypeError if index or source do not fit; IndexError for an index out of range.
 * @example torch.zeros(2, 3).scatter(1, target.unsqueeze(1), 1) // one-hot rows
 */
export function scatter(
  input: Tensor,
  ...given:
    | readonly [dim: number, index: Tensor, src: Tensor | Scalar, options?: ScatterOptions]
    | ByName<ScatterParameters & { readonly src: Tensor }, ["dim", "index", "src"]>
    | ByName<ScatterParameters & { readonly value: Scalar }, ["dim", "index", "value"]>
): Tensor {
  // A number is called `value`.
  const names = ["dim", "index", "src", "reduce", "value"] as const;
  const { dim, index, value, reduce, src = value } = keywords<AnyScatterParameters>(names, given, 2);
  if (src === undefined) throw new ValueError("missing required argument: 'src'");
  requireTensors("scatter", [input, index]);
  const d = normalizeDim(dim, input.ndim);
  const mode: ScatterMode = reduce === undefined ? "set" : modes[reduce];
  if (mode === undefined) throw new ValueError("reduce argument must be either add or multiply.");
  checkScatter("scatter", input, d, index, isScalar(src) ? null : src);
  if (index.numel() === 0) return untouched(input, isScalar(src) ? null : src);
  if (isScalar(src)) return call(scatterValueOp, [input, index], [fitted(src, input.dtype)], { dim: d, mode });
  return call(mode === "set" ? scatterSourceOp : scatterReducedOp, [input, index, src], [], { dim: d, mode });
}

/** A copy of `input` with `src` added at the places of `index` along `dim`; see `scatter`. */
export function scatterAdd(
  input: Tensor,
  ...given:
    | readonly [dim: number, index: Tensor, src: Tensor]
    | ByName<Omit<ScatterParameters, "reduce"> & { readonly src: Tensor }, ["dim", "index", "src"]>
): Tensor {
  const { dim, index, src } = keywords<{ dim: number; index: Tensor; src: Tensor }>(["dim", "index", "src"], given, 3);
  requireTensors("scatter_add", [input, index, src]);
  const d = normalizeDim(dim, input.ndim);
  checkScatter("scatter", input, d, index, src);
  if (index.numel() === 0) return untouched(input, src);
  return call(scatterAddOp, [input, index, src], [], { dim: d });
}
