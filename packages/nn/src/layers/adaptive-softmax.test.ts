import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(async () => {
  if (!torch.deviceNames().includes("cpu")) await torch.registerBackend(cpu());
  torch.setDefaultDevice("cpu");
});

const close = (values: readonly number[]) => values.map((v) => expect.closeTo(v, 5));
const flat = (x: torch.Tensor) => x.detach().reshape([-1]).tolistSync();

// Of PyTorch 1.13.
test("losses and log-probabilities", () => {
  torch.manualSeed(1);
  const m = new nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4, 10], { divValue: 2, headBias: true });
  expect(Object.keys(m.stateDict())).toEqual([
    "head.weight",
    "head.bias",
    "tail.0.0.weight",
    "tail.0.1.weight",
    "tail.1.0.weight",
    "tail.1.1.weight",
  ]);
  const x = torch.randn([6, 8], { requiresGrad: true });
  const target = torch.tensor([0n, 3n, 4n, 9n, 10n, 19n]);
  const { output, loss } = m(x, target);
  expect(flat(output)).toEqual(close([-2.514822, -1.06967, -2.276157, -2.568877, -4.266688, -3.87777]));
  expect(loss.itemSync()).toBeCloseTo(2.76233, 5);
  loss.backward();
  const gradient = x.grad === null ? [] : (flat(x.grad) as number[]);
  expect(gradient.slice(0, 4)).toEqual(close([-0.005236, 0.001889, 0.013969, -0.028404]));
  expect(m.predict(x).tolistSync()).toEqual([1, 3, 1, 0, 1, 3]);
  const all = m.logProb(x);
  expect(all.exp().sum(1).tolistSync()).toEqual(close([1, 1, 1, 1, 1, 1]));
  const chosen = torch.gather(all, 1, target.unsqueeze(1)).squeeze(1);
  expect(flat(chosen)).toEqual(close([-2.514822, -1.06967, -2.276157, -2.568877, -4.266688, -3.87777]));
  const [alone] = m(x.select(0, 0).detach(), target.select(0, 0));
  expect(alone.itemSync()).toBeCloseTo(-2.514822, 5);
});

test("the gradient and its gradient", async () => {
  const m = new nn.AdaptiveLogSoftmaxWithLoss(4, 6, [2, 4], { divValue: 2 }).to("float64");
  const x = torch.randn([3, 4], { dtype: "float64", requiresGrad: true });
  const loss = (input: torch.Tensor): torch.Tensor => m(input, torch.tensor([1n, 3n, 5n])).loss;
  expect(await torch.autograd.gradcheck(loss, x)).toBe(true);
  expect(await torch.autograd.gradgradcheck(loss, x)).toBe(true);
});

test("what does not fit is refused", () => {
  const m = new nn.AdaptiveLogSoftmaxWithLoss(4, 6, [2, 4]);
  expect(() => new nn.AdaptiveLogSoftmaxWithLoss(4, 6, [4, 2])).toThrow("cutoffs should be a sequence of unique");
  expect(() => new nn.AdaptiveLogSoftmaxWithLoss(4, 6, [6])).toThrow("cutoffs should be a sequence of unique");
  expect(() => m(torch.ones([2, 4]), torch.tensor([1n]))).toThrow("same size in the batch dimension");
  expect(() => m(torch.ones([1, 4]), torch.tensor([6n])).loss.itemSync()).toThrow("Target values should be in [0, 5]");
});
