import { beforeAll, expect, test } from "vitest";
import * as torch from "../index.ts";
import { useCpu } from "../testing/cpu.ts";

beforeAll(useCpu);

const x = () => torch.tensor([-1, 4], { requiresGrad: true });

test("names the derivative that gave NaN, and the line that called the operation", () => {
  const run = () =>
    torch.autograd.detectAnomaly(() => {
      const root = x().sqrt();
      const loss = root.mul(2).sum();
      loss.backward();
    });
  expect(run).toThrow("Function 'SqrtBackward0' returned nan values in its 0th output. The operation was called here:");
  expect(run).toThrow(/anomaly\.test\.ts:12:/);
});

test("the forward pass may have run outside; without NaN all is as usual", () => {
  const loss = x().sqrt().sum();
  expect(() => torch.autograd.detectAnomaly(() => loss.backward())).toThrow("called outside of detectAnomaly");
  const y = x();
  torch.autograd.detectAnomaly(() => y.mul(y).sum().backward());
  expect(y.grad?.tolistSync()).toEqual([-2, 8]);
});

test("off again afterwards; a promise is refused", () => {
  expect(() => torch.autograd.detectAnomaly(async () => 1)).toThrow("fn returned a promise");
  const y = x();
  y.sqrt().sum().backward();
  expect(y.grad?.tolistSync()).toEqual([Number.NaN, 0.25]);
});
