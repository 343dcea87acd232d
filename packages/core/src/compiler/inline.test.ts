import { expect, test, vi } from "vitest";
import { Trace } from "../graph/term.ts";
import { ones, type Tensor, zeros } from "../index.ts";
import { useCpu } from "../testing/cpu.ts";

await useCpu();

test("many results of one value take as many terms, not their square", () => {
  const count = 500;
  const kept: Tensor[] = [];
  let sum = zeros(3);
  for (let i = 0; i < count; i++) {
    const one = ones(3);
    kept.push(one);
    sum = sum.add(one);
  }
  const add = vi.spyOn(Trace.prototype, "add");
  try {
    expect(sum.tolistSync()).toEqual([count, count, count]);
    expect(add.mock.calls.length).toBeLessThan(10 * count);
  } finally {
    add.mockRestore();
  }
  for (const one of [kept[0], kept[1], kept[count - 1]]) expect(one.tolistSync()).toEqual([1, 1, 1]);
  // Each result is a buffer of its own.
  kept[0].add_(1);
  expect(kept[1].tolistSync()).toEqual([1, 1, 1]);
});
