/** Any view of a tensor's memory. */
import { dtypeInfo } from "../../dtype/dtype.ts";
import { ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type Layout, operation } from "../../graph/operation.ts";
import { numelOf } from "../../graph/type.ts";
import { call } from "../../tensor/call.ts";
import { fromHost } from "../../tensor/creation.ts";
import { stridedView, stridedWrite } from "../../tensor/strided.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { sizeText } from "./dims.ts";

const asStridedOp = operation<{ size: readonly number[]; strides: readonly number[] }>(
  "as_strided",
  ([base], [offset], { size, strides }) => stridedView(base, size, strides, offset),
  {
    gradName: "AsStridedBackward0",
    half: "keep",
    view: (_, { size, strides }, [offset]) => ({ shape: size, strides, offset }),
  },
);

/**
 * The view of the input's storage with the given sizes, strides and offset, in elements. Elements may overlap; their
 * gradients add up. The offset defaults to the input's.
 *
 * @throws ShapeError if the view reaches outside the storage.
 * @example torch.arange(6).asStrided([2, 3], [2, 1]) // [[0, 1, 2], [2, 3, 4]]
 */
export function asStrided(
  input: Tensor,
  size: readonly number[],
  stride: readonly number[],
  storageOffset?: number,
): Tensor {
  const offset = storageOffset ?? input.layout.offset;
  checkGeometry(input, size, stride, offset);
  if (input.region === null) return call(asStridedOp, [input], [offset], { size, strides: stride });
  // Of a view: of its storage, which may hold more than the view shows.
  const layout = { shape: size, strides: stride, offset };
  if (input.requiresGrad && input.history.edge === null) return withinView(input, layout);
  const result = new Tensor(input.storage, layout, input.current(), null, input.history);
  result.seen = -1;
  result.current();
  return result;
}

const withinOp = operation(
  "as_strided",
  ([x, places]) => m.reshape(m.gather(m.reshape(x, [x.numel]), 0, m.reshape(places, [places.numel])), places.shape),
  { gradName: "AsStridedBackward0", half: "keep" },
);

/** A leaf that is a view: the gradient goes to its own elements, so that the result may show no others. */
function withinView(input: Tensor, layout: Layout): Tensor {
  const own = new Map<number, bigint>();
  for (const [i, place] of placesOf(input.layout).entries()) own.set(place, BigInt(i));
  const places = placesOf(layout).map((place) => {
    const at = own.get(place);
    if (at === undefined)
      throw new ShapeError(
        "as_strided: the view shows elements outside of a leaf that requires grad; detach() it first",
      );
    return at;
  });
  const index = fromHost(BigInt64Array.from(places), layout.shape, "int64", input.device);
  const { value, edge, storage } = call(withinOp, [input, index]);
  value.storage = input.storage;
  value.version = input.storage.version;
  storage.edge = null;
  return new Tensor(input.storage, layout, value, edge);
}

/** Places in the storage of all elements, in row-major order. */
function placesOf({ shape, strides, offset }: Layout): number[] {
  return shape.reduce(
    (places, size, d) => places.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * strides[d])),
    [offset],
  );
}

function checkGeometry(input: Tensor, size: readonly number[], stride: readonly number[], offset: number): void {
  if (size.length !== stride.length) throw new ShapeError("mismatch in length of strides and shape");
  for (const step of stride)
    if (step < 0)
      throw new ShapeError(
        `as_strided: Negative strides are not supported at the moment, got strides: ${sizeText(stride)}`,
      );
  if (offset < 0) throw new ShapeError(`Tensor: invalid storage offset ${offset}`);
  if (numelOf(size) === 0) return;
  const last = size.reduce((at, n, d) => at + (n - 1) * stride[d], offset);
  const available = input.storage.current.type.numel;
  const bytes = dtypeInfo(input.dtype).bytes;
  if (last >= available)
    throw new ShapeError(
      `setStorage: sizes ${sizeText(size)}, strides ${sizeText(stride)}, storage offset ${offset}, and itemsize ${bytes} requiring a storage size of ${(last + 1) * bytes} are out of bounds for storage of size ${available * bytes}`,
    );
}

const asStridedScatterOp = operation<{ strides: readonly number[] }>(
  "as_strided_scatter",
  ([base, source], [offset], { strides }) => stridedWrite(base, source, strides, offset),
  { half: "keep" },
);

/** A copy of `input` in which the elements that `asStrided` would show are replaced by `src`. */
export function asStridedScatter(
  input: Tensor,
  src: Tensor,
  size: readonly number[],
  stride: readonly number[],
  storageOffset = 0,
): Tensor {
  checkGeometry(input, size, stride, storageOffset);
  if (sizeText(src.shape) !== sizeText(size))
    throw new ShapeError(
      `expected src to have a size equal to the slice of self. src size = ${sizeText(src.shape)}, slice size = ${sizeText(size)}`,
    );
  return call(asStridedScatterOp, [input, src], [storageOffset], { strides: stride });
}
