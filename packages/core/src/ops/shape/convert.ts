/** Copies and other dtypes. */

import { type DType, dtypes } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { mode } from "../../runtime/mode.ts";
import { call } from "../../tensor/call.ts";
import { cloneOp, toOp } from "../../tensor/clone.ts";
import { isContiguous } from "../../tensor/layout.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** A copy with a storage of its own; gradients flow through. `detach()` drops the history without copying. */
export function clone(input: Tensor): Tensor {
  const copy = call(cloneOp, [input]);
  // Cloning asks to keep a value: evaluations that overwrite what it depends on compute it first.
  input.value.kept = true;
  copy.value.kept = true;
  return copy;
}

/** The tensor itself if its elements lie in row-major order, else a copy in which they do. */
export function contiguous(input: Tensor): Tensor {
  return isContiguous(input.layout) ? input : call(cloneOp, [input]);
}

/** The same storage without the history: no gradient flows through. In-place writes are seen by both. */
export function detach(input: Tensor): Tensor {
  const value = input.current();
  value.kept = true;
  return new Tensor(input.storage, input.region, value, null, { edge: null, region: input.region });
}

/**
 * The tensor in another dtype; itself if it has that dtype. Floats become integers by dropping the fraction, integers
 * wrap, bool is whether a value is not zero.
 *
 * @throws DTypeError if the device lacks the dtype.
 */
export function toDtype(input: Tensor, dtype: DType): Tensor {
  return input.dtype === dtype ? input : call(toOp, [input], [], { dtype });
}

/** The tensor in the dtype of `other`. */
export function typeAs(input: Tensor, other: Tensor): Tensor {
  return toDtype(input, other.dtype);
}

/** The tensor as float32. */
export function float(input: Tensor): Tensor {
  return toDtype(input, "float32");
}

/** The tensor as float64. */
export function double(input: Tensor): Tensor {
  return toDtype(input, "float64");
}

/** The tensor as float16. */
export function half(input: Tensor): Tensor {
  return toDtype(input, "float16");
}

/** The tensor as int64. */
export function long(input: Tensor): Tensor {
  return toDtype(input, "int64");
}

/** The tensor as int32. */
export function int(input: Tensor): Tensor {
  return toDtype(input, "int32");
}

/** The tensor as int16. */
export function short(input: Tensor): Tensor {
  return toDtype(input, "int16");
}

/** The tensor as int8. */
export function char(input: Tensor): Tensor {
  return toDtype(input, "int8");
}

/** The tensor as uint8. */
export function byte(input: Tensor): Tensor {
  return toDtype(input, "uint8");
}

/** The tensor as bool. */
export function bool(input: Tensor): Tensor {
  return toDtype(input, "bool");
}

const copyOp = operation<{ dtype: DType; shape: readonly number[] }>(
  "copy",
  ([x], _, { dtype, shape }) => m.broadcastTo(m.cast(x, dtype), shape),
  { gradName: "CopyBackwards", half: "keep" },
);

/** Over what has a history: its gradients go on as zeros. */
const copyOverOp = operation<{ dtype: DType; shape: readonly number[] }>(
  "copy",
  ([, x], _, { dtype, shape }) => m.broadcastTo(m.cast(x, dtype), shape),
  { gradName: "CopyBackwards", half: "keep" },
);

/**
 * The elements of `source` in the dtype and shape of `input`: `x.copy_(source)` writes them.
 *
 * @throws ShapeError if `source` does not broadcast to the input's shape.
 */
export function copy(input: Tensor, source: Tensor): Tensor {
  const { shape, dtype } = input;
  const lead = shape.length - source.ndim;
  if (lead < 0 || source.shape.some((size, d) => size !== 1 && size !== shape[lead + d]))
    throw new ShapeError(
      `output with shape [${shape.join(", ")}] doesn't match the broadcast shape [${source.shape.join(", ")}]`,
    );
  return mode.gradEnabled && input.requiresGrad
    ? call(copyOverOp, [input, source], [], { dtype, shape })
    : call(copyOp, [source], [], { dtype, shape });
}

/**
 * Without a dtype, PyTorch's name of the type, such as "torch.FloatTensor"; with one (or such a name), the tensor in that dtype.
 *
 * @throws ValueError for another name.
 */
export function type(input: Tensor): string;
export function type(input: Tensor, dtype: DType | `torch.${string}Tensor`): Tensor;
export function type(input: Tensor, dtype?: string): string | Tensor {
  const name = (of: DType): string => `torch.${pytorchName(of)}Tensor`;
  if (dtype === undefined) return name(input.dtype);
  const found = dtypes.find((each) => each === dtype || name(each) === dtype);
  if (found === undefined) throw new ValueError(`invalid type: '${dtype}'`);
  return toDtype(input, found);
}
