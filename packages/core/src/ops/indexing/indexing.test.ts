import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const { slice, ellipsis } = torch;
const range = (...shape: number[]) => torch.arange(torch.float(shape.reduce((a, b) => a * b, 1))).reshape(shape);
const longs = (...values: number[]) => torch.tensor(values.map(BigInt));

describe("index", () => {
  test("numbers, ranges, new dimensions", () => {
    const x = range(3, 4);
    expect(x.index(1, -1).itemSync()).toBe(7);
    expect(x.index(slice(null, -1), slice(1, null, 2)).tolistSync()).toEqual([
      [1, 3],
      [5, 7],
    ]);
    expect(x.index(ellipsis, null, 0).shape).toEqual([3, 1]);
    expect(x.index(slice(2, 1)).shape).toEqual([0, 4]);
    expect(x.index(true, 0).shape).toEqual([1, 4]);
    expect(x.index() === x).toBe(false);
  });

  test("views alias, index tensors copy", () => {
    const x = range(2, 2);
    x.index(0).add_(10);
    x.indexSync(longs(0)).add_(100);
    expect(x.tolistSync()).toEqual([
      [10, 11],
      [2, 3],
    ]);
  });

  test("the place of index dimensions", () => {
    const x = range(2, 3, 4);
    const at = longs(0, 1);
    expect(x.indexSync(slice(), at, at).shape).toEqual([2, 2]);
    expect(x.indexSync(at, slice(), at).shape).toEqual([2, 3]);
    expect(x.indexSync(at.unsqueeze(1), slice(), longs(0, 1, 2)).shape).toEqual([2, 3, 3]);
    expect(x.indexSync(slice(), [[0, 2]]).shape).toEqual([2, 1, 2, 4]);
    expect(x.indexSync(0, ellipsis, longs(-1)).tolistSync()).toEqual([[3], [7], [11]]);
    expect(x.indexSync(torch.tensor(1n), 0).tolistSync()).toEqual([12, 13, 14, 15]);
  });

  test("masks are awaited", async () => {
    const x = range(2, 3).requiresGrad_();
    const picked = await x.index(x.gt(2));
    expect(picked.tolistSync()).toEqual([3, 4, 5]);
    picked
      .mul(longs(1, 2, 3))
      .sum()
      .backward();
    expect(x.grad?.tolistSync()).toEqual([
      [0, 0, 0],
      [1, 2, 3],
    ]);
    expect(x.indexSync(torch.tensor([false, true]), 1).tolistSync()).toEqual([4]);
    expect(x.indexSync([true, false]).tolistSync()).toEqual([[0, 1, 2]]);
    expect(x.indexSync(torch.tensor(false)).shape).toEqual([0, 2, 3]);
    expect(() => x.index(torch.tensor([true]))).toThrow(
      "The shape of the mask [1] at index 0 does not match the shape of the indexed tensor [2, 3] at index 0",
    );
  });

  test("indices of 64 bits are compared as a whole, and the first outside is told", () => {
    const x = range(5);
    const at = (...values: bigint[]): unknown => x.indexSync(torch.tensor(values)).tolistSync();
    expect(at(-5n, 4n, -1n)).toEqual([0, 4, 4]);
    for (const wrong of [5n, -6n, 2n ** 31n, -(2n ** 31n), 2n ** 32n + 1n, -(2n ** 32n), 2n ** 62n, -(2n ** 63n)])
      expect(() => at(1n, wrong, 7n)).toThrow(`index ${wrong} is out of bounds for dimension 0 with size 5`);
  });

  test("errors", () => {
    const x = range(2, 3);
    expect(() => x.index(2)).toThrow("index 2 is out of bounds for dimension 0 with size 2");
    expect(() => x.index(0, 0, 0)).toThrow("too many indices for tensor of dimension 2");
    expect(() => x.index(slice(null, null, -1))).toThrow("step must be greater than zero");
    expect(() => x.index(torch.tensor([0.5]))).toThrow("tensors used as indices must be long, byte or bool tensors");
    expect(() => x.index(longs(0, 7))).toThrow("index 7 is out of bounds for dimension 0 with size 2");
    // An index that is not known yet is checked when it is computed.
    expect(() => x.indexSync(longs(0, 1).add(1)).tolistSync()).toThrow("out of bounds for dimension 0 with size 2");
    expect(() => x.indexSync(longs(0, 1), longs(0, 1, 2))).toThrow(
      "shape mismatch: indexing tensors could not be broadcast together with shapes [2], [3]",
    );
    expect(() => torch.tensor(1).index(0)).toThrow("invalid index of a 0-dim tensor");
  });
});

describe("indexPut_", () => {
  test("writes where index reads", () => {
    const x = range(3, 3);
    x.indexPut_([0], 9);
    x.indexPut_([slice(1, null), 2], torch.tensor([[[7, 8]]]));
    x.indexPut_([longs(2, 1), longs(0, 0)], torch.tensor([-1, -2]));
    expect(x.tolistSync()).toEqual([
      [9, 9, 9],
      [-2, 4, 7],
      [-1, 7, 8],
    ]);
    x.indexPut_([longs(0, 0)], torch.ones(3), true);
    expect(x.index(0).tolistSync()).toEqual([11, 11, 11]);
    x.indexPut_([0], 1, true);
    expect(x.index(0).tolistSync()).toEqual([12, 12, 12]);
  });

  test("masks need no reading", () => {
    const x = range(2, 3);
    x.indexPut_([x.gt(3)], 0);
    x.indexPut_([slice(), torch.tensor([true, false, true])], torch.tensor([[5, 6]]));
    expect(x.tolistSync()).toEqual([
      [5, 1, 6],
      [5, 0, 6],
    ]);
    x.indexPut_([x.eq(5)], torch.tensor([-1, -2]));
    expect(x.select(1, 0).tolistSync()).toEqual([-1, -2]);
    expect(() =>
      range(3)
        .indexPut_([torch.tensor([true, true, true])], torch.tensor([1, 2]))
        .tolistSync(),
    ).toThrow("shape mismatch: value tensor of shape [2] cannot be broadcast to indexing result");
    const y = range(2, 2);
    y.indexPut_([torch.tensor([true, false]), longs(1)], 9);
    expect(y.tolistSync()).toEqual([
      [0, 9],
      [2, 3],
    ]);
  });

  test("gradients of what is overwritten and of what is written", () => {
    const x = range(3).requiresGrad_();
    const v = torch.tensor([10, 20], { requiresGrad: true });
    const y = x.mul(2);
    y.indexPut_([longs(0, 2)], v);
    y.mul(torch.tensor([1, 2, 3]))
      .sum()
      .backward();
    expect(x.grad?.tolistSync()).toEqual([0, 4, 0]);
    expect(v.grad?.tolistSync()).toEqual([1, 3]);
    const m = torch.tensor([1, 2], { requiresGrad: true });
    const z = range(3).indexPut([torch.tensor([true, false, true])], m);
    z.mul(torch.tensor([1, 2, 3]))
      .sum()
      .backward();
    expect(m.grad?.tolistSync()).toEqual([1, 3]);
  });

  test("indices of 64 bits are compared as a whole, and the first outside is told", () => {
    const x = range(5);
    const at = (...values: bigint[]): unknown => x.indexSync(torch.tensor(values)).tolistSync();
    expect(at(-5n, 4n, -1n)).toEqual([0, 4, 4]);
    for (const wrong of [5n, -6n, 2n ** 31n, -(2n ** 31n), 2n ** 32n + 1n, -(2n ** 32n), 2n ** 62n, -(2n ** 63n)])
      expect(() => at(1n, wrong, 7n)).toThrow(`index ${wrong} is out of bounds for dimension 0 with size 5`);
  });

  test("errors", () => {
    const x = range(2, 3);
    expect(() => x.indexPut_([0], torch.ones(2))).toThrow(
      "The expanded size of the tensor (3) must match the existing size (2)",
    );
    expect(() => x.indexPut_([longs(0)], longs(1, 2, 3))).toThrow(
      "Index put requires the source and destination dtypes match",
    );
    const leaf = torch.zeros(2, { requiresGrad: true });
    expect(() => leaf.indexPut_([longs(0)], 1)).toThrow(
      "a leaf Variable that requires grad is being used in an in-place operation",
    );
    expect(() => leaf.indexPut_([0], 1)).toThrow(
      "a view of a leaf Variable that requires grad is being used in an in-place operation",
    );
  });
});

describe("gather and scatter", () => {
  test("an index smaller than the input", () => {
    const x = range(3, 4);
    const at = torch.tensor([[3n, 0n]]);
    expect(x.gather(1, at).tolistSync()).toEqual([[3, 0]]);
    expect(
      torch
        .zeros(2, 4)
        .scatter(1, at, torch.tensor([[1, 2]]))
        .tolistSync(),
    ).toEqual([
      [2, 0, 0, 1],
      [0, 0, 0, 0],
    ]);
    expect(x.takeAlongDim(x.argmax(1, true), 1).tolistSync()).toEqual([[3], [7], [11]]);
  });

  test("numbers", () => {
    const x = torch.tensor(5);
    expect(x.gather(0, torch.tensor(0n)).itemSync()).toBe(5);
    expect(x.scatter(0, torch.tensor(0n), 7).itemSync()).toBe(7);
    expect(x.indexSelect(0, longs(0)).shape).toEqual([]);
    expect(x.take(longs(0, 0)).tolistSync()).toEqual([5, 5]);
  });

  test("a scattered source larger than its index gets no gradient where it is not used", () => {
    const src = range(2, 3).requiresGrad_();
    torch
      .zeros(2, 3)
      .scatterAdd(1, torch.tensor([[2n, 2n]]), src)
      .sum()
      .backward();
    expect(src.grad?.tolistSync()).toEqual([
      [1, 1, 0],
      [0, 0, 0],
    ]);
  });

  test("means of integers round down", () => {
    const x = torch.zeros(2, { dtype: "int64" });
    expect(x.scatterReduce(0, longs(0, 0, 1), longs(-3, 0, 5), "mean", { includeSelf: false }).tolistSync()).toEqual([
      -2, 5,
    ]);
    expect(x.scatterReduce(0, longs(0, 0), longs(-3, -4), "amax", { includeSelf: false }).tolistSync()).toEqual([
      -3, 0,
    ]);
  });

  test("indices that are not known are checked when they are computed", () => {
    const late = longs(3).add(1);
    expect(() => range(4).gather(0, late).tolistSync()).toThrow("out of bounds for dimension 0 with size 4");
    expect(() => range(4).scatter(0, late, 1).tolistSync()).toThrow("out of bounds for dimension 0 with size 4");
    expect(() => range(4).indexSelect(0, late).tolistSync()).toThrow("index out of range in self");
    expect(() => range(4).take(late).tolistSync()).toThrow("out of range");
    expect(() => range(4).gather(0, longs(-1))).toThrow("index -1 is out of bounds for dimension 0 with size 4");
  });
});

describe("masks", () => {
  test("fill, select, scatter", async () => {
    const x = range(2, 2).requiresGrad_();
    const mask = torch.tensor([true, false]);
    expect(x.maskedFill(mask, Number.NEGATIVE_INFINITY).tolistSync()).toEqual([
      [Number.NEGATIVE_INFINITY, 1],
      [Number.NEGATIVE_INFINITY, 3],
    ]);
    expect((await x.maskedSelect(mask)).tolistSync()).toEqual([0, 2]);
    expect(x.maskedSelectSync(mask.to("uint8").mul(2)).tolistSync()).toEqual([0, 2]);
    expect(x.maskedSelectSync(mask.logicalAnd(false)).shape).toEqual([0]);
    const source = range(3).add(10).requiresGrad_();
    const y = x.maskedScatter(mask, source);
    expect(y.tolistSync()).toEqual([
      [10, 1],
      [11, 3],
    ]);
    y.mul(2).sum().backward();
    expect(source.grad?.tolistSync()).toEqual([2, 2, 0]);
    expect(x.grad?.tolistSync()).toEqual([
      [0, 2],
      [0, 2],
    ]);
    expect(() => x.maskedScatter(mask, torch.ones(1)).tolistSync()).toThrow(
      "Number of elements of source < number of ones in mask",
    );
    expect(() => x.maskedFill(torch.ones(2), 0)).toThrow("masked_fill_ only supports boolean masks");
  });
});

test("views written into copies", () => {
  expect(
    range(2, 2)
      .selectScatter(torch.tensor([8, 9]), 0, -1)
      .tolistSync(),
  ).toEqual([
    [0, 1],
    [8, 9],
  ]);
  expect(
    range(2, 2)
      .T.diagonalScatter(torch.tensor([8, 9]))
      .tolistSync(),
  ).toEqual([
    [8, 2],
    [1, 9],
  ]);
  expect(
    range(4)
      .sliceScatter(torch.tensor([8, 9]), 0, 1, null, 2)
      .tolistSync(),
  ).toEqual([0, 8, 2, 9]);
});

test("a float fills integers where a mask says so, without its fraction", () => {
  const x = torch.tensor([1n, 2n]);
  expect(x.maskedFill(torch.tensor([true, false]), torch.tensor(7.5)).tolistSync()).toEqual([7, 2]);
});

test("where no index is, a source gets a gradient of zeros", () => {
  const none = torch.zeros([0, 2], { dtype: "int64" });
  const forms: ((x: torch.Tensor, source: torch.Tensor) => torch.Tensor)[] = [
    (x, source) => x.scatter(0, none, source),
    (x, source) => x.scatterAdd(0, none, source),
    (x, source) => x.scatterReduce(0, none, source, "prod"),
    (x, source) => x.indexReduce(0, torch.zeros([0], { dtype: "int64" }), source.narrow(0, 0, 0), "mean"),
  ];
  for (const form of forms) {
    const [x, source] = [torch.ones([2, 2]).requiresGrad_(), torch.ones([3, 2]).requiresGrad_()];
    form(x, source).sum().backward();
    expect([x.grad?.tolistSync(), source.grad?.tolistSync()]).toEqual(
      [torch.ones(2, 2), torch.zeros(3, 2)].map((t) => t.tolistSync()),
    );
  }
});

test("masks are named before what they mask, and strings are no indices", () => {
  expect(() => torch.zeros(3).maskedFill(torch.tensor([true, false]), 1)).toThrow(
    "The size of tensor a (2) must match the size of tensor b (3)",
  );
  expect(() => torch.zeros(3).index("a" as never)).toThrow("new(): invalid data type 'str'");
});

test("what is no index of a tensor without dimensions, and no mask", () => {
  const word = torch.tensor(1.5);
  expect(() => word.index(0)).toThrow("invalid index of a 0-dim tensor");
  expect(() => word.index(-1)).toThrow("index -1 is out of bounds for dimension 0 with size 0");
  expect(() => word.index(torch.slice())).toThrow("slice() cannot be applied to a 0-dim tensor.");
  const twos = torch.zeros(2).maskedFill(torch.tensor([0, 2], { dtype: "uint8" }), 1);
  expect(() => twos.tolistSync()).toThrow("Mask tensor can take 0 and 1 values only");
});

test("one value of another dtype fills what a mask chooses", () => {
  const x = torch.zeros(3);
  x.indexPut_([torch.tensor([true, false, true])], torch.tensor([2n]));
  expect(x.tolistSync()).toEqual([2, 0, 2]);
  expect(() => x.indexPut_([torch.tensor([0n])], torch.tensor([2n]))).toThrow("got Float for the destination and Long");
  expect(() => x.indexPut_([torch.tensor([true])], torch.tensor([2n, 3n]))).toThrow(
    "The shape of the mask [1] at index 0",
  );
});

test("what indexFill fills twice counts once in the value's gradient", () => {
  const value = torch.tensor(5).requiresGrad_();
  torch
    .zeros(3)
    .indexFill(0, torch.tensor([2n, 2n, 0n]), value)
    .sum()
    .backward();
  expect(value.grad?.itemSync()).toBe(2);
});

test("products at places have first and second derivatives where factors are 0", () => {
  const places = torch.tensor([0n, 0n, 1n, 1n, 1n]);
  const wide = (values: number[]): torch.Tensor => torch.tensor(values, { dtype: "float64", requiresGrad: true });
  const derivatives = (base: number[], source: number[], includeSelf: boolean): unknown[] => {
    const [x, y] = [wide(base), wide(source)];
    const product = x.scatterReduce(0, places, y, "prod", { includeSelf });
    const first = torch.autograd.grad(product.sum(), [x, y], { createGraph: true });
    const weighted = first[0]
      .mul(torch.tensor([1, 2, 3]))
      .sum()
      .add(first[1].mul(torch.arange(5)).sum());
    return [...first, ...torch.autograd.grad(weighted, [x, y])].map((t) => t.detach().tolistSync());
  };
  expect(derivatives([0, 3, 4], [5, 6, 7, 0, 9], true)).toEqual([
    [30, 0, 1],
    [0, 0, 0, 189, 0],
    [5, 189, 0],
    [6, 5, 81, 264, 63],
  ]);
  // Two zeros in each of the first two places.
  expect(derivatives([0, 3, 4], [0, 6, 0, 0, 9], true)).toEqual([
    [0, 0, 1],
    [0, 0, 0, 0, 0],
    [0, 0, 0],
    [6, 0, 81, 54, 0],
  ]);
  expect(derivatives([0, 3, 4], [0, 6, 0, 0, 9], false)).toEqual([
    [0, 0, 1],
    [6, 0, 0, 0, 0],
    [0, 0, 0],
    [1, 0, 27, 18, 0],
  ]);
  const x = wide([2, 3]);
  const y = wide([0, 5]);
  const [slope] = torch.autograd.grad(x.indexReduce(0, torch.tensor([0n, 0n]), y, "prod").sum(), [y], {
    createGraph: true,
  });
  expect(slope.detach().tolistSync()).toEqual([10, 0]);
  expect(torch.autograd.grad(slope.sum(), [x, y]).map((t) => t.tolistSync())).toEqual([
    [5, 0],
    [2, 2],
  ]);
});

test("whether values are added may be named, also that they are not", () => {
  const i = longs(0, 0, 2);
  const [ones, x] = [torch.ones([3]), torch.tensor([10, 20, 30])];
  const added = [12, 20, 31];
  const set = [1, 20, 1];
  expect(x.indexPut([i], ones, { accumulate: true }).tolistSync()).toEqual(added);
  expect(x.indexPut([i], ones, { accumulate: false }).tolistSync()).toEqual(set);
  expect(x.clone().indexPut_([i], ones, { accumulate: true }).tolistSync()).toEqual(added);
  expect(x.clone().indexPut_([i], ones, { accumulate: false }).tolistSync()).toEqual(set);
  expect(x.put(i, ones, { accumulate: true }).tolistSync()).toEqual(added);
  expect(x.clone().put_(i, ones, { accumulate: false }).tolistSync()).toEqual(set);
});
