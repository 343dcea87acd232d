import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend, ValueError } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as optim from "../index.ts";

beforeAll(() => registerBackend(cpu()));

const S = optim.lrScheduler;
const sgd = (lr = 1, options = {}) => new optim.SGD([torch.zeros([1], { requiresGrad: true })], { lr, ...options });

function rates(optimizer: optim.SGD, scheduler: { step(): void }, steps: number): number[] {
  const all = [optimizer.paramGroups[0].lr];
  for (let t = 0; t < steps; t++) {
    scheduler.step();
    all.push(optimizer.paramGroups[0].lr);
  }
  return all;
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));

test("schedules that multiply", () => {
  const run = (make: (optimizer: optim.SGD) => { step(): void }, steps = 4): number[] => {
    const optimizer = sgd();
    return rates(optimizer, make(optimizer), steps);
  };
  expect(run((o) => new S.StepLR(o, 2, 0.5))).toEqual([1, 1, 0.5, 0.5, 0.25]);
  expect(run((o) => new S.MultiStepLR(o, [3, 1, 1], { gamma: 0.5 }))).toEqual([1, 0.25, 0.25, 0.125, 0.125]);
  expect(run((o) => new S.ExponentialLR(o, 0.5))).toEqual([1, 0.5, 0.25, 0.125, 0.0625]);
  expect(run((o) => new S.ConstantLR(o, { factor: 0.5, totalIters: 2 }))).toEqual([0.5, 0.5, 1, 1, 1]);
  expect(run((o) => new S.LinearLR(o, 0.5, 1, 2))).toEqual(close([0.5, 0.75, 1, 1, 1]));
  expect(run((o) => new S.PolynomialLR(o, { totalIters: 4, power: 1 }))).toEqual(close([1, 0.75, 0.5, 0.25, 0]));
  expect(run((o) => new S.LambdaLR(o, (epoch) => 1 / (epoch + 1)))).toEqual([1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]);
  expect(run((o) => new S.MultiplicativeLR(o, () => 0.5))).toEqual([1, 0.5, 0.25, 0.125, 0.0625]);
  expect(run((o) => new S.CosineAnnealingLR(o, 2))).toEqual(close([1, 0.5, 0, 0.5, 1]));
  expect(run((o) => new S.CosineAnnealingWarmRestarts(o, 2))).toEqual(close([1, 0.5, 1, 0.5, 1]));
});

test("what has no default may be named, too", () => {
  const run = (make: (optimizer: optim.SGD) => { step(): void }): number[] => {
    const optimizer = new optim.SGD([torch.zeros([1], { requiresGrad: true })], { lr: 1, momentum: 0.9 });
    return rates(optimizer, make(optimizer), 6);
  };
  const half = (epoch: number) => 0.5 ** epoch;
  const pairs: [(o: optim.SGD) => { step(): void }, (o: optim.SGD) => { step(): void }][] = [
    [(o) => new S.StepLR(o, { stepSize: 2, gamma: 0.5 }), (o) => new S.StepLR(o, 2, 0.5)],
    [(o) => new S.MultiStepLR(o, { milestones: [1, 3], gamma: 0.5 }), (o) => new S.MultiStepLR(o, [1, 3], 0.5)],
    [(o) => new S.ExponentialLR(o, { gamma: 0.5 }), (o) => new S.ExponentialLR(o, 0.5)],
    [(o) => new S.LambdaLR(o, { lrLambda: half }), (o) => new S.LambdaLR(o, half)],
    [(o) => new S.MultiplicativeLR(o, { lrLambda: half }), (o) => new S.MultiplicativeLR(o, half)],
    [(o) => new S.CosineAnnealingLR(o, { TMax: 4, etaMin: 0.1 }), (o) => new S.CosineAnnealingLR(o, 4, 0.1)],
    [
      (o) => new S.CosineAnnealingWarmRestarts(o, { T0: 2, TMult: 2 }),
      (o) => new S.CosineAnnealingWarmRestarts(o, 2, 2),
    ],
    [(o) => new S.OneCycleLR(o, { maxLr: 0.1, totalSteps: 8 }), (o) => new S.OneCycleLR(o, 0.1, 8)],
    [(o) => new S.CyclicLR(o, { baseLr: 0.1, maxLr: 1, stepSizeUp: 2 }), (o) => new S.CyclicLR(o, 0.1, 1, 2)],
    [(o) => new S.CyclicLR(o, 0.1, { maxLr: 1, stepSizeUp: 2 }), (o) => new S.CyclicLR(o, 0.1, 1, 2)],
  ];
  for (const [byName, byPosition] of pairs) expect(run(byName)).toEqual(run(byPosition));
  // @ts-expect-error: gamma alone says nothing
  expect(() => run((o) => new S.StepLR(o, { gamma: 0.5 }))).toThrow("missing required argument: 'step_size'");
});

test("one cycle moves momentum the other way, Adam's first coefficient too", () => {
  const params = [torch.zeros([1], { requiresGrad: true })];
  const adam = new optim.Adam(params, { lr: 1 });
  const scheduler = new S.OneCycleLR(adam, 1, { totalSteps: 10, pctStart: 0.5, annealStrategy: "linear" });
  const [group] = adam.paramGroups;
  expect(group.lr).toBeCloseTo(0.04, 12);
  expect(group.betas[0]).toBeCloseTo(0.95, 12);
  for (let t = 0; t < 4; t++) scheduler.step();
  expect(group.lr).toBeCloseTo(1, 12);
  expect(group.betas).toEqual([expect.closeTo(0.85, 12), 0.999]);
  for (let t = 0; t < 5; t++) scheduler.step();
  expect(group.lr).toBeCloseTo(0.04 / 1e4, 12);
  scheduler.step();
  expect(() => scheduler.step()).toThrow("Tried to step 11 times. The specified number of total steps is 10");
});

test("a plateau reduces the rate, after patience and not below the minimum", () => {
  const optimizer = sgd();
  const scheduler = new S.ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5, minLr: 0.3 });
  const seen = [1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5].map((metric) => {
    scheduler.step(metric);
    return optimizer.paramGroups[0].lr;
  });
  expect(seen).toEqual([1, 1, 1, 0.5, 0.5, 0.3, 0.3]);
  scheduler.step(torch.tensor(0.1));
  expect(scheduler.best).toBeCloseTo(0.1, 6);
});

describe("combinations", () => {
  test("one after the other", () => {
    const optimizer = sgd();
    const warmup = new S.ConstantLR(optimizer, { factor: 0.1, totalIters: 2 });
    const decay = new S.ExponentialLR(optimizer, 0.9);
    const scheduler = new S.SequentialLR(optimizer, [warmup, decay], [2]);
    // PyTorch's documentation of SequentialLR.
    expect(rates(optimizer, scheduler, 4)).toEqual(close([0.1, 0.1, 1, 0.9, 0.81]));
    expect(() => new S.SequentialLR(optimizer, [warmup], [2])).toThrow(ValueError);
  });

  test("all at once", () => {
    const optimizer = sgd();
    const scheduler = new S.ChainedScheduler([
      new S.ConstantLR(optimizer, { factor: 0.1, totalIters: 2 }),
      new S.ExponentialLR(optimizer, 0.9),
    ]);
    // PyTorch's documentation of ChainedScheduler.
    expect(rates(optimizer, scheduler, 4)).toEqual(close([0.1, 0.09, 0.81, 0.729, 0.6561]));
  });
});

test("state dicts have PyTorch's names and go on where they were taken", () => {
  const makers: ((optimizer: optim.SGD) => optim.lrScheduler.LRScheduler)[] = [
    (o) => new S.StepLR(o, 2, 0.5),
    (o) => new S.CosineAnnealingWarmRestarts(o, 3, { TMult: 2 }),
    (o) => new S.CyclicLR(o, 0.1, 1, { stepSizeUp: 3, cycleMomentum: false }),
    (o) => new S.OneCycleLR(o, 1, { totalSteps: 20, cycleMomentum: false }),
  ];
  for (const make of makers) {
    const [first, second] = [sgd(), sgd()];
    const [taken, resumed] = [make(first), make(second)];
    rates(first, taken, 5);
    second.loadStateDict(first.stateDict());
    resumed.loadStateDict(JSON.parse(JSON.stringify(taken.stateDict())));
    expect(resumed.getLastLr()).toEqual(taken.getLastLr());
    expect(rates(second, resumed, 5)).toEqual(rates(first, taken, 5));
  }
  const state = new S.StepLR(sgd(), 2, 0.5).stateDict();
  expect(state).toEqual({ step_size: 2, gamma: 0.5, base_lrs: [1], last_epoch: 0, _step_count: 1, _last_lr: [1] });
  expect(new S.CosineAnnealingLR(sgd(), 4).stateDict()).toMatchObject({ T_max: 4, eta_min: 0 });
});

test("resuming needs the initial rate", () => {
  expect(() => new S.StepLR(sgd(), 2, { lastEpoch: 3 })).toThrow(
    "param 'initial_lr' is not specified in param_groups[0] when resuming an optimizer",
  );
  expect(() => new S.StepLR(10 as never, 1)).toThrow("the number 10 is not an Optimizer");
  expect(() => new S.ReduceLROnPlateau(undefined as never)).toThrow("undefined is not an Optimizer");
  expect(() => new S.ReduceLROnPlateau(sgd(), { minLr: [0.1, 0.2] })).toThrow("expected 1 min_lrs, got 2");
  expect(() => new S.LinearLR(sgd(), { startFactor: 0 })).toThrow("Starting multiplicative factor");
  expect(() => new S.LambdaLR(sgd(), [])).toThrow("Expected 1 lr_lambdas, but got 0");
  expect(() => new S.CyclicLR(new optim.Adam([torch.zeros([1], { requiresGrad: true })]), 0.1, 1)).toThrow(
    "optimizer must support momentum with `cycle_momentum` option enabled",
  );
});

test("schedules of others take them by name, and no schedule takes what there is not", () => {
  const optimizer = new optim.SGD([torch.tensor([1], { requiresGrad: true })], { lr: 1 });
  const { ChainedScheduler, ConstantLR, ExponentialLR, SequentialLR, StepLR } = optim.lrScheduler;
  const parts = () => [new ConstantLR(optimizer, { factor: 0.5 }), new ExponentialLR(optimizer, { gamma: 0.9 })];
  const inPlaces = new SequentialLR(optimizer, parts(), [1]);
  const byName = new SequentialLR(optimizer, { schedulers: parts(), milestones: [1] });
  expect(byName.getLastLr()).toEqual(inPlaces.getLastLr());
  expect(new ChainedScheduler({ schedulers: parts() }).schedulers).toHaveLength(2);
  expect(() => new StepLR(optimizer, { stepSize: 1, gama: 0.5 } as never)).toThrow(
    "got an unexpected argument 'gama': there are stepSize, gamma, lastEpoch",
  );
});
