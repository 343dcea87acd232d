import type { DType, HostArray } from "@cresset/core/functions";
import type { HostTensor } from "../../host-tensor.ts";
import { dataTypes } from "../dtypes.ts";
import type { Draft } from "../proto/encode.ts";
import { type AttributeProto, attributeType, type NodeProto, type TensorProto } from "../proto/messages.ts";

/** An attribute: a whole number, `{ float }`, a text, whole numbers, or texts. */
export type Attribute = number | string | { readonly float: number } | readonly number[] | readonly string[];

export type NodeAttributes = Readonly<Record<string, Attribute>>;

interface Made {
  readonly op: string;
  inputs: string[];
  outputs: string[];
  readonly attributes: NodeAttributes;
  readonly name: string;
}

/** A graph under construction. Equal nodes are one, equal small constants too. */
export class GraphBuilder {
  readonly opset: number;
  /** Where the nodes come from, for their names: the path of a module. */
  origin = "";
  readonly #nodes: Made[] = [];
  readonly #known = new Map<string, string[]>();
  readonly #producers = new Map<string, Made>();
  readonly #initializers = new Map<string, Draft<TensorProto>>();
  readonly #constants = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #counts = new Map<string, number>();

  constructor(opset: number) {
    this.opset = opset;
  }

  /** A name that nothing has yet. */
  fresh(hint: string): string {
    for (;;) {
      const count = this.#counts.get(hint) ?? 0;
      this.#counts.set(hint, count + 1);
      const name = count === 0 ? hint : `${hint}_${count}`;
      if (!this.#taken.has(name)) {
        this.#taken.add(name);
        return name;
      }
    }
  }

  /** Sets names aside, for inputs and outputs. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.#taken.add(name);
  }

  /** Adds a node with one output, or finds an equal one. */
  node(op: string, inputs: readonly string[], attributes: NodeAttributes = {}): string {
    return this.nodes(op, inputs, attributes, 1)[0];
  }

  /** Adds a node with several outputs. */
  nodes(op: string, inputs: readonly string[], attributes: NodeAttributes, count: number): string[] {
    const key = `${op}(${inputs.join(",")})${JSON.stringify(attributes, exact)}${count}`;
    let outputs = this.#known.get(key);
    if (outputs === undefined) {
      outputs = this.#add(op, inputs, attributes, count);
      this.#known.set(key, outputs);
    }
    return outputs;
  }

  /** Adds a node that is not the same as an equal one: it draws random numbers. */
  unique(op: string, inputs: readonly string[], attributes: NodeAttributes): string {
    return this.#add(op, inputs, attributes, 1)[0];
  }

  #add(op: string, inputs: readonly string[], attributes: NodeAttributes, count: number): string[] {
    const prefix = this.origin === "" ? "" : `/${this.origin.replaceAll(".", "/")}/`;
    const name = this.fresh(`${prefix}${op}`);
    const outputs = Array.from({ length: count }, (_, i) => this.fresh(`${name}_output_${i}`));
    const made = { op, inputs: [...inputs], outputs, attributes, name };
    this.#nodes.push(made);
    for (const output of outputs) this.#producers.set(output, made);
    return outputs;
  }

  /** A named tensor of the file: a parameter, a constant. */
  initializer(name: string, dtype: DType, shape: readonly number[], data: HostArray): string {
    this.#taken.add(name);
    this.#initializers.set(name, tensorProto({ name, dtype, shape, data }));
    return name;
  }

  /** Whether a name is a tensor of the file. */
  isInitializer(name: string): boolean {
    return this.#initializers.has(name);
  }

  /** A small constant. */
  constant(dtype: DType, shape: readonly number[], data: HostArray): string {
    const key = `${dtype}[${shape.join(",")}]${[...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)].join(",")}`;
    let name = this.#constants.get(key);
    if (name === undefined) {
      name = this.initializer(this.fresh("constant"), dtype, shape, data);
      this.#constants.set(key, name);
    }
    return name;
  }

  /** int64 constants, such as shapes and axes. */
  integers(values: readonly (number | bigint)[], shape: readonly number[] = [values.length]): string {
    return this.constant("int64", shape, BigInt64Array.from(values, BigInt));
  }

  /** Dimensions in another order; orders one after the other become one, or nothing. */
  transpose(name: string, order: readonly number[]): string {
    if (order.every((d, i) => d === i)) return name;
    const made = this.#producers.get(name);
    if (made?.op === "Transpose") {
      const before = made.attributes.perm as readonly number[];
      return this.transpose(
        made.inputs[0],
        order.map((d) => before[d]),
      );
    }
    return this.node("Transpose", [name], { perm: [...order] });
  }

  /** Gives a value the name of an output of the graph. */
  output(value: string, name: string): void {
    const made = this.#producers.get(value);
    if (made === undefined || this.#outputs.has(value)) {
      const copy: Made = {
        op: "Identity",
        inputs: [value],
        outputs: [name],
        attributes: {},
        name: this.fresh("Identity"),
      };
      this.#nodes.push(copy);
    } else {
      made.outputs = made.outputs.map((output) => (output === value ? name : output));
      this.#renamed.set(value, name);
    }
    this.#outputs.add(value);
  }

  readonly #outputs = new Set<string>();
  readonly #renamed = new Map<string, string>();

  /** The nodes that `outputs` need, in order, and the tensors that these read. */
  finish(outputs: readonly string[]): {
    node: Draft<NodeProto>[];
    initializer: Draft<TensorProto>[];
    used: Set<string>;
  } {
    const needed = new Set(outputs);
    const kept: Made[] = [];
    for (const made of this.#nodes.toReversed()) {
      if (!made.outputs.some((name) => needed.has(name))) continue;
      made.inputs = made.inputs.map((name) => this.#renamed.get(name) ?? name);
      for (const input of made.inputs) needed.add(input);
      kept.push(made);
    }
    kept.reverse();
    const node = kept.map(({ op, inputs, outputs: made, attributes, name }) => ({
      input: inputs,
      output: made,
      name,
      opType: op,
      attribute: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
    }));
    const initializer = [...this.#initializers].flatMap(([name, tensor]) => (needed.has(name) ? [tensor] : []));
    return { node, initializer, used: needed };
  }
}

/** A tensor as a file holds it. */
export function tensorProto({ name, dtype, shape, data }: HostTensor & { readonly name: string }): Draft<TensorProto> {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: shape.map(BigInt), dataType: dataTypes[dtype], rawData };
}

function exact(_: string, value: unknown): unknown {
  return typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)) ? `#${value}` : value;
}

const isTexts = (value: readonly number[] | readonly string[]): value is readonly string[] =>
  typeof value[0] === "string";

function attributeOf(name: string, value: Attribute): Draft<AttributeProto> {
  if (typeof value === "number") return { name, i: BigInt(value), type: attributeType.int };
  if (typeof value === "string") return { name, s: new TextEncoder().encode(value), type: attributeType.string };
  if ("float" in value) return { name, f: Math.fround(value.float), type: attributeType.float };
  if (isTexts(value))
    return { name, strings: value.map((text) => new TextEncoder().encode(text)), type: attributeType.strings };
  return { name, ints: value.map(BigInt), type: attributeType.ints };
}
