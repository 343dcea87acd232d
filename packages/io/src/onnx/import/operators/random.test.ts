import { full, manualSeed, nn, setDefaultDevice, type Tensor, zeros } from "cresset";
import { beforeEach, expect, test } from "vitest";
import * as onnx from "../../index.ts";
import { floats, type ModelSpec, modelOf, type NodeSpec } from "../../testing/model.ts";

beforeEach(() => {
  setDefaultDevice("cpu");
  manualSeed(0);
});

const rows = [40, 50];
const of = async (node: Omit<NodeSpec, "inputs">, x: Tensor, opset = 18): Promise<[Tensor, Tensor]> => {
  const like = /Like$|^Bernoulli$/.test(node.op);
  const other: NodeSpec = { op: "Identity", inputs: ["x"], outputs: ["z"] };
  const spec: ModelSpec = {
    inputs: { x: floats(rows, ...new Array<number>(2000).fill(0)) },
    nodes: [{ ...node, inputs: like ? ["x"] : [] }, other],
    opset,
  };
  const model = await onnx.load(modelOf(spec));
  return [model(x) as Tensor, model(x) as Tensor];
};

test.each(["", "Like"])("RandomNormal%s", async (end) => {
  const attributes = { mean: { float: 3 }, scale: { float: 0.5 }, ...(end === "" ? { shape: rows } : {}) };
  const [x, again] = await of({ op: `RandomNormal${end}`, attributes }, zeros(rows));
  expect([x.shape, x.dtype]).toEqual([rows, "float32"]);
  expect(x.mean().itemSync()).toBeCloseTo(3, 1);
  expect(x.std().itemSync()).toBeCloseTo(0.5, 1);
  expect(x.eq(again).all().itemSync()).toBe(false);
});

test.each(["", "Like"])("RandomUniform%s", async (end) => {
  const attributes = { low: { float: -1 }, high: { float: 3 }, dtype: 11, ...(end === "" ? { shape: rows } : {}) };
  const [x] = await of({ op: `RandomUniform${end}`, attributes }, zeros(rows));
  expect([x.shape, x.dtype]).toEqual([rows, "float64"]);
  expect(x.mean().itemSync()).toBeCloseTo(1, 1);
  expect([x.min().itemSync(), x.max().itemSync()]).toEqual([expect.closeTo(-1, 1), expect.closeTo(3, 1)]);
});

test("Bernoulli", async () => {
  const [x] = await of({ op: "Bernoulli", attributes: { dtype: 9 } }, full(rows, 0.25));
  expect(x.dtype).toBe("bool");
  expect(x.to("float32").mean().itemSync()).toBeCloseTo(0.25, 1);
});

test("dropout, exported here in training", async () => {
  const model = new nn.Sequential(new nn.Dropout(0.25), new nn.Identity());
  const bytes = await onnx.export(model, full(rows, 1), undefined, { training: "train", dynamicAxes: { input: [0] } });
  const imported = await onnx.load(bytes);
  const x = imported(full([80, 50], 1)) as Tensor;
  expect(x.ne(0).to("float32").mean().itemSync()).toBeCloseTo(0.75, 1);
  expect(x.max().itemSync()).toBeCloseTo(4 / 3, 6);
});
