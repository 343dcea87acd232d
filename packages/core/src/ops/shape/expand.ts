/** Elements seen or written several times. */

import { pytorchName } from "../../dtype/pytorch-name.ts";
import { ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type Layout, operation } from "../../graph/operation.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Integers, integers, sizeText } from "./dims.ts";

interface ShapeAttributes extends Readonly<Record<string, unknown>> {
  readonly shape: readonly number[];
}

const expandOp = operation<ShapeAttributes>("expand", ([x], _, { shape }) => m.broadcastTo(x, shape), {
  half: "keep",
  view: expandedLayout,
});

function expandedLayout(layout: Layout, { shape }: ShapeAttributes): Layout {
  const lead = shape.length - layout.shape.length;
  const strides = new Array<number>(shape.length);
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = d >= lead ? layout.shape[d - lead] : 1;
    // New dimensions continue the ones after them, as in PyTorch; repeated ones stand still.
    const stride = d >= lead ? layout.strides[d - lead] : d + 1 < shape.length ? shape[d + 1] * strides[d + 1] : 1;
    strides[d] = size === shape[d] ? stride : 0;
  }
  return { shape, strides, offset: layout.offset };
}

/**
 * A view in which dimensions of size 1, and new leading ones, repeat without being copied; -1 keeps a size.
 *
 * @throws ShapeError where a size is neither 1 nor the wanted one.
 * @example x.expand(-1, 4) // [3, 1] → [3, 4]
 */
export function expand(input: Tensor, ...sizes: Integers): Tensor {
  return call(expandOp, [input], [], { shape: expandedShape(input, integers(sizes)) });
}

/** The shape to which `expand` gives a tensor the sizes. @throws ShapeError as it does. */
export function expandedShape(input: Tensor, wanted: readonly number[]): number[] {
  const { shape: from, ndim } = input;
  if (wanted.length < ndim)
    throw new ShapeError(
      `expand(${input.dtype === "bool" ? "CPUBoolType" : `torch.${pytorchName(input.dtype)}Tensor`}{${sizeText(from)}}, size=${sizeText(wanted)}): the number of sizes provided (${wanted.length}) must be greater or equal to the number of dimensions in the tensor (${ndim})`,
    );
  const lead = wanted.length - ndim;
  const shape = [...wanted];
  // From the last dimension, so that it is the one named where several do not fit.
  for (let d = wanted.length - 1; d >= 0; d--) shape[d] = expandedSize(d);
  return shape;

  function expandedSize(d: number): number {
    const size = wanted[d];
    if (size === -1 && d >= lead) return from[d - lead];
    if (size < 0)
      throw new ShapeError(
        `The expanded size of the tensor (${size}) isn't allowed in a leading, non-existing dimension ${d}`,
      );
    if (d >= lead && from[d - lead] !== size && from[d - lead] !== 1)
      throw new ShapeError(
        `The expanded size of the tensor (${size}) must match the existing size (${from[d - lead]}) at non-singleton dimension ${d}.  Target sizes: ${sizeText(wanted)}.  Tensor sizes: ${sizeText(from)}`,
      );
    return size;
  }
}

/** Expands to the shape of `other`. */
export function expandAs(input: Tensor, other: Tensor): Tensor {
  requireTensors("expand_as", [input, other]);
  return expand(input, other.shape);
}

/** A view of `input` broadcast to `shape`. */
export function broadcastTo(input: Tensor, shape: readonly number[]): Tensor {
  return expand(input, shape);
}

/** Views of all tensors in the shape that they broadcast to. @throws ShapeError if they do not. */
export function broadcastTensors(...tensors: readonly Tensor[]): Tensor[] {
  const shape = m.broadcastShapes(...tensors.map((x) => x.shape));
  return tensors.map((x) => expand(x, shape));
}

/** The shape that all shapes broadcast to. @throws ShapeError if they do not. @example torch.broadcastShapes([2, 1], [3]) // [2, 3] */
export function broadcastShapes(...shapes: readonly (number | readonly number[])[]): number[] {
  const lists = shapes.map((shape) => (typeof shape === "number" ? [shape] : shape));
  for (const size of lists.flat())
    if (size < 0) throw new ShapeError(`Trying to create tensor with negative dimension (${size}): (${size})`);
  try {
    return m.broadcastShapes(...lists);
  } catch {
    throw new ShapeError("Shape mismatch: objects cannot be broadcast to a single shape");
  }
}

const repeatOp = operation<{ repeats: readonly number[] }>(
  "repeat",
  ([x], _, { repeats }) => {
    const lead = repeats.length - x.rank;
    const shape = repeats.map((_, d) => (d < lead ? 1 : x.shape[d - lead]));
    const apart = m.reshape(
      x,
      shape.flatMap((size) => [1, size]),
    );
    const copies = m.broadcastTo(
      apart,
      shape.flatMap((size, d) => [repeats[d], size]),
    );
    return m.reshape(
      copies,
      shape.map((size, d) => size * repeats[d]),
    );
  },
  { half: "keep" },
);

/**
 * The tensor copied `repeats[d]` times along each dimension d; more repeats than dimensions add leading ones.
 *
 * @throws ShapeError for fewer repeats than dimensions or negative ones.
 * @example x.repeat(2, 1) // [3, 4] → [6, 4]
 */
export function repeat(input: Tensor, ...repeats: Integers): Tensor {
  const given = integers(repeats);
  if (given.length < input.ndim)
    throw new ShapeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
  const negative = given.find((n) => n < 0);
  if (negative !== undefined)
    throw new ShapeError(`Trying to create tensor with negative dimension ${negative}: ${sizeText(given)}`);
  return call(repeatOp, [input], [], { repeats: given });
}

/** Like `repeat`, where missing leading repeats are 1. @example torch.tile(x, [2]) */
export function tile(input: Tensor, ...dims: Integers): Tensor {
  const given = integers(dims);
  const missing = Math.max(0, input.ndim - given.length);
  return repeat(input, [...new Array<number>(missing).fill(1), ...given]);
}
