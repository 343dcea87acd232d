/** Elements chosen by a mask of booleans. */
import type { HostArray } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { isScalar, type Scalar } from "../../runtime/scalar.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import { fromHost } from "../../tensor/creation.ts";
import { type ByName, keywords } from "../../tensor/keywords.ts";
import { data, peekSync } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { fitted } from "../creation/fill.ts";
import { broadcastTensors } from "../shape/expand.ts";
import { nonzeroAt } from "../sort/nonzero.ts";

const chosen = (mask: Term): Term =>
  mask.dtype === "bool"
    ? mask
    : m.ne(
        m.check(mask, m.le(mask, 1), { error: "ValueError", message: "Mask tensor can take 0 and 1 values only" }),
        0,
      );

const fillOp = operation(
  "masked_fill",
  ([x, mask], [value]) => m.where(chosen(mask), m.broadcastTo(m.cast(value, x.dtype), x.shape), x),
  { gradName: "MaskedFillBackward0", half: "keep" },
);
const fillTensorOp = operation(
  "masked_fill",
  ([x, mask, value]) => m.where(chosen(mask), m.broadcastTo(m.cast(value, x.dtype), x.shape), x),
  { gradName: "MaskedFillBackward1", half: "keep" },
);

interface MaskedFillParameters {
  readonly mask: Tensor;
  readonly value: Scalar | Tensor;
}

/**
 * `input` with `value`, a number or a tensor of no dimension, where `mask` is true; input and mask broadcast.
 *
 * @throws DTypeError unless the mask is bool; ShapeError if the value has dimensions.
 * @example scores.maskedFill(mask, -Infinity).softmax(-1)
 */
export function maskedFill(
  input: Tensor,
  ...given: readonly [mask: Tensor, value: Scalar | Tensor] | ByName<MaskedFillParameters, ["mask", "value"]>
): Tensor {
  const { mask, value } = keywords<MaskedFillParameters>(["mask", "value"], given, 2);
  requireTensors("masked_fill", [input, mask]);
  if (mask.dtype !== "bool" && mask.dtype !== "uint8")
    throw new DTypeError(`masked_fill_ only supports boolean masks, but got mask with dtype ${mask.dtype}`);
  m.broadcastShapes(mask.shape, input.shape);
  if (isScalar(value)) return call(fillOp, [input, mask], [fitted(value, input.dtype)]);
  if (value.ndim !== 0)
    throw new ShapeError(
      `masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`,
    );
  return call(fillTensorOp, [input, mask, value]);
}

const selectOp = operation("masked_select", ([x, places]) => m.gather(m.reshape(x, [x.numel]), 0, places), {
  half: "keep",
});

function aligned(input: Tensor, mask: Tensor): Tensor[] {
  requireTensors("masked_select", [input, mask]);
  if (mask.dtype !== "bool" && mask.dtype !== "uint8")
    throw new DTypeError("masked_select: expected BoolTensor or ByteTensor for mask");
  const [where, x] = broadcastTensors(mask, input);
  return [x, where];
}

function selectAt(input: Tensor, mask: HostArray): Tensor {
  const places = nonzeroAt(mask);
  return call(selectOp, [input, fromHost(places, [places.length], "int64", input.device)]);
}

/**
 * The elements of `input` where `mask` is true, in a vector; both broadcast. How many there are depends on values, so the
 * result is awaited.
 *
 * @throws DTypeError unless the mask is bool.
 */
export async function maskedSelect(input: Tensor, mask: Tensor): Promise<Tensor> {
  const [x, where] = aligned(input, mask);
  return selectAt(x, await data(where));
}

/** `maskedSelect` at once. @throws DeviceError on devices that read asynchronously. */
export function maskedSelectSync(input: Tensor, mask: Tensor): Tensor {
  const [x, where] = aligned(input, mask);
  return selectAt(x, peekSync(where));
}

/** For each element of a mask, how many true ones come before it. */
export function rankOf(mask: Term): Term {
  const counts = m.cast(m.reshape(mask, [mask.numel]), "int64");
  return m.sub(m.scan("sum", counts, 0), counts);
}

const scatterOp = operation(
  "masked_scatter",
  ([x, mask, source]) => {
    const shape = m.broadcastShapes(x.shape, mask.shape);
    const where = m.broadcastTo(chosen(mask), shape);
    const base = m.broadcastTo(x, shape);
    const count = m.sum(m.cast(where, "int64"));
    const checked = m.check(base, m.le(count, source.numel), {
      error: "ShapeError",
      message: "Number of elements of source < number of ones in mask",
    });
    if (source.numel === 0 || base.numel === 0) return checked;
    const places = m.minimum(rankOf(where), source.numel - 1);
    const values = m.gather(m.reshape(source, [source.numel]), 0, places);
    return m.where(where, m.reshape(values, shape), checked);
  },
  { half: "keep" },
);

/**
 * `input` with the elements of `source`, in order, where `mask` is true; input and mask broadcast.
 *
 * @throws DTypeError if dtypes differ; ShapeError, at evaluation, if the source has too few elements.
 */
export function maskedScatter(input: Tensor, mask: Tensor, source: Tensor): Tensor {
  requireTensors("masked_scatter", [input, mask, source]);
  if (input.dtype !== source.dtype)
    throw new DTypeError(
      `masked_scatter: expected self and source to have same dtypes but got${pytorchName(input.dtype)} and ${pytorchName(source.dtype)}`,
    );
  if (mask.dtype !== "bool" && mask.dtype !== "uint8")
    throw new DTypeError(`masked_scatter_ only supports boolean masks, but got mask with dtype ${mask.dtype}`);
  m.broadcastShapes(mask.shape, input.shape);
  return call(scatterOp, [input, mask, source]);
}
