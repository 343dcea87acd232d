/** Small ONNX models, for tests. */
import type { HostTensor } from "../../host-tensor.ts";
import { dataTypes } from "../dtypes.ts";
import { tensorProto } from "../export/builder.ts";
import { type Draft, encode } from "../proto/encode.ts";
import {
  type AttributeProto,
  attributeType,
  type GraphProto,
  type NodeProto,
  type ValueInfoProto,
} from "../proto/messages.ts";

export type Attributes = Readonly<
  Record<
    string,
    number | string | readonly number[] | { readonly float: number } | HostTensor | { readonly graph: GraphSpec }
  >
>;

/** A graph inside of another one: with the types of its inputs. */
export interface GraphSpec extends Pick<ModelSpec, "constants" | "nodes" | "outputs"> {
  readonly inputs?: ModelSpec["inputs"];
}

/** A node as one writes it by hand. */
export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: Attributes;
  readonly domain?: string;
}

export interface ModelSpec {
  readonly inputs: Readonly<Record<string, HostTensor>>;
  readonly constants?: Readonly<Record<string, HostTensor>>;
  readonly nodes: readonly NodeSpec[];
  /** Default ["y"]. */
  readonly outputs?: readonly string[];
  /** Default 18. */
  readonly opset?: number;
}

export function nodeOf({ op, inputs, outputs = ["y"], attributes = {}, domain }: NodeSpec): Draft<NodeProto> {
  const attribute = Object.entries(attributes).map(([name, value]): Draft<AttributeProto> => {
    if (typeof value === "number") return { name, i: BigInt(value), type: attributeType.int };
    if (typeof value === "string") return { name, s: new TextEncoder().encode(value), type: attributeType.string };
    if ("dtype" in value) return { name, t: tensorProto({ name, ...value }), type: attributeType.tensor };
    if ("graph" in value) return { name, g: graphOf(value.graph), type: attributeType.graph };
    if ("float" in value) return { name, f: value.float, type: attributeType.float };
    return { name, ints: value.map(BigInt), type: attributeType.ints };
  });
  return { opType: op, input: inputs, output: outputs, attribute, ...(domain === undefined ? {} : { domain }) };
}

function graphOf({ inputs = {}, constants = {}, nodes, outputs = ["y"] }: GraphSpec): Draft<GraphProto> {
  return {
    name: "body",
    node: nodes.map(nodeOf),
    initializer: Object.entries(constants).map(([name, tensor]) => tensorProto({ name, ...tensor })),
    input: Object.entries(inputs).map(inputInfo),
    output: outputs.map((name) => ({ name })),
  };
}

const inputInfo = ([name, { dtype, shape }]: readonly [string, HostTensor]): Draft<ValueInfoProto> => ({
  name,
  type: { tensorType: { elemType: dataTypes[dtype], shape: { dim: shape.map((n) => ({ value: BigInt(n) })) } } },
});

export function modelOf({
  inputs,
  constants = {},
  nodes,
  outputs = ["y"],
  opset = 18,
}: ModelSpec): Uint8Array<ArrayBuffer> {
  return encode("Model", {
    irVersion: 8n,
    opsetImport: [{ domain: "", version: BigInt(opset) }],
    graph: {
      name: "test",
      node: nodes.map(nodeOf),
      initializer: Object.entries(constants).map(([name, tensor]) => tensorProto({ name, ...tensor })),
      input: Object.entries(inputs).map(inputInfo),
      output: outputs.map((name) => ({ name })),
    },
  });
}

export const floats = (shape: readonly number[], ...data: readonly number[]): HostTensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(data),
});

export const integers = (shape: readonly number[], ...data: readonly number[]): HostTensor => ({
  dtype: "int64",
  shape,
  data: BigInt64Array.from(data, BigInt),
});

export const bools = (shape: readonly number[], ...data: readonly number[]): HostTensor => ({
  dtype: "bool",
  shape,
  data: Uint8Array.from(data),
});

/** Numbers that look irregular, the same in every run. */
export function mixed(shape: readonly number[], scale = 2, shift = 0): HostTensor {
  const count = shape.reduce((n, size) => n * size, 1);
  return floats(shape, ...Array.from({ length: count }, (_, i) => shift + scale * Math.sin(1 + i * 1.7)));
}
