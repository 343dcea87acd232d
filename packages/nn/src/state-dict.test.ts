import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as nn from "./index.ts";

beforeAll(() => registerBackend(cpu()));

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
