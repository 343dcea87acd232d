import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as nn from "./index.ts";

beforeAll(() => torch.registerBackend(cpu()));

/** Calls as JavaScript can make them, past the type checker. */
type Untyped = Record<string, (...args: unknown[]) => unknown>;
const f = nn.functional as unknown as Untyped;
const init = nn.init as unknown as Untyped;
const utils = nn.utils as unknown as Untyped;
const call = (module: unknown, ...args: unknown[]): unknown => (module as (...given: unknown[]) => unknown)(...args);
const x = () => torch.ones(2, 3);

describe("what is no tensor is refused with an error that says so", () => {
  test.each([
    ["an array as a model's input", () => call(new nn.Linear(3, 1), [[1, 2, 3]]), "linear(): expected a Tensor"],
    ["a promise", () => call(new nn.Sequential(new nn.Linear(3, 1)), Promise.resolve(x())), "await it first"],
    ["a number as target", () => call(new nn.MSELoss(), x(), 1), "loss(): expected a Tensor, but got the number 1"],
    ["an array as target", () => call(new nn.BCELoss(), x(), [1]), "make one with torch.tensor"],
    ["no target", () => call(new nn.BCEWithLogitsLoss(), x()), "expected a Tensor, but got undefined"],
    ["no target of classes", () => call(new nn.CrossEntropyLoss(), x()), "expected a Tensor, but got undefined"],
    ["an array of classes", () => f.nllLoss(x(), [0, 1]), "nll_loss(): expected a Tensor, but got an array"],
    ["an activation of a number", () => f.elu(1), "expected a Tensor, but got the number 1"],
    ["dropout of nothing", () => f.dropout(), "dropout(): expected a Tensor"],
    ["normalize of nothing", () => f.normalize(null), "normalize(): expected a Tensor, but got null"],
    ["initialising a module", () => init.normal_(new nn.Linear(1, 1)), "normal_(): expected a Tensor"],
    [
      "an array of modules",
      () => new (nn.Sequential as unknown as new (x: unknown) => unknown)([new nn.ReLU()]),
      "without names: new nn.Sequential(...modules)",
    ],
    [
      "a function among modules",
      () => new nn.Sequential(new nn.ReLU(), (() => x()) as never),
      "Sequential: a function is not a Module",
    ],
    ["a list of classes", () => new nn.ModuleList([nn.ReLU] as never), "ModuleList: a function is not a Module"],
    ["a name for modules", () => new nn.ModuleDict("relu" as never), "expected modules by name"],
    [
      "numbers as a parameter",
      () => new nn.Parameter([1, 2] as never),
      "Parameter(): expected a Tensor, but got an array",
    ],
    ["initialising nothing", () => init.xavierUniform_(), "expected a Tensor, but got undefined"],
    ["clipping a function", () => utils.clipGradNorm_(() => [], 1), "expected an array of Tensors"],
    ["a vector of a module", () => utils.parametersToVector({}), "expected an array of Tensors, but got Object"],
  ])("%s", (_, attempt, message) => {
    expect(attempt).toThrow(torch.ValueError);
    expect(attempt).toThrow(message);
  });
});
