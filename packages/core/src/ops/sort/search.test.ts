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

test("searchsorted takes the steps of a binary search, also where nothing is sorted", () => {
  const search = (sequence: ArrayLike<number>, x: number, right: boolean): number => {
    let [low, high] = [0, sequence.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const passed = right ? !(sequence[middle] > x) : !(sequence[middle] >= x);
      [low, high] = passed ? [middle + 1, high] : [low, middle];
    }
    return low;
  };
  torch.manualSeed(0);
  const values = torch.cat([torch.randint(-9, 9, [50]), torch.tensor([Number.NaN, Infinity, -Infinity])]);
  for (const size of [1, 2, 5, 16, 33]) {
    const any = torch.randint(-9, 9, [size]).to("float32");
    for (const sequence of [any, any.sort()[0], torch.where(any.gt(5), Number.NaN, any)])
      for (const right of [false, true]) {
        const found = torch.searchsorted(sequence, values, { right });
        expect(found.dtype).toBe("int64");
        const [at, x] = [sequence.dataSync() as Float32Array, values.dataSync() as Float32Array];
        expect(found.tolistSync()).toEqual(Array.from(x, (one) => search(at, one, right)));
      }
  }
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

  test("of every dtype of whole numbers, far apart, and of none", () => {
    const places = [3000, 0, 1_000_000, 3000];
    for (const dtype of ["int64", "int32"] as const) {
      const counts = torch.tensor(places, { dtype }).bincountSync();
      expect(counts.shape).toEqual([1_000_001]);
      expect(places.map((at) => Number(counts.dataSync()[at]))).toEqual([2, 1, 1, 2]);
      expect(counts.sum().itemSync()).toBe(4);
    }
    expect(torch.tensor([255, 1, 255], { dtype: "uint8" }).bincountSync().dataSync().at(-1)).toBe(2n);
    const none = torch.zeros(0, { dtype: "int64" });
    expect(none.bincountSync({ minlength: 2 }).tolistSync()).toEqual([0, 0]);
    expect(none.bincountSync(torch.zeros(0)).dtype).toBe("int64");
  });

  test("weights of half precision count with their values", () => {
    const sums = x().bincountSync(torch.tensor([0.5, 0.25, 2], { dtype: "float16" }));
    expect(sums.dtype).toBe("float64");
    expect(sums.tolistSync()).toEqual([0, 0.75, 0, 2]);
  });

  test("refuses what it cannot count", () => {
    for (const negative of [-1, -(2 ** 40)])
      expect(() => torch.tensor([5000, negative], { dtype: "int64" }).bincountSync()).toThrow("1-d non-negative");
    expect(() => torch.tensor([-1], { dtype: "int32" }).bincountSync()).toThrow("1-d non-negative integral inputs");
    expect(() => torch.tensor([-1], { dtype: "int64" }).bincountSync()).toThrow("1-d non-negative integral inputs");
    expect(() => torch.tensor([1]).bincountSync()).toThrow(`"bincount_cpu" not implemented for 'Float'`);
  });
});

describe("nonzero", () => {
  test("what counts as zero", () => {
    const found = (data: (number | bigint)[], dtype: torch.DType): unknown =>
      torch.tensor(data, { dtype }).nonzeroSync({ asTuple: true })[0].tolistSync();
    for (const dtype of ["float64", "float32", "float16"] as const)
      expect(found([0, Number.NaN, -0, 0.5, Number.NEGATIVE_INFINITY, -0], dtype)).toEqual([1, 3, 4]);
    expect(found([0n, 2n ** 32n, 1n, -(2n ** 63n), 0n], "int64")).toEqual([1, 2, 3]);
    for (const dtype of ["int32", "int16", "int8"] as const) expect(found([-1, 0, 100], dtype)).toEqual([0, 2]);
    expect(found([255, 0, 128], "uint8")).toEqual([0, 2]);
    expect(
      torch
        .tensor(7)
        .nonzeroSync({ asTuple: true })
        .map((t) => t.tolistSync()),
    ).toEqual([[0]]);
    expect(torch.zeros(2, 0, 3).nonzeroSync().shape).toEqual([0, 3]);
    const x = torch.arange(24).reshape(2, 3, 4).remainder(5).eq(4).permute(2, 0, 1);
    const [i, j, k] = x.nonzeroSync({ asTuple: true });
    expect(i.tolistSync()).toEqual([0, 1, 2, 3]);
    expect(torch.stack([i, j, k], 1).tolistSync()).toEqual(x.nonzeroSync().tolistSync());
  });

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
