/** Elements in another order: copies. */
import { IndexError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";
import { clone } from "./convert.ts";
import { existingDim, type Integers, integers, normalizeDim, normalizeDims, sizeText } from "./dims.ts";

const flipped = (x: Term, dims: readonly number[]): Term => dims.reduce((y, d) => m.flip(y, d), x);

const flipOp = operation<{ dims: readonly number[] }>("flip", ([x], _, { dims }) => flipped(x, dims), { half: "keep" });

/** A copy in reverse order along `dims`. @throws ShapeError for a dimension given twice. @example x.flip(0) */
export function flip(input: Tensor, ...dims: Integers): Tensor {
  const along = normalizeDims(integers(dims), input.ndim);
  // A tensor of no dimension may be turned along "dimension 0", of which it has none.
  return call(flipOp, [input], [], { dims: input.ndim === 0 ? [] : along });
}

/** A copy with the columns in reverse order. @throws ShapeError for fewer than 2 dimensions. */
export function fliplr(input: Tensor): Tensor {
  if (input.ndim < 2) throw new ShapeError("Input must be >= 2-d.");
  return flip(input, [1]);
}

/** A copy with the rows in reverse order. @throws ShapeError for a tensor of no dimension. */
export function flipud(input: Tensor): Tensor {
  if (input.ndim < 1) throw new ShapeError("Input must be >= 1-d.");
  return flip(input, [0]);
}

function rolled(x: Term, shift: number, dim: number): Term {
  const size = x.shape[dim];
  const by = size === 0 ? 0 : ((shift % size) + size) % size;
  return by === 0 ? x : m.cat([m.slice(x, dim, size - by, by), m.slice(x, dim, 0, size - by)], dim);
}

const rollOp = operation<{ shifts: readonly number[]; dims: readonly number[] }>(
  "roll",
  ([x], _, { shifts, dims }) => {
    if (dims.length === 0) return m.reshape(rolled(m.reshape(x, [x.numel]), shifts[0], 0), x.shape);
    return shifts.reduce((y, shift, i) => rolled(y, shift, dims[i]), x);
  },
  { half: "keep" },
);

type Shifts = number | readonly number[];

/**
 * A copy whose elements moved on by `shifts` places along `dims`, those beyond the end coming in at the start. Without
 * `dims` the elements are taken as one vector.
 *
 * @example torch.arange(4).roll(1) // [3, 0, 1, 2]
 */
export function roll(
  input: Tensor,
  shifts: Shifts | { readonly shifts: Shifts; readonly dims?: Shifts },
  dims?: Shifts | { readonly dims?: Shifts },
): Tensor {
  const named = keywords<{ readonly shifts: Shifts; readonly dims?: Shifts }>(["shifts", "dims"], [shifts, dims], 1);
  const given = named.dims;
  const by = typeof named.shifts === "number" ? [named.shifts] : named.shifts;
  const along = given === undefined ? [] : typeof given === "number" ? [given] : given;
  if (!Array.isArray(by) || !by.every((shift) => Number.isInteger(shift)))
    throw new ShapeError(`roll: shifts must be integers, but got ${String(named.shifts)}`);
  if (by.length === 0) throw new ShapeError("`shifts` required");
  if (by.length !== along.length && !(along.length === 0 && by.length === 1))
    throw new ShapeError(`shifts and dimensions must align. shifts: ${by.length}, dims:${along.length}`);
  // PyTorch looks at no dimension of what has no elements.
  if (input.numel() === 0) return clone(input);
  return call(rollOp, [input], [], { shifts: by, dims: along.map((d) => existingDim(d, input.ndim)) });
}

const rot90Op = operation<{ turns: number; dims: readonly number[] }>(
  "rot90",
  ([x], _, { turns, dims: [a, b] }) => {
    if (turns === 0) return x;
    if (turns === 2) return flipped(x, [a, b]);
    return m.transpose(m.flip(x, turns === 1 ? b : a), a, b);
  },
  { half: "keep" },
);

/** The parameters of `rot90`, by name. */
export interface Rot90Options {
  /** Default 1. */
  readonly k?: number;
  /** Default [0, 1]. */
  readonly dims?: readonly number[];
}

/**
 * A copy turned by `k` right angles in the plane of `dims`, from the first dimension towards the second.
 *
 * @throws ShapeError unless `dims` are two different dimensions.
 */
export function rot90(input: Tensor, k?: number | Rot90Options, dims?: readonly number[] | Rot90Options): Tensor {
  const { k: turns = 1, dims: plane = [0, 1] } = keywords<Rot90Options>(["k", "dims"], [k, dims]);
  const { ndim } = input;
  if (plane.length !== 2) throw new ShapeError(`expected total rotation dims == 2, but got dims = ${plane.length}`);
  if (ndim < 2) throw new ShapeError(`expected total dims >= 2, but got total dims = ${ndim}`);
  const apart = Math.abs(plane[0] - plane[1]);
  if (apart === 0 || apart === ndim)
    throw new ShapeError(`expected rotation dims to be different, but got dim0 = ${plane[0]} and dim1 = ${plane[1]}`);
  for (const [i, d] of plane.entries())
    if (d < -ndim || d >= ndim) throw new IndexError(`Rotation dim${i} out of range, dim${i} = ${d}`);
  const along = plane.map((d) => normalizeDim(d, ndim));
  if (!Number.isInteger(turns))
    throw new ShapeError(`k must be an integer, but got ${turns} for dims ${sizeText(plane)}`);
  return call(rot90Op, [input], [], { turns: ((turns % 4) + 4) % 4, dims: along });
}
