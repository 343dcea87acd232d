import { cpu } from "@cresset/backend-cpu";
import {
  deviceNames,
  deviceStatistics,
  Generator,
  manualSeed,
  rand,
  registerBackend,
  type Tensor,
  tensor,
} from "@cresset/core";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { defaultCollate } from "./collate.ts";
import { DataLoader } from "./data-loader.ts";
import { Dataset, Subset } from "./dataset.ts";
import { randomSplit } from "./random-split.ts";
import { RandomSampler, SubsetRandomSampler, WeightedRandomSampler } from "./sampler.ts";
import { TensorDataset } from "./tensor-dataset.ts";

beforeAll(async () => {
  if (!deviceNames().includes("cpu")) await registerBackend(cpu());
});

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);
const lists = (loader: Iterable<Tensor>) => [...loader].map((batch) => batch.tolistSync());
const rows = (n: number) => tensor(numbers(n).map((i) => [10 * i, 10 * i + 1]));

describe("the order of PyTorch's seed 0", () => {
  test("shuffled, two epochs, and the stream after them", () => {
    manualSeed(0);
    const loader = new DataLoader(numbers(10), { batchSize: 4, shuffle: true });
    expect(lists(loader)).toEqual([
      [6, 7, 1, 4],
      [2, 0, 9, 8],
      [3, 5],
    ]);
    expect(lists(loader)).toEqual([
      [2, 4, 7, 0],
      [8, 9, 5, 3],
      [6, 1],
    ]);
    expect(loader.length).toBe(3);
  });

  test("the data set is the one that was given, and of its type", () => {
    const samples = numbers(3);
    expect(new DataLoader(samples).dataset).toBe(samples);
    const dataset = new TensorDataset(rows(5));
    const loader = new DataLoader(dataset, { batchSize: 2 });
    expectTypeOf(loader.dataset).toEqualTypeOf<TensorDataset<[Tensor]>>();
    expectTypeOf(loader.dataset.length).toEqualTypeOf<number>();
    expect(loader.dataset.tensors).toHaveLength(1);
  });

  test("sequential loaders draw a seed, too", () => {
    manualSeed(0);
    lists(new DataLoader(numbers(6), { batchSize: 2 }));
    const generator = new Generator(0);
    generator.random64();
    expect(rand(1).itemSync()).toBe(generator.uniform24());
  });

  test("samplers", () => {
    const order = (sampler: Iterable<number> & { length: number }, batchSize: number) => {
      manualSeed(0);
      return lists(new DataLoader(numbers(9), { batchSize, sampler }));
    };
    expect(order(new RandomSampler(numbers(8), { replacement: true, numSamples: 9 }), 3)).toEqual([
      [2, 3, 5],
      [6, 5, 5],
      [7, 5, 0],
    ]);
    expect(order(new SubsetRandomSampler([1, 3, 5, 7, 8]), 4)).toEqual([[7, 3, 1, 8], [5]]);
    expect(order(new WeightedRandomSampler([0.1, 0.4, 0.2, 0.2, 0.1], 9), 4)).toEqual([
      [3, 1, 4, 2],
      [3, 1, 1, 2],
      [1],
    ]);
  });

  test("a generator of the loader's own", () => {
    const epochs = () => {
      const loader = new DataLoader(numbers(7), { batchSize: 7, shuffle: true, generator: new Generator(8) });
      return [...lists(loader), ...lists(loader)];
    };
    expect(epochs()).toEqual(epochs());
    expect(epochs()[0]).not.toEqual(epochs()[1]);
  });
});

describe("batches", () => {
  test("of tensors, shuffled or not, are what stacking rows gives", () => {
    const [x, y] = [rows(7), tensor(numbers(7), { dtype: "int64" })];
    for (const shuffle of [false, true]) {
      const loader = () =>
        new DataLoader(new TensorDataset(x, y), { batchSize: 3, shuffle, generator: new Generator(2) });
      const slow = new DataLoader(new TensorDataset(x, y), {
        batchSize: 3,
        shuffle,
        generator: new Generator(2),
        collateFn: (samples) => defaultCollate(samples),
      });
      const expected = [...slow].map(([xb, yb]) => [xb.tolistSync(), yb.tolistSync(), xb.dtype, yb.dtype]);
      expect([...loader()].map(([xb, yb]) => [xb.tolistSync(), yb.tolistSync(), xb.dtype, yb.dtype])).toEqual(expected);
      expect(expected).toHaveLength(3);
    }
  });

  test("are copies: writing into one leaves the data alone", () => {
    const x = rows(4);
    for (const [xb] of new DataLoader(new TensorDataset(x), { batchSize: 2 })) xb.zero_();
    expect(x.tolistSync()).toEqual(rows(4).tolistSync());
  });

  test("compile once, whatever rows they hold", () => {
    const dataset = new TensorDataset(rows(12), tensor(numbers(12)));
    for (const shuffle of [false, true]) {
      const loader = new DataLoader(dataset, { batchSize: 3, shuffle, generator: new Generator(1) });
      const epoch = () => [...loader].map(([xb, yb]) => [xb.tolistSync(), yb.tolistSync()]);
      epoch();
      const before = deviceStatistics("cpu").compilations;
      epoch();
      expect(deviceStatistics("cpu").compilations).toBe(before);
    }
  });

  test("of a subset", () => {
    const subset = new Subset(new TensorDataset(rows(5)), [4, 0, 2]);
    const batches = [...new DataLoader(subset, { batchSize: 2 })].map(([xb]) => xb.tolistSync());
    expect(batches).toEqual([
      [
        [40, 41],
        [0, 1],
      ],
      [[20, 21]],
    ]);
  });

  test("a gradient reaches the data", () => {
    const x = rows(3).requiresGrad_();
    for (const [xb] of new DataLoader(new TensorDataset(x), { sampler: [2, 0, 2], batchSize: 3 })) xb.sum().backward();
    expect(x.grad?.tolistSync()).toEqual([
      [1, 1],
      [0, 0],
      [2, 2],
    ]);
  });
});

describe("options", () => {
  test("dropLast, batchSampler, batchSize null, collateFn", () => {
    expect(lists(new DataLoader(numbers(5), { batchSize: 2, dropLast: true }))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(lists(new DataLoader(numbers(5), { batchSampler: [[4], [0, 1]] }))).toEqual([[4], [0, 1]]);
    expect([...new DataLoader<number, number>([7, 8], { batchSize: null })]).toEqual([7, 8]);
    const sums = new DataLoader(numbers(5), { batchSize: 2, collateFn: (batch) => batch.reduce((a, b) => a + b, 0) });
    expect([...sums]).toEqual([1, 5, 4]);
    expect(lists(new DataLoader(numbers(2)))).toEqual([[0], [1]]);
  });

  test("that exclude each other are refused", () => {
    const make = (options: object) => () => new DataLoader([1, 2], options);
    expect(make({ shuffle: true, sampler: [0] })).toThrow("sampler option is mutually exclusive with shuffle");
    expect(make({ batchSampler: [[0]], batchSize: 2 })).toThrow("batch_sampler option is mutually exclusive with");
    expect(make({ batchSize: null, dropLast: true })).toThrow("batch_size=None option disables auto-batching");
    expect(make({ batchSize: -1 })).toThrow("batch_size should be a positive integer value, but got batch_size=-1");
    expect(() => new DataLoader([], { shuffle: true })).toThrow("num_samples should be a positive integer value");
  });
});

test("samples that are changed at random take as many programs as there are ways to change them", () => {
  const images = rand(64, 1, 4, 4);
  const changed = {
    length: 64,
    get(index: number): [Tensor, bigint] {
      const image = images.select(0, index);
      const way = Math.floor((index * 7919) / 3) % 4;
      return [
        way === 0 ? image : way === 1 ? image.flip(-1) : way === 2 ? image.roll(1, -1) : image.mul(2),
        BigInt(index),
      ];
    },
  };
  const epoch = (): Tensor[] =>
    [...new DataLoader(changed, { batchSize: 8, shuffle: true })].map(([xb]) => {
      xb.sum().itemSync();
      return xb;
    });
  epoch();
  const before = deviceStatistics("cpu").compilations;
  epoch();
  expect(deviceStatistics("cpu").compilations).toBe(before);
  const [x] = new DataLoader(changed, { batchSize: 64 });
  expect(x[0].tolistSync()).toEqual(numbers(64).map((i) => changed.get(i)[0].tolistSync()));
});

test("samples with one recipe stay a part of the batch's program", () => {
  const images = rand(64, 4);
  const scaled = { length: 64, get: (index: number) => images.select(0, index).sub(0.5).div(2) };
  images.sum().itemSync();
  const runs = () => deviceStatistics("cpu").runs;
  const before = runs();
  for (const batch of new DataLoader(scaled, { batchSize: 16 })) batch.sum().itemSync();
  expect(runs() - before).toBe(4);
});

test("a tensor is a data set of its rows", () => {
  const loader = new DataLoader(rows(5), { batchSize: 2 });
  expect(loader.length).toBe(3);
  const batches = [...loader];
  expectTypeOf(batches).toEqualTypeOf<Tensor[]>();
  expect(batches.map((batch) => batch.tolistSync())).toEqual(
    rows(5)
      .split(2)
      .map((part) => part.tolistSync()),
  );
  expect(() => new DataLoader(tensor(1))).toThrow("has no rows");
});

test("samples that are promises need for await", async () => {
  const dataset = { length: 3, get: (i: number) => Promise.resolve({ value: i, name: `${i}` }) };
  const batches: unknown[] = [];
  for await (const { value, name } of new DataLoader(dataset, { batchSize: 2 }))
    batches.push([await value.tolist(), name]);
  expect(batches).toEqual([
    [
      [0, 1],
      ["0", "1"],
    ],
    [[2], ["2"]],
  ]);
  expect(() => [...new DataLoader(dataset)]).toThrow("iterate with for await");
});

test("types are inferred", () => {
  const dataset = new TensorDataset(rows(2), tensor([0, 1]));
  expectTypeOf(dataset.get(0)).toEqualTypeOf<[Tensor, Tensor]>();
  for (const batch of new DataLoader(dataset)) expectTypeOf(batch).toEqualTypeOf<[Tensor, Tensor]>();
  for (const batch of new DataLoader(randomSplit(dataset, [1, 1])[0]))
    expectTypeOf(batch).toEqualTypeOf<[Tensor, Tensor]>();
  const records = [{ x: rows(1), label: 1, name: "a" }];
  for (const batch of new DataLoader(records))
    expectTypeOf(batch).toEqualTypeOf<{ x: Tensor; label: Tensor; name: string[] }>();
});

test("a data set whose samples are any is one", () => {
  // biome-ignore lint/suspicious/noExplicitAny: it is what is tested.
  class Pairs extends Dataset<any> {
    readonly length = 2;
    get(index: number) {
      return [rows(1), index];
    }
  }
  for (const loader of [new DataLoader(new Pairs(), 2), new DataLoader(new Subset(new Pairs(), [0, 1]), 2)])
    expect([...loader].map(([x, i]) => [x.shape, i.tolistSync()])).toEqual([
      [
        [2, 1, 2],
        [0, 1],
      ],
    ]);
});

test("batch size and shuffle come in their places or by name, and what there is not is an error", () => {
  const sizes = (loader: DataLoader<number>): number[] => [...loader].map((batch) => batch.shape[0]);
  expect(sizes(new DataLoader([1, 2, 3], 2))).toEqual([2, 1]);
  expect(sizes(new DataLoader([1, 2, 3], 2, false, { dropLast: true }))).toEqual([2]);
  expect(
    sizes(
      new DataLoader([1, 2, 3], { batchSize: 3, numWorkers: 4, pinMemory: true, workerInitFn: () => {}, timeout: 1 }),
    ),
  ).toEqual([3]);
  expect(() => new DataLoader([1], { batch_size: 3 } as never)).toThrow("got an unexpected argument 'batch_size'");
});
