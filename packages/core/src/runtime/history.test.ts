/** What a value keeps alive once it is computed. */
import { beforeAll, expect, test } from "vitest";
import type { Node } from "../graph/node.ts";
import type { Tensor } from "../index.ts";
import * as torch from "../index.ts";
import { useCpu } from "../testing/cpu.ts";
import { noGrad } from "./mode.ts";

beforeAll(useCpu);

/** How many operations a tensor's value still refers to. */
function history(tensor: Tensor): number {
  const seen = new Set<Node>();
  const stack = [tensor.value.node];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node === null || seen.has(node)) continue;
    seen.add(node);
    for (const value of node.inputs) stack.push(value.node);
  }
  return seen.size;
}

const size = 5000;

test.each([
  ["one result", (x: Tensor) => x.add(1)],
  ["one of two results, the other never read", (x: Tensor) => x.add(1).sort().values],
  ["a view", (x: Tensor) => x.add(1).reshape(50, 100).narrow(0, 0, 50).reshape(size)],
  ["a write in place", (x: Tensor) => x.clone().mul_(2)],
])("a loop over %s keeps no history", (_, next) => {
  let x = torch.zeros([size]);
  noGrad(() => {
    for (let i = 0; i < 50; i++) {
      x = next(x);
      x.dataSync();
    }
  });
  expect(history(x)).toBeLessThan(8);
});

test("a gradient keeps no history", () => {
  const w = torch.ones([size]).requiresGrad_();
  for (let i = 0; i < 20; i++) w.mul(w).sum().backward();
  w.grad?.dataSync();
  expect(w.grad === null ? -1 : history(w.grad)).toBeLessThan(8);
});

test("what views showed before they were written is never computed", () => {
  const x = torch.zeros([10, 8]);
  const row = torch.arange(8).to("float32");
  const { statistics } = x.value.device;
  const before = statistics.recomputed;
  let sums = 0;
  for (let step = 0; step < 60; step++) {
    for (let i = 0; i < 50; i++) x.select(0, i % 10).copy_(row);
    sums += x.sum().itemSync() as number;
  }
  expect(sums).toBe(60 * 280);
  expect(statistics.recomputed).toBe(before);
});
