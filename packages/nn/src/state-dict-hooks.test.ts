import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as nn from "./index.ts";

beforeAll(async () => {
  await torch.registerBackend(cpu());
});

test("hooks of stateDict() are called around the collecting, children first afterwards", () => {
  const net = new nn.Sequential(new nn.Linear(1, 1, { bias: false }));
  const seen: string[] = [];
  for (const module of net.modules()) {
    module.registerStateDictPreHook((of, prefix, keepVars) => {
      seen.push(`pre ${of.typeName()} '${prefix}' ${keepVars}`);
    });
    module.registerStateDictPostHook((of, state, prefix) => {
      seen.push(`post ${of.typeName()} '${prefix}' ${Object.keys(state)}`);
    });
  }
  const handle = net.registerStateDictPostHook((_, state, prefix) => {
    state[`${prefix}extra`] = torch.ones([1]);
    delete state[`${prefix}0.weight`];
  });
  expect(Object.keys(net.stateDict())).toEqual(["extra"]);
  expect(seen).toEqual([
    "pre Sequential '' false",
    "pre Linear '0.' false",
    "post Linear '0.' 0.weight",
    "post Sequential '' 0.weight",
  ]);
  handle.remove();
  expect(Object.keys(net.stateDict())).toEqual(["0.weight"]);
});

test("a hook before loading renames keys in a copy of what is loaded", () => {
  const net = new nn.Sequential(new nn.Linear(1, 1, { bias: false }));
  net.at(0).registerLoadStateDictPreHook((_, state, prefix, _metadata, strict) => {
    expect([prefix, strict]).toEqual(["0.", true]);
    state[`${prefix}weight`] = state[`${prefix}kernel`];
    delete state[`${prefix}kernel`];
  });
  const old = { "0.kernel": torch.tensor([[5]]) };
  expect(String(net.loadStateDict(old))).toBe("<All keys matched successfully>");
  expect(net.stateDict()["0.weight"].tolistSync()).toEqual([[5]]);
  expect(Object.keys(old)).toEqual(["0.kernel"]);
});

test("what a hook before loading reports is an error", () => {
  const linear = new nn.Linear(1, 1, { bias: false });
  linear.registerLoadStateDictPreHook((...[, , , , , missing, unexpected, messages]) => {
    missing.push("more");
    unexpected.push("less");
    messages.push("of version 1.");
  });
  expect(() => linear.loadStateDict({ weight: torch.zeros([1, 1]) })).toThrow(
    'Error(s) in loading state_dict for Linear:\n\tMissing key(s) in state_dict: "more". \n\tUnexpected key(s) in state_dict: "less". \n\tof version 1.',
  );
});

test("hooks after loading see the loaded values, and take keys off the errors", () => {
  const linear = new nn.Linear(1, 1);
  const seen: unknown[] = [];
  linear.registerLoadStateDictPostHook((module, keys) => {
    seen.push(module.weight.itemSync(), [...keys.missingKeys], [...keys.unexpectedKeys]);
    keys.missingKeys.length = 0;
  });
  expect(() => linear.loadStateDict({ weight: torch.tensor([[2]]), other: torch.zeros([1]) })).toThrow(
    'Error(s) in loading state_dict for Linear:\n\tUnexpected key(s) in state_dict: "other". ',
  );
  expect(linear.loadStateDict({ weight: torch.tensor([[3]]) })).toEqual({ missingKeys: [], unexpectedKeys: [] });
  expect(seen).toEqual([2, ["bias"], ["other"], 3, ["bias"], []]);
});

test("a hook that is registered twice is called twice, and each is removed by itself", () => {
  const relu = new nn.ReLU();
  let calls = 0;
  const hook = (): void => {
    calls++;
  };
  const first = relu.registerForwardHook(hook);
  relu.registerForwardHook(hook);
  relu(torch.ones([1]));
  first.remove();
  relu(torch.ones([1]));
  expect(calls).toBe(3);
});
