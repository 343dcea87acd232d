import { setDefaultDevice, type Tensor, tensor } from "cresset";
import { beforeAll, describe, expect, test } from "vitest";
import * as onnx from "../index.ts";
import { bools, floats, integers, type ModelSpec, mixed, modelOf } from "../testing/model.ts";
import { expectSame } from "../testing/operator-samples.ts";

beforeAll(() => setDefaultDevice("cpu"));

const x = mixed([3, 4]);

/** What the body of a loop is given: the number of the step, whether it goes on, and a row. */
const carried = { i: integers([], 0), go: bools([], 1), before: floats([4], 0, 0, 0, 0) };

/** One of two graphs, by the number of columns. */
const choosing = (least: number): ModelSpec => ({
  inputs: { x },
  constants: { one: integers([], 1), least: integers([], least) },
  nodes: [
    { op: "Shape", inputs: ["x"], outputs: ["s"] },
    { op: "Gather", inputs: ["s", "one"], outputs: ["columns"] },
    { op: "Less", inputs: ["columns", "least"], outputs: ["few"] },
    {
      op: "If",
      inputs: ["few"],
      attributes: {
        then_branch: { graph: { nodes: [{ op: "Neg", inputs: ["x"], outputs: ["a"] }], outputs: ["a"] } },
        else_branch: {
          graph: {
            constants: { w: floats([4], 1, 2, 3, 4) },
            nodes: [{ op: "Mul", inputs: ["x", "w"], outputs: ["b"] }],
            outputs: ["b"],
          },
        },
      },
    },
  ],
});

/** Rows one after the other: their running sum, and each doubled. */
const looping = (count: readonly number[], goesOn: ModelSpec["nodes"]): ModelSpec => ({
  inputs: { x },
  constants: {
    count: integers([], ...count),
    yes: bools([], 1),
    start: floats([4], 0, 0, 0, 0),
    most: integers([], 1),
  },
  nodes: [
    {
      op: "Loop",
      inputs: ["count", "yes", "start"],
      outputs: ["y", "doubled", "at"],
      attributes: {
        body: {
          graph: {
            inputs: carried,
            nodes: [
              { op: "Gather", inputs: ["x", "i"], outputs: ["row"], attributes: { axis: 0 } },
              { op: "Add", inputs: ["before", "row"], outputs: ["sum"] },
              { op: "Add", inputs: ["row", "row"], outputs: ["twice"] },
              { op: "Identity", inputs: ["i"], outputs: ["place"] },
              ...goesOn,
            ],
            outputs: ["again", "sum", "twice", "place"],
          },
        },
      },
    },
  ],
  outputs: ["y", "doubled", "at"],
});

describe("graphs inside of a graph", () => {
  test.each([4, 5])("one of two, decided by a shape, %i", (least) => expectSame(choosing(least)));

  test("a loop of a number of steps", () =>
    expectSame(looping([3], [{ op: "Identity", inputs: ["go"], outputs: ["again"] }])));

  test("a loop that ends before", () =>
    expectSame(looping([3], [{ op: "Less", inputs: ["i", "most"], outputs: ["again"] }])));

  test("train what they hold", async () => {
    const model = await onnx.load(modelOf(choosing(1)));
    expect(model.namedParameters().map(([name]) => name)).toEqual(["w"]);
    const file = await onnx.open(modelOf(choosing(1)));
    expect(file.operators.get("Mul")).toBe(1);
  });
});

describe("what is refused", () => {
  const rows = (): Tensor => tensor(Array.from({ length: 3 }, () => [1, 2, 3, 4]));

  test("a decision by the values of tensors", async () => {
    const model = await onnx.load(
      modelOf({
        inputs: { x },
        constants: { zero: floats([], 0) },
        nodes: [
          { op: "ReduceSum", inputs: ["x"], outputs: ["sum"], attributes: { keepdims: 0 } },
          { op: "Less", inputs: ["sum", "zero"], outputs: ["few"] },
          {
            op: "If",
            inputs: ["few"],
            attributes: {
              then_branch: { graph: { nodes: [{ op: "Neg", inputs: ["x"], outputs: ["a"] }], outputs: ["a"] } },
              else_branch: { graph: { nodes: [{ op: "Abs", inputs: ["x"], outputs: ["b"] }], outputs: ["b"] } },
            },
          },
        ],
      }),
    );
    expect(() => model(rows())).toThrow("computed from the values of tensors");
  });

  test("a loop without end", async () => {
    const { inputs, constants, nodes } = looping([2 ** 53], []);
    const body = {
      inputs: carried,
      nodes: [{ op: "Identity", inputs: ["go"], outputs: ["again"] }],
      outputs: ["again", "before"],
    };
    const loop = { ...nodes[0], outputs: ["y"], attributes: { body: { graph: body } } };
    const model = await onnx.load(modelOf({ inputs, constants: constants ?? {}, nodes: [loop] }));
    expect(() => model(rows())).toThrow("a loop of more than 1000000 nodes");
  });

  test("a name that only another graph knows", async () => {
    const spec = choosing(4);
    const nodes = [...spec.nodes, { op: "Neg", inputs: ["a"], outputs: ["z"] }];
    await expect(onnx.load(modelOf({ ...spec, nodes }))).rejects.toThrow('reads "a", which nothing before it makes');
  });
});
