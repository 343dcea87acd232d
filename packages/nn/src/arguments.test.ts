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

describe("what has a default may stand in its place or be named", () => {
  const F = nn.functional;
  const values = (...tensors: torch.Tensor[]) => tensors.map((t) => [t.shape, t.tolistSync()]);
  const image = () => torch.arange(torch.float(50)).reshape(1, 2, 5, 5);

  test("activations and one-hot vectors", async () => {
    const x = torch.tensor([
      [-2, 1],
      [0.25, 3],
    ]);
    const i = torch.tensor([0n, 1n]);
    expect(values(F.glu(x, { dim: 0 }), F.softshrink(x, { lambd: 1 }), F.hardshrink(x, { lambd: 1 }))).toEqual(
      values(F.glu(x, 0), F.softshrink(x, 1), F.hardshrink(x, 1)),
    );
    expect(values(F.oneHotSync(i, { numClasses: 3 }), F.oneHot(i, { numClasses: 3 }))).toEqual(
      values(F.oneHotSync(i, 3), F.oneHot(i, 3)),
    );
    expect((await F.oneHot(i)).shape).toEqual([2, 2]);
    expect(() => F.oneHotSync(i, { classes: 3 } as never)).toThrow("got an unexpected argument 'classes'");
  });

  test("options may follow any of the places, which types know", () => {
    const x = image();
    const all: torch.Tensor = F.maxPool2d(x, 3, 2, 1, 1, true);
    const [largest, indices]: [torch.Tensor, torch.Tensor] = F.maxPool2d(x, 3, 2, 1, {
      ceilMode: true,
      returnIndices: true,
    });
    const named: torch.Tensor = F.maxPool2d(x, 3, 2, 1, { ceilMode: true });
    expect(values(named, largest)).toEqual(values(all, all));
    expect(values(indices)).toEqual(values(F.maxPool2d(x, 3, 2, 1, 1, true, true)[1]));
    const averages: torch.Tensor = F.avgPool2d(x, 3, 2, 1, { countIncludePad: false, ceilMode: true });
    expect(values(averages)).toEqual(values(F.avgPool2d(x, 3, 2, 1, true, false)));
    const weight = torch.ones(2, 1, 3, 3);
    expect(values(F.conv2d(x, weight, null, 2, { padding: 1, groups: 2 }))).toEqual(
      values(F.conv2d(x, weight, null, 2, 1, 1, 2)),
    );
  });

  test("windows and batch norm", () => {
    const x = image();
    const columns = F.unfold(x, 2, 1, 0, 2);
    expect(values(F.unfold(x, { kernelSize: 2, stride: 2 }), F.unfold(x, 2, { stride: 2 }))).toEqual(
      values(columns, columns),
    );
    const folded = F.fold(columns, [5, 5], 2, { stride: 2 });
    expect(
      values(
        F.fold(columns, { outputSize: [5, 5], kernelSize: 2, stride: 2 }),
        F.fold(columns, [5, 5], { kernelSize: 2, stride: 2 }),
      ),
    ).toEqual(values(folded, folded));
    expect(() => F.fold(columns, [5, 5], {} as never)).toThrow("missing required argument: 'kernelSize'");
    const [mean, variance] = [torch.tensor([1, 2]), torch.tensor([3, 4])];
    expect(values(F.batchNorm(x, { runningMean: mean, runningVar: variance }))).toEqual(
      values(F.batchNorm(x, mean, variance)),
    );
    expect(() => F.maxUnpool2d(x, x.long(), { kernelSize: 2 } as never)).toThrow(
      "expected kernel_size to be a single integer value or a list of 2 values, but got kernel_size=Object",
    );
  });

  test("sequences", () => {
    const padded = torch.arange(6).reshape(2, 3);
    expect(values(...nn.utils.rnn.unpadSequence(padded, [3, 1], { batchFirst: true }))).toEqual(
      values(...nn.utils.rnn.unpadSequence(padded, [3, 1], true)),
    );
  });
});
