import type { HostArray } from "../../dtype/dtype.ts";
import { halfToFloat } from "../../dtype/half.ts";
import { fromHost } from "../../tensor/creation.ts";
import { requireNames } from "../../tensor/keywords.ts";
import { data, dataSync, knownData } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Keyword arguments of `nonzero`. */
export interface NonzeroOptions {
  /** One vector of positions for each dimension, instead of one matrix. */
  asTuple?: boolean;
}

/** Row-major numbers of the elements that are not 0 (of float16: whose bits are not 0 or -0). */
function nonzeroAt(values: HostArray, half: boolean): number[] {
  const at: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (half ? halfToFloat(Number(value)) !== 0 : value !== 0 && value !== 0n) at.push(i);
  }
  return at;
}

/** The coordinates of positions along each dimension. */
function coordinates(at: readonly number[], shape: readonly number[]): BigInt64Array<ArrayBuffer>[] {
  let stride = 1;
  const strides = new Array<number>(shape.length);
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return shape.map((size, d) => {
    const along = new BigInt64Array(at.length);
    for (const [i, position] of at.entries()) along[i] = BigInt(Math.floor(position / strides[d]) % size);
    return along;
  });
}

function matrixOf(input: Tensor, values: HostArray): Tensor {
  const at = nonzeroAt(values, input.dtype === "float16");
  const along = coordinates(at, input.shape);
  const rows = new BigInt64Array(at.length * along.length);
  for (const [d, column] of along.entries()) for (let i = 0; i < at.length; i++) rows[i * along.length + d] = column[i];
  return fromHost(rows, [at.length, along.length], "int64", input.device);
}

function vectorsOf(input: Tensor, values: HostArray): Tensor[] {
  const at = nonzeroAt(values, input.dtype === "float16");
  // A number counts as a vector of one element.
  const shape = input.ndim === 0 ? [1] : input.shape;
  return coordinates(at, shape).map((along) => fromHost(along, [at.length], "int64", input.device));
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
  const values = dataSync(input);
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
  return matrixOf(input, dataSync(input));
}
