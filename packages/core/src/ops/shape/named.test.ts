import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

test("dimensions and diagonals may be named", () => {
  const x = torch.arange(24).reshape(2, 3, 4);
  const square = torch.arange(9).reshape(3, 3);
  const same = (a: torch.Tensor | torch.Tensor[], b: torch.Tensor | torch.Tensor[]): void => {
    const lists = (t: torch.Tensor | torch.Tensor[]) => [t].flat().map((each) => [each.shape, each.tolistSync()]);
    expect(lists(a)).toEqual(lists(b));
  };
  same(torch.cat([x, x], { dim: 1 }), torch.cat([x, x], 1));
  same(torch.stack([x, x], { dim: -1 }), torch.stack([x, x], -1));
  same(x.split(2, { dim: 2 }), x.split(2, 2));
  same(x.split([1, 2], { dim: 1 }), x.split([1, 2], 1));
  same(x.chunk(2, { dim: 2 }), x.chunk(2, 2));
  same(x.tensorSplit(2, { dim: 2 }), x.tensorSplit(2, 2));
  same(x.unbind({ dim: 1 }), x.unbind(1));
  same(x.flatten({ startDim: 1 }), x.flatten(1));
  same(x.flatten({ endDim: 1 }), x.flatten(0, 1));
  same(x.flatten(0, { endDim: 1 }), x.flatten(0, 1));
  same(x.unsqueeze({ dim: 1 }), x.unsqueeze(1));
  same(x.unsqueeze(1).squeeze({ dim: 1 }), x);
  same(x.roll(1, { dims: 1 }), x.roll(1, 1));
  same(square.triu({ diagonal: 1 }), square.triu(1));
  same(square.tril({ diagonal: -1 }), square.tril(-1));
  same(square.diag({ diagonal: 1 }), square.diag(1));
  same(square.diagonal({ offset: 1 }), square.diagonal(1));
  same(x.diagonal({ dim1: 1, dim2: 2 }), x.diagonal(0, 1, 2));
  expect(() => torch.cat([x, x], { dim: 5 })).toThrow("Dimension out of range");
});

test("what has a default may stand in its place or be named", () => {
  const x = torch.arange(torch.float(12)).reshape(3, 4);
  const v = torch.tensor([1, 2, 3]);
  const same = (a: torch.Tensor, b: torch.Tensor): void => expect(a.tolistSync()).toEqual(b.tolistSync());
  same(x.rot90({ k: 2 }), x.rot90(2));
  same(x.rot90({ k: 1, dims: [1, 0] }), x.rot90(1, [1, 0]));
  same(x.rot90(1, { dims: [1, 0] }), x.rot90(1, [1, 0]));
  same(v.diagEmbed({ offset: 1 }), v.diagEmbed(1));
  same(x.diagEmbed({ dim1: 0, dim2: 2 }), x.diagEmbed(0, 0, 2));
  same(v.diagflat({ offset: -1 }), v.diagflat(-1));
  same(torch.combinations(v, { r: 3 }), torch.combinations(v, 3));
  same(torch.combinations(v, 2, { withReplacement: true }), torch.combinations(v, 2, true));
  same(torch.combinations(v, { withReplacement: false }), torch.combinations(v));
  same(torch.vander(v, { N: 2 }), torch.vander(v, 2));
  same(torch.vander(v, { increasing: true }), torch.vander(v, null, true));
  same(x.sub(5).hardshrink({ lambd: 2 }), x.sub(5).hardshrink(2));
  same(torch.celu(x.sub(5), { alpha: 2 }), torch.celu(x.sub(5), 2));
  const src = torch.ones([3, 2]);
  same(x.sliceScatter(src, { dim: 1, start: 2 }), x.sliceScatter(src, 1, 2));
  same(x.sliceScatter(src, 1, { end: 4, step: 2 }), x.sliceScatter(src, 1, null, 4, 2));
  same(x.diagonalScatter(v, { offset: 1 }), x.diagonalScatter(v, 1));
  expect(() => torch.vander(v, { n: 2 } as never)).toThrow("got an unexpected argument 'n': there are N, increasing");
});
