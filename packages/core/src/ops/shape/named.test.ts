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
