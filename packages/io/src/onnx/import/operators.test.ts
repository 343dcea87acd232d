import { fromHost, setDefaultDevice, type Tensor } from "cresset";
import { beforeAll, describe, expect, test } from "vitest";
import type { HostTensor } from "../../host-tensor.ts";
import * as onnx from "../index.ts";
import { bools, floats, integers, type ModelSpec, mixed, modelOf, type NodeSpec } from "../testing/model.ts";
import { Session } from "../testing/onnxruntime.ts";
import { hostOperators } from "./host-operators.ts";
import { operators } from "./operators.ts";

beforeAll(() => setDefaultDevice("cpu"));

const x = mixed([2, 3]);
const image = mixed([2, 4, 5, 6]);

/** One node of an operator: inputs that are computed with, constants, attributes. */
interface Sample {
  readonly in: readonly HostTensor[];
  readonly constants?: readonly (HostTensor | null)[];
  readonly attributes?: NodeSpec["attributes"];
  readonly outputs?: number;
  readonly opset?: number;
}

const unary = (...shifts: readonly number[]): Sample[] => shifts.map((shift) => ({ in: [mixed([2, 3], 0.9, shift)] }));
const pair: Sample[] = [{ in: [x, mixed([3], 1.3)] }, { in: [mixed([2, 1, 3]), mixed([4, 1], 1.1)] }];
const wholes: Sample = { in: [integers([4], 7, -7, 9, 5), integers([4], 2, 2, -4, 3)] };
const logical: Sample[] = [{ in: [bools([4], 0, 0, 1, 1), bools([4], 0, 1, 0, 1)] }];
const compared: Sample[] = [{ in: [floats([4], 1, 2, 3, NaN), floats([4], 2, 2, 1, NaN)] }, wholes];
const reduced = (older = false): Sample[] => [
  { in: [mixed([2, 3, 4], 0.5, 1)] },
  { in: [mixed([2, 3, 4], 0.5, 1)], attributes: { axes: [1, -1], keepdims: 0 }, opset: older ? 12 : 17 },
];
const inAxes: Sample = {
  in: [mixed([2, 3, 4], 0.5, 1)],
  constants: [integers([2], 0, 2)],
  attributes: { keepdims: 0 },
};
const windows = { kernel_shape: [2, 3], strides: [2, 1] };

/** Of each operator some forms; none may be without. */
const samples: Readonly<Record<string, readonly Sample[]>> = {
  Abs: unary(0),
  Neg: unary(0),
  Sign: unary(0),
  Floor: unary(0.5),
  Ceil: unary(0.5),
  Round: [{ in: [floats([6], 0.5, 1.5, -0.5, 2.4, -2.6, 3)] }],
  Sqrt: unary(1),
  Exp: unary(0),
  Log: unary(1),
  Sin: unary(0),
  Cos: unary(0),
  Tan: unary(0),
  Asin: unary(0),
  Acos: unary(0),
  Atan: unary(0),
  Sinh: unary(0),
  Cosh: unary(0),
  Tanh: unary(0),
  Asinh: unary(0),
  Acosh: unary(2),
  Atanh: unary(0),
  Erf: unary(0),
  Reciprocal: unary(2),
  Sigmoid: unary(0),
  Relu: unary(0),
  Softplus: [{ in: [floats([4], -50, 0, 1, 60)] }],
  Softsign: unary(0),
  HardSwish: [{ in: [floats([4], -4, -1, 1, 4)] }],
  Mish: unary(0),
  Not: [{ in: [bools([2], 0, 1)] }],
  BitwiseNot: [{ in: [integers([3], 0, -1, 12)] }],
  IsNaN: [{ in: [floats([3], NaN, 1, Infinity)] }],
  IsInf: [
    { in: [floats([3], -Infinity, 1, Infinity)] },
    { in: [floats([3], -Infinity, 1, Infinity)], attributes: { detect_negative: 0 } },
  ],
  Identity: unary(0),
  Elu: [{ in: [x], attributes: { alpha: { float: 0.7 } } }],
  Selu: [{ in: [x] }, { in: [x], attributes: { alpha: { float: 1.1 }, gamma: { float: 0.9 } } }],
  Celu: [{ in: [x], attributes: { alpha: { float: 0.7 } } }],
  LeakyRelu: [{ in: [x] }, { in: [x], attributes: { alpha: { float: 0.3 } } }],
  ThresholdedRelu: [{ in: [x], attributes: { alpha: { float: 0.4 } } }],
  HardSigmoid: [{ in: [x] }, { in: [x], attributes: { alpha: { float: 0.4 }, beta: { float: 0.3 } } }],
  Gelu: [
    { in: [x], opset: 20 },
    { in: [x], opset: 20, attributes: { approximate: "tanh" } },
  ],
  PRelu: [
    { in: [x], constants: [floats([1], 0.25)] },
    { in: [image], constants: [floats([4, 1, 1], 0.1, 0.2, 0.3, 0.4)] },
  ],
  Clip: [
    { in: [x], constants: [floats([], -0.5), floats([], 0.75)] },
    { in: [x], constants: [null, floats([], 0.75)] },
    { in: [x], attributes: { max: { float: 0.5 } }, opset: 6 + 4 },
  ],
  Cast: [
    { in: [x], attributes: { to: 7 } },
    { in: [x], attributes: { to: 9 } },
    { in: [bools([2], 0, 1)], attributes: { to: 1 } },
  ],
  CastLike: [{ in: [x, integers([1], 1)], opset: 19 }],
  Dropout: [{ in: [x] }],
  Add: pair,
  Sub: pair,
  Mul: pair,
  Div: [...pair, wholes],
  Pow: [
    { in: [mixed([2, 3], 0.4, 1), floats([3], 2, 0.5, -1)] },
    { in: [mixed([2, 3], 0.4, 1), integers([3], 2, 3, 0)] },
  ],
  Mod: [
    wholes,
    { in: [mixed([4], 3), mixed([4], 1)], attributes: { fmod: 1 } },
    { ...wholes, attributes: { fmod: 1 } },
  ],
  And: logical,
  Or: logical,
  Xor: logical,
  BitwiseAnd: [wholes],
  BitwiseOr: [wholes],
  BitwiseXor: [wholes],
  Equal: compared,
  Less: compared,
  LessOrEqual: compared,
  Greater: compared,
  GreaterOrEqual: compared,
  Where: [{ in: [bools([2, 1], 1, 0), x, mixed([3], 1)] }],
  Max: [{ in: [x, mixed([3], 1), floats([1], 0.1)] }],
  Min: [{ in: [x, mixed([3], 1), floats([1], 0.1)] }],
  Sum: [{ in: [x, mixed([3], 1), floats([1], 0.1)] }],
  Mean: [{ in: [x, mixed([3], 1), floats([1], 0.1)] }],
  ReduceSum: [
    ...reduced(true),
    inAxes,
    { in: [x], constants: [integers([0])], attributes: { noop_with_empty_axes: 1 } },
  ],
  ReduceMean: [...reduced(), inAxes],
  ReduceMax: [...reduced(), inAxes],
  ReduceMin: reduced(),
  ReduceProd: [...reduced(), inAxes],
  ReduceL1: reduced(),
  ReduceL2: reduced(),
  ReduceSumSquare: reduced(),
  ReduceLogSum: reduced(),
  ReduceLogSumExp: reduced(),
  ArgMax: [
    { in: [floats([2, 3], 1, 3, 3, 2, 2, 1)], attributes: { axis: 1 } },
    { in: [floats([2, 3], 1, 3, 3, 2, 2, 1)], attributes: { axis: -1, keepdims: 0, select_last_index: 1 } },
  ],
  ArgMin: [{ in: [x], attributes: { axis: 0, keepdims: 0 } }],
  CumSum: [
    { in: [x], constants: [integers([], 1)] },
    { in: [x], constants: [integers([], 0)], attributes: { reverse: 1, exclusive: 1 } },
  ],
  TopK: [
    { in: [mixed([2, 5])], constants: [integers([1], 2)], outputs: 2 },
    { in: [mixed([5, 2])], constants: [integers([1], 3)], attributes: { axis: 0, largest: 0 }, outputs: 2 },
  ],
  Size: [{ in: [x] }],
  Shape: [{ in: [image] }, { in: [image], attributes: { start: 1, end: -1 } }],
  Reshape: [
    { in: [mixed([2, 6])], constants: [integers([3], 0, -1, 2)] },
    { in: [mixed([2, 6])], constants: [integers([1], 12)] },
  ],
  Flatten: [{ in: [image] }, { in: [image], attributes: { axis: -1 } }, { in: [image], attributes: { axis: 0 } }],
  Transpose: [{ in: [mixed([2, 3, 4])] }, { in: [mixed([2, 3, 4])], attributes: { perm: [1, 0, 2] } }],
  Squeeze: [{ in: [mixed([1, 3, 1])] }, { in: [mixed([1, 3, 1])], constants: [integers([1], -1)] }],
  Unsqueeze: [
    { in: [x], constants: [integers([2], 0, -1)] },
    { in: [x], attributes: { axes: [1] }, opset: 11 },
  ],
  Expand: [{ in: [mixed([3, 1])], constants: [integers([3], 2, 1, 4)] }],
  Tile: [{ in: [x], constants: [integers([2], 2, 3)] }],
  Concat: [{ in: [x, mixed([2, 1]), x], attributes: { axis: -1 } }],
  Split: [
    { in: [mixed([4, 3])], attributes: { num_outputs: 2 }, outputs: 2 },
    { in: [mixed([5, 3])], constants: [integers([2], 1, 4)], outputs: 2 },
    { in: [mixed([3, 4])], attributes: { axis: 1, split: [3, 1] }, outputs: 2, opset: 11 },
  ],
  Slice: [
    { in: [image], constants: [integers([2], 1, -2), integers([2], 4, 100), integers([2], 2, 3)] },
    { in: [mixed([7])], constants: [integers([1], -1), integers([1], -100), integers([1], 0), integers([1], -2)] },
    { in: [mixed([7])], constants: [integers([1], 5), integers([1], 1), integers([1], 0), integers([1], -1)] },
    { in: [mixed([7, 2])], constants: [integers([1], 1), integers([1], 6), integers([1], 0), integers([1], 3)] },
    { in: [mixed([7])], constants: [integers([1], 3), integers([1], 3)] },
    { in: [mixed([7])], attributes: { starts: [1], ends: [-1] }, opset: 9 },
  ],
  Pad: [
    { in: [x], constants: [integers([4], 1, 0, 0, 2), floats([], 1.5)] },
    { in: [image], constants: [integers([8], 0, 0, 1, 2, 0, 0, 2, 1)], attributes: { mode: "reflect" } },
    { in: [image], constants: [integers([8], 0, 0, 1, 2, 0, 0, 2, 1)], attributes: { mode: "edge" } },
    { in: [image], constants: [integers([4], 1, 2, 2, 0), floats([], 0), integers([2], 3, 1)] },
  ],
  Constant: [],
  ConstantOfShape: [{ in: [], constants: [integers([2], 2, 3)] }],
  Range: [{ in: [], constants: [floats([], 0), floats([], 1), floats([], 0.25)] }],
  Trilu: [{ in: [mixed([3, 4])] }, { in: [mixed([2, 3, 4])], constants: [integers([], -1)], attributes: { upper: 0 } }],
  DepthToSpace: [
    { in: [mixed([1, 8, 2, 3])], attributes: { blocksize: 2 } },
    { in: [mixed([1, 8, 2, 3])], attributes: { blocksize: 2, mode: "CRD" } },
  ],
  SpaceToDepth: [{ in: [mixed([1, 2, 4, 6])], attributes: { blocksize: 2 } }],
  Gather: [
    { in: [x, integers([2, 2], 0, 1, -1, 0)] },
    { in: [x], constants: [integers([], 2)], attributes: { axis: 1 } },
  ],
  GatherElements: [{ in: [x, integers([2, 2], 0, 2, -1, 1)], attributes: { axis: 1 } }],
  GatherND: [{ in: [x, integers([2, 2], 0, 2, 1, -1)] }, { in: [x, integers([2, 1], 1, 0)] }],
  ScatterElements: [
    { in: [mixed([3, 3]), integers([1, 3], 2, 0, -2), mixed([1, 3])] },
    {
      in: [mixed([3, 3]), integers([2, 3], 2, 0, 1, 2, 0, 1), mixed([2, 3])],
      attributes: { axis: 0, reduction: "add" },
    },
    {
      in: [mixed([3, 3]), integers([2, 3], 2, 0, 1, 2, 0, 1), mixed([2, 3])],
      attributes: { axis: 1, reduction: "max" },
    },
  ],
  Scatter: [{ in: [mixed([3, 3]), integers([1, 3], 2, 0, 1), mixed([1, 3])], opset: 10 }],
  ScatterND: [
    { in: [mixed([3, 2]), integers([2, 1], 2, 0), mixed([2, 2])] },
    { in: [mixed([3, 2]), integers([2, 2], 2, 0, 0, 1), mixed([2])], attributes: { reduction: "add" } },
  ],
  OneHot: [
    { in: [integers([2, 2], 0, 2, -1, 1)], constants: [integers([], 3), floats([2], 0.1, 0.9)] },
    { in: [integers([3], 0, 2, 1)], constants: [integers([], 3), floats([2], 0, 1)], attributes: { axis: 0 } },
  ],
  Gemm: [
    { in: [x, mixed([3, 4]), mixed([4])] },
    {
      in: [mixed([3, 2]), mixed([4, 3]), mixed([2, 1])],
      attributes: { transA: 1, transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } },
    },
    { in: [x, mixed([4, 3]), mixed([4])], attributes: { transB: 1 } },
  ],
  MatMul: [
    { in: [x, mixed([3, 2])] },
    { in: [mixed([2, 1, 3, 4]), mixed([5, 4, 2])] },
    { in: [mixed([3]), mixed([3])] },
  ],
  Einsum: [{ in: [mixed([2, 3, 4]), mixed([2, 4, 5])], attributes: { equation: "bij,bjk->bik" } }],
  Conv: [
    { in: [image, mixed([3, 4, 2, 3]), mixed([3])], attributes: { ...windows, pads: [0, 1, 2, 0] } },
    { in: [image, mixed([4, 2, 2, 2])], attributes: { group: 2, dilations: [1, 3] } },
    { in: [image, mixed([1, 4, 2, 4])], attributes: { auto_pad: "SAME_UPPER", strides: [2, 1] } },
    { in: [image, mixed([1, 4, 2, 4])], attributes: { auto_pad: "SAME_LOWER" } },
    { in: [mixed([1, 2, 7]), mixed([3, 2, 3])], attributes: { auto_pad: "VALID", strides: [2] } },
  ],
  ConvTranspose: [
    {
      in: [mixed([1, 2, 3, 3]), mixed([2, 3, 2, 3]), mixed([3])],
      attributes: { strides: [2, 2], pads: [0, 1, 0, 1], output_padding: [1, 0] },
    },
  ],
  MaxPool: [
    { in: [image], attributes: { ...windows, pads: [1, 1, 0, 1] } },
    { in: [image], attributes: { ...windows, ceil_mode: 1 } },
  ],
  AveragePool: [
    { in: [image], attributes: { ...windows, pads: [1, 1, 1, 1], count_include_pad: 1 } },
    { in: [image], attributes: { ...windows, pads: [1, 1, 1, 1] } },
  ],
  GlobalAveragePool: [{ in: [image] }],
  GlobalMaxPool: [{ in: [image] }],
  BatchNormalization: [
    {
      in: [image],
      constants: [mixed([4]), mixed([4]), mixed([4]), mixed([4], 0.5, 1)],
      attributes: { epsilon: { float: 1e-3 } },
    },
  ],
  LayerNormalization: [
    { in: [mixed([2, 3, 4])], constants: [mixed([4]), mixed([4])] },
    { in: [mixed([2, 3, 4])], constants: [mixed([3, 4])], attributes: { axis: 1 } },
  ],
  InstanceNormalization: [{ in: [image], constants: [mixed([4]), mixed([4])] }],
  GroupNormalization: [{ in: [image], constants: [mixed([4]), mixed([4])], attributes: { num_groups: 2 }, opset: 21 }],
  LRN: [{ in: [image], attributes: { size: 3, alpha: { float: 0.1 } } }],
  Softmax: [{ in: [mixed([2, 3, 4])] }, { in: [mixed([2, 3, 4])], opset: 11 }],
  LogSoftmax: [{ in: [mixed([2, 3, 4])], attributes: { axis: 1 } }],
  LSTM: [
    {
      in: [mixed([4, 2, 3])],
      constants: [mixed([1, 20, 3], 0.5), mixed([1, 20, 5], 0.4)],
      attributes: { hidden_size: 5 },
      outputs: 3,
    },
    {
      in: [mixed([4, 2, 3])],
      constants: [
        mixed([2, 20, 3], 0.5),
        mixed([2, 20, 5], 0.4),
        mixed([2, 40]),
        null,
        mixed([2, 2, 5]),
        mixed([2, 2, 5]),
      ],
      attributes: { hidden_size: 5, direction: "bidirectional" },
      outputs: 3,
    },
  ],
  GRU: [
    {
      in: [mixed([4, 2, 3])],
      constants: [mixed([1, 15, 3], 0.5), mixed([1, 15, 5], 0.4), mixed([1, 30])],
      attributes: { hidden_size: 5 },
      outputs: 2,
    },
    {
      in: [mixed([4, 2, 3])],
      constants: [mixed([1, 15, 3], 0.5), mixed([1, 15, 5], 0.4), mixed([1, 30])],
      attributes: { hidden_size: 5, linear_before_reset: 1, direction: "reverse" },
      outputs: 2,
    },
  ],
  RNN: [
    {
      in: [mixed([4, 2, 3])],
      constants: [mixed([1, 5, 3], 0.5), mixed([1, 5, 5], 0.4), mixed([1, 10])],
      attributes: { hidden_size: 5 },
      outputs: 2,
    },
  ],
  Resize: [
    { in: [image], constants: [null, null, integers([4], 2, 4, 7, 9)], attributes: { mode: "linear" } },
    { in: [image], constants: [null, floats([4], 1, 1, 2, 3)] },
    {
      in: [image],
      constants: [null, null, integers([4], 2, 4, 3, 9)],
      attributes: { coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
    },
    {
      in: [image],
      constants: [null, null, integers([4], 2, 4, 7, 9)],
      attributes: { mode: "cubic", coordinate_transformation_mode: "align_corners" },
    },
  ],
  Upsample: [{ in: [image], constants: [floats([4], 1, 1, 2, 2)], opset: 9 }],
  LpNormalization: [{ in: [x], attributes: { axis: 1 } }],
};

function specOf(op: string, { in: given, constants = [], attributes, outputs = 1, opset }: Sample): ModelSpec {
  const inputs = Object.fromEntries(given.map((tensor, i) => [`x${i}`, tensor]));
  const named = constants.map((tensor, i) => [tensor === null ? "" : `c${i}`, tensor] as const);
  const results = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const node: NodeSpec = { op, inputs: [...Object.keys(inputs), ...named.map(([name]) => name)], outputs: results };
  const kept = named.flatMap(([name, tensor]) => (tensor === null ? [] : [[name, tensor] as const]));
  return {
    inputs,
    constants: Object.fromEntries(kept),
    nodes: [attributes === undefined ? node : { ...node, attributes }],
    outputs: results,
    ...(opset === undefined ? {} : { opset }),
  };
}

const tensorOf = ({ dtype, shape, data }: HostTensor): Tensor => fromHost(data.slice() as typeof data, shape, dtype);

/** Runs a model here and in the other engine. */
async function expectSame(spec: ModelSpec): Promise<void> {
  const bytes = modelOf(spec);
  const names = Object.keys(spec.inputs);
  const session = await Session.open(bytes);
  const wanted = await session.run(Object.fromEntries(names.map((name) => [name, tensorOf(spec.inputs[name])])));
  const model = await onnx.load(bytes);
  const results = [model(...names.map((name) => tensorOf(spec.inputs[name])))].flat();
  for (const [i, name] of (spec.outputs ?? ["y"]).entries()) {
    const want = wanted[name];
    expect([results[i].dtype, results[i].shape]).toEqual([want.type, want.dims]);
    const got = await results[i].data();
    for (const [j, value] of Array.from(want.data as ArrayLike<number | bigint>, Number).entries())
      if (!Object.is(Number(got[j]), value)) expect(Number(got[j])).toBeCloseTo(value, 5);
  }
}

test("every operator has samples", () => {
  expect(Object.keys(samples).sort()).toEqual(Object.keys(operators).sort());
  expect(Object.keys(hostOperators).filter((op) => !Object.hasOwn(operators, op))).toEqual([]);
});

describe("operators compute what ONNX Runtime does", () => {
  const all = Object.entries(samples).flatMap(([op, list]) =>
    list.map((sample, i) => [`${op} ${i}`, op, sample] as const),
  );
  test.each(all)("%s", async (_, op, sample) => expectSame(specOf(op, sample)));
});

describe("shapes that a graph computes", () => {
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
