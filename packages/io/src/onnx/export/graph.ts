import type { RandomSource, Value } from "@cresset/core/extend";
import { readValue } from "@cresset/core/extend";
import type { HostTensor } from "../../host-tensor.ts";
import { dataTypes } from "../dtypes.ts";
import { OnnxExportError } from "../errors.ts";
import { largestModel } from "../limits.ts";
import { type Draft, encode } from "../proto/encode.ts";
import type { DimensionProto, EntryProto, ValueInfoProto } from "../proto/messages.ts";
import { GraphBuilder, tensorProto } from "./builder.ts";
import { lowerData, lowerRandom } from "./data.ts";
import { Context, type Emitted } from "./emitted.ts";
import { type Arguments, lowerNode, pair, sizesOf } from "./lower.ts";
import { lowerPattern } from "./patterns.ts";
import { lowerRecurrent } from "./recurrent.ts";
import { isFixed, type Size, Sizes } from "./sizes.ts";

/** A tensor that the graph starts from or gives, in each of the traces. */
export interface NamedValue {
  readonly name: string;
  readonly values: readonly Value[];
}

/** A tensor of the file that no graph starts from. */
export interface NamedTensor extends HostTensor {
  readonly name: string;
}

/** A graph to be written. */
export interface GraphSpec {
  readonly inputs: readonly NamedValue[];
  /** Tensors that are part of the file. */
  readonly initializers: readonly NamedValue[];
  readonly outputs: readonly NamedValue[];
  /** Numbers that the graph is given besides its tensors, with how they are made; see `Arguments`. */
  readonly scalars?: (c: Context) => ScalarInputs;
  /** Data that must not be part of the graph, with what is said if it is. */
  readonly forbidden?: ReadonlyMap<Value, string>;
  /** The number of the program's first node. */
  readonly since: number;
  /** Random numbers that the engine draws anew in every run. */
  readonly sources: ReadonlyMap<Value, RandomSource>;
  /** What the sizes of inputs were in the traces, by name. */
  readonly symbols: ReadonlyMap<string, Size>;
  readonly exactDivision: boolean;
  readonly opset: number;
  readonly name: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly trainingState?: readonly NamedTensor[];
}

/** Inputs and outputs of no dimension that are no tensors of the program. */
export interface ScalarInputs {
  readonly inputs: readonly { readonly name: string; readonly dtype: "int64" | "float32" | "float64" }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly value: string;
    readonly dtype: "int64" | "float32" | "float64";
  }[];
  readonly given: Arguments;
}

/** The versions of the format that came with a version of the operators. */
const irVersions: Readonly<Record<number, number>> = { 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10, 23: 11 };

/** @throws OnnxExportError listing all that has no operator in ONNX, or for a file of more than 2 GiB. */
export async function writeGraph(spec: GraphSpec): Promise<Uint8Array<ArrayBuffer>> {
  const traces = spec.outputs[0]?.values.length ?? 1;
  const builder = new GraphBuilder(spec.opset);
  const c = new Context(builder, new Sizes(builder, spec.exactDivision), traces);
  builder.reserve([...spec.inputs, ...spec.initializers, ...spec.outputs].map(({ name }) => name));
  const scalars = spec.scalars?.(c) ?? { inputs: [], outputs: [], given: () => null };
  builder.reserve([...scalars.inputs, ...scalars.outputs].map(({ name }) => name));
  requireDistinct(
    [...spec.inputs, ...spec.initializers, ...spec.outputs, ...scalars.inputs, ...scalars.outputs].map(
      ({ name }) => name,
    ),
  );

  const known = new Map<Value, Emitted>();
  const shapeOf = (values: readonly Value[]): Size[] => sizesOf(values.map((value) => value.type.shape));
  for (const { name, values } of [...spec.inputs, ...spec.initializers])
    known.set(values[0], c.whole(name, values[0].type.dtype, shapeOf(values)));
  const { nodes, wanted, constants } = pair(
    spec.outputs.map(({ values }) => values),
    (value) => known.has(value),
    spec.since,
  );
  const { trainingState = [] } = spec;
  requireFits([
    ...[...spec.initializers.map(({ values }) => values[0]), ...constants.keys()].map((value) => value.type.bytes),
    ...trainingState.map(({ data }) => data.byteLength),
  ]);
  for (const [value, values] of constants) {
    const forbidden = spec.forbidden?.get(value);
    if (forbidden !== undefined) throw new OnnxExportError(forbidden);
    const drawn = values.map((each) => spec.sources.get(each));
    known.set(value, drawn[0] === undefined ? await lowerData(c, values) : lowerRandom(c, drawn, values));
  }
  for (const [node, ...others] of nodes) {
    const { operation } = node.template;
    c.operation = node.path === "" ? operation.name : `${operation.name} in ${node.path}`;
    builder.origin = node.path;
    const inputs = node.inputs.map((value) => known.get(value) as Emitted);
    const needed = wanted.get(node) ?? new Set();
    const results =
      lowerPattern(c, [node, ...others], inputs, needed) ??
      lowerRecurrent(c, [node, ...others], inputs) ??
      lowerNode(c, [node, ...others], inputs, needed, scalars.given);
    for (const [index, result] of results) known.set(node.outputs[index], result);
  }
  builder.origin = "";
  if (c.unsupported.size > 0) throw new OnnxExportError(`ONNX has no operators for ${[...c.unsupported].join(", ")}`);
  for (const { name, values } of spec.outputs) builder.output(c.full(known.get(values[0]) as Emitted), name);
  for (const { name, value } of scalars.outputs) builder.output(value, name);

  for (const { name, values } of spec.initializers)
    builder.initializer(name, values[0].type.dtype, values[0].type.shape, await readValue(values[0]));
  const outputNames = [...spec.outputs, ...scalars.outputs].map(({ name }) => name);
  const { node, initializer } = builder.finish(outputNames);
  const symbolOf = new Map([...spec.symbols].map(([name, size]) => [size.join(), name]));
  const info = ({ name, values }: NamedValue): Draft<ValueInfoProto> =>
    valueInfo(
      name,
      dataTypes[values[0].type.dtype],
      shapeOf(values).map((size) => dimension(size, symbolOf)),
    );
  const scalarInfo = ({ name, dtype }: ScalarInputs["inputs"][number]): Draft<ValueInfoProto> =>
    valueInfo(name, dataTypes[dtype], []);
  return encode("Model", {
    irVersion: BigInt(irVersions[spec.opset] ?? 8),
    producerName: "cresset",
    opsetImport: [{ domain: "", version: BigInt(spec.opset) }],
    metadata: Object.entries(spec.metadata ?? {}).map(([key, value]): Draft<EntryProto> => ({ key, value })),
    trainingInfo:
      trainingState.length === 0
        ? []
        : [{ algorithm: { name: "training", initializer: trainingState.map(tensorProto) } }],
    graph: {
      name: spec.name,
      node,
      initializer,
      input: [...spec.inputs.map(info), ...scalars.inputs.map(scalarInfo)],
      output: [...spec.outputs.map(info), ...scalars.outputs.map(scalarInfo)],
    },
  });
}

function requireDistinct(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new OnnxExportError(`"${twice}" would be the name of two tensors: choose other inputNames or outputNames`);
}

function valueInfo(name: string, elemType: number, dim: readonly Draft<DimensionProto>[]): Draft<ValueInfoProto> {
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function dimension(size: Size, symbolOf: ReadonlyMap<string, string>): Draft<DimensionProto> {
  if (isFixed(size)) return { value: BigInt(size[0]) };
  const param = symbolOf.get(size.join());
  return param === undefined ? {} : { param };
}

function requireFits(sizes: readonly number[]): void {
  const bytes = sizes.reduce((n, size) => n + size, 0);
  if (bytes > largestModel)
    throw new OnnxExportError(
      `the model's tensors take ${bytes} bytes, and an ONNX file may have at most ${largestModel} (2 GiB). Export it with exportParams: false, and its weights as safetensors`,
    );
}
