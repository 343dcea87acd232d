import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

describe("searchsorted", () => {
  test("before and after equal elements, at every size", () => {
    for (let size = 0; size <= 9; size++) {
      const sequence = torch.tensor(
        Array.from({ length: size }, (_, i) => 2 * i),
        { dtype: "float32" },
      );
      const values = Array.from({ length: 2 * size + 3 }, (_, i) => i - 1);
      const left = values.map((v) => Math.min(size, Math.max(0, Math.ceil(v / 2))));
      const right = values.map((v) => Math.min(size, Math.max(0, Math.floor(v / 2) + 1)));
      expect(torch.searchsorted(sequence, torch.tensor(values)).tolistSync()).toEqual(left);
      expect(torch.searchsorted(sequence, torch.tensor(values), { right: true }).tolistSync()).toEqual(right);
    }
  });

  test("row by row, by a sorter, NaN at the end", () => {
    const rows = torch.tensor([
      [1, 3],
      [2, 4],
    ]);
    expect(torch.searchsorted(rows, torch.tensor([[3], [3]])).tolistSync()).toEqual([[1], [1]]);
    const shuffled = torch.tensor([5, 1, 3]);
    expect(
      torch.searchsorted(shuffled, torch.tensor([4, Number.NaN]), { sorter: shuffled.argsort() }).tolistSync(),
    ).toEqual([2, 3]);
    expect(torch.searchsorted(torch.tensor([1, 2]), 2, { side: "right", outInt32: true }).dtype).toBe("int32");
  });

  test("of another dtype than the boundaries", () => {
    const boundaries = torch.tensor([1n, 3n, 5n]);
    expect(torch.searchsorted(boundaries, torch.tensor([1, 2.5, 5.5])).tolistSync()).toEqual([0, 1, 3]);
    expect(torch.bucketize(torch.tensor([2n, 6n]), torch.tensor([1.5, 5.5])).tolistSync()).toEqual([1, 2]);
  });

  test("other shapes are refused", () => {
    expect(() => torch.searchsorted(torch.ones([2, 3]), torch.ones([3, 3]))).toThrow("the first N-1 dimensions");
  });
});

test("bucketize", () => {
  expect(torch.bucketize(torch.tensor([3, 6]), torch.tensor([1, 3, 5])).tolistSync()).toEqual([1, 3]);
  expect(torch.bucketize(3, torch.tensor([1, 3, 5]), { right: true }).itemSync()).toBe(2);
});

describe("histc", () => {
  test("counts inside the range, its end included", () => {
    expect(torch.tensor([0, 1, 1.5, 2, 5, Number.NaN]).histc(2, 0, 2).tolistSync()).toEqual([1, 3]);
    expect(torch.tensor([1, 3]).histc(2).tolistSync()).toEqual([1, 1]);
    expect(torch.tensor([4, 4]).histc(2).tolistSync()).toEqual([0, 2]);
    expect(torch.zeros([0]).histc(3).tolistSync()).toEqual([0, 0, 0]);
  });
});

describe("bincount", () => {
  const x = (): torch.Tensor => torch.tensor([1, 1, 3], { dtype: "int64" });

  test("counts, or sums weights", async () => {
    expect((await torch.bincount(x())).tolistSync()).toEqual([0, 2, 0, 1]);
    expect(x().bincountSync({ minlength: 6 }).shape).toEqual([6]);
    const sums = x().bincountSync(torch.tensor([0.5, 0.25, 2]));
    expect(sums.dtype).toBe("float32");
    expect(sums.tolistSync()).toEqual([0, 0.75, 0, 2]);
  });

  test("refuses what it cannot count", () => {
    expect(() => torch.tensor([-1], { dtype: "int64" }).bincountSync()).toThrow("1-d non-negative integral inputs");
    expect(() => torch.tensor([1]).bincountSync()).toThrow(`"bincount_cpu" not implemented for 'Float'`);
  });
});

describe("nonzero", () => {
  test("as a matrix and as vectors", async () => {
    const x = torch.tensor([
      [0, 2],
      [Number.NaN, -0],
    ]);
    expect((await x.nonzero()).tolistSync()).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(x.nonzeroSync({ asTuple: true }).map((t) => t.tolistSync())).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(torch.tensor(7).nonzeroSync().shape).toEqual([1, 0]);
    expect(torch.tensor([-0], { dtype: "float16" }).nonzeroSync().shape).toEqual([0, 1]);
  });
});

describe("unique", () => {
  test("values, inverse, counts", async () => {
    const x = torch.tensor([
      [2, 1],
      [2, 3],
    ]);
    const [values, inverse, counts] = await torch.unique(x, { returnInverse: true, returnCounts: true });
    expect(values.tolistSync()).toEqual([1, 2, 3]);
    expect(inverse.tolistSync()).toEqual([
      [1, 0],
      [1, 2],
    ]);
    expect(counts.tolistSync()).toEqual([1, 2, 1]);
  });

  test("slices in lexicographic order; every NaN for itself", () => {
    const rows = torch.tensor([
      [2, 1],
      [1, 9],
      [2, 1],
    ]);
    const [values, inverse] = torch.uniqueSync(rows, { dim: 0, returnInverse: true });
    expect(values.tolistSync()).toEqual([
      [1, 9],
      [2, 1],
    ]);
    expect(inverse.tolistSync()).toEqual([1, 0, 1]);
    expect(torch.uniqueSync(torch.tensor([Number.NaN, 1, Number.NaN])).tolistSync()).toEqual([
      1,
      Number.NaN,
      Number.NaN,
    ]);
  });

  test("consecutive", () => {
    expect(torch.uniqueConsecutiveSync(torch.tensor([1, 1, 2, 1])).tolistSync()).toEqual([1, 2, 1]);
  });
});

test("slices along a later dimension are compared as if it were exchanged with the first", () => {
  const x = torch.tensor([[[0, 0], [0, 1]], [[1, 0], [0, 0]]]); // biome-ignore format: rows
  const [, inverse] = torch.uniqueSync(x, { dim: 2, returnInverse: true });
  expect(inverse.tolistSync()).toEqual([1, 0]);
});
