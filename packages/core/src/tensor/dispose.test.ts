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
