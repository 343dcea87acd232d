import { Tensor } from "@cresset/core/functions";
import { FormatError } from "../../errors.ts";
import type { AttributeProto, GraphProto, NodeProto } from "../proto/messages.ts";
import { attributeType } from "../proto/messages.ts";
import { type Flowing, type HostValue, isHost, toTensor } from "./host-value.ts";

/** Runs a graph inside of another. */
export type RunBody = (graph: GraphProto, given: readonly Flowing[]) => readonly Flowing[];

/** A node as its operator sees it when it is called. */
export class Call {
  readonly node: NodeProto;
  readonly inputs: readonly (Flowing | undefined)[];
  readonly opset: number;
  readonly device: string;
  readonly training: boolean;
  readonly #run: RunBody;

  constructor(
    node: NodeProto,
    inputs: readonly (Flowing | undefined)[],
    opset: number,
    device: string,
    training: boolean,
    run: RunBody,
  ) {
    this.node = node;
    this.inputs = inputs;
    this.opset = opset;
    this.device = device;
    this.training = training;
    this.#run = run;
  }

  get name(): string {
    const { name, opType } = this.node;
    return name ? `${opType} "${name}"` : `${opType}`;
  }

  error(what: string): FormatError {
    return new FormatError(`${this.name}: ${what}`);
  }

  /** Input `i`. @throws FormatError if it is not there. */
  input(i: number): Flowing {
    const found = this.inputs[i];
    if (found === undefined) throw this.error(`input ${i} is missing`);
    return found;
  }

  has(i: number): boolean {
    return this.inputs[i] !== undefined;
  }

  tensor(i: number): Tensor {
    return toTensor(this.input(i), this.device);
  }

  optional(i: number): Tensor | null {
    const found = this.inputs[i];
    return found === undefined ? null : toTensor(found, this.device);
  }

  asTensor(value: Flowing): Tensor {
    return toTensor(value, this.device);
  }

  /** Runs a graph that the node has as an attribute. */
  body(name: string, given: readonly Flowing[]): readonly Flowing[] {
    const graph = this.#attribute(name, attributeType.graph)?.g;
    if (graph === undefined) throw this.error(`there is no graph "${name}"`);
    return this.#run(graph, given);
  }

  /** All inputs. @throws FormatError if there is none, or if one is missing. */
  tensors(): Tensor[] {
    if (this.inputs.length === 0) throw this.error("there are no inputs");
    return this.inputs.map((_, i) => this.tensor(i));
  }

  /** An input that says how, such as axes: it must not depend on what is computed. */
  host(i: number): HostValue {
    const found = this.input(i);
    if (isHost(found)) return found;
    const kept = found instanceof Tensor ? found.value.slot?.host : undefined;
    if (kept) return { kind: "host", dtype: found.dtype, shape: found.shape, data: Array.from(kept, Number) };
    throw this.error(`input ${i} is computed from the values of tensors, but decides about a shape`);
  }

  integers(i: number): readonly number[] {
    return this.host(i).data;
  }

  attribute(name: string): AttributeProto | undefined {
    for (const each of this.node.attribute) if (each.name === name) return each;
    return undefined;
  }

  #attribute(name: string, type: number): AttributeProto | undefined {
    const found = this.attribute(name);
    if (found !== undefined && found.type !== undefined && found.type !== type)
      throw this.error(`the attribute "${name}" is of another type than it must be`);
    return found;
  }

  int(name: string): number | undefined;
  int(name: string, otherwise: number): number;
  int(name: string, otherwise?: number): number | undefined {
    const found = this.#attribute(name, attributeType.int);
    if (found === undefined) return otherwise;
    return this.#safe(name, found.i ?? 0n);
  }

  float(name: string, otherwise: number): number {
    return this.#attribute(name, attributeType.float)?.f ?? otherwise;
  }

  string(name: string, otherwise: string): string {
    const found = this.#attribute(name, attributeType.string);
    return found === undefined ? otherwise : new TextDecoder().decode(found.s ?? new Uint8Array());
  }

  ints(name: string): readonly number[] | undefined {
    const found = this.#attribute(name, attributeType.ints);
    return found === undefined ? undefined : Array.from(found.ints, (n) => this.#safe(name, n));
  }

  floats(name: string): readonly number[] {
    return [...(this.#attribute(name, attributeType.floats)?.floats ?? [])];
  }

  texts(name: string): readonly string[] | undefined {
    const found = this.#attribute(name, attributeType.strings)?.strings;
    return found && Array.from(found, (text) => new TextDecoder().decode(text));
  }

  /** Axes are an attribute in older versions of some operators, an input in newer ones. */
  axes(i: number): readonly number[] | undefined {
    return this.ints("axes") ?? (this.has(i) ? this.integers(i) : undefined);
  }

  #safe(name: string, n: bigint): number {
    const number = Number(n);
    // Limits of slices may be the largest numbers there are.
    if (!Number.isSafeInteger(number) && n < 2n ** 62n && n > -(2n ** 62n))
      throw this.error(`the attribute "${name}" is ${n}`);
    return number;
  }
}

/** The results of a node: one, or several in order. */
export type Operator = (call: Call) => Flowing | readonly Flowing[];

export type Operators = Readonly<Record<string, Operator>>;
