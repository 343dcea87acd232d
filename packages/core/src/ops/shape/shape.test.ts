import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const range = (...shape: number[]) => torch.arange(torch.float(shape.reduce((a, b) => a * b, 1))).reshape(shape);

describe("views", () => {
  test("alias the storage", () => {
    const x = range(2, 3);
    const column = x.T.select(0, 1);
    column.fill_(9);
    expect(x.tolistSync()).toEqual([
      [0, 9, 2],
      [3, 9, 5],
    ]);
    x.narrow(1, 2, 1).zero_();
    expect(x.view(-1).tolistSync()).toEqual([0, 9, 0, 3, 9, 0]);
    expect(x.unfold(1, 2, 1).select(0, 1).tolistSync()).toEqual([
      [3, 9],
      [9, 0],
    ]);
    x.diagonal().add_(100);
    expect(x.tolistSync()).toEqual([
      [100, 9, 0],
      [3, 109, 0],
    ]);
  });

  test("have PyTorch's strides and offsets", () => {
    const x = range(2, 3, 4);
    const layout = (t: torch.Tensor) => [t.shape, t.stride(), t.storageOffset()];
    expect(layout(x.permute(2, 0, 1))).toEqual([[4, 2, 3], [1, 12, 4], 0]);
    expect(layout(x.select(1, -1))).toEqual([[2, 4], [12, 1], 8]);
    expect(layout(x.narrow(2, 1, 2))).toEqual([[2, 3, 2], [12, 4, 1], 1]);
    expect(layout(x.index(torch.ellipsis, torch.slice(1, null, 2)))).toEqual([[2, 3, 2], [12, 4, 2], 1]);
    expect(layout(x.diagonal(1, 1, 2))).toEqual([[2, 3], [12, 5], 1]);
    expect(layout(x.unsqueeze(1))).toEqual([[2, 1, 3, 4], [12, 12, 4, 1], 0]);
    expect(layout(x.unfold(2, 3, 1))).toEqual([[2, 3, 2, 3], [12, 4, 1, 1], 0]);
    expect(layout(range(3, 1).expand(2, 3, 4))).toEqual([[2, 3, 4], [0, 1, 0], 0]);
    expect(layout(range(3).expand(1, 1, 3))).toEqual([[1, 1, 3], [3, 3, 1], 0]);
    expect(layout(x.transpose(0, 1).reshape(3, 8))).toEqual([[3, 8], [8, 1], 0]);
    expect(x.transpose(0, 1).isContiguous()).toBe(false);
    expect(x.transpose(0, 1).contiguous().isContiguous()).toBe(true);
    expect(x.contiguous()).toBe(x);
  });

  test("view refuses what reshape copies", () => {
    const x = range(2, 3).T;
    expect(() => x.view(6)).toThrow("view size is not compatible with input tensor's size and stride");
    expect(x.reshape(6).tolistSync()).toEqual([0, 3, 1, 4, 2, 5]);
    expect(() => x.reshape(4)).toThrow("shape '[4]' is invalid for input of size 6");
    expect(() => x.reshape(-2, 3)).toThrow("invalid shape dimension -2");
  });

  test("asStrided sees the storage behind a view", () => {
    const part = range(8).narrow(0, 2, 2);
    expect(part.asStrided([2, 2], [3, 1]).tolistSync()).toEqual([
      [2, 3],
      [5, 6],
    ]);
    expect(part.asStrided([2], [1], 0).tolistSync()).toEqual([0, 1]);
    expect(() => part.asStrided([2], [7])).toThrow("out of bounds for storage");
  });

  test("gradients come back through views", () => {
    const x = range(2, 3).requiresGrad_();
    const y = x.T.narrow(0, 1, 2).reshape(-1).expand(2, 4);
    y.mul(range(2, 4)).sum().backward();
    expect(x.grad?.tolistSync()).toEqual([
      [0, 4, 8],
      [0, 6, 10],
    ]);
  });

  test("a start is an argument: the next batch runs the same program", () => {
    const x = range(6, 2);
    x.tolistSync();
    x.narrow(0, 0, 2).sum().itemSync();
    const before = torch.deviceStatistics("cpu").compilations;
    expect(x.narrow(0, 4, 2).sum().itemSync()).toBe(38);
    expect(x.narrow(0, 2, 2).sum().itemSync()).toBe(22);
    expect(torch.deviceStatistics("cpu").compilations).toBe(before);
  });

  test("a start in a tensor is not read", () => {
    const x = range(5);
    expect(x.narrow(0, torch.tensor(3n), 2).tolistSync()).toEqual([3, 4]);
    expect(() => x.narrow(0, torch.tensor(4n), 2).tolistSync()).toThrow("exceeds dimension size");
  });
});

describe("joining", () => {
  test("many tensors", () => {
    const parts = Array.from({ length: 37 }, (_, i) => torch.full([i % 3, 2], torch.float(i)));
    const rows = Array.from({ length: 37 }, (_, i) => new Array(i % 3).fill([i, i])).flat();
    expect(torch.cat(parts).tolistSync()).toEqual(rows);
    expect(torch.stack(Array.from({ length: 9 }, (_, i) => torch.tensor(i))).tolistSync()).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8,
    ]);
  });

  test("promotes, and ignored tensors count for the dtype", () => {
    expect(torch.cat([torch.arange(2), torch.tensor([0.5])]).tolistSync()).toEqual([0, 1, 0.5]);
    expect(torch.cat([torch.arange(2), torch.zeros(0)]).dtype).toBe("float32");
    expect(torch.stack([torch.arange(2), torch.ones(2, { dtype: "int8" })]).dtype).toBe("int64");
    expect(torch.cat([torch.zeros(0), torch.zeros(0)]).shape).toEqual([0]);
  });

  test("gradients", () => {
    const a = range(2, 1).requiresGrad_();
    const b = range(2, 2).requiresGrad_();
    torch.cat([a, b], 1).mul(range(2, 3)).sum().backward();
    expect(a.grad?.tolistSync()).toEqual([[0], [3]]);
    expect(b.grad?.tolistSync()).toEqual([
      [1, 2],
      [4, 5],
    ]);
  });
});

test("ravel copies what is not in row-major order", () => {
  const x = torch.arange(4, { dtype: "float32" });
  x.index(torch.slice(null, null, 2))
    .ravel()
    .add_(100);
  expect(x.tolistSync()).toEqual([0, 1, 2, 3]);
  const one = torch.tensor([1]);
  expect(one.expand(3).ravel().add_(1).tolistSync()).toEqual([2, 2, 2]);
  expect(one.itemSync()).toBe(1);
  x.view(2, 2).ravel().add_(1);
  expect(x.tolistSync()).toEqual([1, 2, 3, 4]);
});

test("what tensorSplit gives are slices, which may be written", () => {
  const x = torch.ones(3, { requiresGrad: true });
  const y = x.mul(1);
  y.tensorSplit(2)[0].mul_(2);
  y.tensorSplit([2])[1].mul_(5);
  expect(y.detach().tolistSync()).toEqual([2, 2, 5]);
  y.sum().backward();
  expect(x.grad?.tolistSync()).toEqual([2, 2, 5]);
  expect(() => y.split(2)[0].mul_(2)).toThrow("Output 0 of SplitBackward0 is a view");
});

test("splits cover the dimension", () => {
  const sizes = (parts: torch.Tensor[]) => parts.map((x) => x.shape[0]);
  expect(sizes(range(7).split(3))).toEqual([3, 3, 1]);
  expect(sizes(range(7).chunk(4))).toEqual([2, 2, 2, 1]);
  expect(sizes(range(7).tensorSplit(3))).toEqual([3, 2, 2]);
  expect(sizes(range(7).tensorSplit([2, -1, 9]))).toEqual([2, 4, 1, 0]);
  expect(sizes(range(0).chunk(2))).toEqual([0, 0]);
  expect(sizes(range(0).split(0))).toEqual([0]);
  expect(
    range(2, 0)
      .unbind()
      .map((x) => x.shape),
  ).toEqual([[0], [0]]);
  expect(() => range(7).split(0)).toThrow(
    "split_size can only be 0 if dimension size is 0, but got dimension size of 7",
  );
});

test("repeatInterleave with counts in a tensor", async () => {
  const x = range(3, 2).requiresGrad_();
  const y = await x.repeatInterleave(torch.tensor([1n, 0n, 2n]), 0);
  expect(y.tolistSync()).toEqual([
    [0, 1],
    [4, 5],
    [4, 5],
  ]);
  y.sum().backward();
  expect(x.grad?.tolistSync()).toEqual([
    [1, 1],
    [0, 0],
    [2, 2],
  ]);
  expect((await torch.tensor([2n, 0n, 1n]).repeatInterleave()).tolistSync()).toEqual([0, 0, 2]);
  await expect(async () => x.repeatInterleave(torch.tensor([1n, 2n]), 0)).rejects.toThrow(
    "repeats must have the same size as input along dim",
  );
});

test("tensors of no elements and no dimension", () => {
  expect(range(0, 3).T.shape).toEqual([3, 0]);
  expect(range(2, 0).repeat(1, 3).shape).toEqual([2, 0]);
  expect(range(0, 3).tril().shape).toEqual([0, 3]);
  expect(range(0).flip(0).roll(1, 0).shape).toEqual([0]);
  expect(torch.diagonal(range(2, 3), 7).shape).toEqual([0]);
  expect(torch.tensor(4).flatten().tolistSync()).toEqual([4]);
  expect(torch.tensor(4).expand(2).tolistSync()).toEqual([4, 4]);
  expect(torch.tensor(4).T.itemSync()).toBe(4);
  expect(torch.tensor(4).unsqueeze(-1).squeeze(0).shape).toEqual([]);
});

test("conversions", () => {
  const x = torch.tensor([-1.7, 0, 300.5]);
  expect(x.to("int64").tolistSync()).toEqual([-1, 0, 300]);
  expect(x.byte().tolistSync()).toEqual([255, 0, 44]);
  expect(x.bool().tolistSync()).toEqual([true, false, true]);
  expect(x.float()).toBe(x);
  const y = torch.tensor([1.5], { requiresGrad: true });
  y.double().mul(2).sum().backward();
  expect(y.grad?.tolistSync()).toEqual([2]);
  expect(y.grad?.dtype).toBe("float32");
});

test("detach shares the storage, clone does not", () => {
  const x = range(3);
  const shared = x.detach();
  const copy = x.clone();
  x.add_(1);
  expect(shared.tolistSync()).toEqual([1, 2, 3]);
  expect(copy.tolistSync()).toEqual([0, 1, 2]);
});

test("a tensor becomes a view of itself", () => {
  const x = range(2, 3);
  const before = x.select(0, 0);
  expect(x.unsqueeze_(0)).toBe(x);
  expect(x.shape).toEqual([1, 2, 3]);
  expect(x.squeeze_().t_().tolistSync()).toEqual([
    [0, 3],
    [1, 4],
    [2, 5],
  ]);
  x.add_(1);
  expect(before.tolistSync()).toEqual([1, 2, 3]);
  const w = torch.ones(2, { requiresGrad: true });
  expect(() => w.unsqueeze_(0)).toThrow("a leaf Variable that requires grad");
  const y = w.mul(2).unsqueeze_(0);
  y.mul(3).sum().backward();
  expect(w.grad?.tolistSync()).toEqual([6, 6]);
  expect(w.mul(2).detach_().requiresGrad).toBe(false);
});

test("tensors of no dimension, and empty ones among others", () => {
  expect(torch.tensor(3).flip(0).itemSync()).toBe(3);
  expect(() => torch.tensor(3).roll(1, 0)).toThrow("Dimension specified as 0 but tensor has no dimensions");
  const empty = torch.zeros([0], { requiresGrad: true });
  torch
    .cat([empty, torch.ones([2, 3])], 1)
    .sum()
    .backward();
  expect(empty.grad?.shape).toEqual([0]);
});

test("the last dimension that does not fit is named", () => {
  expect(() => torch.zeros([6, 3]).expand(3, 4)).toThrow(
    "The expanded size of the tensor (4) must match the existing size (3) at non-singleton dimension 1.",
  );
  expect(() => torch.zeros([2, 3]).rot90(1, [0, 5])).toThrow("Rotation dim1 out of range, dim1 = 5");
});

test("the places of tensorSplit as a tensor, and the lists of atleast1d and its kind", () => {
  const parts = (where: torch.Tensor) =>
    torch
      .arange(6)
      .tensorSplit(where)
      .map((part) => part.numel());
  expect([parts(torch.tensor([1n, 3n])), parts(torch.tensor(3n))]).toEqual([
    [1, 2, 3],
    [2, 2, 2],
  ]);
  expect(() => parts(torch.tensor([1.5]))).toThrow("of dtype long");
  expect(torch.atleast1d(torch.tensor(1), torch.tensor([1, 2])).map((x) => x.shape)).toEqual([[1], [2]]);
  expect(torch.atleast2d([torch.tensor(1), torch.tensor([1, 2])]).map((x) => x.shape)).toEqual([
    [1, 1],
    [1, 2],
  ]);
});

test("refusals of dimensions, as PyTorch 1.13 has them", () => {
  const x = torch.zeros(3, 4);
  const word = torch.tensor(2);
  const refusals: [() => unknown, string][] = [
    [() => x.rot90(1, [0, 0]), "expected rotation dims to be different, but got dim0 = 0 and dim1 = 0"],
    [() => x.rot90(1, [5, 5]), "expected rotation dims to be different, but got dim0 = 5 and dim1 = 5"],
    [() => x.rot90(1, [0, 2]), "expected rotation dims to be different, but got dim0 = 0 and dim1 = 2"],
    [() => x.rot90(1, [-5, -2]), "Rotation dim0 out of range, dim0 = -5"],
    [() => x.rot90(1, [0, 7]), "Rotation dim1 out of range, dim1 = 7"],
    [() => word.tril(), "Dimension specified as -2 but tensor has no dimensions"],
    [() => torch.zeros(3).triu(), "Dimension out of range (expected to be in range of [-1, 0], but got -2)"],
    [() => x.diag(5), "numel: integer multiplication overflow"],
    [() => x.diag(-4), "numel: integer multiplication overflow"],
    [() => torch.ones([2, 2], { dtype: "bool" }).trace(), "\"trace\" not implemented for 'Bool'"],
    [() => torch.ones([2, 2], { dtype: "bool" }).expand(2), "expand(CPUBoolType{[2, 2]}, size=[2])"],
    [() => torch.ones([2, 2]).expand(2), "expand(torch.FloatTensor{[2, 2]}, size=[2])"],
    [() => x.roll(1, 5), "Dimension out of range (expected to be in range of [-2, 1], but got 5)"],
    [() => word.repeatInterleave(2, 0), "Dimension specified as 0 but tensor has no dimensions"],
    [() => word.repeatInterleaveSync(torch.tensor([2n]), 0), "Dimension specified as 0 but tensor has no dimensions"],
  ];
  for (const [refused, text] of refusals) expect(refused).toThrow(text);
  const nothing = torch.zeros(0);
  expect([x.diag(4).shape, x.diag(-3).shape, nothing.tril().shape]).toEqual([[0], [0], [0]]);
  expect(torch.zeros(0, 3).roll(1, -7).shape).toEqual([0, 3]);
});

test("real numbers are their own conjugates", () => {
  const x = torch.tensor([1, 2]);
  expect([torch.conj(x), torch.real(x), x.resolveConj(), x.resolveNeg()].every((y) => y === x)).toBe(true);
  const copy = x.narrowCopy(0, 1, 1);
  x.fill_(0);
  expect(copy.tolistSync()).toEqual([2]);
});
