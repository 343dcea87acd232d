import { FormatError } from "../../errors.ts";
import type { HostTensor } from "../../host-tensor.ts";
import { dataTypeName, dataTypes, dtypeOf } from "../dtypes.ts";
import { UnsupportedOperatorsError } from "../errors.ts";
import type { ModelProto, NodeProto, ValueInfoProto } from "../proto/messages.ts";
import { hostOperators } from "./host-operators.ts";
import { operators } from "./operators.ts";
import { type ExternalData, readTensor } from "./tensors.ts";

/** A tensor that a model is given, as far as the file says. */
export interface ModelInput {
  readonly name: string;
  /** A number, a name, or null for each dimension; null if the file does not say how many there are. */
  readonly shape: readonly (number | string | null)[] | null;
  /** Null if the file does not say. */
  readonly dtype: string | null;
}

/** A model that has been checked: every node's operator is there, and its inputs come before it. */
export interface Plan {
  readonly opset: number;
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeProto[];
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Names of tensors that are statistics, not to be trained. */
  readonly statistics: ReadonlySet<string>;
}

const [oldest, newest] = [7, 23];

/** @throws FormatError for a model that is not consistent; UnsupportedOperatorsError listing all operators that lack. */
export function planOf(model: ModelProto, files: ExternalData): Plan {
  const { graph } = model;
  if (graph === undefined) throw new FormatError("this is no ONNX model: it has no graph");
  const opset = opsetOf(model);
  requireOperators(model);
  if (graph.sparseInitializer.length > 0) throw new FormatError("this model has sparse tensors, which Cresset has not");
  const tensors = new Map<string, HostTensor>();
  for (const proto of graph.initializer) {
    const name = proto.name ?? "";
    if (name === "") throw new FormatError("this model has a tensor without a name");
    if (tensors.has(name)) throw new FormatError(`this model has two tensors called "${name}"`);
    tensors.set(name, readTensor(proto, files));
  }
  const inputs = graph.input
    .filter(({ name }) => !tensors.has(name ?? ""))
    .map(inputOf)
    .map(requireDtype);
  const known = new Set(tensors.keys());
  for (const { name } of inputs) {
    if (known.has(name)) throw new FormatError(`this model has two inputs called "${name}"`);
    known.add(name);
  }
  const statistics = new Set<string>();
  for (const node of graph.node) {
    for (const input of node.input)
      if (input !== "" && !known.has(input))
        throw new FormatError(`${node.opType} "${node.name ?? ""}" reads "${input}", which nothing before it makes`);
    for (const output of node.output) {
      if (output === "") continue;
      if (known.has(output)) throw new FormatError(`this model has two values called "${output}"`);
      known.add(output);
    }
    if (node.opType === "BatchNormalization") for (const name of node.input.slice(3, 5)) statistics.add(name);
  }
  const outputs = graph.output.map(({ name = "" }) => name);
  if (outputs.length === 0) throw new FormatError("this model has no outputs");
  for (const name of outputs) if (!known.has(name)) throw new FormatError(`the output "${name}" is made by nothing`);
  return { opset, inputs, outputs, nodes: graph.node, tensors, statistics };
}

function opsetOf(model: ModelProto): number {
  const imported = model.opsetImport.find(({ domain = "" }) => domain === "" || domain === "ai.onnx");
  if (imported?.version === undefined)
    throw new FormatError("this model does not say which version of the operators it uses");
  const opset = Number(imported.version);
  if (!(opset >= oldest && opset <= newest))
    throw new FormatError(
      `this model uses version ${imported.version} of ONNX's operators; versions ${oldest} to ${newest} can be imported`,
    );
  return opset;
}

function requireOperators(model: ModelProto): void {
  const lacking = new Set<string>();
  const own = new Set(model.functions.map(({ name = "", domain = "" }) => `${domain}.${name}`));
  for (const { opType = "", domain = "" } of model.graph?.node ?? []) {
    const standard = domain === "" || domain === "ai.onnx";
    const has = Object.hasOwn(operators, opType) || Object.hasOwn(hostOperators, opType);
    if (!standard)
      lacking.add(
        own.has(`${domain}.${opType}`) ? `${domain}.${opType} (a function of the model)` : `${domain}.${opType}`,
      );
    else if (!has) lacking.add(opType === "" ? "an operator without a name" : opType);
  }
  if (lacking.size > 0) throw new UnsupportedOperatorsError([...lacking].sort());
}

/** What a file says of an input, also where Cresset lacks the type. */
export function inputOf({ name = "", type }: ValueInfoProto): ModelInput {
  const tensor = type?.tensorType;
  const elements = tensor?.elemType ?? 0;
  const shape = tensor?.shape?.dim.map(({ value, param }) => (value !== undefined ? Number(value) : (param ?? null)));
  return { name, shape: shape ?? null, dtype: elements === 0 ? null : (dtypeOf(elements) ?? dataTypeName(elements)) };
}

function requireDtype(input: ModelInput): ModelInput {
  if (input.dtype !== null && !Object.hasOwn(dataTypes, input.dtype))
    throw new FormatError(`the input "${input.name}" is of ${input.dtype}, which Cresset has not`);
  return input;
}
