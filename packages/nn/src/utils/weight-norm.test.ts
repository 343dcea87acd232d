import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));

const { weightNorm, removeWeightNorm } = nn.utils;
const names = (module: nn.AnyModule): string[] => module.namedParameters().map(([name]) => name);
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

// The numbers are PyTorch 1.13's for the same program.
test("a layer learns length and direction apart", () => {
  torch.manualSeed(0);
  const layer = weightNorm(new nn.Linear(3, 2));
  expect(names(layer)).toEqual(["bias", "weight_g", "weight_v"]);
  expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight_g", "weight_v"]);
  const [bias, g, v] = layer.parameters();
  expect(g.shape).toEqual([2, 1]);
  const x = torch.tensor([[1, 2, 3]]);
  const y = layer(x);
  expect(y.tolistSync()).toEqual([near([-0.8218861222267151, 0.0526045560836792])]);
  y.sum().backward();
  expect(bias.grad?.tolistSync()).toEqual([1, 1]);
  expect(g.grad?.flatten().tolistSync()).toEqual(near([-1.4287936687469482, -0.8040094971656799]));
  expect(v.grad?.tolistSync()).toEqual([
    near([0.9891120195388794, 2.7801499366760254, 1.8030461072921753]),
    near([0.32209959626197815, 1.6452202796936035, 3.247009515762329]),
  ]);
  torch.noGrad(() => {
    for (const parameter of layer.parameters()) if (parameter.grad) parameter.sub_(parameter.grad, { alpha: 0.5 });
  });
  const trained = [near([-5.293412685394287, -3.4272708892822266])];
  expect(layer(x).tolistSync()).toEqual(trained);

  const copy = nn.deepCopy(layer);
  expect(copy(x).tolistSync()).toEqual(trained);
  torch.noGrad(() => copy.parameters()[1].zero_());
  expect(copy(x).tolistSync()).toEqual([copy.bias?.tolistSync()]);

  expect(removeWeightNorm(layer)).toBe(layer);
  expect(names(layer)).toEqual(["bias", "weight"]);
  expect(layer(x).tolistSync()).toEqual(trained);
});

test("one length for all, or one along another dimension", () => {
  expect(names(weightNorm(new nn.Conv1d(2, 3, 2), "weight", null))).toEqual(["bias", "weight_g", "weight_v"]);
  const shapeOfLength = (dim: number | null) => weightNorm(new nn.Conv1d(2, 3, 2), "weight", dim).parameters()[1].shape;
  expect(shapeOfLength(null)).toEqual([]);
  expect(shapeOfLength(1)).toEqual([1, 2, 1]);
  const layer = new nn.Linear(2, 2);
  const before = layer.weight.tolistSync() as number[][];
  expect(weightNorm(layer, "bias").weight.tolistSync()).toEqual(before);
});

test("twice, not at all, or of nothing are errors", () => {
  const layer = weightNorm(new nn.Linear(2, 2));
  expect(() => weightNorm(layer)).toThrow("Cannot register two weight_norm hooks on the same parameter weight");
  expect(() => removeWeightNorm(new nn.Linear(2, 2))).toThrow(
    "weight_norm of 'weight' not found in Linear(in_features=2, out_features=2, bias=True)",
  );
  expect(() => weightNorm(new nn.ReLU())).toThrow("the module has no parameter 'weight'");
});

test("modules, parameters and buffers are found by their dotted names", () => {
  const model = new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2));
  expect(model.getSubmodule("0")).toBe(model.at(0));
  expect(model.getSubmodule("")).toBe(model);
  expect(model.getParameter("0.weight")).toBe(model.parameters()[0]);
  expect(model.getBuffer("1.running_mean").shape).toEqual([2]);
  expect(() => model.getSubmodule("2")).toThrow("Sequential has no attribute `2`");
  expect(() => model.getSubmodule("0.weight")).toThrow("`weight` is not an nn.Module");
  expect(() => model.getParameter("0.foo")).toThrow("Linear has no attribute `foo`");
  expect(() => model.getParameter("1.running_mean")).toThrow("`running_mean` is not an nn.Parameter");
  expect(() => model.getBuffer("1.weight")).toThrow("`weight` is not a buffer");
});

test("arguments come in their places or by name", () => {
  const lengths = (layer: nn.Linear): unknown => layer.namedParameters().map(([name, { shape }]) => [name, shape]);
  const along1 = [
    ["bias", [3]],
    ["weight_g", [1, 2]],
    ["weight_v", [3, 2]],
  ];
  expect(lengths(nn.utils.weightNorm(new nn.Linear(2, 3), "weight", 1))).toEqual(along1);
  expect(lengths(nn.utils.weightNorm(new nn.Linear(2, 3), "weight", { dim: 1 }))).toEqual(along1);
  const layer = nn.utils.weightNorm(new nn.Linear(2, 3), { name: "weight", dim: 1 });
  expect(lengths(layer)).toEqual(along1);
  nn.utils.removeWeightNorm(layer, { name: "weight" });
  expect(lengths(layer)).toEqual([
    ["bias", [3]],
    ["weight", [3, 2]],
  ]);
  expect(() => nn.utils.weightNorm(layer, { nam: "weight" } as never)).toThrow("unexpected argument 'nam'");
});
