import { defaultGenerator, type Generator, type GeneratorOption, ValueError } from "@cresset/core/functions";
import { type Collated, defaultCollate } from "./collate.ts";
import { asDataset, type Dataset, type DatasetLike } from "./dataset.ts";
import { BatchSampler, drawSeed, RandomSampler, SequentialSampler } from "./sampler.ts";

/** How a `DataLoader` makes batches. */
export interface DataLoaderOptions<T, B = Collated<T>> extends GeneratorOption {
  /** Samples in a batch; default 1. null: no batches, the loader gives samples as they are. */
  readonly batchSize?: number | null;
  /** Takes samples in random order, a new one each time; default false. */
  readonly shuffle?: boolean;
  /** The order of samples, instead of `shuffle`. */
  readonly sampler?: Iterable<number> & { readonly length: number };
  /** The batches, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  readonly batchSampler?: Iterable<readonly number[]> & { readonly length: number };
  /** Leaves out a last batch that is not full; default false. */
  readonly dropLast?: boolean;
  /** Makes a batch of samples; default `defaultCollate`. Without batches, it gets one sample at a time; default: none. */
  readonly collateFn?: (samples: T[]) => B;
}

/**
 * Gives a data set in batches: `for (const [xb, yb] of loader)`, or `for await` where samples are promises. Random orders
 * are PyTorch's of the same seed.
 *
 * @param dataset a data set or an array.
 * @throws ValueError for options that exclude each other, and for `shuffle` of an empty data set.
 * @example
 * const loader = new DataLoader(new TensorDataset(x, y), { batchSize: 32, shuffle: true });
 * for (const [xb, yb] of loader) {
 *   const loss = lossFunc(model(xb), yb);
 * }
 */
export class DataLoader<T, B = Collated<Awaited<T>>> implements Iterable<B>, AsyncIterable<B> {
  readonly dataset: Dataset<T>;
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  readonly sampler: Iterable<number> & { readonly length: number };
  readonly batchSampler: (Iterable<readonly number[]> & { readonly length: number }) | null;
  readonly generator: Generator | null;
  private readonly collateFn: ((samples: Awaited<T>[]) => B) | null;

  constructor(dataset: DatasetLike<T>, options: DataLoaderOptions<Awaited<T>, B> = {}) {
    refuseConflicts(options);
    const { shuffle = false, batchSampler, generator } = options;
    const whole = asDataset(dataset);
    this.dataset = whole;
    this.dropLast = options.dropLast ?? false;
    this.generator = generator ?? null;
    this.collateFn = options.collateFn ?? null;
    this.sampler =
      options.sampler ?? (shuffle ? new RandomSampler(whole, { generator }) : new SequentialSampler(whole));
    if (batchSampler !== undefined) {
      this.batchSize = null;
      this.batchSampler = batchSampler;
    } else {
      this.batchSize = options.batchSize === undefined ? 1 : options.batchSize;
      this.batchSampler =
        this.batchSize === null ? null : new BatchSampler(this.sampler, this.batchSize, this.dropLast);
    }
  }

  /** Number of batches (of samples, without batches). */
  get length(): number {
    return (this.batchSampler ?? this.sampler).length;
  }

  /** @throws ValueError where a sample is a promise: use `for await`. */
  [Symbol.iterator](): IterableIterator<B> {
    return this.batches(this.drawBaseSeed());
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    return this.batchesAwaited(this.drawBaseSeed());
  }

  /** PyTorch draws a seed for worker processes at the start of every iteration, also without workers. */
  private drawBaseSeed(): bigint {
    return drawSeed(this.generator ?? defaultGenerator);
  }

  private *batches(_baseSeed: bigint): IterableIterator<B> {
    if (this.batchSampler === null) {
      for (const index of this.sampler) yield this.converted(settled(this.dataset.get(index)));
      return;
    }
    for (const indices of this.batchSampler)
      yield this.batchAt(indices) ?? this.collated(indices.map((index) => settled(this.dataset.get(index))));
  }

  private async *batchesAwaited(_baseSeed: bigint): AsyncIterableIterator<B> {
    if (this.batchSampler === null) {
      for (const index of this.sampler) yield this.converted(await this.dataset.get(index));
      return;
    }
    for (const indices of this.batchSampler)
      yield this.batchAt(indices) ?? this.collated(await Promise.all(indices.map((index) => this.dataset.get(index))));
  }

  /** A whole batch from the data set, where it can make one. */
  private batchAt(indices: readonly number[]): B | undefined {
    if (this.collateFn !== null) return undefined;
    // Without `collateFn`, B is the collated type.
    return this.dataset.getBatch?.(indices) as B | undefined;
  }

  private collated(samples: Awaited<T>[]): B {
    return this.collateFn === null ? (defaultCollate(samples) as B) : this.collateFn(samples);
  }

  private converted(sample: Awaited<T>): B {
    // Without batches and `collateFn`, a sample is given as it is.
    return this.collateFn === null ? (sample as unknown as B) : this.collateFn([sample]);
  }
}

function settled<T>(sample: T): Awaited<T> {
  if (sample instanceof Promise)
    throw new ValueError("the data set's samples are promises: iterate with for await (const batch of loader)");
  return sample as Awaited<T>;
}

function refuseConflicts(options: DataLoaderOptions<never, unknown>): void {
  const { batchSize, shuffle = false, sampler, batchSampler, dropLast = false } = options;
  if (sampler !== undefined && shuffle) throw new ValueError("sampler option is mutually exclusive with shuffle");
  if (batchSampler !== undefined) {
    if ((batchSize !== undefined && batchSize !== 1) || shuffle || sampler !== undefined || dropLast)
      throw new ValueError(
        "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last",
      );
  } else if (batchSize === null && dropLast)
    throw new ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last");
}
