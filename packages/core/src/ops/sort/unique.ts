/** Different elements, or different slices along a dimension. Results have as many as there are, so they are awaited. */
import { type HostArray, hostArray } from "../../dtype/dtype.ts";
import { halfToFloat } from "../../dtype/half.ts";
import { halvesOf } from "../../dtype/int64.ts";
import { ShapeError } from "../../errors.ts";
import { fromHost } from "../../tensor/creation.ts";
import { data, peekSync } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";
import { toDtype } from "../shape/convert.ts";
import { normalizeDim } from "../shape/dims.ts";
import { reshape } from "../shape/reshape.ts";
import { argsort } from "./sort.ts";

/** Keyword arguments of `unique` and `uniqueConsecutive`. */
export interface UniqueOptions {
  /** Results are sorted either way; of `unique` only. */
  sorted?: boolean;
  /** Also gives, for each element (slice), the position of its value in the result. */
  returnInverse?: boolean;
  /** Also gives how often each value occurs. */
  returnCounts?: boolean;
  /** Compares slices along it instead of elements. */
  dim?: number | null;
}

/** Rows to compare: element k of row i is `keys[i * width + k]`. */
interface Rows {
  readonly count: number;
  readonly width: number;
  readonly keys: HostArray;
}

/** A row for each element, or for each slice along `dim`, in order. */
function rowsOf(values: HostArray, { dtype, shape }: Tensor, dim: number | null): Rows {
  const all = dtype === "float16" ? Float32Array.from(values as Uint16Array, halfToFloat) : values;
  if (dim === null) return { count: all.length, width: 1, keys: all };
  const positions = slicePositions(shape, dim);
  const keys = all.slice();
  for (let i = 0; i < positions.length; i++) keys[i] = all[positions[i]];
  const count = shape[dim];
  return { count, width: count === 0 ? 0 : positions.length / count, keys };
}

/** Row-major positions of the elements, slice by slice along `dim`, in PyTorch's order: as if it were exchanged with the first. */
function slicePositions(shape: readonly number[], dim: number): number[] {
  const size = shape[dim];
  const inner = shape.slice(dim + 1).reduce((n, s) => n * s, 1);
  const first = dim === 0 ? 1 : shape[0];
  const between = shape.slice(1, Math.max(dim, 1)).reduce((n, s) => n * s, 1);
  const positions: number[] = [];
  for (let i = 0; i < size; i++)
    for (let b = 0; b < between; b++)
      for (let a = 0; a < first; a++)
        for (let k = 0; k < inner; k++) positions.push(((a * between + b) * size + i) * inner + k);
  return positions;
}

/** The order of two rows; NaN is the greatest, and differs from itself. */
function compareRows({ keys, width }: Rows, a: number, b: number): number {
  for (let k = 0; k < width; k++) {
    const x = keys[a * width + k];
    const y = keys[b * width + k];
    if (x < y) return -1;
    if (x > y) return 1;
    if (x !== y) return Number.isNaN(x) && Number.isNaN(y) ? 0 : Number.isNaN(x) ? 1 : -1;
  }
  return 0;
}

/** Whether two rows of numbers are equal; NaN is equal to nothing. */
function sameRow(cells: ArrayLike<number>, width: number, a: number, b: number): boolean {
  for (let k = 0; k < width; k++) if (cells[a * width + k] !== cells[b * width + k]) return false;
  return true;
}

/** Positions that a device gave, which have no more than 32 bits. */
function positionsOf(sorted: HostArray): Uint32Array {
  const halves = halvesOf(sorted as BigInt64Array<ArrayBuffer>);
  const positions = new Uint32Array(sorted.length);
  for (let i = 0; i < positions.length; i++) positions[i] = halves[2 * i];
  return positions;
}

/** Walks rows in the order given and joins equal neighbours; writes which of them each row became to the halves `inverse`. */
function distinct(
  { count, width, keys }: Rows,
  order: Uint32Array,
  inverse: Int32Array | null,
): { first: number[]; counts: number[] } {
  const starts =
    keys instanceof BigInt64Array ? startsOf(halvesOf(keys), 2 * width, order) : startsOf(keys, width, order);
  if (inverse !== null)
    for (const [k, start] of starts.entries()) {
      const end = starts[k + 1] ?? count;
      // The high half stays 0.
      for (let i = start; i < end; i++) inverse[2 * order[i]] = k;
    }
  return {
    first: starts.map((start) => order[start]),
    counts: starts.map((start, k) => (starts[k + 1] ?? count) - start),
  };
}

/** Where in the order rows stand that differ from those before them. */
function startsOf(cells: ArrayLike<number>, width: number, order: Uint32Array): number[] {
  const starts: number[] = [];
  for (let i = 0; i < order.length; i++) if (i === 0 || !sameRow(cells, width, order[i - 1], order[i])) starts.push(i);
  return starts;
}

/** The order that sorts all elements, by the device; null where slices along a dimension are compared instead. */
function elementOrder(input: Tensor, { dim = null }: UniqueOptions): Tensor | null {
  if (dim !== null && input.ndim > 0) return null;
  return argsort(reshape(input.dtype === "bool" ? toDtype(input, "uint8") : input, [input.numel()]));
}

/** @param sorted what `elementOrder` gives, read. */
function found(
  input: Tensor,
  values: HostArray,
  options: UniqueOptions,
  sorted: HostArray | null,
  consecutive = false,
): Tensor | Tensor[] {
  const dim = options.dim === undefined || options.dim === null ? null : normalizeDim(options.dim, input.ndim);
  if (dim !== null && input.numel() === 0 && input.shape[dim] !== 0)
    throw new ShapeError(`There are 0 sized dimensions, and they aren't selected, so unique cannot be applied`);
  if (dim !== null && input.shape.filter((size) => size === 0).length > 1)
    throw new ShapeError("Number of zero sized dimensions is more than one, so unique cannot be applied ");
  const rows = rowsOf(values, input, dim !== null && input.ndim > 0 ? dim : null);
  const order = sorted === null ? new Uint32Array(rows.count).map((_, i) => i) : positionsOf(sorted);
  if (sorted === null && !consecutive) order.sort((a, b) => compareRows(rows, a, b));
  const inverse = options.returnInverse ? new BigInt64Array(rows.count) : null;
  const { first, counts } = distinct(rows, order, inverse && halvesOf(inverse));
  const results = [picked(input, values, dim !== null && input.ndim > 0 ? dim : null, first)];
  if (inverse !== null)
    results.push(fromHost(inverse, dim === null ? input.shape : [rows.count], "int64", input.device));
  if (options.returnCounts)
    results.push(fromHost(BigInt64Array.from(counts, BigInt), [counts.length], "int64", input.device));
  return results.length === 1 ? results[0] : results;
}

/** The elements (slices) with the given numbers. */
function picked(input: Tensor, values: HostArray, dim: number | null, which: readonly number[]): Tensor {
  const shape = dim === null ? [which.length] : input.shape.with(dim, which.length);
  const count = shape.reduce((n, size) => n * size, 1);
  const out = hostArray(input.dtype, count);
  const inner = dim === null ? 1 : input.shape.slice(dim + 1).reduce((n, s) => n * s, 1);
  const size = dim === null ? values.length : input.shape[dim];
  for (let i = 0; i < count; i++) {
    const slice = which[Math.floor(i / inner) % which.length];
    const outer = Math.floor(i / (inner * which.length));
    out[i] = values[(outer * size + slice) * inner + (i % inner)];
  }
  return fromHost(out, shape, input.dtype, input.device);
}

const uniqueNames = ["sorted", "returnInverse", "returnCounts", "dim"] as const;
const consecutiveNames = ["returnInverse", "returnCounts", "dim"] as const;

type Flag = boolean | UniqueOptions;
type Last = number | UniqueOptions | null;

/**
 * The different elements, sorted; with `dim`, the different slices along it, in lexicographic order. With
 * `returnInverse` and `returnCounts` a list: the values, then the inverse, then the counts.
 *
 * @example
 * const [values, counts] = await torch.unique(torch.tensor([2, 1, 2]), { returnCounts: true });
 * // tensor([1., 2.]), tensor([1, 2])
 */
export function unique(input: Tensor): Promise<Tensor>;
export function unique(
  input: Tensor,
  options: UniqueOptions & ({ returnInverse: true } | { returnCounts: true }),
): Promise<Tensor[]>;
export function unique(
  input: Tensor,
  sorted?: Flag,
  returnInverse?: Flag,
  returnCounts?: Flag,
  dim?: Last,
): Promise<Tensor | Tensor[]>;
export async function unique(input: Tensor, ...values: readonly unknown[]): Promise<Tensor | Tensor[]> {
  const options = keywords<UniqueOptions>(uniqueNames, values);
  const elements = data(input);
  const order = elementOrder(input, options);
  return found(input, await elements, options, order && (await data(order)));
}

/** `unique` at once, on devices that can be read so. */
export function uniqueSync(input: Tensor): Tensor;
export function uniqueSync(
  input: Tensor,
  options: UniqueOptions & ({ returnInverse: true } | { returnCounts: true }),
): Tensor[];
export function uniqueSync(
  input: Tensor,
  sorted?: Flag,
  returnInverse?: Flag,
  returnCounts?: Flag,
  dim?: Last,
): Tensor | Tensor[];
export function uniqueSync(input: Tensor, ...values: readonly unknown[]): Tensor | Tensor[] {
  const options = keywords<UniqueOptions>(uniqueNames, values);
  const elements = peekSync(input);
  const order = elementOrder(input, options);
  return found(input, elements, options, order && peekSync(order));
}

/** Drops elements (slices along `dim`) that are equal to the one before. */
export function uniqueConsecutive(input: Tensor): Promise<Tensor>;
export function uniqueConsecutive(
  input: Tensor,
  options: UniqueOptions & ({ returnInverse: true } | { returnCounts: true }),
): Promise<Tensor[]>;
export function uniqueConsecutive(
  input: Tensor,
  returnInverse?: Flag,
  returnCounts?: Flag,
  dim?: Last,
): Promise<Tensor | Tensor[]>;
export async function uniqueConsecutive(input: Tensor, ...values: readonly unknown[]): Promise<Tensor | Tensor[]> {
  return found(input, await data(input), keywords<UniqueOptions>(consecutiveNames, values), null, true);
}

/** `uniqueConsecutive` at once, on devices that can be read so. */
export function uniqueConsecutiveSync(input: Tensor): Tensor;
export function uniqueConsecutiveSync(
  input: Tensor,
  options: UniqueOptions & ({ returnInverse: true } | { returnCounts: true }),
): Tensor[];
export function uniqueConsecutiveSync(
  input: Tensor,
  returnInverse?: Flag,
  returnCounts?: Flag,
  dim?: Last,
): Tensor | Tensor[];
export function uniqueConsecutiveSync(input: Tensor, ...values: readonly unknown[]): Tensor | Tensor[] {
  return found(input, peekSync(input), keywords<UniqueOptions>(consecutiveNames, values), null, true);
}
