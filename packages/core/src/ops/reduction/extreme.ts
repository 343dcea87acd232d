/** Greatest and least elements, and where they are. NaN is greater and less than everything. */
import { IndexError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type DerivativeContext, type Operation, operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { call, callMany } from "../../tensor/call.ts";
import { requireNames } from "../../tensor/keywords.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { maximum, minimum } from "../elementwise/extremum.ts";
import { refuseBool } from "../elementwise/operands.ts";
import { normalizeDim } from "../shape/dims.ts";
import { reshape } from "../shape/reshape.ts";
import { type Dims, reducedDims } from "./dims.ts";
import { keywords } from "./keywords.ts";
import { namedResults, type Results } from "./results.ts";

/** Keyword arguments of reductions over one dimension. */
export interface ExtremeOptions {
  dim?: number | null;
  /** Whether the reduced dimension stays, with size 1; default false. */
  keepdim?: boolean;
  /** Instead of `dim`: the greater (lesser) of two tensors, element by element. */
  other?: Tensor;
}

/** Keyword arguments of `amax` and `amin`. */
export interface ManyExtremeOptions {
  dim?: Dims | null;
  keepdim?: boolean;
}

interface OneDim extends Record<string, unknown> {
  readonly dim: number;
  readonly keepdim: boolean;
}

interface ManyDims extends Record<string, unknown> {
  readonly dims: readonly number[];
  readonly keepdim: boolean;
}

/** A reduced term with its dimensions back, of size 1. */
const kept = (t: Term, x: Term, dims: readonly number[]): Term => m.reshape(t, m.keptShape(x.shape, dims));

/** Values and positions along one dimension: the value is picked at the position, so the gradient goes there. */
const alongDim = (name: "max" | "min"): Operation<OneDim> =>
  operation<OneDim>(
    name,
    ([x], _, { dim, keepdim }) => {
      if (x.rank === 0) return [x, m.cast(m.term(0), "int64")];
      const at = (name === "max" ? m.argmax : m.argmin)(x, [dim]);
      const index = m.unsqueeze(at, dim);
      const values = m.gather(x, dim, index);
      return keepdim ? [values, index] : [m.squeeze(values, dim), at];
    },
    { gradName: name === "max" ? "MaxBackward0" : "MinBackward0" },
  );

const maxDimOp = alongDim("max");
const minDimOp = alongDim("min");

/** Ties share the gradient evenly; where the result is NaN, the NaNs are the ties. */
function evenly({ input, output, grad }: DerivativeContext): readonly Term[] {
  const [x, y] = [input(0), output(0)];
  const hits = m.cast(m.or(m.eq(x, y), m.and(m.isNan(x), m.isNan(m.broadcastTo(y, x.shape)))), grad(0).dtype);
  return [m.mul(m.div(grad(0), m.sum(hits)), hits)];
}

const maxOp = operation("max", ([x]) => m.amax(x), { gradName: "MaxBackward1", derivative: evenly });
const minOp = operation("min", ([x]) => m.amin(x), { gradName: "MinBackward1", derivative: evenly });

/** As PyTorch's amax: ties share evenly, but where the result is NaN nothing equals it, and the gradient is NaN. */
function evenlyAlong(x: Term, y: Term, g: Term, dims: readonly number[]): Term {
  const hits = m.cast(m.eq(x, kept(y, x, dims)), g.dtype);
  return m.mul(m.div(kept(g, x, dims), m.sum(hits, dims, true)), hits);
}

const amaxOp = operation<ManyDims>("amax", ([x], _, { dims, keepdim }) => m.amax(x, dims, keepdim), {
  derivative: ({ input, output, grad, attributes }) => [evenlyAlong(input(0), output(0), grad(0), attributes.dims)],
});
const aminOp = operation<ManyDims>("amin", ([x], _, { dims, keepdim }) => m.amin(x, dims, keepdim), {
  derivative: ({ input, output, grad, attributes }) => [evenlyAlong(input(0), output(0), grad(0), attributes.dims)],
});
const aminmaxOp = operation<ManyDims>(
  "aminmax",
  ([x], _, { dims, keepdim }) => [m.amin(x, dims, keepdim), m.amax(x, dims, keepdim)],
  {
    derivative: ({ input, output, grad, attributes: { dims } }) => [
      m.add(evenlyAlong(input(0), output(0), grad(0), dims), evenlyAlong(input(0), output(1), grad(1), dims)),
    ],
  },
);

const argmaxOp = operation<ManyDims>("argmax", ([x], _, { dims, keepdim }) => m.argmax(x, dims, keepdim));
const argminOp = operation<ManyDims>("argmin", ([x], _, { dims, keepdim }) => m.argmin(x, dims, keepdim));

type First = number | Tensor | ExtremeOptions | null;

function extreme(
  name: "max" | "min",
  input: Tensor,
  first?: First,
  keepdim?: boolean | ExtremeOptions,
): Tensor | Results<"values" | "indices"> {
  const given =
    first instanceof Tensor
      ? { other: first }
      : keywords<ExtremeOptions>(["dim", "keepdim", "other"], [first, keepdim]);
  if (given.other !== undefined) return (name === "max" ? maximum : minimum)(input, given.other);
  if (given.dim === undefined || given.dim === null) {
    requireElements(name, input);
    return call(name === "max" ? maxOp : minOp, [input]);
  }
  const dim = normalizeDim(given.dim, input.ndim);
  requireSizes(name, input, reducedDims(dim, input.ndim));
  const op = name === "max" ? maxDimOp : minDimOp;
  return namedResults<"values" | "indices">(
    ["values", "indices"],
    callMany(op, [input], [], { dim, keepdim: given.keepdim ?? false }),
    name,
  );
}

/**
 * The greatest element; or along `dim` the greatest elements and their positions; or the greater of two tensors,
 * element by element. NaN is greater than everything. Of equal elements along `dim` the first one is found, and gets the
 * gradient; of all elements, equal ones share it.
 *
 * @throws IndexError over no elements, or for a dimension that does not exist.
 * @example
 * const [values, indices] = torch.max(torch.tensor([[1, 5], [7, 2]]), 1);
 * // values: tensor([5., 7.]), indices: tensor([1, 0])
 */
export function max(input: Tensor): Tensor;
export function max(input: Tensor, other: Tensor): Tensor;
export function max(
  input: Tensor,
  dim: number | ExtremeOptions,
  keepdim?: boolean | ExtremeOptions,
): Results<"values" | "indices">;
export function max(
  input: Tensor,
  first?: First,
  keepdim?: boolean | ExtremeOptions,
): Tensor | Results<"values" | "indices"> {
  return extreme("max", input, first, keepdim);
}

/** The least element, as `max` gives the greatest. NaN is less than everything. */
export function min(input: Tensor): Tensor;
export function min(input: Tensor, other: Tensor): Tensor;
export function min(
  input: Tensor,
  dim: number | ExtremeOptions,
  keepdim?: boolean | ExtremeOptions,
): Results<"values" | "indices">;
export function min(
  input: Tensor,
  first?: First,
  keepdim?: boolean | ExtremeOptions,
): Tensor | Results<"values" | "indices"> {
  return extreme("min", input, first, keepdim);
}

function requireElements(name: string, input: Tensor): void {
  if (input.numel() === 0)
    throw new IndexError(
      `${name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`,
    );
}

/** There is no greatest element of none. */
export function requireSizes(name: string, input: Tensor, dims: readonly number[]): void {
  for (const dim of dims)
    if (input.shape[dim] === 0) throw new IndexError(`${name}(): Expected reduction dim ${dim} to have non-zero size.`);
}

type Many = Dims | ManyExtremeOptions | null;

function manyDims(name: string, input: Tensor, dim?: Many, keepdim?: boolean | ManyExtremeOptions): ManyDims {
  const given = keywords<ManyExtremeOptions>(["dim", "keepdim"], [dim, keepdim]);
  const none =
    given.dim === undefined || given.dim === null || (typeof given.dim !== "number" && given.dim.length === 0);
  if (none) requireElements(name, input);
  const dims = reducedDims(given.dim, input.ndim);
  // The dimension is named as it was given.
  for (const dim of [given.dim ?? []].flat())
    if (input.shape.at(dim) === 0)
      throw new IndexError(`${name}(): Expected reduction dim ${dim} to have non-zero size.`);
  return { dims, keepdim: given.keepdim ?? false };
}

/**
 * The greatest elements over `dim`, one dimension or a list, by default all. Equal ones share the gradient evenly.
 *
 * @example
 * torch.amax(torch.tensor([[1, 5], [7, 2]]), 1) // tensor([5., 7.])
 */
export function amax(input: Tensor, dim?: Many, keepdim?: boolean | ManyExtremeOptions): Tensor {
  return call(amaxOp, [input], [], manyDims("amax", input, dim, keepdim));
}

/** The least elements over `dim`, as `amax` gives the greatest. */
export function amin(input: Tensor, dim?: Many, keepdim?: boolean | ManyExtremeOptions): Tensor {
  return call(aminOp, [input], [], manyDims("amin", input, dim, keepdim));
}

/** The least and the greatest elements, along `dim` or of all. */
export function aminmax(
  input: Tensor,
  options: { dim?: number | null; keepdim?: boolean } = {},
): Results<"min" | "max"> {
  requireNames(options, ["dim", "keepdim"]);
  const dims = reducedDims(options.dim, input.ndim);
  const one = options.dim !== undefined && options.dim !== null;
  if (one && dims.some((dim) => input.shape[dim] === 0))
    throw new IndexError(`aminmax: Expected reduction dim ${dims[0]} to have non-zero size.`);
  if (input.numel() === 0 && !one)
    throw new IndexError("aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.");
  // PyTorch keeps "dimension 0" of a tensor that has none.
  if (input.ndim === 0 && one && options.keepdim) return aminmax(reshape(input, [1]), options);
  const attributes = { dims, keepdim: options.keepdim ?? false };
  return namedResults(["min", "max"], callMany(aminmaxOp, [input], [], attributes), "aminmax");
}

function position(
  name: "argmax" | "argmin",
  input: Tensor,
  dim?: number | ExtremeOptions | null,
  keepdim?: boolean | ExtremeOptions,
): Tensor {
  const given = keywords<ExtremeOptions>(["dim", "keepdim", "other"], [dim, keepdim]);
  if (given.dim === undefined || given.dim === null) {
    if (input.numel() === 0)
      throw new IndexError(`${name}(): Expected reduction dim to be specified for input.numel() == 0.`);
  }
  const dims = reducedDims(given.dim, input.ndim);
  requireSizes(name, input, dims);
  if (input.numel() > 0) refuseBool(`${name}_cpu`, input.dtype);
  return call(name === "argmax" ? argmaxOp : argminOp, [input], [], { dims, keepdim: given.keepdim ?? false });
}

/**
 * int64 positions of the greatest elements along `dim`; by default the position in row-major order among all elements.
 * Of equal ones the first; NaN is the greatest.
 *
 * @example
 * torch.argmax(torch.tensor([[1, 5], [7, 2]]), 1) // tensor([1, 0])
 */
export function argmax(
  input: Tensor,
  dim?: number | ExtremeOptions | null,
  keepdim?: boolean | ExtremeOptions,
): Tensor {
  return position("argmax", input, dim, keepdim);
}

/** int64 positions of the least elements, as `argmax` gives those of the greatest. */
export function argmin(
  input: Tensor,
  dim?: number | ExtremeOptions | null,
  keepdim?: boolean | ExtremeOptions,
): Tensor {
  return position("argmin", input, dim, keepdim);
}
