import { beforeAll, expect, test } from "vitest";
import { StaleValueError } from "../errors.ts";
import { tensor } from "../index.ts";
import { useCpu } from "../testing/cpu.ts";

beforeAll(useCpu);

test("a disposed tensor, its views and what still needs it are stale", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const row = x.select(0, 1);
  const pending = x.add(1);
  const read = x.mul(2);
  expect(read.tolistSync()).toEqual([
    [2, 4],
    [6, 8],
  ]);
  x.dispose();
  expect(() => x.tolistSync()).toThrow(StaleValueError);
  expect(() => row.tolistSync()).toThrow(StaleValueError);
  expect(() => pending.tolistSync()).toThrow(/disposed/);
  expect(read.tolistSync()).toEqual([
    [2, 4],
    [6, 8],
  ]);
});

test("using disposes at the end of the block", () => {
  let outside = tensor([0]);
  {
    using x = tensor([1, 2, 3]);
    outside = x;
    expect(x.sum().itemSync()).toBe(6);
  }
  expect(() => outside.tolistSync()).toThrow(StaleValueError);
});

test("of results that are disposed one by one, the others are computed when it is their turn", () => {
  const x = tensor([[1, 2, 3, 4]]);
  const sums: unknown[] = [];
  for (let i = 0; i < 3000; i++) {
    const { values, indices } = x.mul(i).sort();
    if (i % 2) values.dispose();
    else indices.dispose();
    if (i % 1000 === 0) sums.push(values.sum().itemSync());
  }
  expect(sums).toEqual([0, 10_000, 20_000]);
  const pooled = x.unfold(1, 2, 2).max(-1);
  pooled.values.dispose();
  expect(pooled.indices.tolistSync()).toEqual([[1, 1]]);
});
