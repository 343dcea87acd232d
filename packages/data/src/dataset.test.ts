import { Generator, manualSeed } from "@cresset/core";
import { describe, expect, test, vi } from "vitest";
import { DataLoader } from "./data-loader.ts";
import { ConcatDataset, Dataset, Subset } from "./dataset.ts";
import { IterableDataset } from "./iterable-dataset.ts";
import { randomSplit } from "./random-split.ts";
import { Sampler } from "./sampler.ts";

describe("classes of one's own, as a PyTorch script has them", () => {
  class Squares extends Dataset<number> {
    readonly count: number;

    constructor(count: number) {
      super();
      this.count = count;
    }

    get length(): number {
      return this.count;
    }

    get(index: number): number {
      return index ** 2;
    }
  }

  const asIs = { batchSize: null };

  test("extend Dataset", () => {
    const squares = new Squares(4);
    expect([...new DataLoader(squares, asIs)]).toEqual([0, 1, 4, 9]);
    expect([squares, new Subset(squares, [1]), []].map((each) => each instanceof Dataset)).toEqual([true, true, false]);
  });

  test("extend IterableDataset, with a length or without", () => {
    class Countdown extends IterableDataset<number> {
      override *[Symbol.iterator](): Iterator<number> {
        yield* [3, 2, 1];
      }
    }
    class Sized extends Countdown {
      override get length(): number {
        return 3;
      }
    }
    expect([...new DataLoader(new Countdown(), asIs)]).toEqual([3, 2, 1]);
    expect(new DataLoader(new Sized(), asIs).length).toBe(3);
    expect(() => new DataLoader(new Countdown(), asIs).length).toThrow("object of type 'Countdown' has no length");
  });

  test("extend Sampler", () => {
    class Backwards extends Sampler {
      readonly source: Squares;

      constructor(source: Squares) {
        super(source);
        this.source = source;
      }

      override get length(): number {
        return this.source.length;
      }

      override *[Symbol.iterator](): Iterator<number> {
        for (let i = this.length - 1; i >= 0; i--) yield i;
      }
    }
    const squares = new Squares(3);
    expect([...new DataLoader(squares, { ...asIs, sampler: new Backwards(squares) })]).toEqual([4, 1, 0]);
  });
});

describe("Subset", () => {
  test("takes samples by their numbers, also from the end", () => {
    const subset = new Subset(["a", "b", "c", "d"], [3, 1]);
    expect([subset.length, subset.get(0), subset.get(1), subset.get(-1)]).toEqual([2, "d", "b", "b"]);
    expect(() => subset.get(2)).toThrow("index 2 is out of range for a data set of 2 samples");
    expect(new Subset(subset, [1]).get(0)).toBe("b");
  });

  test("batches come from a data set that can make them", () => {
    const dataset = {
      length: 9,
      get: (i: number) => `${i}`,
      getBatch: (numbers: readonly number[]) => numbers.map((i) => `${10 * i}`),
    };
    expect(new Subset(dataset, [8, 7, 6]).getBatch?.([2, 0])).toEqual(["60", "80"]);
    expect(new Subset(["a"], [0]).getBatch).toBeUndefined();
  });
});

test("ConcatDataset", () => {
  const all = new ConcatDataset([["a", "b"], [], ["c"]]);
  expect(all.cumulativeSizes).toEqual([2, 2, 3]);
  expect([0, 1, 2, -1, -3].map((i) => all.get(i))).toEqual(["a", "b", "c", "c", "a"]);
  expect(() => all.get(3)).toThrow("index 3 is out of range");
  expect(() => all.get(-4)).toThrow("absolute value of index should not exceed dataset length");
  expect(() => new ConcatDataset([])).toThrow("datasets should not be an empty iterable");
});

describe("randomSplit", () => {
  const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);

  test("by counts, as PyTorch's seed 0", () => {
    manualSeed(0);
    const parts = randomSplit(numbers(12), [7, 5]);
    expect(parts.map((part) => part.indices)).toEqual([
      [8, 0, 5, 9, 7, 4, 2],
      [10, 3, 1, 11, 6],
    ]);
    expect(parts[1].get(0)).toBe(10);
  });

  test("by fractions, what is left over going round", () => {
    const sizes = (n: number, fractions: number[]) => randomSplit(numbers(n), fractions).map((part) => part.length);
    expect(sizes(10, [0.8, 0.2])).toEqual([8, 2]);
    expect(sizes(11, [0.5, 0.25, 0.25])).toEqual([6, 3, 2]);
    expect(sizes(10, [0.3, 0.3, 0.3, 0.1])).toEqual([3, 3, 3, 1]);
  });

  test("by a generator", () => {
    const split = () => randomSplit(numbers(8), [4, 4], { generator: new Generator(5) }).map((part) => part.indices);
    expect(split()).toEqual(split());
    expect(split()[0]).not.toEqual([0, 1, 2, 3]);
  });

  test("bad lengths are refused, empty parts warned of", () => {
    expect(() => randomSplit(numbers(3), [1, 1])).toThrow(
      "Sum of input lengths does not equal the length of the input dataset!",
    );
    expect(() => randomSplit(numbers(3), [1.5, -0.5])).toThrow("Fraction at index 0 is not between 0 and 1");
    expect(() => randomSplit(numbers(3), [1.5, 1.5])).toThrow("length 1.5 at index 0 is not a count of samples");
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    expect(randomSplit(numbers(2), [2, 0])[1].length).toBe(0);
    expect(warn).toHaveBeenCalledWith("Length of split at index 1 is 0. This might result in an empty dataset.");
    warn.mockRestore();
  });
});

test.each([
  ["a method", () => 3, "got a function"],
  ["a text", "3", 'got the string "3"'],
  ["negative", -1, "got the number -1"],
])("a length that is %s is refused", (_, length, message) => {
  const dataset = { length: length as number, get: (index: number) => index };
  expect(() => new Subset(dataset, [0])).toThrow(`a data set's length must be its number of samples, but ${message}`);
});
