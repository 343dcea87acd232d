import { beforeAll, expect, expectTypeOf, test } from "vitest";
import { ShapeError, type Tensor, tensor } from "../index.ts";
import { useCpu } from "../testing/cpu.ts";

beforeAll(useCpu);

test("a tensor is iterated over its rows, which are views of it", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const [first, second] = x;
  expectTypeOf(first).toEqualTypeOf<Tensor>();
  expect([first.tolistSync(), second.tolistSync()]).toEqual([
    [1, 2],
    [3, 4],
  ]);
  for (const row of x) row.mul_(2);
  expect(x.tolistSync()).toEqual([
    [2, 4],
    [6, 8],
  ]);
  expect([...tensor([5, 6])].map((each) => each.itemSync())).toEqual([5, 6]);
  expect(() => [...tensor(1)]).toThrow(ShapeError);
  expect(() => [...tensor(1)]).toThrow("iteration over a 0-d tensor");
});
