import { cpu } from "@cresset/backend-cpu";
import { deviceNames, Generator, manualSeed, rand, registerBackend, type Tensor } from "@cresset/core";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { DataLoader } from "./data-loader.ts";
import { ChainDataset, type IterableDataset } from "./iterable-dataset.ts";

beforeAll(async () => {
  if (!deviceNames().includes("cpu")) await registerBackend(cpu());
});

class Range implements IterableDataset<number> {
  /** How often it has been started, and closed before its end. */
  started = 0;
  closed = 0;
  readonly start: number;
  readonly end: number;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    this.started++;
    let at = this.start;
    try {
      while (at < this.end) yield at++;
    } finally {
      if (at < this.end) this.closed++;
    }
  }
}

async function* later(start: number, end: number): AsyncGenerator<number> {
  for (let i = start; i < end; i++) {
    await new Promise((resolve) => setTimeout(resolve));
    yield i;
  }
}
const awaited = (start: number, end: number) => ({ [Symbol.asyncIterator]: () => later(start, end) });

const lists = (loader: Iterable<Tensor>) => [...loader].map((batch) => batch.tolistSync());
async function listsAwaited(loader: AsyncIterable<Tensor>) {
  const batches: unknown[] = [];
  for await (const batch of loader) batches.push(await batch.tolist());
  return batches;
}

describe("a stream in batches", () => {
  test("is gone through anew each time, with a last batch that is not full or left out", async () => {
    const loader = new DataLoader(new Range(3, 8), { batchSize: 2 });
    expect(lists(loader)).toEqual([[3, 4], [5, 6], [7]]);
    expect(lists(loader)).toEqual([[3, 4], [5, 6], [7]]);
    expect(await listsAwaited(loader)).toEqual([[3, 4], [5, 6], [7]]);
    const full = new DataLoader(new Range(3, 8), { batchSize: 2, dropLast: true });
    expect(lists(full)).toEqual([
      [3, 4],
      [5, 6],
    ]);
    expect(await listsAwaited(full)).toEqual([
      [3, 4],
      [5, 6],
    ]);
    expect(lists(new DataLoader(new Range(0, 0), { batchSize: 2 }))).toEqual([]);
  });

  test("without batches, or with a function that makes them", () => {
    expect([...new DataLoader<number, number>(new Range(0, 3), { batchSize: null })]).toEqual([0, 1, 2]);
    const sums = new DataLoader(new Range(0, 5), { batchSize: 2, collateFn: (batch) => batch.reduce((a, b) => a + b) });
    expect([...sums]).toEqual([1, 5, 4]);
  });

  test("of what takes time needs for await", async () => {
    const loader = new DataLoader(awaited(0, 3), { batchSize: 2 });
    expect(await listsAwaited(loader)).toEqual([[0, 1], [2]]);
    expect(await listsAwaited(loader)).toEqual([[0, 1], [2]]);
    expect(() => [...loader]).toThrow("iterate with for await");
  });

  test("is closed where the loop ends early", async () => {
    const range = new Range(0, 100);
    for (const _ of new DataLoader(range, { batchSize: 2 })) break;
    expect(range.closed).toBe(1);
    for await (const _ of new DataLoader(range, { batchSize: 2, prefetchFactor: 3 })) break;
    expect(range.closed).toBe(2);
  });

  test("has a length where the stream has one", () => {
    const known = Object.assign(new Range(0, 5), { length: 5 });
    expect(new DataLoader(known, { batchSize: 2 }).length).toBe(3);
    expect(new DataLoader(known, { batchSize: 2, dropLast: true }).length).toBe(2);
    expect(new DataLoader(known, { batchSize: null }).length).toBe(5);
    expect(() => new DataLoader(new Range(0, 5)).length).toThrow("object of type 'Range' has no length");
  });

  test("draws the seed that PyTorch draws at the start", () => {
    manualSeed(0);
    lists(new DataLoader(new Range(0, 4), { batchSize: 2 }));
    const generator = new Generator(0);
    generator.random64();
    expect(rand(1).itemSync()).toBe(generator.uniform24());
  });

  test("has its own order", () => {
    const make = (options: object) => () => new DataLoader(new Range(0, 3), options);
    const unspecified = "DataLoader with IterableDataset: expected unspecified";
    expect(make({ shuffle: true })).toThrow(`${unspecified} shuffle option, but got shuffle=true`);
    expect(make({ sampler: [0] })).toThrow(`${unspecified} sampler option`);
    expect(make({ batchSampler: [[0]] })).toThrow(`${unspecified} batch_sampler option`);
  });

  test("an iterator cannot be gone through twice", async () => {
    const loader = new DataLoader(new Range(0, 2)[Symbol.iterator]());
    expect(lists(loader)).toEqual([[0], [1]]);
    expect(() => lists(loader)).toThrow("the data set is an iterator, which can be gone through once");
    const asynchronous = new DataLoader(later(0, 2));
    expect(await listsAwaited(asynchronous)).toEqual([[0], [1]]);
    await expect(listsAwaited(asynchronous)).rejects.toThrow("can be gone through once");
  });
});

describe("streams one after another", () => {
  test("in order, each started when it is needed", () => {
    const [first, second] = [new Range(0, 2), new Range(5, 7)];
    const loader = new DataLoader(new ChainDataset([first, second]), { batchSize: 1 });
    for (const _ of loader) break;
    expect([first.started, second.started, first.closed]).toEqual([1, 0, 1]);
    expect(lists(new DataLoader(new ChainDataset([first, second]), { batchSize: 3 }))).toEqual([[0, 1, 5], [6]]);
  });

  test("some of which take time", async () => {
    const chain = new ChainDataset([new Range(0, 2), awaited(5, 7)]);
    expect(await listsAwaited(new DataLoader(chain, { batchSize: 3 }))).toEqual([[0, 1, 5], [6]]);
    expect(() => [...chain]).toThrow("iterate with for await");
  });

  test("sum their lengths, and are streams only", () => {
    const known = Object.assign(new Range(0, 2), { length: 2 });
    expect(new ChainDataset([known, known]).length).toBe(4);
    expect(() => new ChainDataset([known, new Range(0, 1)]).length).toThrow("has no length");
    expect(() => new ChainDataset([[1, 2] as never])).toThrow("ChainDataset only supports IterableDataset");
  });
});

test("types of streams are inferred", () => {
  const records: Iterable<{ x: number; name: string }> = new Set([{ x: 1, name: "a" }]);
  for (const batch of new DataLoader(records)) expectTypeOf(batch).toEqualTypeOf<{ x: Tensor; name: string[] }>();
  for (const batch of new DataLoader(new Range(0, 1))) expectTypeOf(batch).toEqualTypeOf<Tensor>();
});
