/** Recurrent layers as ONNX's operators, which take sequences of any length. */
import { type Attributes, callMany, operation, type TracedLayer } from "@cresset/core/extend";
import type { Tensor } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import type { Context, Emitted } from "./emitted.ts";
import { type Nodes, sizesOf } from "./lower.ts";

interface LayerAttributes extends Attributes {
  readonly directions: number;
  readonly bias: boolean;
  /** How many of the operands at the end are states before the first step. */
  readonly states: number;
}

interface Kind {
  readonly op: string;
  /** Where ONNX's gates are among PyTorch's. */
  readonly gates: readonly number[];
  /** How many states there are. */
  readonly states: number;
  readonly attributes: (directions: number) => Readonly<Record<string, number | readonly string[]>>;
}

/** By the names that Cresset's networks have. */
const kinds: Readonly<Record<string, Kind>> = {
  // i, f, g, o here; i, o, f, c there.
  LSTM: { op: "LSTM", gates: [0, 3, 1, 2], states: 2, attributes: () => ({}) },
  // r, z, n here; z, r, h there.
  GRU: { op: "GRU", gates: [1, 0, 2], states: 1, attributes: () => ({ linear_before_reset: 1 }) },
  RNN_TANH: { op: "RNN", gates: [0], states: 1, attributes: () => ({}) },
  RNN_RELU: {
    op: "RNN",
    gates: [0],
    states: 1,
    attributes: (directions) => ({ activations: new Array<string>(directions).fill("Relu") }),
  },
};

const layerName = (kind: string): string => `layer of ${kind}`;

/** Stands for a layer in a traced graph; what it computes is known to the one who writes the graph. */
const layerOps = new Map(
  Object.entries(kinds).map(([kind, { states }]) => [
    kind,
    operation<LayerAttributes>(layerName(kind), ([x, , hidden], _, { directions }) => {
      const [steps, batch] = x.shape;
      const size = hidden.shape[1];
      const zeros = (shape: readonly number[]) => m.zerosLike({ dtype: x.dtype, shape });
      const ends = Array.from({ length: states }, () => zeros([directions, batch, size]));
      return [zeros([steps, batch, directions * size]), ...ends];
    }),
  ]),
);

/** The results of a layer in a traced program; null for those that ONNX, or its engines, do not have. */
export function recurrentLayer({ name, operands, attributes }: TracedLayer): readonly Tensor[] | null {
  const op = layerOps.get(name);
  const simple = operands.every(({ dtype, shape }) => dtype === "float32" && shape.every((size) => size > 0));
  if (op === undefined || !simple || attributes.projection === true) return null;
  const { directions, bias, states } = attributes as LayerAttributes;
  return callMany(op, operands, [], { directions, bias, states });
}

/** The operator for a node that `recurrentLayer` made, by results; null for other nodes. */
export function lowerRecurrent(c: Context, nodes: Nodes, inputs: readonly Emitted[]): Map<number, Emitted> | null {
  const [{ template }] = nodes;
  const found = Object.entries(kinds).find(([kind]) => layerName(kind) === template.operation.name);
  if (found === undefined) return null;
  const [, { op, gates, states, attributes }] = found;
  const { directions, bias, states: given } = template.attributes as LayerAttributes;
  const { builder } = c;
  const [x, ...weights] = inputs.map((input) => c.full(input));
  const own = (direction: number, i: number): string => weights[direction * (bias ? 4 : 2) + i];
  const hidden = template.resultTypes[1].shape[2];

  /** Gates in ONNX's order. */
  const ordered = (name: string): string => {
    if (gates.length === 1) return name;
    const sizes = builder.integers(gates.map(() => hidden));
    const parts = builder.nodes("Split", [name, sizes], { axis: 0 }, gates.length);
    return builder.node(
      "Concat",
      gates.map((gate) => parts[gate]),
      { axis: 0 },
    );
  };
  /** What there is of each direction, one below the other. */
  const stacked = (of: (direction: number) => string): string => {
    const axis = builder.integers([0]);
    const parts = Array.from({ length: directions }, (_, d) => builder.node("Unsqueeze", [of(d), axis]));
    return parts.length === 1 ? parts[0] : builder.node("Concat", parts, { axis: 0 });
  };
  const operands = [
    x,
    stacked((d) => ordered(own(d, 0))),
    stacked((d) => ordered(own(d, 1))),
    bias ? stacked((d) => builder.node("Concat", [ordered(own(d, 2)), ordered(own(d, 3))], { axis: 0 })) : "",
    "",
    ...weights.slice(weights.length - given),
  ];
  const names = builder.nodes(
    op,
    operands.slice(0, operands.findLastIndex((name) => name !== "") + 1),
    {
      hidden_size: hidden,
      ...(directions === 2 ? { direction: "bidirectional" } : {}),
      ...attributes(directions),
    },
    1 + states,
  );
  const [output, ...ends] = template.resultTypes.map(({ dtype }, k) => ({
    dtype,
    shape: sizesOf(nodes.map((node) => node.template.resultTypes[k].shape)),
  }));
  const results = new Map<number, Emitted>();
  // ONNX has the directions before the batch.
  const [steps, batch] = output.shape;
  const size = c.fixed(hidden);
  const sequence =
    directions === 1
      ? builder.node("Squeeze", [names[0], builder.integers([1])])
      : c.reshaped(builder.transpose(names[0], [0, 2, 1, 3]), [steps, batch, c.fixed(directions), size], output.shape);
  results.set(0, c.whole(sequence, output.dtype, output.shape));
  for (const [i, { dtype, shape }] of ends.entries()) results.set(1 + i, c.whole(names[1 + i], dtype, shape));
  return results;
}
