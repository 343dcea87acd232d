import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { IndexError, registerBackend, tensor } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));

const F = nn.functional;
const table = () =>
  torch.tensor(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    { requiresGrad: true },
  );

describe("Embedding", () => {
  test("looks rows up in any shape", () => {
    expect(new nn.Embedding(5, 4)(torch.zeros([2, 3], { dtype: "int64" })).shape).toEqual([2, 3, 4]);
    expect(
      F.embedding(tensor([[2n, 0n]]), table())
        .detach()
        .tolistSync(),
    ).toEqual([
      [
        [5, 6],
        [1, 2],
      ],
    ]);
  });

  test("adds the gradients of equal rows, none for the padding row", () => {
    const weight = table();
    F.embedding(tensor([2n, 2n, 0n]), weight, { paddingIdx: -3 })
      .sum()
      .backward();
    expect(weight.grad?.tolistSync()).toEqual([
      [0, 0],
      [0, 0],
      [2, 2],
    ]);
    const often = table();
    F.embedding(tensor([2n, 2n, 0n]), often, { scaleGradByFreq: true })
      .sum()
      .backward();
    expect(often.grad?.tolistSync()).toEqual([
      [1, 1],
      [0, 0],
      [1, 1],
    ]);
  });

  test("scales looked-up rows that are too long, in place", () => {
    const weight = torch.tensor([
      [3, 4],
      [30, 40],
      [0.3, 0.4],
    ]);
    F.embedding(tensor([0n, 2n]), weight, { maxNorm: 1 });
    const [first, second, third] = weight.tolistSync() as number[][];
    expect(first[0]).toBeCloseTo(0.6, 6);
    expect(first[1]).toBeCloseTo(0.8, 6);
    expect(second).toEqual([30, 40]);
    expect(third).toEqual([0.3, 0.4].map(Math.fround));
  });

  test("starts with zeros in the padding row, and prints as PyTorch's", () => {
    const module = new nn.Embedding(4, 2, { paddingIdx: -1, maxNorm: 2 });
    expect((module.weight.detach().tolistSync() as number[][])[3]).toEqual([0, 0]);
    expect((module.weight.detach().tolistSync() as number[][])[2]).not.toEqual([0, 0]);
    expect(String(module)).toBe("Embedding(4, 2, padding_idx=3, max_norm=2.0)");
  });

  test("takes a given table", () => {
    const module = nn.Embedding.fromPretrained(table());
    expect(module.weight.requiresGrad).toBe(false);
    expect(module(tensor([1n])).tolistSync()).toEqual([[3, 4]]);
    expect(nn.Embedding.fromPretrained(table(), { freeze: false }).weight.requiresGrad).toBe(true);
  });

  test("refuses what is no row", () => {
    expect(() => F.embedding(tensor([3n]), table())).toThrow(IndexError);
    expect(() => F.embedding(tensor([3n]), table())).toThrow("index out of range in self");
    expect(() => F.embedding(tensor([1n]).add(2), table()).tolistSync()).toThrow("index out of range in self");
    expect(() => F.embedding(tensor([0.5]), table())).toThrow("Long, Int; but got torch.FloatTensor instead");
    expect(() => new nn.Embedding(3, 2, { paddingIdx: 3 })).toThrow("Padding_idx must be within num_embeddings");
  });
});

describe("EmbeddingBag", () => {
  let input: torch.Tensor;
  let offsets: torch.Tensor;
  beforeAll(() => {
    input = tensor([0n, 1n, 2n, 1n]);
    offsets = tensor([0n, 2n, 2n]);
  });

  test("sums, averages and compares bags, of which one is empty", () => {
    const bags = (mode: "sum" | "mean" | "max") =>
      F.embeddingBag(input, table(), offsets, { mode }).detach().tolistSync();
    expect(bags("sum")).toEqual([
      [4, 6],
      [0, 0],
      [8, 10],
    ]);
    expect(bags("mean")).toEqual([
      [2, 3],
      [0, 0],
      [4, 5],
    ]);
    expect(bags("max")).toEqual([
      [3, 4],
      [0, 0],
      [5, 6],
    ]);
  });

  test("leaves the padding row out", () => {
    const mean = F.embeddingBag(input, table(), offsets, { mode: "mean", paddingIdx: 1 });
    expect(mean.detach().tolistSync()).toEqual([
      [1, 2],
      [0, 0],
      [5, 6],
    ]);
  });

  test("the maximum's gradient goes to the first of equal rows", () => {
    const weight = table();
    F.embeddingBag(tensor([[0n, 2n, 2n]]), weight, { mode: "max" })
      .sum()
      .backward();
    expect(weight.grad?.tolistSync()).toEqual([
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
  });

  test("weights rows, and differentiates by the weights", () => {
    const perSampleWeights = torch.tensor([1, 2, 3, 4], { requiresGrad: true });
    const weight = table();
    const sums = new nn.EmbeddingBag(3, 2, { mode: "sum", weight })(input, tensor([0n, 2n, 4n]), perSampleWeights);
    expect(sums.detach().tolistSync()).toEqual([
      [7, 10],
      [27, 34],
      [0, 0],
    ]);
    sums.sum().backward();
    expect(perSampleWeights.grad?.tolistSync()).toEqual([3, 7, 11, 7]);
    expect(() => F.embeddingBag(input, weight, offsets, { perSampleWeights })).toThrow(
      "only supported for mode='sum' (got mode='mean')",
    );
  });

  test("the last offset may be the end", () => {
    const sums = F.embeddingBag(input, table(), tensor([0n, 3n, 4n]), { mode: "sum", includeLastOffset: true });
    expect(sums.detach().tolistSync()).toEqual([
      [9, 12],
      [3, 4],
    ]);
  });

  // Values and gradients from PyTorch 1.13.
  test.each<[nn.functional.BagMode, nn.functional.EmbeddingBagOptions, number[], number[]]>([
    ["sum", {}, [0, 0, 10, 20, 0, 0, 10, 20, 6, 2, 0, 0, 0, 0], [7, 8, 6, 8, 9, 10, 7, 8, 7, 8, 3, 4]],
    ["max", {}, [0, 0, 4, 10, 0, 0, 9, 8, 6, 2, 0, 0, 0, 0], [0, 0, 0, 4, 9, 10, 7, 0, 0, 8, 3, 0]],
    ["max", { paddingIdx: -3 }, [0, 0, 4, 10, 0, 0, 1, 8, 6, 2, 0, 0, 0, 0], [0, 0, 0, 4, 9, 10, 0, 0, 7, 8, 3, 0]],
    [
      "sum",
      { includeLastOffset: true },
      [0, 0, 10, 20, 0, 0, 10, 20, 6, 2, 0, 0],
      [7, 8, 6, 8, 9, 10, 7, 8, 7, 8, 3, 4],
    ],
  ])("empty bags in all places: %s %o", (mode, options, values, gradient) => {
    const weight = tensor([0, 7, 3, 10, 6, 2, 9, 5, 1, 8, 4, 0]).reshape(6, 2).detach().requiresGrad_();
    const offsets = tensor([0n, 0n, 3n, 3n, 6n, 7n, 7n]);
    const bags = F.embeddingBag(tensor([5n, 1n, 1n, 3n, 0n, 4n, 2n]), weight, { ...options, mode, offsets });
    bags
      .flatten()
      .mul(torch.arange(1, bags.numel() + 1))
      .sum()
      .backward();
    expect(bags.flatten().tolistSync()).toEqual(values);
    expect(weight.grad?.flatten().tolistSync()).toEqual(gradient);
  });

  test("no position is compared with every bag", () => {
    const rows = torch.zeros([1000], { dtype: "int64" });
    const sums = F.embeddingBag(rows, table(), torch.arange(0, 1000, 10).to("int64"), { mode: "sum" });
    const sizes = [...torch.explain(sums).matchAll(/over \[([\d, ]+)\]/g)].map(([, shape]) =>
      shape.split(",").reduce((n, size) => n * Number(size), 1),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * 1001);
  });
});
