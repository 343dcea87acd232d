/** Random numbers are drawn in the order of a tensor's memory; these put them where they belong. */
import type { DType, HostArray } from "../../dtype/dtype.ts";
import { hostArray } from "../../dtype/dtype.ts";
import type { Layout } from "../../graph/operation.ts";
import { contiguousStrides, numelOf } from "../../graph/type.ts";
import type { Generator } from "../../runtime/generator.ts";
import { fromHost } from "../../tensor/creation.ts";
import { isContiguous } from "../../tensor/layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Draws `length` numbers; `contiguous` says how the tensor to fill lies in memory. */
export type Draw = (generator: Generator, dtype: DType, length: number, contiguous: boolean) => HostArray;

/** Dimensions from the farthest apart in memory to the nearest; of equally far ones, the earlier first. */
function memoryOrder(layout: Layout): number[] {
  const { strides } = layout;
  return strides.map((_, d) => d).sort((a, b) => strides[b] - strides[a]);
}

/** Whether elements in row-major order are in memory order. */
function isOrdered(layout: Layout): boolean {
  let last = Number.POSITIVE_INFINITY;
  for (const [d, stride] of layout.strides.entries()) {
    if (layout.shape[d] === 1) continue;
    if (stride > last) return false;
    last = stride;
  }
  return true;
}

interface Elements {
  [index: number]: number | bigint;
}

/** Numbers in memory order, as a row-major array. */
function toRowMajor(numbers: HostArray, dtype: DType, layout: Layout): HostArray {
  if (isOrdered(layout) || numbers.length < 2) return numbers;
  const order = memoryOrder(layout);
  const sizes = order.map((d) => layout.shape[d]);
  const rowMajor = contiguousStrides(layout.shape);
  const strides = order.map((d) => rowMajor[d]);
  const out = hostArray(dtype, numbers.length);
  const at = order.map(() => 0);
  let place = 0;
  for (let i = 0; i < numbers.length; i++) {
    (out as Elements)[place] = numbers[i];
    for (let d = sizes.length - 1; d >= 0; d--) {
      place += strides[d];
      if (++at[d] < sizes[d]) break;
      place -= strides[d] * sizes[d];
      at[d] = 0;
    }
  }
  return out;
}

/**
 * A tensor of numbers in row-major order, drawn at once; or, where draws wait for values of the device, when it is their turn.
 *
 * @throws DeviceError where draws wait and the tensor's own device is read at once.
 */
export function drawNumbers(
  generator: Generator,
  draw: (generator: Generator, length: number) => HostArray,
  shape: readonly number[],
  dtype: DType,
  device: string | undefined,
): Tensor {
  const { waiting } = generator;
  return waiting === null
    ? fromHost(draw(generator, numelOf(shape)), shape, dtype, device)
    : waiting.tensor(draw, shape, dtype, device);
}

/** A new tensor of a shape. */
export function drawNew(
  shape: readonly number[],
  dtype: DType,
  device: string | undefined,
  generator: Generator,
  draw: Draw,
): Tensor {
  return drawNumbers(generator, (stream, length) => draw(stream, dtype, length, true), shape, dtype, device);
}

/** A new tensor of another's shape, drawn in the order of the other's memory, as PyTorch's `…_like` functions do. */
export function drawLike(like: Tensor, dtype: DType, device: string, generator: Generator, draw: Draw): Tensor {
  const { layout, shape } = like;
  const ordered = isOrdered(layout);
  const numbers = (stream: Generator, length: number) =>
    toRowMajor(draw(stream, dtype, length, ordered), dtype, layout);
  return drawNumbers(generator, numbers, shape, dtype, device);
}

/** New values for a tensor that is about to be filled. */
export function drawInto(target: Tensor, generator: Generator, draw: Draw): Tensor {
  const { layout, dtype, shape, device } = target;
  const contiguous = isContiguous(layout);
  const numbers = (stream: Generator, length: number) =>
    toRowMajor(draw(stream, dtype, length, contiguous), dtype, layout);
  return drawNumbers(generator, numbers, shape, dtype, device);
}
