import { cpu } from "@cresset/backend-cpu";
import { registerBackend, tensor } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as optim from "./index.ts";

beforeAll(() => registerBackend(cpu()));

const optimizers = [
  ["Adadelta", optim.Adadelta],
  ["Adafactor", optim.Adafactor],
  ["Adagrad", optim.Adagrad],
  ["Adam", optim.Adam],
  ["AdamW", optim.AdamW],
  ["Adamax", optim.Adamax],
  ["ASGD", optim.ASGD],
  ["LBFGS", optim.LBFGS],
  ["NAdam", optim.NAdam],
  ["RAdam", optim.RAdam],
  ["RMSprop", optim.RMSprop],
  ["Rprop", optim.Rprop],
  ["SGD", optim.SGD],
] as const;

// Where no type checker has been, training with another learning rate than the one that is written would go unnoticed.
test.each(optimizers)("%s knows its options by name, and takes a number for the learning rate", (_, Optimizer) => {
  const params = [tensor([1, 2], { requiresGrad: true })];
  const made = (options: unknown): optim.Optimizer => new Optimizer(params, options as never);
  expect(() => made({ lr: 0.5, learningRate: 0.1 })).toThrow(
    "got an unexpected argument 'learningRate': there are lr, ",
  );
  expect(() => made({ lr: 0.5, weight_decay: 0.1 })).toThrow("got an unexpected argument 'weight_decay'");
  expect(made(0.125).paramGroups[0]).toMatchObject({ lr: 0.125 });
  // How PyTorch computes a step is no option of a group.
  const withKernels = made({ lr: 0.5, foreach: true, fused: null, capturable: false });
  expect(withKernels.stateDict().param_groups).toEqual(made({ lr: 0.5 }).stateDict().param_groups);
  // All options of a group are names that there are.
  const { params: _params, ...options } = made({ lr: 0.5 }).paramGroups[0];
  expect(made(options).paramGroups[0]).toMatchObject({ lr: 0.5 });
});
