import { FormatError } from "../../errors.ts";
import type { HostTensor } from "../../host-tensor.ts";
import { dataTypeName, dataTypes, dtypeOf } from "../dtypes.ts";
import { UnsupportedOperatorsError } from "../errors.ts";
import { decode } from "../proto/decode.ts";
import type { DimensionProto, GraphProto, ModelProto, NodeProto, ValueInfoProto } from "../proto/messages.ts";
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
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeProto[];
}

/** A model that has been checked. */
export interface Plan extends Body {
  readonly opset: number;
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Names of tensors that are statistics, not to be trained. */
  readonly statistics: ReadonlySet<string>;
  /** The graphs that nodes have as attributes. */
  readonly bodies: ReadonlyMap<GraphProto, Body>;
}

const [oldest, newest] = [7, 23];

/**
 * @throws FormatError for a file that is no model, or not consistent; UnsupportedOperatorsError listing all operators that lack:
 *   before anything of it is made that takes much more memory than it does in the file.
 */
export function readPlan(bytes: Uint8Array, files: ExternalData): Plan {
  planOf(decode("Model", bytes, "places"), files, false);
  return planOf(decode("Model", bytes), files, true);
}

function planOf(model: ModelProto, files: ExternalData, keep: boolean): Plan {
  const { graph } = model;
  if (graph === undefined) throw new FormatError("this is no ONNX model: it has no graph");
  const opset = opsetOf(model);
  requireOperators(model);
  const checked = new Checked(files, keep);
  const body = checked.graph(graph, null);
  return { opset, ...body, ...checked.found() };
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
  /** Whether what is found is wanted, or only whether it is right. */
  readonly #keep: boolean;
  readonly #tensorNames = new Set<string>();
  readonly #tensors = new Map<string, HostTensor>();
  readonly #statistics = new Set<string>();
  readonly #bodies = new Map<GraphProto, Body>();

  constructor(files: ExternalData, keep: boolean) {
    this.#files = files;
    this.#keep = keep;
  }

  found(): Pick<Plan, "tensors" | "statistics" | "bodies"> {
    return { tensors: this.#tensors, statistics: this.#statistics, bodies: this.#bodies };
  }

  graph(graph: GraphProto, outer: Scope | null): Body {
    const keep = this.#keep;
    const isWhole = outer === null;
    for (const _ of graph.sparseInitializer)
      throw new FormatError("this model has sparse tensors, which Cresset has not");
    const scope = new Scope(outer);
    for (const proto of graph.initializer) {
      const { name = "" } = proto;
      if (isWhole && name === "") throw new FormatError("this model has a tensor without a name");
      scope.add(name, "tensors");
      if (this.#tensorNames.has(name)) throw new FormatError(`this model has two tensors called "${name}"`);
      this.#tensorNames.add(name);
      const tensor = readTensor(proto, this.#files, keep);
      if (tensor !== null) this.#tensors.set(name, tensor);
    }
    const inputs: ModelInput[] = [];
    for (const proto of graph.input) {
      const input = inputOf(proto);
      if (isWhole) {
        // What an input is where none is given.
        if (this.#tensorNames.has(input.name)) continue;
        requireDtype(input);
      }
      scope.add(input.name, "inputs");
      if (keep) inputs.push(input);
    }
    for (const node of graph.node) this.#node(node, scope);
    const outputs: string[] = [];
    for (const { name = "" } of graph.output) {
      if (!scope.has(name)) throw new FormatError(`the output "${name}" is made by nothing`);
      outputs.push(name);
    }
    if (isWhole && outputs.length === 0) throw new FormatError("this model has no outputs");
    return { inputs, outputs, nodes: keep ? [...graph.node] : [] };
  }

  #node(node: NodeProto, scope: Scope): void {
    for (const input of node.input)
      if (input !== "" && !scope.has(input))
        throw new FormatError(`${node.opType} "${node.name ?? ""}" reads "${input}", which nothing before it makes`);
    for (const { g } of node.attribute) {
      if (g === undefined) continue;
      const body = this.graph(g, scope);
      if (this.#keep) this.#bodies.set(g, body);
    }
    for (const output of node.output) if (output !== "") scope.add(output, "values");
    if (node.opType === "BatchNormalization") for (const name of node.input.slice(3, 5)) this.#statistics.add(name);
  }
}

/** The version of ONNX's operators that a model uses; undefined if it does not say. */
export function versionOf(model: ModelProto): number | undefined {
  for (const { domain = "", version } of model.opsetImport)
    if (domain === "" || domain === "ai.onnx") return version === undefined ? undefined : Number(version);
  return undefined;
}

function opsetOf(model: ModelProto): number {
  const opset = versionOf(model);
  if (opset === undefined) throw new FormatError("this model does not say which version of the operators it uses");
  if (!(opset >= oldest && opset <= newest))
    throw new FormatError(
      `this model uses version ${opset} of ONNX's operators; versions ${oldest} to ${newest} can be imported`,
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
  const own = new Set(Array.from(model.functions, ({ name = "", domain = "" }) => `${domain}.${name}`));
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
  const dims = tensor?.shape?.dim;
  const sizeOf = ({ value, param }: DimensionProto): number | string | null =>
    value !== undefined ? Number(value) : (param ?? null);
  const shape = dims === undefined ? null : Array.from(dims, sizeOf);
  return { name, shape, dtype: elements === 0 ? null : (dtypeOf(elements) ?? dataTypeName(elements)) };
}

function requireDtype(input: ModelInput): void {
  if (input.dtype !== null && !Object.hasOwn(dataTypes, input.dtype))
    throw new FormatError(`the input "${input.name}" is of ${input.dtype}, which Cresset has not`);
}
