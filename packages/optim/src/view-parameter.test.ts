import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import { Adam, SGD } from "./index.ts";

beforeAll(() => torch.registerBackend(cpu()));

test("a parameter that is a view of its storage is stepped through the view", () => {
  const base = torch.tensor([1, 2, 3, 4, 5, 6]);
  const w = base.view([3, 2]).transpose(0, 1).requiresGrad_();
  const optimizer = new SGD([w], { lr: 0.5 });
  for (let i = 0; i < 2; i++) {
    optimizer.zeroGrad();
    w.mul(
      torch.tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    )
      .sum()
      .backward();
    optimizer.step();
  }
  expect(base.tolistSync()).toEqual([0, -2, 1, -1, 2, 0]);
  expect(w.tolistSync()).toEqual([
    [0, 1, 2],
    [-2, -1, 0],
  ]);
});

test("two parameters that are halves of one storage", () => {
  const base = torch.zeros([4]);
  const parts = [base.narrow(0, 0, 2).requiresGrad_(), base.narrow(0, 2, 2).requiresGrad_()];
  const optimizer = new Adam(parts, { lr: 0.1 });
  for (let i = 0; i < 3; i++) {
    optimizer.zeroGrad();
    parts[0].sub(1).pow(2).sum().add(parts[1].add(1).pow(2).sum()).backward();
    optimizer.step();
  }
  const [a, b, c, d] = base.tolistSync() as number[];
  expect([a, b]).toEqual([-c, -d]);
  expect(a).toBeGreaterThan(0.2);
});
