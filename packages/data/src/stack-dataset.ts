import { ValueError } from "@cresset/core/functions";
import { asDataset, Dataset, type DatasetLike } from "./dataset.ts";

type Sources = readonly DatasetLike<unknown>[] | Readonly<Record<string, DatasetLike<unknown>>>;

/** One sample of each data set. */
export type Stacked<S extends Sources> = {
  -readonly [K in keyof S]: S[K] extends readonly (infer T)[]
    ? T
    : S[K] extends { get(index: number): infer T }
      ? T
      : never;
};

/**
 * Data sets side by side: sample i is one of each, as an array or, with names, as a record.
 *
 * @param sources data sets or arrays of one length, in an array or a record.
 * @throws ValueError where their lengths differ, or there are none.
 * @example
 * new StackDataset([images, texts]).get(0); // [image, text]
 * new StackDataset({ image: images, text: texts }).get(0); // { image, text }
 */
export class StackDataset<const S extends Sources> extends Dataset<Stacked<S>> {
  readonly datasets: S;
  readonly length: number;
  private readonly named: readonly (readonly [string, Dataset<unknown>])[];

  constructor(sources: S) {
    super();
    this.datasets = sources;
    this.named = Object.entries<DatasetLike<unknown>>(sources).map(([name, source]) => [name, asDataset(source)]);
    if (this.named.length === 0) throw new ValueError("At least one dataset should be passed");
    this.length = this.named[0][1].length;
    if (this.named.some(([, dataset]) => dataset.length !== this.length))
      throw new ValueError("Size mismatch between datasets");
  }

  get(index: number): Stacked<S> {
    const samples = this.named.map(([name, dataset]) => [name, dataset.get(index)] as const);
    // Members are the sources', which TypeScript cannot follow through entries.
    const stacked: unknown = Array.isArray(this.datasets)
      ? samples.map(([, sample]) => sample)
      : Object.fromEntries(samples);
    return stacked as Stacked<S>;
  }
}
