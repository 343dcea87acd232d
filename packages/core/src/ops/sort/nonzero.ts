import type { HostArray } from "../../dtype/dtype.ts";
import { halvesOf } from "../../dtype/int64.ts";
import { fromHost } from "../../tensor/creation.ts";
import { requireNames } from "../../tensor/keywords.ts";
import { data, knownData, peekSync } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Keyword arguments of `nonzero`. */
export interface NonzeroOptions {
  /** One vector of positions for each dimension, instead of one matrix. */
  asTuple?: boolean;
}

/** Elements that are 0 where those given are (of float16: where their bits are 0 or -0). */
function bytesOf(values: HostArray, half: boolean): Uint8Array {
  if (values instanceof Uint8Array) return values;
  const bytes = new Uint8Array(values.length);
  if (values instanceof BigInt64Array) {
    const halves = halvesOf(values);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (halves[2 * i] | halves[2 * i + 1]) === 0 ? 0 : 1;
  } else if (half) for (let i = 0; i < bytes.length; i++) bytes[i] = (values[i] & 0x7fff) === 0 ? 0 : 1;
  else for (let i = 0; i < bytes.length; i++) bytes[i] = values[i] === 0 ? 0 : 1;
  return bytes;
}

/** 1 for an element that is not 0: where nothing branches on elements, they may be in any order. */
const truth = (byte: number): number => -byte >>> 31;

function countTrue(bytes: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) count += truth(bytes[i]);
  return count;
}

/** Writes the numbers of true elements, of which there are `count`, to halves of int64. */
function writePositions(bytes: Uint8Array, count: number, halves: Int32Array): void {
  // No array is so long that a position has more than 32 bits. The next element overwrites what is written for a zero.
  for (let i = 0, n = 0; n < count; i++) {
    halves[2 * n] = i;
    n += truth(bytes[i]);
  }
}

/** Row-major numbers of the elements that are not 0, as int64. */
export function nonzeroAt(values: HostArray, half = false): BigInt64Array<ArrayBuffer> {
  const bytes = bytesOf(values, half);
  const at = new BigInt64Array(countTrue(bytes));
  writePositions(bytes, at.length, halvesOf(at));
  return at;
}

/** The coordinates of positions along each dimension: those along dimension d from `d * start` on, `step` apart. */
function coordinates(
  at: BigInt64Array<ArrayBuffer>,
  shape: readonly number[],
  start: number,
  step: number,
): BigInt64Array<ArrayBuffer> {
  const result = new BigInt64Array(at.length * shape.length);
  const [from, to] = [halvesOf(at), halvesOf(result)];
  for (let i = 0; i < at.length; i++) {
    let rest = from[2 * i] >>> 0;
    for (let d = shape.length - 1; d >= 0; d--) {
      const above = Math.floor(rest / shape[d]);
      to[2 * (d * start + i * step)] = rest - above * shape[d];
      rest = above;
    }
  }
  return result;
}

function matrixOf(input: Tensor, values: HostArray): Tensor {
  const at = nonzeroAt(values, input.dtype === "float16");
  const { shape } = input;
  const rows = shape.length === 1 ? at : coordinates(at, shape, 1, shape.length);
  return fromHost(rows, [at.length, shape.length], "int64", input.device);
}

function vectorsOf(input: Tensor, values: HostArray): Tensor[] {
  const at = nonzeroAt(values, input.dtype === "float16");
  // A number counts as a vector of one element.
  const shape = input.ndim === 0 ? [1] : input.shape;
  const { length } = at;
  const along = shape.length === 1 ? at : coordinates(at, shape, length, 1);
  return shape.map((_, d) => fromHost(along.slice(d * length, (d + 1) * length), [length], "int64", input.device));
}

/**
 * The positions of the elements that are not zero, [n, dimensions] int64, in row-major order; with `asTuple`, a list of
 * one vector [n] for each dimension. How many there are depends on values, so the result is awaited.
 *
 * @example
 * await torch.nonzero(torch.tensor([5, 0, 7])) // tensor([[0], [2]])
 */
export function nonzero(input: Tensor, options?: { asTuple?: false }): Promise<Tensor>;
export function nonzero(input: Tensor, options: { asTuple: true }): Promise<Tensor[]>;
export function nonzero(input: Tensor, options?: NonzeroOptions): Promise<Tensor | Tensor[]>;
export async function nonzero(input: Tensor, options: NonzeroOptions = {}): Promise<Tensor | Tensor[]> {
  requireNames(options, ["asTuple"]);
  const values = await data(input);
  return options.asTuple ? vectorsOf(input, values) : matrixOf(input, values);
}

/** `nonzero` at once, on devices that can be read so. */
export function nonzeroSync(input: Tensor, options?: { asTuple?: false }): Tensor;
export function nonzeroSync(input: Tensor, options: { asTuple: true }): Tensor[];
export function nonzeroSync(input: Tensor, options?: NonzeroOptions): Tensor | Tensor[];
export function nonzeroSync(input: Tensor, options: NonzeroOptions = {}): Tensor | Tensor[] {
  requireNames(options, ["asTuple"]);
  const values = peekSync(input);
  return options.asTuple ? vectorsOf(input, values) : matrixOf(input, values);
}

/** The vectors of `nonzeroSync`, also where a device is read asynchronously and the host knows the values. */
export function nonzeroKnown(input: Tensor): Tensor[] {
  return vectorsOf(input, knownData(input));
}

/** `nonzero` as a matrix. */
export async function argwhere(input: Tensor): Promise<Tensor> {
  return matrixOf(input, await data(input));
}

/** `argwhere` at once, on devices that can be read so. */
export function argwhereSync(input: Tensor): Tensor {
  return matrixOf(input, peekSync(input));
}
