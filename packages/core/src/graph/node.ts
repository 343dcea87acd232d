import type { Argument } from "../backend/program.ts";
import type { CacheEntry } from "../runtime/cache.ts";
import type { Device } from "../runtime/device.ts";
import type { Slot } from "../runtime/slot.ts";
import type { Storage } from "../runtime/storage.ts";
import type { Recording } from "./recording.ts";
import type { Template } from "./template.ts";
import type { TensorType } from "./type.ts";

/**
 * One immutable value of the graph: a result of a node, or data. It is ready when it has a slot;
 * otherwise it is computed from its node when somebody needs it.
 */
export class Value {
  readonly type: TensorType;
  readonly device: Device;
  node: Node | null;
  readonly index: number;
  /** Nodes that read it have this number or a larger one. */
  readonly born: number;
  slot: Slot | null = null;
  /** Overwritten: neither ready nor computable. */
  stale = false;
  /** An output of every evaluation that passes through it: user code may hold it. */
  kept = false;
  /** Ready only because a derivative saves it: dropped once that derivative has run. */
  cached = false;
  consumers = 0;
  /** The storage that this is a version of, and which one; for version checks and for reuse of its buffer. */
  storage: Storage | null = null;
  version = 0;
  /** The program that computed this value without keeping it, so that a second need can be learned. */
  entry: CacheEntry | null = null;
  entryAt = -1;
  /** Scratch of the running pass; valid where `mark` is the pass's epoch. */
  mark = 0;
  local = 0;
  dependsMark = 0;

  constructor(type: TensorType, device: Device, node: Node | null, index: number) {
    this.type = type;
    this.device = device;
    this.node = node;
    this.index = index;
    this.born = node === null ? nodes : node.id;
  }

  get ready(): boolean {
    return this.slot !== null;
  }
}

let nodes = 0;

/** How many nodes were ever made: what has a larger number was made since. */
export function nodeCount(): number {
  return nodes;
}

/** One operation applied: a template with its operands. */
export class Node {
  /** Creation order; operands come before. */
  readonly id: number;
  readonly template: Template;
  inputs: readonly Value[];
  readonly args: readonly Argument[];
  readonly outputs: Value[];
  /** The derivative that saved values are still owed to. */
  recording: Recording | null = null;
  /** Bytes of data that it is the first to use. */
  heldBytes = 0;
  /** Some program has computed it. */
  ran = false;
  mark = 0;
  local = 0;
  /** The module that was running, for error messages. */
  readonly path: string;

  constructor(template: Template, inputs: readonly Value[], args: readonly Argument[], device: Device, path: string) {
    this.id = nodes++;
    this.template = template;
    this.inputs = inputs;
    this.args = args;
    this.path = path;
    const types = template.resultTypes;
    const outputs = new Array<Value>(types.length);
    for (let i = 0; i < types.length; i++) outputs[i] = new Value(types[i], device, this, i);
    this.outputs = outputs;
    for (const input of inputs) {
      if (input.consumers === 0 && input.slot !== null) this.heldBytes += input.slot.bytes;
      input.consumers++;
    }
  }

  /**
   * Once every value is ready for good and none is owed to a derivative, what they were made from may go.
   *
   * @param saves whether the derivative reads values of this node; default true.
   */
  settle(saves = true): void {
    if (this.recording !== null) {
      // The recording holds this node as long as a derivative may need it. A value that is ready does not: a state that was
      // detached and carried on would hold all that came before it, where no derivative ever went through the node.
      for (const value of this.outputs) if (value.slot !== null && !value.cached) value.node = null;
      if (saves) return;
    }
    let all = true;
    for (const value of this.outputs) {
      if (value.slot === null || value.cached) all = false;
      // Of several results, those that are there need not hold what the others are made from.
      else value.node = null;
    }
    if (all) this.inputs = [];
  }

  /** Result or hidden output `index`; hidden ones appear when a derivative first asks for them. */
  output(index: number): Value {
    let value = this.outputs[index];
    if (value === undefined) {
      const results = this.template.resultTypes.length;
      for (let i = this.outputs.length; i <= index; i++)
        this.outputs.push(new Value(this.template.hiddenTypes[i - results], this.outputs[0].device, this, i));
      value = this.outputs[index];
    }
    return value;
  }
}
