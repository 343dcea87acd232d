/** The networks' predictions as ONNX graphs from input "x" to output "y". */
import type { Inputs } from "../contender.ts";
import { weightsOf } from "../inputs.ts";
import type { Constant, Graph, Node } from "../onnx.ts";
import { heads, type Network } from "../protocol.ts";

type Body = Pick<Graph, "nodes" | "constants">;

/** Nodes of one input and one output, one after the other, from "x" to "y". */
function chain(...nodes: Omit<Node, "output">[]): Node[] {
  const value = (i: number): string => (i < 0 ? "x" : i === nodes.length - 1 ? "y" : `v${i}`);
  return nodes.map((node, i) => ({ ...node, inputs: [value(i - 1), ...node.inputs], output: value(i) }));
}

/** A linear layer with PyTorch's weight. */
const gemm = (name: string): Omit<Node, "output"> => ({
  op: "Gemm",
  inputs: [`${name}.weight`, `${name}.bias`],
  attributes: { transB: 1 },
});

const convolution = (name: string): Omit<Node, "output"> => ({
  op: "Conv",
  inputs: [`${name}.weight`, `${name}.bias`],
  attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
});

const pooling: Omit<Node, "output"> = {
  op: "MaxPool",
  inputs: [],
  attributes: { kernel_shape: [2, 2], strides: [2, 2] },
};

const plain = (op: string): Omit<Node, "output"> => ({ op, inputs: [] });

const int64 = (...values: number[]): Constant => ({
  shape: [values.length],
  data: BigInt64Array.from(values.map(BigInt)),
});

const number = (value: number): Constant => ({ shape: [], data: Float32Array.of(value) });

/** As PyTorch's exporter writes the layer, with the sequences' rows in one matrix. */
function transformer(inputs: Inputs): Body {
  const [count, length, features] = inputs.x.shape;
  const perHead = (part: string, order: readonly number[]): Node[] => [
    { op: "Reshape", inputs: [part, "per head"], output: `${part} per head` },
    { op: "Transpose", inputs: [`${part} per head`], output: `${part} heads`, attributes: { perm: order } },
  ];
  const linear = (x: string, name: string, output: string): Node => ({
    op: "Gemm",
    inputs: [x, `${name}weight`, `${name}bias`],
    output,
    attributes: { transB: 1 },
  });
  const norm = (x: string, name: string, output: string): Node => ({
    op: "LayerNormalization",
    inputs: [x, `${name}.weight`, `${name}.bias`],
    output,
    attributes: { axis: -1, epsilon: 1e-5 },
  });
  return {
    nodes: [
      { op: "Reshape", inputs: ["x", "as rows"], output: "rows" },
      linear("rows", "self_attn.in_proj_", "qkv"),
      { op: "Split", inputs: ["qkv"], output: ["q", "k", "v"], attributes: { axis: 1 } },
      ...perHead("q", [0, 2, 1, 3]),
      ...perHead("k", [0, 2, 3, 1]),
      ...perHead("v", [0, 2, 1, 3]),
      { op: "Mul", inputs: ["q heads", "scale"], output: "scaled" },
      { op: "MatMul", inputs: ["scaled", "k heads"], output: "scores" },
      { op: "Softmax", inputs: ["scores"], output: "weights", attributes: { axis: -1 } },
      { op: "MatMul", inputs: ["weights", "v heads"], output: "attended" },
      { op: "Transpose", inputs: ["attended"], output: "together", attributes: { perm: [0, 2, 1, 3] } },
      { op: "Reshape", inputs: ["together", "as rows"], output: "joined" },
      linear("joined", "self_attn.out_proj.", "projected"),
      { op: "Add", inputs: ["rows", "projected"], output: "residual" },
      norm("residual", "norm1", "seen"),
      linear("seen", "linear1.", "hidden"),
      { op: "Div", inputs: ["hidden", "root"], output: "fraction" },
      { op: "Erf", inputs: ["fraction"], output: "erf" },
      { op: "Add", inputs: ["erf", "one"], output: "share" },
      { op: "Mul", inputs: ["hidden", "share"], output: "double" },
      { op: "Mul", inputs: ["double", "half"], output: "activated" },
      linear("activated", "linear2.", "transformed"),
      { op: "Add", inputs: ["seen", "transformed"], output: "sum" },
      norm("sum", "norm2", "result"),
      { op: "Reshape", inputs: ["result", "as sequences"], output: "y" },
    ],
    constants: {
      ...weightsOf(inputs),
      "as rows": int64(-1, features),
      "per head": int64(count, length, heads, features / heads),
      "as sequences": int64(count, length, features),
      scale: number(1 / Math.sqrt(features / heads)),
      root: number(Math.SQRT2),
      one: number(1),
      half: number(0.5),
    },
  };
}

export const bodies: Readonly<Record<Network, (inputs: Inputs) => Body>> = {
  classifier: (inputs) => ({
    nodes: chain(gemm("0"), plain("Elu"), gemm("2"), plain("Sigmoid")),
    constants: weightsOf(inputs),
  }),
  cnn: (inputs) => ({
    nodes: chain(
      convolution("0"),
      plain("Relu"),
      pooling,
      convolution("3"),
      plain("Relu"),
      pooling,
      plain("Flatten"),
      gemm("7"),
    ),
    constants: weightsOf(inputs),
  }),
  transformer,
};
