import type { DType } from "@cresset/core/functions";
import type { GraphBuilder } from "./builder.ts";
import { isFixed, isOne, type Size, type Sizes, sameSize, sameSizes } from "./sizes.ts";

/**
 * A value in the graph being written. `held` is the shape of the tensor called `name`; it broadcasts to `shape`, what the value
 * stands for, as ONNX's elementwise operators do: repeated dimensions are not written out until an operator needs them.
 */
export interface Emitted {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Size[];
  readonly held: readonly Size[];
}

/** What lowering works with: the graph, and how sizes are computed. */
export class Context {
  readonly builder: GraphBuilder;
  readonly sizes: Sizes;
  /** Number of traces. */
  readonly traces: number;
  /** What cannot be expressed, each once. */
  readonly unsupported = new Set<string>();
  /** The operation being lowered, for errors. */
  operation = "";

  constructor(builder: GraphBuilder, sizes: Sizes, traces: number) {
    this.builder = builder;
    this.sizes = sizes;
    this.traces = traces;
  }

  fixed(n: number): Size {
    return new Array<number>(this.traces).fill(n);
  }

  /** A tensor with all elements. */
  whole(name: string, dtype: DType, shape: readonly Size[]): Emitted {
    this.sizes.know(name, shape);
    return { name, dtype, shape, held: shape };
  }

  /** A tensor that stands for a larger one. */
  repeated(name: string, dtype: DType, shape: readonly Size[], held: readonly Size[]): Emitted {
    this.sizes.know(name, held);
    return { name, dtype, shape, held };
  }

  /** Notes that something has no operator, and stands in for it until all such things are known. */
  lacking(what: string, dtype: DType, shape: readonly Size[]): Emitted {
    this.unsupported.add(this.operation === "" ? what : `${what} (of ${this.operation})`);
    return { name: "unsupported", dtype, shape, held: shape };
  }

  /** The name of a tensor with all elements of a value. */
  full(value: Emitted): string {
    if (sameSizes(value.held, value.shape)) return value.name;
    const name = this.builder.node("Expand", [value.name, this.sizes.shape(value.shape)]);
    this.sizes.know(name, value.shape);
    return name;
  }

  /** The value with its held shape of the rank that it stands for, repeated dimensions of size 1. */
  aligned(value: Emitted): Emitted {
    const lead = value.shape.length - value.held.length;
    if (lead === 0) return value;
    const axes = Array.from({ length: lead }, (_, d) => d);
    const held = [...axes.map(() => this.fixed(1)), ...value.held];
    return { ...value, name: this.builder.node("Unsqueeze", [value.name, this.builder.integers(axes)]), held };
  }

  /** The value with some dimensions written out, aligned. */
  writtenOut(value: Emitted, dims: readonly number[]): Emitted {
    const aligned = this.aligned(value);
    if (dims.every((d) => sameSize(aligned.held[d], aligned.shape[d]))) return aligned;
    const held = aligned.held.map((size, d) => (dims.includes(d) ? aligned.shape[d] : size));
    // Expand broadcasts both ways: a 1 leaves a dimension as it is.
    const target = held.map((size, d) => (sameSize(size, aligned.held[d]) ? this.fixed(1) : size));
    const name = this.builder.node("Expand", [aligned.name, this.sizes.shape(target)]);
    this.sizes.know(name, held);
    return { ...aligned, name, held };
  }

  /** Whether dimension `d` is repeated and not held. */
  isRepeated(value: Emitted, d: number): boolean {
    const at = d - (value.shape.length - value.held.length);
    return at < 0 || (isOne(value.held[at]) && !isOne(value.shape[d]));
  }

  /** A tensor in another shape. */
  reshaped(name: string, from: readonly Size[], to: readonly Size[]): string {
    if (sameSizes(from, to)) return name;
    const { builder } = this;
    const added = insertedOnes(from, to);
    if (added !== null) return this.known(builder.node("Unsqueeze", [name, builder.integers(added)]), to);
    const removed = insertedOnes(to, from);
    if (removed !== null) return this.known(builder.node("Squeeze", [name, builder.integers(removed)]), to);
    return this.known(builder.node("Reshape", [name, this.#target(from, to)]), to);
  }

  known(name: string, shape: readonly Size[]): string {
    this.sizes.know(name, shape);
    return name;
  }

  /** A target for Reshape: 0 takes over a size, -1 is what is left. */
  #target(from: readonly Size[], to: readonly Size[]): string {
    const { builder } = this;
    // With an empty tensor, 0 and -1 would be ambiguous.
    const empty = to.some((size) => size.some((n) => n === 0));
    let left = false;
    const entries = to.map((size, d): number | Size => {
      if (isFixed(size)) return size[0];
      if (!empty && d < from.length && sameSize(from[d], size)) return 0;
      if (!empty && !left) {
        left = true;
        return -1;
      }
      return size;
    });
    if (entries.every((entry) => typeof entry === "number")) return builder.integers(entries);
    // A computed size must not be mistaken for one that is taken over.
    return this.sizes.shape(to);
  }
}

/** Where ones were inserted into `from` to make `to`; null if that is not all. */
function insertedOnes(from: readonly Size[], to: readonly Size[]): number[] | null {
  if (to.length <= from.length) return null;
  const axes: number[] = [];
  let at = 0;
  for (const [d, size] of to.entries()) {
    if (at < from.length && sameSize(from[at], size) && to.length - d - 1 >= from.length - at - 1) at++;
    else if (isOne(size)) axes.push(d);
    else return null;
  }
  return at === from.length ? axes : null;
}
