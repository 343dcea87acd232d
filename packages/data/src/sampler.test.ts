import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { draws, Generator, manualSeed } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import {
  BatchSampler,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from "./sampler.ts";

beforeAll(() => torch.registerBackend(cpu()));

test("SequentialSampler", () => {
  const sampler = new SequentialSampler("abc");
  expect([sampler.length, ...sampler]).toEqual([3, 0, 1, 2]);
});

describe("RandomSampler", () => {
  test("follows a generator of its own, seeded anew for each iteration", () => {
    manualSeed(0);
    const sampler = new RandomSampler({ length: 6 });
    const [first, second] = [[...sampler], [...sampler]];
    expect([...first].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(second).not.toEqual(first);
    const stream = new Generator(0);
    const seeded = new Generator(stream.random64() & (2n ** 63n - 1n));
    expect(first).toEqual(draws.randpermNumbers(seeded, 6));
  });

  test("a given generator is followed itself, and one more permutation is drawn at the end", () => {
    const generator = new Generator(3);
    const sampler = new RandomSampler({ length: 4 }, { generator });
    const [first, second] = [[...sampler], [...sampler]];
    const same = new Generator(3);
    expect(first).toEqual(draws.randpermNumbers(same, 4));
    draws.randpermNumbers(same, 4);
    expect(second).toEqual(draws.randpermNumbers(same, 4));
  });

  test("numSamples without replacement goes around", () => {
    const sampler = new RandomSampler({ length: 3 }, { numSamples: 7 });
    const drawn = [...sampler];
    expect(sampler.length).toBe(7);
    expect([...drawn.slice(0, 3)].sort()).toEqual([0, 1, 2]);
    expect([...drawn.slice(3, 6)].sort()).toEqual([0, 1, 2]);
    expect(drawn).toHaveLength(7);
  });

  test("with replacement, chunks of 32 are drawn ahead", () => {
    const sampler = new RandomSampler(
      { length: 5 },
      { replacement: true, numSamples: 70, generator: new Generator(1) },
    );
    const stream = new Generator(1);
    expect([...sampler]).toEqual(Array.from({ length: 70 }, () => stream.random() % 5));
    const stopped = new Generator(1);
    for (const _ of new RandomSampler({ length: 5 }, { replacement: true, numSamples: 70, generator: stopped })) break;
    const ahead = new Generator(1);
    for (let i = 0; i < 32; i++) ahead.random();
    expect(stopped.random()).toBe(ahead.random());
  });

  test("an empty data set is refused", () => {
    expect(() => new RandomSampler([])).toThrow(
      "num_samples should be a positive integer value, but got num_samples=0",
    );
    expect(() => new RandomSampler([1], { numSamples: 1.5 })).toThrow("but got num_samples=1.5");
  });
});

// PyTorch's, seed 0.
test("SubsetRandomSampler and WeightedRandomSampler draw from the default generator", () => {
  manualSeed(0);
  expect([...new SubsetRandomSampler([10, 20, 30])].sort()).toEqual([10, 20, 30]);
  const generator = () => new Generator(0);
  const weights = [0.1, 0.4, 0.2, 0.2, 0.1];
  const expected = draws.multinomial(generator(), "float64", weights, 5, 9, true);
  expect([...new WeightedRandomSampler(weights, 9, { generator: generator() })]).toEqual(Array.from(expected, Number));
  const once = [...new WeightedRandomSampler(weights, 5, false)];
  expect(once.sort()).toEqual([0, 1, 2, 3, 4]);
  expect(() => new WeightedRandomSampler(weights, 0)).toThrow("but got num_samples=0");
});

describe("BatchSampler", () => {
  test("batches, the last one perhaps shorter or left out", () => {
    const seven = new SequentialSampler({ length: 7 });
    expect([...new BatchSampler(seven, 3)]).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect([...new BatchSampler(seven, 3, true)]).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect([new BatchSampler(seven, 3).length, new BatchSampler(seven, 3, true).length]).toEqual([3, 2]);
    expect([...new BatchSampler([5, 6], 2)]).toEqual([[5, 6]]);
  });

  test("the batch size is positive", () => {
    expect(() => new BatchSampler([1], 0)).toThrow(
      "batch_size should be a positive integer value, but got batch_size=0",
    );
  });
});

test("samplers take numbers of tensors, and arguments in places or by name", () => {
  const weights = torch.tensor([0, 0, 1]);
  expect([...new WeightedRandomSampler(weights, 2)]).toEqual([2, 2]);
  expect([...new WeightedRandomSampler(weights, { numSamples: 2 })]).toEqual([2, 2]);
  expect([...new WeightedRandomSampler({ weights: [1], numSamples: 1, replacement: false })]).toEqual([0]);
  expect([...new SubsetRandomSampler(torch.tensor([7n, 7n]))]).toEqual([7, 7]);
  expect([...new BatchSampler(new SequentialSampler([1, 2, 3]), { batchSize: 2, dropLast: true })]).toEqual([[0, 1]]);
  expect(new RandomSampler([1, 2], true, 5).length).toBe(5);
  expect(() => new WeightedRandomSampler([1], { replacement: true } as never)).toThrow(
    "missing required argument: 'numSamples'",
  );
});
