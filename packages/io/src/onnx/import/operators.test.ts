import { setDefaultDevice } from "cresset";
import { beforeAll, describe, expect, test } from "vitest";
import { floats, integers, mixed, type NodeSpec } from "../testing/model.ts";
import { expectSame } from "../testing/operator-samples.ts";
import { hostOperators } from "./host/index.ts";
import { operators } from "./operators.ts";

beforeAll(() => setDefaultDevice("cpu"));

test("what is computed of shapes on the host is also computed of tensors, but for what decides about shapes", () => {
  expect(Object.keys(hostOperators).filter((op) => !Object.hasOwn(operators, op))).toEqual(["NonZero"]);
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

  test("padding, as PyTorch exports it", () =>
    expectSame({
      inputs: { x: image },
      constants: {
        widths: integers([4], 1, 2, 0, 3),
        four: integers([1], 4),
        pairs: integers([2], -1, 2),
        last: integers([1], -1),
        least: integers([1], -(2 ** 53)),
        zero: integers([1], 0),
        flat: integers([1], -1),
        value: floats([], 0.5),
      },
      nodes: [
        { op: "ConstantOfShape", inputs: ["four"], outputs: ["none"], attributes: { value: integers([1], 0) } },
        { op: "Concat", inputs: ["widths", "none"], outputs: ["all"], attributes: { axis: 0 } },
        { op: "Reshape", inputs: ["all", "pairs"], outputs: ["sides"] },
        { op: "Slice", inputs: ["sides", "last", "least", "zero", "last"], outputs: ["reversed"] },
        { op: "Transpose", inputs: ["reversed"], outputs: ["turned"], attributes: { perm: [1, 0] } },
        { op: "Reshape", inputs: ["turned", "flat"], outputs: ["pads"] },
        { op: "Pad", inputs: ["x", "pads", "value"] },
      ],
    }));

  test("positions in a sequence, as older versions have them", () =>
    expectSame({
      inputs: { x: image },
      constants: {
        at: integers([1], 2),
        zero: integers([1], 0),
        at1: integers([1], 1),
        five: integers([2], 2, 5),
        twice: integers([2], 1, 2),
      },
      nodes: [
        shapeNode,
        { op: "Gather", inputs: ["s", "at"], outputs: ["length"], attributes: { axis: 0 } },
        { op: "ConstantOfShape", inputs: ["length"], outputs: ["ones"], attributes: { value: integers([1], 1) } },
        { op: "NonZero", inputs: ["ones"], outputs: ["places"] },
        { op: "Transpose", inputs: ["places"], outputs: ["column"], attributes: { perm: [1, 0] } },
        { op: "Squeeze", inputs: ["column", "at1"], outputs: ["y0"] },
        { op: "Unsqueeze", inputs: ["y0", "zero"], outputs: ["row"] },
        { op: "Expand", inputs: ["row", "five"], outputs: ["rows"] },
        { op: "Tile", inputs: ["rows", "twice"], outputs: ["tiled"] },
        { op: "Gather", inputs: ["tiled", "zero"], outputs: ["first"], attributes: { axis: 1 } },
        { op: "Concat", inputs: ["tiled", "first"], outputs: ["joined"], attributes: { axis: 1 } },
        { op: "ReduceMax", inputs: ["y0"], outputs: ["most"], attributes: { keepdims: 0 } },
        { op: "Add", inputs: ["joined", "most"], outputs: ["y"] },
      ],
      outputs: ["y0", "y"],
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
