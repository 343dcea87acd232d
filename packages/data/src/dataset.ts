import { describeArgument, keywords } from "@cresset/core/extend";
import { IndexError, select, Tensor, ValueError } from "@cresset/core/functions";
import type { Collated } from "./collate.ts";
import { type Numbers, numbersOf } from "./sampler.ts";

export interface Dataset<T = unknown> {
  /**
   * The samples at `indices` as one batch, equal to what `defaultCollate` makes of them one by one. Where a data set has
   * it, a loader without `collateFn` uses it.
   */
  getBatch?(indices: readonly number[]): Collated<Awaited<NoInfer<T>>>;
}

/**
 * Samples by number: PyTorch's map-style data set. `get` may return a promise where the loader is used with `for await`. Whatever
 * has `length` and `get` is one, of this class or not.
 *
 * @example
 * class Squares extends Dataset<number> {
 *   readonly length = 10;
 *   get(index: number): number {
 *     return index * index;
 *   }
 * }
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: what the interface adds is optional.
export abstract class Dataset<T = unknown> {
  /** Number of samples. */
  abstract readonly length: number;
  /** Sample number `index`, from 0 to length - 1. */
  abstract get(index: number): T;
}

/** A data set, or an array of samples. */
export type DatasetLike<T> = Dataset<T> | readonly T[];

/** A data set over an array, or over a tensor's rows; anything else is returned as it is. */
export function asDataset<T>(source: DatasetLike<T>): Dataset<T> {
  // A loader's T is Tensor then: tensors are iterables of their rows.
  if (source instanceof Tensor) return rowsOf(source) as unknown as Dataset<T>;
  if (typeof source !== "object" || source === null || !("length" in source))
    throw new ValueError(
      `a data set must be an array or have length and get(index), but got ${describeArgument(source)}; for tensors: new TensorDataset(x, y)`,
    );
  if (!isArray(source) && typeof source.get !== "function")
    throw new ValueError("a data set must be an array or have length and get(index), but this one has no get");
  // A method `length`, as __len__ is one, would be a data set of no samples.
  if (!Number.isInteger(source.length) || source.length < 0)
    throw new ValueError(
      `a data set's length must be its number of samples, but got ${describeArgument(source.length)}`,
    );
  return isArray(source) ? { length: source.length, get: (index) => source[place(index, source.length)] } : source;
}

function rowsOf(tensor: Tensor): Dataset<Tensor> {
  if (tensor.ndim === 0) throw new ValueError("a tensor of no dimension has no rows to be samples");
  return { length: tensor.shape[0], get: (index) => select(tensor, 0, place(index, tensor.shape[0])) };
}

function isArray<T>(source: DatasetLike<T>): source is readonly T[] {
  return Array.isArray(source) || ArrayBuffer.isView(source);
}

/** An index counted from the front; negative ones count from the end. @throws IndexError if it is out of range. */
export function place(index: number, length: number): number {
  const at = index < 0 ? index + length : index;
  if (!Number.isInteger(at) || at < 0 || at >= length)
    throw new IndexError(`index ${index} is out of range for a data set of ${length} samples`);
  return at;
}

/**
 * Some samples of another data set, by their numbers there.
 *
 * @example const evens = new Subset(dataset, [0, 2, 4]);
 */
export class Subset<T> extends Dataset<T> {
  readonly dataset: Dataset<T>;
  readonly indices: readonly number[];
  override readonly getBatch?: (indices: readonly number[]) => Collated<Awaited<T>>;

  constructor(dataset: DatasetLike<T>, given: Numbers | { readonly indices: Numbers }) {
    super();
    const whole = asDataset(dataset);
    const indices = numbersOf(keywords<{ readonly indices: Numbers }>(["indices"], [given], 1).indices);
    this.dataset = whole;
    this.indices = indices;
    if (whole.getBatch !== undefined)
      this.getBatch = (numbers) =>
        batchOf(
          whole,
          numbers.map((i) => indices[place(i, indices.length)]),
        );
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number): T {
    return this.dataset.get(this.indices[place(index, this.indices.length)]);
  }
}

function batchOf<T>(dataset: Dataset<T>, indices: readonly number[]): Collated<Awaited<T>> {
  if (dataset.getBatch === undefined) throw new ValueError("the data set has no getBatch");
  return dataset.getBatch(indices);
}

/**
 * Several data sets one after another.
 *
 * @throws ValueError without any data set.
 * @example const all = new ConcatDataset([train, validation]);
 */
export class ConcatDataset<T> extends Dataset<T> {
  readonly datasets: readonly Dataset<T>[];
  /** How many samples there are up to the end of each data set. */
  readonly cumulativeSizes: readonly number[];

  constructor(datasets: Iterable<DatasetLike<T>>) {
    super();
    this.datasets = [...datasets].map((dataset) => asDataset(dataset));
    if (this.datasets.length === 0) throw new ValueError("datasets should not be an empty iterable");
    let total = 0;
    this.cumulativeSizes = this.datasets.map((dataset) => {
      total += dataset.length;
      return total;
    });
  }

  get length(): number {
    return this.cumulativeSizes[this.cumulativeSizes.length - 1];
  }

  /** @throws ValueError for an index out of range. */
  get(index: number): T {
    if (-index > this.length) throw new ValueError("absolute value of index should not exceed dataset length");
    const at = place(index, this.length);
    const which = this.cumulativeSizes.findIndex((end) => at < end);
    const start = which === 0 ? 0 : this.cumulativeSizes[which - 1];
    return this.datasets[which].get(at - start);
  }
}
