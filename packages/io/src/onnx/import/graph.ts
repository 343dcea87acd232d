import { FormatError } from "../../errors.ts";
import type { HostTensor } from "../../host-tensor.ts";
import { dataTypeName, dataTypes, dtypeOf } from "../dtypes.ts";
import { UnsupportedOperatorsError } from "../errors.ts";
import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from "../proto/messages.ts";
import { hostOperators } from "./host/index.ts";
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

/** A graph that has been checked: every node's operator is there, and its inputs come before it. */
export interface Body {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeProto[];
}

/** A model that has been checked. */
export interface Plan extends Omit<Body, "inputs"> {
  readonly opset: number;
  readonly inputs: readonly ModelInput[];
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Names of tensors that are statistics, not to be trained. */
  readonly statistics: ReadonlySet<string>;
  /** The graphs that nodes have as attributes. */
  readonly bodies: ReadonlyMap<GraphProto, Body>;
}

const [oldest, newest] = [7, 23];

/** @throws FormatError for a model that is not consistent; UnsupportedOperatorsError listing all operators that lack. */
export function planOf(model: ModelProto, files: ExternalData): Plan {
  const { graph } = model;
  if (graph === undefined) throw new FormatError("this is no ONNX model: it has no graph");
  const opset = opsetOf(model);
  requireOperators(model);
  const checked = new Checked(files);
  for (const { name = "" } of graph.initializer)
    if (name === "") throw new FormatError("this model has a tensor without a name");
  const tensorNames = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input
    .filter(({ name }) => !tensorNames.has(name ?? ""))
    .map(inputOf)
    .map(requireDtype);
  const { nodes, outputs } = checked.graph(
    graph,
    inputs.map(({ name }) => name),
    null,
  );
  if (outputs.length === 0) throw new FormatError("this model has no outputs");
  return { opset, inputs, outputs, nodes, ...checked.found() };
}

/** Names that are known at a place of a graph; graphs inside of it know them too. */
class Scope {
  readonly #own = new Set<string>();
  readonly #outer: Scope | null;

  constructor(outer: Scope | null) {
    this.#outer = outer;
  }

  has(name: string): boolean {
    return this.#own.has(name) || (this.#outer?.has(name) ?? false);
  }

  /** @throws FormatError if the name is known already. */
  add(name: string, what: string): void {
    if (this.has(name)) throw new FormatError(`this model has two ${what} called "${name}"`);
    this.#own.add(name);
  }
}

/** Looks through a model's graphs, one inside the other. */
class Checked {
  readonly #files: ExternalData;
  readonly #tensors = new Map<string, HostTensor>();
  readonly #statistics = new Set<string>();
  readonly #bodies = new Map<GraphProto, Body>();

  constructor(files: ExternalData) {
    this.#files = files;
  }

  found(): Pick<Plan, "tensors" | "statistics" | "bodies"> {
    return { tensors: this.#tensors, statistics: this.#statistics, bodies: this.#bodies };
  }

  graph(graph: GraphProto, inputs: readonly string[], outer: Scope | null): Body {
    if (graph.sparseInitializer.length > 0)
      throw new FormatError("this model has sparse tensors, which Cresset has not");
    const scope = new Scope(outer);
    for (const proto of graph.initializer) {
      const { name = "" } = proto;
      scope.add(name, "tensors");
      if (this.#tensors.has(name)) throw new FormatError(`this model has two tensors called "${name}"`);
      this.#tensors.set(name, readTensor(proto, this.#files));
    }
    for (const name of inputs) scope.add(name, "inputs");
    for (const node of graph.node) this.#node(node, scope);
    const outputs = graph.output.map(({ name = "" }) => name);
    for (const name of outputs) if (!scope.has(name)) throw new FormatError(`the output "${name}" is made by nothing`);
    return { inputs, outputs, nodes: graph.node };
  }

  #node(node: NodeProto, scope: Scope): void {
    for (const input of node.input)
      if (input !== "" && !scope.has(input))
        throw new FormatError(`${node.opType} "${node.name ?? ""}" reads "${input}", which nothing before it makes`);
    for (const { g } of node.attribute) {
      if (g === undefined) continue;
      const inputs = g.input.map(({ name = "" }) => name);
      this.#bodies.set(g, this.graph(g, inputs, scope));
    }
    for (const output of node.output) if (output !== "") scope.add(output, "values");
    if (node.opType === "BatchNormalization") for (const name of node.input.slice(3, 5)) this.#statistics.add(name);
  }
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

/** The nodes of a graph, with those of the graphs inside of it. */
export function* nodesIn(graph: GraphProto): Generator<NodeProto> {
  for (const node of graph.node) {
    yield node;
    for (const { g } of node.attribute) if (g !== undefined) yield* nodesIn(g);
  }
}

function requireOperators(model: ModelProto): void {
  const lacking = new Set<string>();
  const own = new Set(model.functions.map(({ name = "", domain = "" }) => `${domain}.${name}`));
  for (const { opType = "", domain = "" } of model.graph === undefined ? [] : nodesIn(model.graph)) {
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
