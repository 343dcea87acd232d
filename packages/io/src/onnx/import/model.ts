import { CressetError, Tensor, ValueError } from "@cresset/core/functions";
import { type AnyModule, Buffer, Module, Parameter } from "@cresset/nn";
import { FormatError } from "../../errors.ts";
import { toDevice } from "../../host-tensor.ts";
import type { FileLike } from "../../source.ts";
import type { NodeProto } from "../proto/messages.ts";
import { Call, type RunBody } from "./call.ts";
import { contentOf } from "./content.ts";
import { type Body, type ModelInput, type Plan, readPlan } from "./graph.ts";
import { hostOperators } from "./host/index.ts";
import { type Flowing, isHost, mayBeOnHost, onHost, toTensor } from "./host-value.ts";
import { operators } from "./operators.ts";
import type { ExternalData } from "./tensors.ts";

export interface LoadOptions {
  /** Where the tensors go; default the default device. */
  readonly device?: string;
  /** Files with tensors that are not in the model's own, by the name that it gives them. */
  readonly externalData?: Readonly<Record<string, FileLike>>;
}

/** Tensors whose names have a part in common, so that names are those of the state dict. */
class TensorGroup extends Module<never[], never> {
  static override readonly typeName: string = "TensorGroup";

  forward(): never {
    throw new ValueError("this part of an imported model holds tensors and computes nothing: call the model");
  }
}

const deepest = 32;

/** Makes a tensor of a dotted name a field of a module, below children of the parts of the name. */
function place(module: AnyModule, name: string, tensor: Tensor): void {
  const parts = name.split(".");
  const dotted = parts.length <= deepest && parts.every((part) => part !== "");
  let at = module;
  for (const part of dotted ? parts.slice(0, -1) : []) {
    const field = freeField(at, part, true);
    const known = at.moduleEntries().find(([key]) => key === field)?.[1];
    const child = known ?? new TensorGroup();
    if (known === undefined) define(at, field, child);
    at = child;
  }
  define(at, freeField(at, dotted ? parts[parts.length - 1] : name.replaceAll(".", "_"), false), tensor);
}

/** Names that the class itself uses, or that are taken, get an underscore. */
function freeField(module: AnyModule, name: string, group: boolean): string {
  let field = name;
  while (field === "__proto__" || (field in module && !(group && holdsGroup(module, field)))) field = `_${field}`;
  return field;
}

const holdsGroup = (module: AnyModule, field: string): boolean =>
  module.moduleEntries().some(([key, child]) => key === field && child instanceof TensorGroup);

/** Defined, not assigned: a name in a file may be that of a setter. */
function define(module: AnyModule, field: string, value: Tensor | AnyModule): void {
  Object.defineProperty(module, field, { value, enumerable: true, writable: true, configurable: true });
}

/**
 * A model from an ONNX file. Its floating tensors are parameters under their names in the file (running statistics, and numbers
 * of no dimension, are buffers), so it can be trained on, saved, and given other weights.
 *
 * It is called with its inputs in the order of `inputs`; it returns one tensor, or several in the order of `outputs`.
 */
export class OnnxModule extends Module<Tensor[], Tensor | Tensor[]> {
  static override readonly typeName: string = "OnnxModule";
  readonly #plan: Plan;
  readonly #held = new Map<string, Tensor | ReturnType<typeof onHost>>();
  /** Nodes that loops may still run. */
  #left = mostSteps;

  /** @internal Use `load`. */
  constructor(plan: Plan, device?: string) {
    super();
    this.#plan = plan;
    this.training = false;
    for (const [name, host] of plan.tensors) {
      if (mayBeOnHost(host)) {
        this.#held.set(name, onHost(host));
        continue;
      }
      const content = toDevice(host, device);
      const trained = host.dtype.startsWith("float") && host.shape.length > 0 && !plan.statistics.has(name);
      const tensor = trained ? new Parameter(content) : new Buffer(content);
      this.#held.set(name, tensor);
      place(this, name, tensor);
    }
  }

  /** What it is called with, in order. */
  get inputs(): readonly ModelInput[] {
    return this.#plan.inputs;
  }

  /** The names of what it returns, in order. */
  get outputs(): readonly string[] {
    return this.#plan.outputs;
  }

  /** The version of ONNX's operators that the file uses. */
  get opset(): number {
    return this.#plan.opset;
  }

  override extraRepr(): string {
    const { inputs, outputs, nodes } = this.#plan;
    return `inputs=(${inputs.map(({ name }) => name).join(", ")}), outputs=(${outputs.join(", ")}), nodes=${nodes.length}`;
  }

  forward(...given: Tensor[]): Tensor | Tensor[] {
    const { inputs, outputs, nodes } = this.#plan;
    if (given.length !== inputs.length)
      throw new ValueError(
        `this model takes ${inputs.length} inputs (${inputs.map(({ name }) => name).join(", ")}), but got ${given.length}`,
      );
    const values = new Values(this.#held);
    for (const [i, input] of inputs.entries()) values.set(input.name, fitting(input, given[i]));
    const device = given[0]?.device ?? [...this.#held.values()].find((held) => held instanceof Tensor)?.device ?? "cpu";
    this.#left = mostSteps;
    this.#run(nodes, values, device);
    const results = outputs.map((name) => toTensor(values.get(name) as Flowing, device));
    return results.length === 1 ? results[0] : results;
  }

  #run(nodes: readonly NodeProto[], values: Values, device: string): void {
    for (const node of nodes) this.#apply(node, values, device);
  }

  #apply(node: NodeProto, values: Values, device: string): void {
    const inputs = node.input.map((name) => (name === "" ? undefined : values.get(name)));
    const run: RunBody = (graph, given) => {
      const body = this.#plan.bodies.get(graph) as Body;
      if (given.length !== body.inputs.length)
        throw call.error(`its graph takes ${body.inputs.length} inputs, but gets ${given.length}`);
      const inner = new Values(values);
      for (const [i, { name }] of body.inputs.entries()) inner.set(name, given[i]);
      this.#left -= 1 + body.nodes.length;
      if (this.#left < 0) throw call.error(`a loop of more than ${mostSteps} nodes`);
      this.#run(body.nodes, inner, device);
      return body.outputs.map((name) => inner.get(name) as Flowing);
    };
    const call = new Call(node, inputs, this.#plan.opset, device, this.training, run);
    const results = [applied(call)].flat();
    for (const [i, name] of node.output.entries()) {
      if (name === "") continue;
      const result = results[i];
      if (result === undefined) throw call.error(`result ${i} ("${name}") is one that cannot be imported`);
      values.set(name, result);
    }
  }
}

/** What may be run in loops, in one call: a damaged file could ask for loops without end. */
const mostSteps = 1_000_000;

/** Values by name; those of a graph inside another one are forgotten after it. */
class Values {
  readonly #own = new Map<string, Flowing>();
  readonly #outer: Values | ReadonlyMap<string, Flowing>;

  constructor(outer: Values | ReadonlyMap<string, Flowing>) {
    this.#outer = outer;
  }

  get(name: string): Flowing | undefined {
    return this.#own.get(name) ?? this.#outer.get(name);
  }

  set(name: string, value: Flowing): void {
    this.#own.set(name, value);
  }
}

function applied(call: Call): Flowing | readonly Flowing[] {
  const { opType = "" } = call.node;
  try {
    const inputs = call.inputs.filter((input) => input !== undefined);
    const host = Object.hasOwn(hostOperators, opType) ? hostOperators[opType] : undefined;
    if (host !== undefined && inputs.length > 0 && inputs.every(isHost)) {
      const result = host(call, inputs);
      if (result !== null) return result;
    }
    const operator = Object.hasOwn(operators, opType) ? operators[opType] : undefined;
    if (operator === undefined) throw call.error("of tensors that are computed cannot be imported");
    return operator(call);
  } catch (error) {
    if (error instanceof CressetError && !(error instanceof FormatError))
      throw new ValueError(`${call.name}: ${error.message}`, { cause: error });
    if (error instanceof CressetError) throw error;
    // What a malformed node made of an operation, such as a window of no dimension.
    throw new FormatError(`${call.name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** @throws ValueError for what is no tensor, or does not fit what the file says of an input. */
function fitting({ name, shape, dtype }: ModelInput, given: Tensor): Tensor {
  if (!(given instanceof Tensor)) throw new ValueError(`the input "${name}" must be a tensor`);
  const fits =
    shape === null ||
    (shape.length === given.ndim && shape.every((size, d) => typeof size !== "number" || size === given.shape[d]));
  if (!fits || (dtype !== null && dtype !== given.dtype)) {
    const wanted = shape === null ? "" : `[${shape.map((size) => size ?? "?").join(", ")}]`;
    throw new ValueError(
      `the input "${name}" must be ${dtype ?? "a tensor"}${wanted}, but got ${given.dtype}[${given.shape.join(", ")}]`,
    );
  }
  return given;
}

/**
 * Reads a model from an ONNX file, for versions 7 to 23 of ONNX's operators. The graph runs as operations of Cresset: on any
 * device, and differentiably.
 *
 * @param file a path, a `file:` URL, a `Blob`, or bytes.
 * @returns in evaluation mode, as ONNX models are.
 * @throws UnsupportedOperatorsError listing all operators that Cresset lacks; FormatError for what is no such file, or is not
 * consistent.
 * @example
 * const model = await onnx.load("model.onnx");
 * const y = model(torch.randn([8, 4]));
 */
export async function load(file: FileLike, options: LoadOptions = {}): Promise<OnnxModule> {
  const bytes = await contentOf(file);
  const files: ExternalData = new Map(
    await Promise.all(
      Object.entries(options.externalData ?? {}).map(async ([name, each]) => [name, await contentOf(each)] as const),
    ),
  );
  return new OnnxModule(readPlan(bytes, files), options.device);
}
