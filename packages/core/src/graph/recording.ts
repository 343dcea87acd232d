import type { Hook } from "../autograd/hooks.ts";
import type { Pass } from "../autograd/pass.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Node, Value } from "./node.ts";
import type { Layout } from "./operation.ts";
import type { Template } from "./template.ts";
import type { TensorType } from "./type.ts";

/** Where a gradient goes: a result of a recorded operation, or a leaf. */
export type Edge = ResultEdge | Leaf;

export interface ResultEdge extends Passed {
  readonly recording: Recording;
  readonly index: number;
  hooks: readonly Hook[];
}

/** What a running backward pass has on an edge. */
interface Passed {
  pass: Pass | null;
  gradient: Tensor | null;
}

/** What a tensor and its views write into together: where the gradient of all of it goes. */
export interface History {
  edge: Edge | null;
  /** What the tensor shows of the storage that is no view: one that was cut from its history, or became a view of itself. */
  region?: Layout | null;
}

/** A leaf that accumulates gradients; implemented by the tensor's autograd record. */
export interface Leaf extends Passed {
  readonly recording: null;
  readonly type: TensorType;
  hooks: readonly Hook[];
}

/** The hooks of an edge that has none. */
export const noHooks: readonly Hook[] = [];

/** Says where the running code stands; null unless anomalies are looked for (`autograd/anomaly.ts`). */
export const origin: { describe: (() => string) | null } = { describe: null };

/** PyTorch's names of in-place forms that are recorded as something else. */
export const namesInPlace = new WeakMap<Recording, string>();

/**
 * An operation recorded for `backward`. Apart from the node, whose values it owes to the derivative, it holds only other
 * recordings: once released, a loss that is kept for later keeps no activations alive.
 */
export class Recording {
  readonly template: Template;
  /** Where the gradient of each input goes; null where none is wanted. */
  readonly edges: readonly (Edge | null)[];
  /** Creation order; operands come before. */
  readonly id: number;
  /** The node with the saved values; null once `backward` has been through. */
  node: Node | null;
  /** The scalar arguments, which the derivative takes too. */
  readonly args: Node["args"];
  /** One per output: results, then hidden values as derivatives of derivatives ask for them. */
  readonly results: ResultEdge[];
  /**
   * What the operation's in-place form has overwritten: the derivative, and its own derivative, may read it all the same, as
   * PyTorch's reads a copy made before the write.
   */
  overwritten: Value | null = null;
  /** Up to which operand it may be read: the derivative of a derivative has it anywhere, and was checked before. */
  mayRead = 0;
  /** The last traversal that has seen it. */
  mark = 0;
  /** Where the operation was called, while anomalies are looked for. */
  readonly origin: string | null;

  constructor(node: Node, edges: readonly (Edge | null)[]) {
    this.template = node.template;
    this.edges = edges;
    this.id = node.id;
    this.args = node.args;
    this.node = node;
    this.origin = origin.describe === null ? null : origin.describe();
    node.recording = this;
    this.results = [];
    for (let i = 0; i < node.template.results.length; i++) this.edgeOf(i);
  }

  /** The edge of an output; derivatives can be taken with respect to hidden values too. */
  edgeOf(index: number): ResultEdge {
    for (let i = this.results.length; i <= index; i++)
      this.results.push({ recording: this, index: i, hooks: noHooks, pass: null, gradient: null });
    return this.results[index];
  }

  /** Where the derivative is code (`autograd/custom.ts`): gradients of the results → of what the edges lead to. */
  differentiate?(gradients: readonly (Tensor | null)[], createGraph: boolean): readonly (Tensor | null)[];

  /** Saved values are no longer owed. */
  release(): void {
    if (this.node === null) return;
    const { node } = this;
    this.node = null;
    node.recording = null;
    node.settle();
  }
}
