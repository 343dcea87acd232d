import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { deviceStatistics, registerBackend, type Tensor } from "@cresset/core";
import * as nn from "@cresset/nn";
import { beforeAll, describe, expect, test } from "vitest";
import * as optim from "./index.ts";
import { model, train, x } from "./testing/small-training.ts";

beforeAll(() => registerBackend(cpu()));

// Recorded from PyTorch 1.13.
test.each<[string, (params: Tensor[]) => optim.Optimizer, number[], number[]]>([
  [
    "SGD",
    (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9, weightDecay: 0.01, nesterov: true }),
    [0.37232956290245056, 0.3044799566268921, 0.27582064270973206, 0.2581210434436798, 0.23344218730926514],
    [0.7940449118614197, 0.6631886959075928, 0.6335880756378174],
  ],
  [
    "Adam",
    (params) => new optim.Adam(params, { lr: 0.01, weightDecay: 0.1, amsgrad: true }),
    [0.37232956290245056, 0.35782870650291443, 0.3441724479198456, 0.331417977809906, 0.31961825489997864],
    [0.5913959741592407, 0.5544850826263428, 0.3276561498641968],
  ],
  [
    "AdamW",
    (params) => new optim.AdamW(params, { lr: 0.01 }),
    [0.37232956290245056, 0.35784754157066345, 0.34419822692871094, 0.33142945170402527, 0.31958135962486267],
    [0.5916393995285034, 0.5547226667404175, 0.32800692319869995],
  ],
])("%s follows PyTorch's losses", (_name, make, losses, outputs) => {
  const net = model();
  for (const [i, loss] of train(net, make(net.parameters()), 5).entries()) expect(loss).toBeCloseTo(losses[i], 6);
  for (const [i, [value]] of (net(x()).tolistSync() as number[][]).entries()) expect(value).toBeCloseTo(outputs[i], 6);
});

test("the same program runs from the third step on", () => {
  const net = model();
  const optimizer = new optim.Adam(net.parameters());
  train(net, optimizer, 2);
  const { compilations } = deviceStatistics();
  train(net, optimizer, 50);
  expect(deviceStatistics().compilations).toBe(compilations);
});

describe("state dict", () => {
  test("has PyTorch's keys", () => {
    const net = model();
    const optimizer = new optim.AdamW(net.parameters(), { lr: 0.01 });
    train(net, optimizer, 5);
    const { state, param_groups } = optimizer.stateDict();
    expect(Object.keys(state[0])).toEqual(["step", "exp_avg", "exp_avg_sq"]);
    expect((state[0].step as Tensor).reprSync()).toBe("tensor(5.)");
    expect(param_groups).toEqual([
      {
        lr: 0.01,
        betas: [0.9, 0.999],
        eps: 1e-8,
        weight_decay: 0.01,
        amsgrad: false,
        maximize: false,
        params: [0, 1, 2, 3],
      },
    ]);
  });

  test("continues a training exactly", () => {
    const straight = model();
    const whole = train(straight, new optim.Adam(straight.parameters()), 6);
    const net = model();
    const first = new optim.Adam(net.parameters());
    const losses = train(net, first, 3);
    const resumed = model();
    resumed.loadStateDict(net.stateDict());
    const second = new optim.Adam(resumed.parameters(), { lr: 5 });
    second.loadStateDict(first.stateDict());
    losses.push(...train(resumed, second, 3));
    expect(losses).toEqual(whole);
  });

  test("must fit the groups", () => {
    const dict = new optim.SGD([torch.zeros([1])], { lr: 1 }).stateDict();
    const other = new optim.SGD([torch.zeros([1]), torch.zeros([1])], { lr: 1 });
    expect(() => other.loadStateDict(dict)).toThrow("doesn't match the size of optimizer's group");
    for (const none of [null, {}, { state: {} }, { state: {}, param_groups: [{}] }])
      expect(() => other.loadStateDict(none as never)).toThrow("has `state` and `param_groups`");
  });

  test("is taken over as a whole, or not at all", () => {
    const param = torch.zeros([2], { requiresGrad: true });
    const adam = new optim.Adam([param], { lr: 1 });
    param.sum().backward();
    adam.step();
    const before = adam.stateDict();
    const bad = {
      state: { 0: { ...before.state[0], exp_avg: torch.zeros([1]) } },
      param_groups: [{ ...before.param_groups[0], lr: 7 }],
    };
    expect(() => adam.loadStateDict(bad)).toThrow(
      'loaded state dict has "exp_avg" of shape [1] for parameter 0, which has shape [2]',
    );
    expect(adam.paramGroups[0].lr).toBe(1);
    expect(adam.stateDict().state[0].exp_avg).toBe(before.state[0].exp_avg);
  });
});

describe("groups", () => {
  test("have options of their own, which may be changed between steps", () => {
    const [a, b] = [torch.zeros([1], { requiresGrad: true }), torch.zeros([1], { requiresGrad: true })];
    const optimizer = new optim.SGD([{ params: [a] }, { params: b, lr: 0.5 }], { lr: 1 });
    const step = () => {
      a.grad = torch.ones([1]);
      b.grad = torch.ones([1]);
      optimizer.step();
      return [a.itemSync(), b.itemSync()];
    };
    expect(step()).toEqual([-1, -0.5]);
    optimizer.paramGroups[0].lr = 2;
    expect(step()).toEqual([-3, -1]);
  });

  test("a parameter without a gradient stays, and counts no step", () => {
    const [a, b] = [torch.ones([1], { requiresGrad: true }), torch.ones([1], { requiresGrad: true })];
    const optimizer = new optim.Adam([a, b], { lr: 0.1 });
    a.grad = torch.ones([1]);
    optimizer.step();
    b.grad = torch.ones([1]);
    optimizer.step();
    // A first step is as long as the learning rate.
    expect(b.itemSync()).toBeCloseTo(0.9, 6);
    expect(optimizer.state.get(a)?.step).toBe(2);
    expect(optimizer.state.get(b)?.step).toBe(1);
  });

  test("more parameters than one node takes", () => {
    const params = Array.from({ length: 300 }, () => torch.ones([2], { requiresGrad: true }));
    for (const param of params) param.grad = torch.ones([2]);
    new optim.Adam(params, { lr: 0.5 }).step();
    for (const param of params) for (const x of param.tolistSync() as number[]) expect(x).toBeCloseTo(0.5, 6);
  });
});

test("a failing forward leaves parameters, states and step counts as they were", () => {
  const p = torch.tensor([0.5], { requiresGrad: true });
  const optimizer = new optim.Adam([p], { lr: 0.1 });
  const bce = new nn.BCELoss();
  const step = (factor: number) => {
    optimizer.zeroGrad();
    bce(p.mul(factor), torch.ones([1])).backward();
    optimizer.step();
  };
  step(1);
  const values = () => [p.itemSync(), (optimizer.stateDict().state[0].exp_avg as Tensor).itemSync()];
  const after = values();
  expect(() => step(10)).toThrow("all elements of input should be between 0 and 1");
  expect(values()).toEqual(after);
  expect(optimizer.state.get(p)?.step).toBe(1);
  step(1);
  expect(p.itemSync()).toBeGreaterThan(after[0]);
});

test("step takes a closure and returns its loss", () => {
  const p = torch.tensor([1], { requiresGrad: true });
  const optimizer = new optim.SGD([p], { lr: 0.25 });
  const loss = torch.noGrad(() =>
    optimizer.step(() => {
      optimizer.zeroGrad();
      const square = p.mul(p).sum();
      square.backward();
      return square;
    }),
  );
  expect(loss.itemSync()).toBe(1);
  expect(p.itemSync()).toBe(0.5);
});

describe("options out of range", () => {
  const p = () => [torch.zeros([1], { requiresGrad: true })];
  const twice = (params: Tensor[]) => [{ params }, { params }];
  test.each<[() => unknown, string]>([
    [() => new optim.SGD(p(), { lr: -1 }), "Invalid learning rate: -1.0"],
    [() => new optim.SGD(p(), { lr: 0.1, nesterov: true }), "Nesterov momentum requires a momentum and zero dampening"],
    [() => new optim.SGD(p(), {}), "didn't specify a value of required optimization parameter lr"],
    [() => new optim.Adam(p(), { betas: [1, 0.9] }), "Invalid beta parameter at index 0: 1.0"],
    [() => new optim.Adam(p(), { eps: -1e-8 }), "Invalid epsilon value: -1e-08"],
    [() => new optim.Adam([]), "optimizer got an empty parameter list"],
    [() => new optim.Adam(twice(p())), "some parameters appear in more than one parameter group"],
    [() => new optim.Adam([torch.ones([1], { requiresGrad: true }).mul(2)]), "can't optimize a non-leaf Tensor"],
  ])("%#", (make, message) => {
    expect(make).toThrow(message);
  });
});

describe("LBFGS", () => {
  const rosenbrock = (v: Tensor) => {
    const [a, b] = [v.select(0, 0), v.select(0, 1)];
    return b.sub(a.mul(a)).square().mul(100).add(a.sub(1).square());
  };
  const make = () => {
    const v = torch.tensor([-1.2, 1], { requiresGrad: true });
    const optimizer = new optim.LBFGS([v], { lineSearchFn: "strong_wolfe", maxIter: 10 });
    const closure = () => {
      optimizer.zeroGrad();
      const loss = rosenbrock(v);
      loss.backward();
      return loss;
    };
    return { v, optimizer, closure };
  };

  test("finds the minimum of a curved valley, awaited and at once alike", async () => {
    const [awaited, sync] = [make(), make()];
    for (let i = 0; i < 5; i++) {
      const loss = await awaited.optimizer.step(awaited.closure);
      expect(sync.optimizer.stepSync(sync.closure).itemSync()).toBe(loss.itemSync());
    }
    for (const x of awaited.v.tolistSync() as number[]) expect(x).toBeCloseTo(1, 3);
    expect(sync.v.tolistSync()).toEqual(awaited.v.tolistSync());
  });

  // What PyTorch 1.13 gives.
  test.each([
    [
      null,
      [-0.8499722167051659, 0.7279768773899415],
      [
        21.22000000000001, 8.449035931866742, 5.00118385532002, 3.7313213968021284, 3.506729160473267,
        3.456709028772571, 3.4414085709318383, 3.43347325876813,
      ],
    ],
    [
      "strong_wolfe",
      [-0.8824011751519781, 0.7826766125609539],
      [
        21.22000000000001, 8.449035931866742, 5.834046993332253, 3.8502650964521727, 3.6247049951367796,
        3.6247049951367796, 3.568275040212725, 3.5608768805135464, 3.554462568805958, 3.545070207647399,
      ],
    ],
  ] as const)("a closure may move the parameters (to keep them in a range): %s", async (lineSearchFn, end, losses) => {
    const v = torch.tensor([-1.2, 1], { dtype: "float64", requiresGrad: true });
    const optimizer = new optim.LBFGS([v], { lr: 0.5, maxIter: 4, lineSearchFn });
    const seen: number[] = [];
    const closure = () => {
      torch.noGrad(() => v.clamp_(-1.1, 0.8));
      optimizer.zeroGrad();
      const loss = rosenbrock(v);
      loss.backward();
      seen.push(loss.itemSync());
      return loss;
    };
    for (let i = 0; i < 2; i++) await optimizer.step(closure);
    expect(seen).toEqual(losses.map((loss) => expect.closeTo(loss, 9)));
    expect(v.tolistSync()).toEqual(end.map((value) => expect.closeTo(value, 9)));
  });

  test("continues from a state dict", async () => {
    const [straight, resumed] = [make(), make()];
    await straight.optimizer.step(straight.closure);
    torch.noGrad(() => resumed.v.copy_(straight.v));
    resumed.optimizer.loadStateDict(straight.optimizer.stateDict());
    for (const { optimizer, closure } of [straight, resumed]) await optimizer.step(closure);
    expect(resumed.v.tolistSync()).toEqual(straight.v.tolistSync());
    expect(Object.keys(straight.optimizer.stateDict().state[0])).toContain("old_dirs");
  });
});

test("an optimizer prints its groups, as PyTorch does", () => {
  const net = model();
  const params = net.parameters();
  const optimizer = new optim.SGD([{ params: params.slice(0, 2), lr: 1e-5 }, { params: params.slice(2) }], {
    lr: 0.1,
    momentum: 0.9,
  });
  expect(`${optimizer}`).toBe(
    "SGD (\nParameter Group 0\n    dampening: 0\n    lr: 1e-05\n    maximize: False\n    momentum: 0.9\n    nesterov: False\n    weight_decay: 0\n\n" +
      "Parameter Group 1\n    dampening: 0\n    lr: 0.1\n    maximize: False\n    momentum: 0.9\n    nesterov: False\n    weight_decay: 0\n)",
  );
  expect(`${new optim.Adam(params)}`).toContain("betas: (0.9, 0.999)");
});

test("a forgotten call is refused with advice", () => {
  const net = model();
  const attempt = () => new optim.SGD(net.parameters as unknown as torch.Tensor[], { lr: 0.1 });
  expect(attempt).toThrow(torch.ValueError);
  expect(attempt).toThrow("Use model.parameters()");
});
