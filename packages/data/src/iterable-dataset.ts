import { Tensor, ValueError } from "@cresset/core/functions";
import type { Dataset } from "./dataset.ts";

/**
 * A stream of samples: PyTorch's iterable-style data set. It starts anew each time it is gone through; `length` is optional.
 * Where samples take time to come, it is an `AsyncIterable`, and the loader is read with `for await`.
 *
 * @example
 * class Lines extends IterableDataset<string> {
 *   *[Symbol.iterator]() {
 *     yield* text.split("\n");
 *   }
 * }
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a loader says so where there is no iterator.
// biome-ignore lint/correctness/noUnusedVariables: the interface has the samples' type.
export abstract class IterableDataset<T = unknown> {}

export interface IterableDataset<T = unknown> extends Iterable<T> {
  /** Number of samples, where it is known. */
  readonly length?: number;
}

/** What a loader takes as a stream: samples, or samples to wait for. */
export type Stream<T> = IterableDataset<T> | (AsyncIterable<T> & { readonly length?: number });

/** Whether a source of samples is a stream: neither an array, nor a tensor, nor something with `get`. */
export function isStream<T>(source: Dataset<T> | readonly T[] | Stream<T>): source is Stream<T> {
  return (
    typeof source === "object" &&
    source !== null &&
    !Array.isArray(source) &&
    !ArrayBuffer.isView(source) &&
    !(source instanceof Tensor) &&
    !("get" in source) &&
    (Symbol.iterator in source || Symbol.asyncIterator in source)
  );
}

/** @throws ValueError where samples have to be waited for. */
export function iteratorOf<T>(stream: Stream<T>): Iterator<T> {
  if (!(Symbol.iterator in stream))
    throw new ValueError("the data set's samples are promises: iterate with for await (const batch of loader)");
  return stream[Symbol.iterator]();
}

/** Samples in the order of the stream, whether they have to be waited for or not. */
export function asyncIteratorOf<T>(stream: Stream<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
}

/** @throws ValueError where the stream does not know how many samples it has. */
export function lengthOf(stream: Stream<unknown>): number {
  if (stream.length === undefined)
    throw new ValueError(
      `object of type '${stream.constructor.name}' has no length: a stream may give it as \`length\``,
    );
  return stream.length;
}

/**
 * Several streams one after another; each is started when the one before has ended.
 *
 * @throws ValueError where one of them is no stream: `ConcatDataset` joins data sets with `get`.
 * @example const all = new ChainDataset([january, february]);
 */
export class ChainDataset<T> extends IterableDataset<T> implements AsyncIterable<Awaited<T>> {
  readonly datasets: readonly Stream<T>[];

  constructor(datasets: Iterable<Stream<T>>) {
    super();
    this.datasets = [...datasets];
    if (!this.datasets.every((stream) => isStream(stream)))
      throw new ValueError("ChainDataset only supports IterableDataset: for data sets with get(index), ConcatDataset");
  }

  /** @throws ValueError where one of the streams does not know its own. */
  override get length(): number {
    return this.datasets.reduce((sum, stream) => sum + lengthOf(stream), 0);
  }

  override *[Symbol.iterator](): Iterator<T> {
    for (const stream of this.datasets) yield* { [Symbol.iterator]: () => iteratorOf(stream) };
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Awaited<T>> {
    for (const stream of this.datasets) for await (const sample of stream) yield sample;
  }
}
