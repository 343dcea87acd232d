import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { deviceStatistics, registerBackend, type Tensor } from "@cresset/core";
import * as nn from "@cresset/nn";
import { beforeAll, describe, expect, test } from "vitest";
import * as optim from "../index.ts";

beforeAll(() => registerBackend(cpu()));

const { AveragedModel, SWALR, updateBn, getEmaMultiAvgFn, getSwaMultiAvgFn, getEmaAvgFn } = optim.swaUtils;
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

type Net = nn.Sequential;

/** A network with a batch norm, its data, and a function that trains it for some steps. */
function setting() {
  torch.manualSeed(0);
  const model: Net = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3), new nn.Linear(3, 1));
  const x = torch.randn(8, 2);
  const y = x.sum(1, true);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const train = (steps: number, ...averages: optim.swaUtils.AveragedModel[]): void => {
    for (let i = 0; i < steps; i++) {
      optimizer.zeroGrad();
      model(x).sub(y).square().mean().backward();
      optimizer.step();
      for (const average of averages) average.updateParameters(model);
    }
  };
  return { model, x, train };
}

const stateOf = (average: optim.swaUtils.AveragedModel, name: string): Tensor => average.stateDict()[name];

// Recorded from PyTorch 1.13.
describe("averages of weights follow PyTorch's", () => {
  test("of all models, with batch norms measured anew", async () => {
    const { model, x, train } = setting();
    const averaged = new AveragedModel(model);
    expect(Object.keys(averaged.stateDict()).slice(0, 4)).toEqual([
      "n_averaged",
      "module.0.weight",
      "module.0.bias",
      "module.1.weight",
    ]);
    train(4, averaged);
    expect(averaged.nAveraged.itemSync()).toBe(4);
    expect(stateOf(averaged, "module.0.weight").tolistSync()).toEqual([
      near([0.08630124479532242, 0.3725399971008301]),
      near([-0.578636646270752, -0.5241201519966125]),
      near([-0.30157360434532166, 0.14212140440940857]),
    ]);
    await updateBn([x.narrow(0, 0, 4), [x.narrow(0, 4, 4), "label"]], averaged);
    expect(stateOf(averaged, "module.1.running_mean").tolistSync()).toEqual(
      near([0.04937770962715149, 0.5342656373977661, 0.007364824414253235]),
    );
    expect(stateOf(averaged, "module.1.running_var").tolistSync()).toEqual(
      near([0.08475299924612045, 0.32818737626075745, 0.10937569290399551]),
    );
    expect(stateOf(averaged, "module.1.num_batches_tracked").itemSync()).toBe(2);
    expect(String(averaged)).toContain("momentum=0.1");
    expect(averaged.training).toBe(true);
    averaged.eval();
    expect(averaged(x.narrow(0, 0, 2)).tolistSync()).toEqual([near([-0.42595174908638]), near([-0.686663031578064])]);
  });

  test("by a function of one's own", () => {
    const { model, train } = setting();
    const averaged = new AveragedModel(model, { avgFn: (a, m) => a.mul(0.9).add(m.mul(0.1)) });
    train(4, averaged);
    expect(stateOf(averaged, "module.0.weight").tolistSync()).toEqual([
      near([0.05386458337306976, 0.3771229386329651]),
      near([-0.5792696475982666, -0.5234177708625793]),
      near([-0.29341670870780945, 0.15728749334812164]),
    ]);
  });

  test("of buffers too, integers truncated", () => {
    const { model, train } = setting();
    const averaged = new AveragedModel(model, { useBuffers: true });
    train(4, averaged);
    expect(stateOf(averaged, "module.1.running_mean").tolistSync()).toEqual(
      near([0.012954683974385262, 0.12099305540323257, 0.002355279168114066]),
    );
    expect(stateOf(averaged, "module.1.num_batches_tracked").itemSync()).toBe(1);
  });
});

test("many tensors at once give the same averages", () => {
  const { model, train } = setting();
  const pairs = [
    [new AveragedModel(model), new AveragedModel(model, { multiAvgFn: getSwaMultiAvgFn() })],
    [
      new AveragedModel(model, { avgFn: getEmaAvgFn(0.9) }),
      new AveragedModel(model, { multiAvgFn: getEmaMultiAvgFn(0.9) }),
    ],
  ];
  train(4, ...pairs.flat());
  for (const [one, all] of pairs)
    for (const [i, parameter] of one.parameters().entries())
      expect(all.parameters()[i].sub(parameter).abs().amax().itemSync()).toBeLessThan(1e-6);
  expect(() => getEmaMultiAvgFn(2)).toThrow("Invalid decay value 2 provided. Please provide a value in [0,1] range.");
});

test("buffers that are not averaged are those of the model", () => {
  const { model, train } = setting();
  const averaged = new AveragedModel(model);
  train(3, averaged);
  expect(stateOf(averaged, "module.1.num_batches_tracked").itemSync()).toBe(3);
  expect(stateOf(averaged, "module.1.running_mean").tolistSync()).toEqual(
    (model.stateDict()["1.running_mean"] as Tensor).tolistSync(),
  );
});

test("averages go on where a state dict was taken", () => {
  const { model, train } = setting();
  const averaged = new AveragedModel(model);
  train(2, averaged);
  const resumed = new AveragedModel(model);
  resumed.loadStateDict(averaged.stateDict());
  train(2, averaged, resumed);
  expect(resumed.stateDict()["module.0.weight"].tolistSync()).toEqual(
    averaged.stateDict()["module.0.weight"].tolistSync(),
  );
});

test("a step with its average is the same program every time", () => {
  const { model, train } = setting();
  const averaged = new AveragedModel(model, { multiAvgFn: getEmaMultiAvgFn(0.9) });
  train(4, averaged);
  const { compilations } = deviceStatistics();
  train(20, averaged);
  expect(deviceStatistics().compilations).toBe(compilations);
});

// Recorded from PyTorch 1.13.
test.each<[annealStrategy: "cos" | "linear", annealEpochs: number, rates: number[][]]>([
  [
    "cos",
    3,
    [
      [1, 0.5],
      [0.7625, 0.4],
      [0.2875, 0.2],
      [0.05, 0.1],
      [0.05, 0.1],
    ],
  ],
  [
    "linear",
    2,
    [
      [1, 0.5],
      [0.525, 0.3],
      [0.05, 0.1],
      [0.05, 0.1],
      [0.05, 0.1],
    ],
  ],
  [
    "cos",
    0,
    [
      [0.05, 0.1],
      [0.05, 0.1],
      [0.05, 0.1],
      [0.05, 0.1],
      [0.05, 0.1],
    ],
  ],
])("SWALR anneals by %s in %i steps", (annealStrategy, annealEpochs, rates) => {
  const [a, b] = [new nn.Parameter(torch.zeros(1)), new nn.Parameter(torch.zeros(1))];
  const optimizer = new optim.SGD([{ params: [a] }, { params: [b], lr: 0.5 }], { lr: 1 });
  const scheduler = new SWALR(optimizer, { swaLr: [0.05, 0.1], annealEpochs, annealStrategy });
  const found = [scheduler.getLastLr()];
  for (let i = 1; i < rates.length; i++) {
    scheduler.step();
    found.push(scheduler.getLastLr());
  }
  expect(found).toEqual(rates.map((row) => row.map((rate) => expect.closeTo(rate, 12))));
  expect(optimizer.stateDict().param_groups[1].swa_lr).toBe(0.1);
  expect(() => new SWALR(optimizer, [1])).toThrow(
    "swa_lr must have the same length as optimizer.param_groups: swa_lr has 1, optimizer.param_groups has 2",
  );
  expect(() => new SWALR(optimizer, 1, { annealStrategy: "x" as "cos" })).toThrow(
    "anneal_strategy must by one of 'cos' or 'linear', instead got x",
  );
  expect(() => new SWALR(optimizer, 1, -1)).toThrow("anneal_epochs must be equal or greater than 0, got -1");
});
