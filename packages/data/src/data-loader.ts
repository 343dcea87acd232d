import { computeApart, keywords } from "@cresset/core/extend";
import { defaultGenerator, type Generator, type GeneratorOption, ValueError } from "@cresset/core/functions";
import { type Collated, columnsOf, defaultCollate } from "./collate.ts";
import { asDataset, type Dataset, type DatasetLike } from "./dataset.ts";
import { asyncIteratorOf, isStream, iteratorOf, type Stream } from "./iterable-dataset.ts";
import { inFlight } from "./prefetch.ts";
import { BatchSampler, drawSeed, EndlessSampler, RandomSampler, SequentialSampler } from "./sampler.ts";

/** How a `DataLoader` makes batches. */
export interface DataLoaderOptions<T, B = Collated<T>> extends GeneratorOption {
  /** Samples in a batch; default 1. null: no batches, the loader gives samples as they are. */
  readonly batchSize?: number | null;
  /** Takes samples in random order, a new one each time; default false. Streams have their own order. */
  readonly shuffle?: boolean;
  /** The order of samples, instead of `shuffle`. */
  readonly sampler?: Iterable<number> & { readonly length: number };
  /** The batches, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  readonly batchSampler?: Iterable<readonly number[]> & { readonly length: number };
  /** Leaves out a last batch that is not full; default false. */
  readonly dropLast?: boolean;
  /** Makes a batch of samples; default `defaultCollate`. Without batches, it gets one sample at a time; default: none. */
  readonly collateFn?: (samples: T[]) => B;
  /**
   * How many batches are asked for in advance with `for await`; default 0: one sample after the other, so that samples that draw
   * random numbers draw them in PyTorch's order. From 1 on, a batch's samples are asked for all at once. There are no worker
   * processes: what is gained is the time that the data set waits for files or the network, not what it computes.
   */
  readonly prefetchFactor?: number;
  /** How PyTorch spreads work over processes and memory; accepted, and without effect: there are no worker processes. */
  readonly numWorkers?: number;
  readonly pinMemory?: boolean;
  readonly persistentWorkers?: boolean;
  readonly timeout?: number;
  readonly workerInitFn?: ((worker: number) => void) | null;
  readonly multiprocessingContext?: unknown;
}

const optionNames = [
  "batchSize",
  "shuffle",
  "sampler",
  "batchSampler",
  "numWorkers",
  "collateFn",
  "pinMemory",
  "dropLast",
  "generator",
  "prefetchFactor",
  "persistentWorkers",
  "timeout",
  "workerInitFn",
  "multiprocessingContext",
] as const;

/**
 * Gives a data set in batches: `for (const [xb, yb] of loader)`, or `for await` where samples are promises. Random orders
 * are PyTorch's of the same seed.
 *
 * With `for await`, samples may be promises. They are awaited one after the other; with `prefetchFactor`, a batch's samples and the
 * next batches' are asked for at once. They are given in order, and an error is thrown where its batch would have been given.
 *
 * @param dataset a data set, an array, or a stream (`IterableDataset`, or an `AsyncIterable`).
 * @throws ValueError for options that there are not or that exclude each other, and for `shuffle` of an empty data set.
 * @example
 * const loader = new DataLoader(new TensorDataset(x, y), { batchSize: 32, shuffle: true });
 * for (const [xb, yb] of loader) {
 *   const loss = lossFunc(model(xb), yb);
 * }
 */
export class DataLoader<T, B = Collated<Awaited<T>>, D extends DatasetLike<T> | Stream<T> = DatasetLike<T> | Stream<T>>
  implements Iterable<B>, AsyncIterable<B>
{
  readonly dataset: D;
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  readonly sampler: Iterable<number> & { readonly length: number };
  readonly batchSampler: (Iterable<readonly number[]> & { readonly length: number }) | null;
  readonly generator: Generator | null;
  readonly prefetchFactor: number;
  private readonly collateFn: ((samples: Awaited<T>[]) => B) | null;
  private readonly source: Dataset<T> | Stream<T>;
  /** An iterator that was given for a data set, when it has been gone through. */
  private spent: unknown = null;

  constructor(
    dataset: D & (DatasetLike<T> | Stream<T>),
    batchSize?: number | null | DataLoaderOptions<Awaited<T>, B>,
    shuffle?: boolean | DataLoaderOptions<Awaited<T>, B>,
    others?: DataLoaderOptions<Awaited<T>, B>,
  ) {
    const options = keywords<DataLoaderOptions<Awaited<T>, B>>(optionNames, [batchSize, shuffle, others]);
    if (isStream(dataset)) refuseOrders(options);
    refuseConflicts(options);
    const { batchSampler, generator, prefetchFactor = 0 } = options;
    if (!Number.isInteger(prefetchFactor) || prefetchFactor < 0)
      throw new ValueError(`prefetch_factor must be a number of batches, but got ${prefetchFactor}`);
    this.dropLast = options.dropLast ?? false;
    this.generator = generator ?? null;
    this.collateFn = options.collateFn ?? null;
    this.prefetchFactor = prefetchFactor;
    this.dataset = dataset;
    if (isStream<T>(dataset)) {
      this.source = dataset;
      this.sampler = new EndlessSampler(dataset);
    } else {
      const whole = asDataset(dataset as DatasetLike<T>);
      this.source = whole;
      this.sampler =
        options.sampler ?? (options.shuffle ? new RandomSampler(whole, { generator }) : new SequentialSampler(whole));
    }
    if (batchSampler !== undefined) {
      this.batchSize = null;
      this.batchSampler = batchSampler;
    } else {
      this.batchSize = options.batchSize === undefined ? 1 : options.batchSize;
      this.batchSampler =
        this.batchSize === null ? null : new BatchSampler(this.sampler, this.batchSize, this.dropLast);
    }
  }

  /**
   * Number of batches (of samples, without batches).
   *
   * @throws ValueError for a stream that has no length.
   */
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
    const { source: dataset } = this;
    if (isStream(dataset)) yield* this.streamed(dataset);
    else if (this.batchSampler === null)
      for (const index of this.sampler) yield this.converted(settled(dataset.get(index)));
    else
      for (const indices of this.batchSampler)
        yield this.batchAt(dataset, indices) ?? this.collated(indices.map((index) => settled(dataset.get(index))));
  }

  private async *batchesAwaited(_baseSeed: bigint): AsyncIterableIterator<B> {
    const { source: dataset } = this;
    if (isStream(dataset)) yield* this.streamedAwaited(dataset);
    else
      yield* inFlight(
        this.batchSampler === null ? this.samplesAsked(dataset) : this.batchesAsked(dataset),
        this.prefetchFactor,
      );
  }

  private samplesAsked(dataset: Dataset<T>) {
    return asking(this.sampler, async (index) => this.converted(await dataset.get(index)));
  }

  private batchesAsked(dataset: Dataset<T>) {
    return asking(this.batchSampler ?? [], async (indices) => {
      const whole = this.batchAt(dataset, indices);
      if (whole !== undefined) return whole;
      // A data set that throws at once does so in the order of the others.
      if (this.prefetchFactor > 0)
        return this.collated(await Promise.all(indices.map(async (index) => await dataset.get(index))));
      const samples: Awaited<T>[] = [];
      for (const index of indices) samples.push(await dataset.get(index));
      return this.collated(samples);
    });
  }

  private *streamed(stream: Stream<T>): IterableIterator<B> {
    const source = this.fresh(stream, iteratorOf(stream));
    let ended = false;
    try {
      while (!ended) {
        const samples: Awaited<T>[] = [];
        while (samples.length < (this.batchSize ?? 1)) {
          const next = source.next();
          ended = next.done === true;
          if (next.done) break;
          samples.push(settled(next.value));
        }
        if (this.isBatch(samples)) yield this.batchSize === null ? this.converted(samples[0]) : this.collated(samples);
      }
    } finally {
      if (!ended) source.return?.();
    }
  }

  private async *streamedAwaited(stream: Stream<T>): AsyncIterableIterator<B> {
    const source = this.fresh(stream, asyncIteratorOf(stream));
    let ended = false;
    // A stream is asked for one sample at a time: the next batch begins where this one has ended.
    let before: Promise<unknown> = Promise.resolve();
    const read = async (): Promise<IteratorResult<B, undefined>> => {
      const samples: Awaited<T>[] = [];
      while (!ended && samples.length < (this.batchSize ?? 1)) {
        const next = await source.next();
        if (next.done) ended = true;
        else samples.push(await next.value);
      }
      if (!this.isBatch(samples)) return { done: true, value: undefined };
      return { done: false, value: this.batchSize === null ? this.converted(samples[0]) : this.collated(samples) };
    };
    const ask = () => {
      const batch = before.then(read);
      before = batch;
      return batch;
    };
    try {
      yield* inFlight(ask, this.prefetchFactor);
    } finally {
      if (!ended) {
        ended = true;
        await source.return?.();
      }
    }
  }

  private isBatch(samples: readonly unknown[]): boolean {
    return samples.length > 0 && !(this.dropLast && samples.length < (this.batchSize ?? 1));
  }

  /** @throws ValueError where the stream is an iterator that has been gone through: an epoch without samples is none. */
  private fresh<I>(stream: Stream<T>, iterator: I): I {
    if (this.spent !== null && this.spent === iterator)
      throw new ValueError(
        "the data set is an iterator, which can be gone through once: give an object whose [Symbol.iterator]() starts anew",
      );
    // Generators and the language's iterators; a class may start anew where it returns itself.
    if (/(Generator|Iterator)\]$/.test(Object.prototype.toString.call(stream))) this.spent = iterator;
    return iterator;
  }

  /** A whole batch from the data set, where it can make one. */
  private batchAt(dataset: Dataset<T>, indices: readonly number[]): B | undefined {
    if (this.collateFn !== null) return undefined;
    // Without `collateFn`, B is the collated type.
    return dataset.getBatch?.(indices) as B | undefined;
  }

  private collated(samples: Awaited<T>[]): B {
    for (const column of columnsOf(samples)) computeApart(column);
    return this.collateFn === null ? (defaultCollate(samples) as B) : this.collateFn(samples);
  }

  private converted(sample: Awaited<T>): B {
    // Without batches and `collateFn`, a sample is given as it is.
    return this.collateFn === null ? (sample as unknown as B) : this.collateFn([sample]);
  }
}

/** Takes places in their order and asks for what is there. */
function asking<P, B>(places: Iterable<P>, get: (place: P) => Promise<B>): () => Promise<IteratorResult<B, undefined>> {
  const iterator = places[Symbol.iterator]();
  let ended = false;
  return async () => {
    if (ended) return { done: true, value: undefined };
    const next = iterator.next();
    ended = next.done === true;
    return next.done ? { done: true, value: undefined } : { done: false, value: await get(next.value) };
  };
}

function settled<T>(sample: T): Awaited<T> {
  if (sample instanceof Promise)
    throw new ValueError("the data set's samples are promises: iterate with for await (const batch of loader)");
  return sample as Awaited<T>;
}

function refuseOrders({ shuffle = false, sampler, batchSampler }: DataLoaderOptions<never, unknown>): void {
  const unspecified = "DataLoader with IterableDataset: expected unspecified";
  if (shuffle) throw new ValueError(`${unspecified} shuffle option, but got shuffle=true`);
  if (sampler !== undefined) throw new ValueError(`${unspecified} sampler option`);
  if (batchSampler !== undefined) throw new ValueError(`${unspecified} batch_sampler option`);
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
