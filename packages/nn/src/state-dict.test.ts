import { spawnSync } from "node:child_process";
import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import * as torch from "@cresset/core";
import { registerBackend, type Tensor } from "@cresset/core";
import { SGD } from "@cresset/optim";
import { beforeAll, describe, expect, test } from "vitest";
import * as nn from "./index.ts";

beforeAll(async () => {
  await registerBackend(cpu());
  await registerBackend(wasm());
  torch.setDefaultDevice("cpu");
});

test("keys are PyTorch's, in its order, and values alias the module's", () => {
  const model = new nn.Sequential(
    new nn.Linear(2, 3),
    new nn.Sequential(new nn.ReLU(), new nn.Linear(3, 1, { bias: false })),
  );
  const state = model.stateDict();
  expect(Object.keys(state)).toEqual(["0.weight", "0.bias", "1.1.weight"]);
  nn.init.zeros_(model.parameters()[1]);
  expect(state["0.bias"].tolistSync()).toEqual([0, 0, 0]);
  expect(state["0.bias"].requiresGrad).toBe(false);
});

test("loading copies values into the same parameters, whatever their dtype", () => {
  const linear = new nn.Linear(2, 1);
  const { weight } = linear;
  const result = linear.loadStateDict({
    weight: torch.tensor([[1, 2]], { dtype: "float64" }),
    bias: torch.tensor([3], { dtype: "int64" }),
  });
  expect(result).toEqual({ missingKeys: [], unexpectedKeys: [] });
  expect(linear.weight).toBe(weight);
  expect([weight.dtype, weight.requiresGrad]).toEqual(["float32", true]);
  expect(linear(torch.tensor([[10, 100]])).tolistSync()).toEqual([[213]]);
});

test("a loaded tensor and the parameter are independent afterwards", () => {
  const linear = new nn.Linear(1, 1);
  const weight = torch.ones([1, 1]);
  linear.loadStateDict({ weight, bias: torch.zeros([1]) });
  nn.init.constant_(linear.weight, 5);
  expect(weight.tolistSync()).toEqual([[1]]);
});

test("all problems are reported at once, and nothing is copied", () => {
  const linear = new nn.Linear(2, 1);
  const before = linear.bias?.tolistSync();
  expect(() => linear.loadStateDict({ weight: torch.zeros([1, 3]), x: torch.zeros([1]) })).toThrow(
    'Error(s) in loading state_dict for Linear:\n\tMissing key(s) in state_dict: "bias". \n' +
      '\tUnexpected key(s) in state_dict: "x". \n' +
      "\tsize mismatch for weight: copying a param with shape torch.Size([1, 3]) from checkpoint, " +
      "the shape in current model is torch.Size([1, 2]).",
  );
  expect(() => linear.loadStateDict({ bias: torch.zeros([1]), weight: torch.zeros([3]) })).toThrow(
    "size mismatch for weight",
  );
  expect(linear.bias?.tolistSync()).toEqual(before);
});

test("strict false reports the keys instead", () => {
  const result = new nn.Linear(2, 1).loadStateDict({ bias: torch.zeros([1]), x: torch.zeros([1]) }, { strict: false });
  expect(result).toEqual({ missingKeys: ["weight"], unexpectedKeys: ["x"] });
});

test("what loading returns prints as PyTorch's", () => {
  const linear = new nn.Linear(2, 1);
  const { weight, bias } = linear.stateDict();
  expect(`${linear.loadStateDict({ weight, bias })}`).toBe("<All keys matched successfully>");
  expect(`${linear.loadStateDict({ weight, more: bias }, { strict: false })}`).toBe(
    "_IncompatibleKeys(missing_keys=['bias'], unexpected_keys=['more'])",
  );
});

test("batches that old files did not count, and plain records do not, are not missed", () => {
  const [norm, other] = [new nn.BatchNorm1d(2), new nn.BatchNorm1d(2)];
  norm(torch.ones([3, 2]));
  const state = norm.stateDict();
  const { num_batches_tracked: _, ...plain } = state;
  expect(other.loadStateDict(plain).missingKeys).toEqual([]);
  expect(other.runningMean?.tolistSync()).toEqual(norm.runningMean?.tolistSync());
  expect(other.numBatchesTracked?.itemSync()).toBe(0);
  // What says that it is a state dict of today has to have them.
  delete state.num_batches_tracked;
  expect(() => other.loadStateDict(state)).toThrow('Missing key(s) in state_dict: "num_batches_tracked"');
});

test("a buffer of integers takes what a file has as floats, and everything stays on its device", () => {
  const norm = new nn.BatchNorm1d(1);
  norm.loadStateDict({ ...norm.stateDict(), num_batches_tracked: torch.tensor([3]) });
  expect(norm.stateDict().num_batches_tracked.tolistSync()).toBe(3);
  // Of several numbers, PyTorch would take the first.
  expect(() => norm.loadStateDict({ ...norm.stateDict(), num_batches_tracked: torch.zeros([2]) })).toThrow(
    "size mismatch for num_batches_tracked",
  );
  const linear = new nn.Linear(1, 1);
  linear.loadStateDict({ weight: torch.tensor([[2]], { device: "wasm" }), bias: torch.tensor([1]) });
  expect([linear.weight.device, linear.weight.tolistSync()]).toEqual(["cpu", [[2]]]);
});

test("what is no state dict is refused", () => {
  const linear = new nn.Linear(1, 1, { bias: false });
  for (const state of [null, 3, torch.zeros([1]), []])
    expect(() => linear.loadStateDict(state as never)).toThrow("Expected state_dict to be dict-like, got ");
  expect(() => linear.loadStateDict({ weight: [[1]] } as never)).toThrow(
    'While copying the parameter named "weight", expected torch.Tensor or Tensor-like object from checkpoint but received an array',
  );
});

const python = "/usr/bin/python3";
const hasPyTorch = spawnSync(python, ["-c", "import torch"]).status === 0;

/** A model of a few kinds of names, and state dicts that do not fit it, in Python; the same is below. */
const program = `
import json, torch
from collections import OrderedDict
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
        self.head = nn.Linear(3, 1, bias=False)
z = torch.zeros
states = [
    {},
    {"head.weight": z(1, 3), "body.0.weight": z(3, 2, 1), "body.0.bias": z(1), "body.2.weight": z(1), "tail": z(1), "body.0.more.x": z(1)},
    {"head.weight": z(3), "head": z(1), "head.bias": z(1), "body": z(2)},
    {"body.1.num_batches_tracked": z(1), "body.1.running_mean": z(())},
]
said = []
for given in states:
    for described in [True, False]:
        state = OrderedDict(given)
        # What layers write today; else it may be from before they counted batches.
        if described:
            state._metadata = Net().state_dict()._metadata
        for strict in [True, False]:
            try:
                said.append(str(Net().load_state_dict(state, strict=strict)))
            except RuntimeError as error:
                said.append(str(error))
optimizer = torch.optim.SGD([{"params": [z(1, requires_grad=True)]}], lr=1)
for params in [[], [[0], [1]], [[0, 1]]]:
    try:
        optimizer.load_state_dict({"state": {}, "param_groups": [{"lr": 1, "params": p} for p in params]})
    except ValueError as error:
        said.append(str(error))
print(json.dumps(said))
`;

class Net extends nn.Module {
  body = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
  head = new nn.Linear(3, 1, { bias: false });
  forward(x: torch.Tensor): torch.Tensor {
    return this.head(this.body(x));
  }
}

test.skipIf(!hasPyTorch)("every text is real PyTorch's, where that is installed", () => {
  const z = (...shape: number[]): torch.Tensor => torch.zeros(shape);
  const states: Record<string, torch.Tensor>[] = [
    {},
    {
      "head.weight": z(1, 3),
      "body.0.weight": z(3, 2, 1),
      "body.0.bias": z(1),
      "body.2.weight": z(1),
      tail: z(1),
      "body.0.more.x": z(1),
    },
    { "head.weight": z(3), head: z(1), "head.bias": z(1), body: z(2) },
    { "body.1.num_batches_tracked": z(1), "body.1.running_mean": z() },
  ];
  const outcome = (task: () => unknown): string => {
    try {
      return `${task()}`;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const described = (state: object): object => Object.defineProperty({ ...state }, "_metadata", { value: {} });
  const said = states.flatMap((state) =>
    [described(state) as typeof state, state].flatMap((given) =>
      [true, false].map((strict) => outcome(() => new Net().loadStateDict(given, { strict }))),
    ),
  );
  const optimizer = new SGD([{ params: [z(1).requiresGrad_()] }], { lr: 1 });
  for (const params of [[], [[0], [1]], [[0, 1]]])
    said.push(
      outcome(() => optimizer.loadStateDict({ state: {}, param_groups: params.map((p) => ({ lr: 1, params: p })) })),
    );
  const run = spawnSync(python, ["-"], { input: program, encoding: "utf8" });
  const expected: string[] = JSON.parse(run.stdout);
  expect(said).toEqual(expected);
});

describe("extra state", () => {
  class Counted extends nn.Module {
    weight = new nn.Parameter(torch.ones(1));
    calls: unknown = 3;
    forward(x: Tensor): Tensor {
      return x.mul(this.weight);
    }
    override getExtraState(): unknown {
      return { calls: this.calls };
    }
    override setExtraState(state: { calls: unknown }): void {
      this.calls = state.calls;
    }
  }
  const model = () => new nn.Sequential(new Counted(), new nn.Linear(1, 1));

  test("is saved and loaded with the rest, after the parameters", () => {
    const [from, to] = [model(), model()];
    (from[0] as Counted).calls = 7;
    const state = from.stateDict();
    expect(Object.keys(state)).toEqual(["0.weight", "0._extra_state", "1.weight", "1.bias"]);
    expect(String(to.loadStateDict(state))).toBe("<All keys matched successfully>");
    expect((to[0] as Counted).calls).toBe(7);
  });

  test("is missing or unexpected as other keys are, and not set then", () => {
    const to = model();
    const state: nn.StateDict = { ...to.stateDict(), "1._extra_state": torch.ones(1) };
    state["0._extra_state"] = { calls: 9 } as never;
    expect(() => to.loadStateDict(state)).toThrow('Unexpected key(s) in state_dict: "1._extra_state"');
    expect((to[0] as Counted).calls).toBe(3);
    delete state["0._extra_state"];
    delete state["1._extra_state"];
    expect(() => to.loadStateDict(state)).toThrow('Missing key(s) in state_dict: "0._extra_state"');
    expect(to.loadStateDict(state, { strict: false }).missingKeys).toEqual(["0._extra_state"]);
  });
});

test("names may begin with a prefix", () => {
  expect(Object.keys(new nn.Sequential(new nn.Linear(1, 1)).stateDict({ prefix: "net." }))).toEqual([
    "net.0.weight",
    "net.0.bias",
  ]);
});
