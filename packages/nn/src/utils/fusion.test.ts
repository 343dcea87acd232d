import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));

const { fuseConvBnEval, fuseLinearBnEval, skipInit, stateless } = nn.utils;
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

/** A norm with statistics and parameters that are not the initial ones. */
function changed<M extends nn.BatchNorm1d | nn.BatchNorm2d>(norm: M, affine: boolean): M {
  torch.noGrad(() => {
    norm.runningMean?.add_(0.3);
    norm.runningVar?.mul_(2);
    if (affine) {
      norm.weight?.mul_(1.5);
      norm.bias?.add_(0.1);
    }
  });
  norm.eval();
  return norm;
}

const furthest = (a: torch.Tensor, b: torch.Tensor) => a.sub(b).abs().amax().itemSync();

// Recorded from PyTorch 1.13, for the same program.
test("batch norms are taken into the layer before them", () => {
  torch.manualSeed(0);
  const conv = new nn.Conv2d(2, 3, 2).eval();
  const norm = changed(new nn.BatchNorm2d(3), true);
  const fused = fuseConvBnEval(conv, norm);
  expect(String(fused)).toBe("Conv2d(2, 3, kernel_size=(2, 2), stride=(1, 1))");
  expect(fused.weight.flatten().narrow(0, 0, 3).tolistSync()).toEqual(
    near([-0.0028075503651052713, 0.2011658251285553, -0.30864113569259644]),
  );
  expect(fused.bias?.tolistSync()).toEqual(near([-0.27864089608192444, -0.17851707339286804, 0.12135547399520874]));
  const image = torch.rand(1, 2, 4, 4);
  expect(furthest(fused(image), norm(conv(image)))).toBeLessThan(1e-6);
  expect(conv.weight.equalSync(fused.weight)).toBe(false);

  torch.manualSeed(0);
  new nn.Conv2d(2, 3, 2);
  const transposed = new nn.ConvTranspose1d(2, 3, 2).eval();
  const plain = changed(new nn.BatchNorm1d(3), false);
  const fusedTransposed = fuseConvBnEval(transposed, plain, true);
  expect(fusedTransposed.bias?.tolistSync()).toEqual(
    near([-0.07221893966197968, -0.19694966077804565, -0.3601301312446594]),
  );
  const sequence = torch.ones(1, 2, 3);
  expect(furthest(fusedTransposed(sequence), plain(transposed(sequence)))).toBeLessThan(1e-6);

  torch.manualSeed(0);
  new nn.Conv2d(2, 3, 2);
  new nn.ConvTranspose1d(2, 3, 2);
  const linear = fuseLinearBnEval(new nn.Linear(2, 3).eval(), plain);
  expect(linear.weight.tolistSync()).toEqual([
    near([0.08459212630987167, -0.46684616804122925]),
    near([-0.36128219962120056, -0.2577643394470215]),
    near([0.3154681622982025, 0.2931598424911499]),
  ]);
  expect(linear.bias?.tolistSync()).toEqual(near([-0.43387845158576965, -0.23017264902591705, 0.10764802247285843]));
});

test("in training, or without statistics, they are not", () => {
  const conv = new nn.Conv2d(2, 3, 2);
  expect(() => fuseConvBnEval(conv, new nn.BatchNorm2d(3).eval())).toThrow("Fusion only for eval!");
  const without = new nn.BatchNorm1d(3, { trackRunningStats: false }).eval();
  expect(() => fuseLinearBnEval(new nn.Linear(2, 3).eval(), without)).toThrow("has no running statistics");
});

test("skipInit draws nothing", () => {
  torch.manualSeed(0);
  const layer = skipInit(nn.Linear, 3, 4);
  expect([layer.weight.shape, layer.weight.requiresGrad]).toEqual([[4, 3], true]);
  expect(torch.rand(1).itemSync()).toBe(0.49625658988952637);
});

describe("functionalCall", () => {
  test("calls with other parameters, which get the gradients", () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
    const before = model.parameters();
    const weight = torch.tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    );
    const given = { "0.weight": weight, "0.bias": torch.zeros(2) };
    const y = stateless.functionalCall(model, given, torch.tensor([[1, 10]]));
    expect(y.tolistSync()).toEqual([[21, 43]]);
    y.sum().backward();
    expect(weight.grad?.tolistSync()).toEqual([
      [1, 10],
      [1, 10],
    ]);
    expect(model.parameters().map((parameter, i) => parameter === before[i])).toEqual([true, true]);
    expect(before[0].grad).toBe(null);
  });

  test("replaces what modules share everywhere, and puts it back when the module throws", () => {
    const shared = new nn.Linear(1, 1, false);
    const model = new nn.Sequential(shared, new nn.Linear(1, 1, false));
    (model.at(1) as nn.Linear).weight = shared.weight;
    const { weight } = shared;
    const y = stateless.functionalCall(model, { "0.weight": torch.tensor([[3]]) }, torch.ones(1, 1));
    expect(y.itemSync()).toBe(9);
    expect(() => stateless.functionalCall(model, { "0.weight": torch.ones(2, 2) }, torch.ones(1, 1))).toThrow();
    expect(shared.weight).toBe(weight);
    expect(() => stateless.functionalCall(model, { nothing: weight }, torch.ones(1, 1))).toThrow(
      "functional_call: Unexpected key(s): nothing.",
    );
  });

  test("writes into the buffers that were given", () => {
    const norm = new nn.BatchNorm1d(2);
    const mean = torch.zeros(2);
    stateless.functionalCall(
      norm,
      { running_mean: mean },
      torch.tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(mean.tolistSync()).toEqual(near([0.2, 0.3]));
    expect(norm.runningMean?.tolistSync()).toEqual([0, 0]);
  });
});
