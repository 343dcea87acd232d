import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

type Tensor = torch.Tensor;

/** Small whole numbers, the same in every run, so that sums are exact. */
function draws(seed: number) {
  let state = seed;
  const below = (n: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * n);
  };
  const between = (low: number, high: number): number => low + below(high - low + 1);
  const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  return {
    below,
    between,
    values: (shape: readonly number[]): Tensor =>
      torch
        .tensor(
          Array.from({ length: count(shape) }, () => between(-5, 5)),
          { dtype: "float64" },
        )
        .reshape(shape),
    indices: (shape: readonly number[], size: number): Tensor =>
      torch.tensor(BigInt64Array.from({ length: count(shape) }, () => BigInt(below(size)))).reshape(shape),
    shape: (rank: number): number[] => Array.from({ length: rank }, () => below(5)),
  };
}

type Draws = ReturnType<typeof draws>;
type Operation = (x: Tensor, d: Draws) => Tensor | readonly Tensor[] | null;

/** An operation of tensors with at least `rank` dimensions. */
const from =
  (rank: number, apply: Operation): Operation =>
  (x, d) =>
    x.ndim < rank ? null : apply(x, d);

/** An operation of tensors with elements, along some dimension. */
const along =
  (apply: (x: Tensor, dim: number, d: Draws) => Tensor): Operation =>
  (x, d) =>
    x.ndim === 0 || x.numel() === 0 ? null : apply(x, d.below(x.ndim), d);

const mask = (x: Tensor, d: Draws): Tensor => d.values(x.shape).gt(0);
const zeros = (x: Tensor, shape: readonly number[]): Tensor => x.newZeros(shape);

const operations: Readonly<Record<string, Operation>> = {
  transpose: from(1, (x) => x.transpose(0, -1)),
  reshape: (x) => x.T.reshape(-1).reshape(x.numel(), 1),
  expand: (x) => x.expand(2, ...x.shape),
  repeat: (x, d) => x.repeat([2, ...x.shape.map(() => d.below(3))]),
  repeatInterleave: from(1, (x, d) => x.repeatInterleave(d.below(4), -1)),
  flip: (x) => x.flip([...x.shape.keys()]),
  roll: from(1, (x, d) => x.roll(d.between(-5, 5), -1)),
  rot90: from(2, (x, d) => x.rot90(d.below(5), [0, -1])),
  tril: from(2, (x, d) => x.tril(d.between(-2, 2))),
  triu: from(2, (x, d) => x.triu(d.between(-2, 2))),
  diagonal: from(2, (x, d) => x.diagonal(d.between(-3, 3), 0, -1)),
  diagEmbed: from(1, (x, d) => x.diagEmbed(d.between(-2, 2))),
  slice: from(1, (x, d) => x.index(torch.ellipsis, torch.slice(d.between(-5, 5), d.between(-5, 5), d.between(1, 3)))),
  unfold: from(1, (x, d) => (x.shape[0] > 1 ? x.unfold(0, 2, d.between(1, 2)) : null)),
  split: from(1, (x, d) => x.split(d.between(1, 3), -1)),
  unbind: from(1, (x) => x.unbind(-1)),
  tensorSplit: from(1, (x, d) => x.tensorSplit([d.between(-3, 3), d.between(-3, 3)])),
  cat: from(1, (x, d) =>
    torch.cat(
      Array.from({ length: d.between(1, 9) }, (_, i) => x.mul(i)),
      -1,
    ),
  ),
  stack: (x, d) =>
    torch.stack(
      Array.from({ length: d.between(1, 9) }, (_, i) => x.mul(i)),
      -1,
    ),
  gather: along((x, dim, d) =>
    x.gather(
      dim,
      d.indices(
        x.shape.map((n, i) => d.below(i === dim ? 5 : n + 1)),
        x.shape[dim],
      ),
    ),
  ),
  take: (x, d) => (x.numel() === 0 ? null : x.take(d.indices([2, d.below(4)], x.numel()))),
  takeAlongDim: along((x, dim, d) =>
    x.takeAlongDim(
      d.indices(
        x.shape.map((_, i) => (i === dim ? 3 : 1)),
        x.shape[dim],
      ),
      dim,
    ),
  ),
  indexSelect: along((x, dim, d) => x.indexSelect(dim, d.indices([d.below(5)], x.shape[dim]))),
  indexAdd: along((x, dim, d) =>
    zeros(x, x.shape).indexAdd(dim, d.indices([x.shape[dim]], x.shape[dim]), x, { alpha: 2 }),
  ),
  indexFill: along((x, dim, d) => x.indexFill(dim, d.indices([2], x.shape[dim]), 0)),
  scatter: along((x, dim, d) =>
    x.scatter(
      dim,
      d.indices(
        x.shape.map((n) => d.below(n + 1)),
        x.shape[dim],
      ),
      0,
    ),
  ),
  scatterAdd: along((x, dim, d) =>
    zeros(
      x,
      x.shape.map((n) => n + 1),
    ).scatterAdd(dim, d.indices(x.shape, x.shape[dim] + 1), x),
  ),
  maskedFill: (x, d) => x.maskedFill(mask(x, d), 0),
  maskedSelect: (x, d) => x.maskedSelectSync(mask(x, d)),
  maskedScatter: (x, d) => zeros(x, x.shape).maskedScatter(mask(x, d), x),
  index: from(3, (x, d) =>
    x.numel() === 0 ? null : x.indexSync(d.indices([2, 1], x.shape[0]), torch.ellipsis, d.indices([3], x.shape[2])),
  ),
  indexByMask: from(1, (x, d) => x.indexSync(d.values(x.shape.slice(0, d.between(1, x.ndim))).gt(0))),
  indexPut: along((x, _, d) =>
    zeros(x, [5, ...x.shape]).indexPut([d.indices([x.shape[0]], 5), null], x.unsqueeze(0), true),
  ),
  indexPutByMask: from(1, (x, d) => x.indexPut([d.values(x.shape.slice(0, d.between(1, x.ndim))).gt(0)], 0)),
  selectScatter: (x, d) => zeros(x, [...x.shape, 3]).selectScatter(x, -1, d.below(3)),
};

const views: readonly ((x: Tensor) => Tensor)[] = [
  (x) => x,
  (x) => x.T,
  (x) => (x.ndim > 0 ? x.index(torch.ellipsis, torch.slice(null, null, 2)) : x),
];

describe("moving elements is linear, and its gradient is the adjoint: <f(x), c> = <x, gradient>", () => {
  test.each(Object.keys(operations))("%s", (name) => {
    const d = draws(name.length * 7919);
    let tried = 0;
    for (let round = 0; round < 40; round++) {
      const base = d.values(d.shape(round % 4)).requiresGrad_();
      const results = operations[name](views[d.below(3)](base), d);
      if (results === null) continue;
      const parts = (Array.isArray(results) ? results : [results]) as readonly Tensor[];
      if (parts.length === 0) continue;
      const products = parts.map((y) => y.mul(d.values(y.shape)).sum());
      const total = torch.stack(products).sum();
      total.backward();
      const adjoint = base.grad === null ? 0 : base.grad.mul(base.detach()).sum().itemSync();
      // Adding zero makes -0 and 0 the same.
      expect(adjoint + 0).toBe(total.itemSync() + 0);
      tried++;
    }
    expect(tried).toBeGreaterThan(2);
  });
});
