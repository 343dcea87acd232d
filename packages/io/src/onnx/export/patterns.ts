import type { NodeAttributes } from "./builder.ts";
import type { Context, Emitted } from "./emitted.ts";
import { type Nodes, sizesOf } from "./lower.ts";
import type { Size } from "./sizes.ts";
import { lowerConvolution, lowerPooling } from "./spatial.ts";

/** An operation of the program where ONNX may have it as one operator. */
export interface Pattern {
  readonly c: Context;
  readonly inputs: readonly Emitted[];
  /** Numbers that it was given; the same in all traces. */
  readonly args: readonly number[];
  /** Its attributes in each of the traces. */
  readonly attributes: readonly Readonly<Record<string, unknown>>[];
  /** The shape of its first result. */
  readonly shape: readonly Size[];
}

/** The first result, or null for forms that ONNX does not have. */
type Lower = (pattern: Pattern) => Emitted | null;

/** Elementwise operators of one input. */
const unary =
  (op: string, attributes: (args: readonly number[]) => NodeAttributes = () => ({})): Lower =>
  ({ c, inputs: [x], args, shape }) =>
    c.repeated(c.builder.node(op, [x.name], attributes(args)), x.dtype, shape, x.held);

const patterns: Readonly<Record<string, Lower>> = {
  linear,
  convolution: lowerConvolution,
  max_pool2d_with_indices: lowerPooling("MaxPool"),
  max_pool3d_with_indices: lowerPooling("MaxPool"),
  avg_pool2d: lowerPooling("AveragePool"),
  avg_pool3d: lowerPooling("AveragePool"),
  batch_norm: batchNorm,
  layer_norm: layerNorm,
  softmax: along("Softmax"),
  log_softmax: along("LogSoftmax"),
  cat: concat,
  stack,
  mean,
  embedding,
  relu: unary("Relu"),
  sigmoid: unary("Sigmoid"),
  elu: unary("Elu", ([alpha = 1]) => ({ alpha: { float: alpha } })),
  leaky_relu: unary("LeakyRelu", ([slope]) => ({ alpha: { float: slope } })),
  selu: unary("Selu", () => ({ alpha: { float: 1.6732632423543772 }, gamma: { float: 1.0507009873554805 } })),
  hardsigmoid: unary("HardSigmoid", () => ({ alpha: { float: 1 / 6 }, beta: { float: 0.5 } })),
  hardswish: unary("HardSwish"),
  softsign: unary("Softsign"),
};

/** What takes values as they are, of any dtype. */
const movesOnly: ReadonlySet<string> = new Set(["cat", "stack", "embedding"]);

/** What engines compute in other floats too. */
const ofAllFloats: ReadonlySet<string> = new Set([
  "linear",
  "cat",
  "stack",
  "embedding",
  "softmax",
  "log_softmax",
  "relu",
  "sigmoid",
]);

/** Operations that ONNX has itself; null for those, or for forms of them, that are lowered primitive by primitive. */
export function lowerPattern(
  c: Context,
  nodes: Nodes,
  inputs: readonly Emitted[],
  wanted: ReadonlySet<number>,
): Map<number, Emitted> | null {
  const [{ template }] = nodes;
  const { name } = template.operation;
  const lower = Object.hasOwn(patterns, name) ? patterns[name] : undefined;
  // What a derivative saves besides the result is only known from the primitives.
  if (lower === undefined || wanted.size !== 1 || !wanted.has(0)) return null;
  const [{ dtype }] = template.resultTypes;
  if (dtype !== "float32" && !ofAllFloats.has(name)) return null;
  if (!movesOnly.has(name) && inputs.some((input) => input.dtype !== dtype)) return null;
  const [first] = nodes;
  if (nodes.some((node) => node.args.some((arg, i) => !Object.is(arg, first.args[i])))) return null;
  const result = lower({
    c,
    inputs,
    args: first.args.map(Number),
    attributes: nodes.map((node) => node.template.attributes),
    shape: sizesOf(nodes.map((node) => node.template.results[0].shape)),
  });
  return result === null ? null : new Map([[0, result]]);
}

function linear({ c, inputs: [x, weight, bias], shape }: Pattern): Emitted | null {
  if (x.shape.length !== 2 || weight.shape.length !== 2 || bias === undefined || x.dtype.startsWith("float16"))
    return null;
  const operands = [c.full(x), c.full(weight), c.full(bias)];
  return c.whole(c.builder.node("Gemm", operands, { transB: 1 }), x.dtype, shape);
}

function batchNorm({ c, inputs, args: [eps], attributes: [how], shape }: Pattern): Emitted | null {
  // The form with known statistics: x, weight, bias, mean, variance.
  if (how.weight !== true || how.bias !== true || inputs.length !== 5) return null;
  const name = c.builder.node(
    "BatchNormalization",
    inputs.map((x) => c.full(x)),
    { epsilon: { float: eps } },
  );
  return c.whole(name, inputs[0].dtype, shape);
}

function layerNorm({ c, inputs, args: [eps], attributes: [how], shape }: Pattern): Emitted | null {
  if (!Array.isArray(how.weight) || !isFixedList(how.dims)) return null;
  const axis = Math.min(...how.dims);
  const affine = inputs.slice(1).map((x) => c.full(x));
  const name = c.builder.node("LayerNormalization", [c.full(inputs[0]), ...affine], { axis, epsilon: { float: eps } });
  return c.whole(name, inputs[0].dtype, shape);
}

function along(op: string): Lower {
  return ({ c, inputs: [x], attributes: [{ dim }], shape }) => {
    if (typeof dim !== "number" || shape.length === 0 || x.dtype === "float16") return null;
    const written = c.writtenOut(x, [dim]);
    return c.repeated(c.builder.node(op, [written.name], { axis: dim }), x.dtype, shape, written.held);
  };
}

function concat({ c, inputs, attributes: [{ dim }], shape }: Pattern): Emitted | null {
  const [{ dtype }] = inputs;
  // Empty vectors take part in any concatenation of PyTorch's; of other ones only ONNX's rules hold.
  if (typeof dim !== "number" || inputs.some((x) => x.dtype !== dtype || x.shape.length !== shape.length)) return null;
  return c.whole(
    c.builder.node(
      "Concat",
      inputs.map((x) => c.full(x)),
      { axis: dim },
    ),
    dtype,
    shape,
  );
}

function stack({ c, inputs, attributes: [{ dim }], shape }: Pattern): Emitted | null {
  const [{ dtype }] = inputs;
  if (typeof dim !== "number" || inputs.some((x) => x.dtype !== dtype)) return null;
  const axes = c.builder.integers([dim]);
  const parts = inputs.map((x) => c.builder.node("Unsqueeze", [c.full(x), axes]));
  return c.whole(c.builder.node("Concat", parts, { axis: dim }), dtype, shape);
}

function mean({ c, inputs: [x], attributes: [how], shape }: Pattern): Emitted | null {
  if (!isFixedList(how.dims) || how.dims.length === 0 || typeof how.keepdim !== "boolean" || how.dtype !== x.dtype)
    return null;
  if (how.dims.some((d) => x.shape[d].some((n) => n === 0))) return null;
  const keepdims = Number(how.keepdim);
  const written = c.writtenOut(x, how.dims);
  const { builder } = c;
  const name =
    builder.opset >= 18
      ? builder.node("ReduceMean", [written.name, builder.integers(how.dims)], { keepdims })
      : builder.node("ReduceMean", [written.name], { axes: [...how.dims], keepdims });
  const dims = how.dims;
  const held = written.held.flatMap((size, d) => (dims.includes(d) ? (keepdims === 1 ? [c.fixed(1)] : []) : [size]));
  return c.repeated(name, x.dtype, shape, held);
}

function embedding({ c, inputs: [index, weight], shape }: Pattern): Emitted | null {
  if (index.held.length === 0) return null;
  return c.whole(c.builder.node("Gather", [c.full(weight), c.full(index)], { axis: 0 }), weight.dtype, shape);
}

function isFixedList(x: unknown): x is readonly number[] {
  return Array.isArray(x) && x.every((n) => typeof n === "number");
}
