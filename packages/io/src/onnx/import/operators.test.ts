import { setDefaultDevice } from "cresset";
import { beforeAll, describe, expect, test } from "vitest";
import { integers, mixed, type NodeSpec } from "../testing/model.ts";
import { expectSame } from "../testing/operator-samples.ts";
import { hostOperators } from "./host-operators.ts";
import { operators } from "./operators.ts";

beforeAll(() => setDefaultDevice("cpu"));

test("what is computed of shapes on the host is also computed of tensors", () => {
  expect(Object.keys(hostOperators).filter((op) => !Object.hasOwn(operators, op))).toEqual([]);
});

describe("shapes that a graph computes", () => {
  const image = mixed([2, 4, 5, 6]);
  const shapeNode: NodeSpec = { op: "Shape", inputs: ["x"], outputs: ["s"] };

  test("flatten, as PyTorch exports it", () =>
    expectSame({
      inputs: { x: image },
      constants: { zero: integers([], 0), axis: integers([1], 0), rest: integers([1], -1) },
      nodes: [
        shapeNode,
        { op: "Gather", inputs: ["s", "zero"], outputs: ["n"], attributes: { axis: 0 } },
        { op: "Unsqueeze", inputs: ["n", "axis"], outputs: ["n1"] },
        { op: "Concat", inputs: ["n1", "rest"], outputs: ["to"], attributes: { axis: 0 } },
        { op: "Reshape", inputs: ["x", "to"] },
      ],
    }));

  test("arithmetic, comparisons and slices", () =>
    expectSame({
      inputs: { x: image },
      constants: {
        two: integers([1], 2),
        zero: integers([1], 0),
        all: integers([1], 2 ** 53),
        ones: integers([4], 1, 1, 1, 1),
        minus: integers([4], -1, 1, 5, 6),
        one: integers([], 1),
      },
      nodes: [
        shapeNode,
        { op: "Slice", inputs: ["s", "two", "all", "zero"], outputs: ["plane"] },
        { op: "ReduceProd", inputs: ["plane"], outputs: ["count"], attributes: { keepdims: 1 } },
        { op: "Div", inputs: ["count", "two"], outputs: ["half"] },
        { op: "Mul", inputs: ["half", "two"], outputs: ["again"] },
        { op: "Slice", inputs: ["s", "zero", "two", "zero"], outputs: ["front"] },
        { op: "Concat", inputs: ["front", "again"], outputs: ["to"], attributes: { axis: 0 } },
        { op: "Reshape", inputs: ["x", "to"], outputs: ["flat"] },
        { op: "Equal", inputs: ["s", "minus"], outputs: ["same"] },
        { op: "Where", inputs: ["same", "s", "ones"], outputs: ["chosen"] },
        { op: "ConstantOfShape", inputs: ["chosen"], outputs: ["zeros"] },
        { op: "Add", inputs: ["x", "zeros"], outputs: ["sum"] },
        { op: "Squeeze", inputs: ["zero"], outputs: ["from"] },
        { op: "Squeeze", inputs: ["half"], outputs: ["to1"] },
        { op: "Range", inputs: ["from", "to1", "one"], outputs: ["range"] },
        { op: "Cast", inputs: ["range"], outputs: ["y"], attributes: { to: 1 } },
      ],
      outputs: ["flat", "sum", "y"],
    }));
});
