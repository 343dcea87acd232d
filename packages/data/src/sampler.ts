import { type ByName, keywords } from "@cresset/core/extend";
import { defaultGenerator, draws, Generator, type GeneratorOption, Tensor, ValueError } from "@cresset/core/functions";
import { lengthOf, type Stream } from "./iterable-dataset.ts";

/**
 * The order in which a loader takes samples: their numbers (or batches of numbers), anew each time it is iterated. Whatever has
 * `length` and can be iterated is one, of this class or not.
 *
 * @example
 * class Reversed extends Sampler {
 *   readonly length = dataset.length;
 *   *[Symbol.iterator]() {
 *     for (let i = this.length - 1; i >= 0; i--) yield i;
 *   }
 * }
 */
export abstract class Sampler<T = number> {
  /** @param _source what is sampled; PyTorch's samplers hand it on. */
  // biome-ignore lint/complexity/noUselessConstructor: without it, an argument is an error.
  constructor(_source?: unknown) {}

  /** How many it gives. */
  abstract readonly length: number;
  abstract [Symbol.iterator](): Iterator<T>;
}

type Indices = IterableIterator<number>;

/** A data set, an array, or whatever else has a length. */
interface Sized {
  readonly length: number;
}

/** Numbers, also those of a tensor. @throws DeviceError for a tensor on a device that reads asynchronously. */
export type Numbers = ArrayLike<number> | Iterable<number> | Tensor;

/** @throws ValueError for what holds no numbers. */
export function numbersOf(given: Numbers): number[] {
  return given instanceof Tensor ? Array.from(given.dataSync(), Number) : Array.from(given);
}

/** 0, 1, 2, … */
export class SequentialSampler extends Sampler {
  readonly dataSource: Sized;

  constructor(dataSource: Sized) {
    super();
    this.dataSource = dataSource;
  }

  override get length(): number {
    return this.dataSource.length;
  }

  override *[Symbol.iterator](): Indices {
    for (let i = 0; i < this.length; i++) yield i;
  }
}

/** What a stream is read with: there are no numbers to choose. */
export class EndlessSampler extends Sampler {
  readonly dataSource: Stream<unknown>;

  constructor(dataSource: Stream<unknown>) {
    super();
    this.dataSource = dataSource;
  }

  /** @throws ValueError where the stream has none. */
  override get length(): number {
    return lengthOf(this.dataSource);
  }

  override *[Symbol.iterator](): Indices {
    while (true) yield 0;
  }
}

/** The options of `RandomSampler`. */
export interface RandomSamplerOptions extends GeneratorOption {
  /** Whether a sample may be drawn more than once; default false. */
  readonly replacement?: boolean;
  /** How many to draw; default: as many as there are samples. */
  readonly numSamples?: number | null;
}

/**
 * Samples in random order; with replacement, each draw is independent.
 *
 * Without a `generator`, every iteration draws a seed from the default generator and follows a generator of its own.
 *
 * @throws ValueError where `numSamples` is not positive, as for an empty data set.
 */
export class RandomSampler extends Sampler {
  readonly dataSource: Sized;
  readonly replacement: boolean;
  readonly generator: Generator | null;
  private readonly wanted: number | null;

  constructor(
    dataSource: Sized,
    replacement?: boolean | RandomSamplerOptions,
    numSamples?: number | null | RandomSamplerOptions,
    generator?: Generator | null | RandomSamplerOptions,
  ) {
    super();
    const names = ["replacement", "numSamples", "generator"] as const;
    const options = keywords<RandomSamplerOptions>(names, [replacement, numSamples, generator]);
    this.dataSource = dataSource;
    this.replacement = options.replacement ?? false;
    this.generator = options.generator ?? null;
    this.wanted = options.numSamples ?? null;
    if (!Number.isInteger(this.length) || this.length <= 0)
      throw new ValueError(`num_samples should be a positive integer value, but got num_samples=${this.length}`);
  }

  override get length(): number {
    return this.wanted ?? this.dataSource.length;
  }

  override *[Symbol.iterator](): Indices {
    const count = this.dataSource.length;
    const generator = this.generator ?? new Generator(drawSeed(defaultGenerator));
    if (this.replacement) {
      // In chunks, as PyTorch draws them: an iteration that stops early leaves the stream where PyTorch's does.
      const chunk = 32;
      for (let at = 0; at + chunk <= this.length; at += chunk) yield* indices(generator, chunk, count);
      yield* indices(generator, this.length % chunk, count);
      return;
    }
    for (let at = 0; at + count <= this.length; at += count) yield* draws.randpermNumbers(generator, count);
    // PyTorch draws this permutation also where nothing of it is wanted.
    yield* draws.randpermNumbers(generator, count).slice(0, this.length % count);
  }
}

/** A seed in [0, 2^63), from two words. */
export function drawSeed(generator: Generator): bigint {
  return BigInt.asUintN(63, generator.random64());
}

function indices(generator: Generator, length: number, count: number): number[] {
  return Array.from(draws.randint(generator, "int64", length, 0, count), Number);
}

/** Given numbers, in random order. */
export class SubsetRandomSampler extends Sampler {
  readonly indices: readonly number[];
  readonly generator: Generator | null;

  constructor(indices: Numbers, generator?: Generator | null | GeneratorOption) {
    super();
    this.indices = numbersOf(indices);
    this.generator = keywords<GeneratorOption>(["generator"], [generator]).generator ?? null;
  }

  override get length(): number {
    return this.indices.length;
  }

  override *[Symbol.iterator](): Indices {
    for (const i of draws.randpermNumbers(this.generator ?? defaultGenerator, this.length)) yield this.indices[i];
  }
}

/** The options of `WeightedRandomSampler`. */
export interface WeightedRandomSamplerOptions extends GeneratorOption {
  /** Whether a sample may be drawn more than once; default true. */
  readonly replacement?: boolean;
}

interface WeightedParameters extends WeightedRandomSamplerOptions {
  readonly weights: Numbers;
  readonly numSamples: number;
}

/**
 * Numbers 0 … weights.length - 1, each drawn in proportion to its weight.
 *
 * @param weights not negative; they need not sum to 1.
 * @param numSamples how many to draw.
 * @param replacement default true; also as an option.
 * @throws ValueError where `numSamples` is not positive, or the weights are no distribution.
 * @example new DataLoader(dataset, { sampler: new WeightedRandomSampler([0.1, 0.9], 32) })
 */
export class WeightedRandomSampler extends Sampler {
  readonly weights: readonly number[];
  readonly numSamples: number;
  readonly replacement: boolean;
  readonly generator: Generator | null;

  constructor(...named: ByName<WeightedParameters, ["weights", "numSamples"]>);
  constructor(
    weights: Numbers,
    numSamples: number,
    replacement?: boolean | WeightedRandomSamplerOptions,
    options?: WeightedRandomSamplerOptions,
  );
  constructor(...given: readonly unknown[]) {
    super();
    const names = ["weights", "numSamples", "replacement", "generator"] as const;
    const { weights, numSamples, ...options } = keywords<WeightedParameters>(names, given, 2);
    if (!Number.isInteger(numSamples) || numSamples <= 0)
      throw new ValueError(`num_samples should be a positive integer value, but got num_samples=${numSamples}`);
    this.weights = numbersOf(weights);
    this.numSamples = numSamples;
    this.replacement = options.replacement ?? true;
    this.generator = options.generator ?? null;
  }

  override get length(): number {
    return this.numSamples;
  }

  override *[Symbol.iterator](): Indices {
    const { weights } = this;
    const generator = this.generator ?? defaultGenerator;
    const drawn = draws.multinomial(generator, "float64", weights, weights.length, this.numSamples, this.replacement);
    for (const i of drawn) yield Number(i);
  }
}

interface BatchParameters {
  readonly sampler: Iterable<number> & Sized;
  readonly batchSize: number;
  readonly dropLast?: boolean;
}

/**
 * Another sampler's numbers in batches.
 *
 * @param dropLast leaves out a last batch that is not full; default false.
 * @throws ValueError where the batch size is not positive.
 * @example [...new BatchSampler(new SequentialSampler([7, 8, 9]), 2)] // [[0, 1], [2]]
 */
export class BatchSampler extends Sampler<number[]> {
  readonly sampler: Iterable<number> & Sized;
  readonly batchSize: number;
  readonly dropLast: boolean;

  constructor(...named: ByName<BatchParameters, ["sampler", "batchSize"]>);
  constructor(sampler: Iterable<number> & Sized, batchSize: number, dropLast?: boolean | { dropLast?: boolean });
  constructor(...given: readonly unknown[]) {
    super();
    const names = ["sampler", "batchSize", "dropLast"] as const;
    const { sampler, batchSize, dropLast = false } = keywords<BatchParameters>(names, given, 2);
    if (!Number.isInteger(batchSize) || batchSize <= 0)
      throw new ValueError(`batch_size should be a positive integer value, but got batch_size=${batchSize}`);
    this.sampler = sampler;
    this.batchSize = batchSize;
    this.dropLast = dropLast;
  }

  override get length(): number {
    const batches = this.sampler.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  override *[Symbol.iterator](): IterableIterator<number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}
