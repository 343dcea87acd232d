import { type DType, dtypeInfo, isFloat, type Reduction, type Scalar, type ScalarOp } from "@cresset/core/backend";
import type { LaneReduction } from "../../parts.ts";
import type { Value, Variable } from "../code/emitter.ts";
import { type Kind, kindOf, type Lanes } from "../code/lanes.ts";
import { operation } from "../values/operations.ts";
import type { KernelWriter } from "../writer.ts";
import { extremePosition } from "./extreme-position.ts";
import { floatSum } from "./sum.ts";

/** How often the body of a small inner loop is repeated within one turn. */
export const copies = 4;

/** Reductions that combine two values into one. */
export type Combining = "sum" | "product" | "max" | "min";

export const combiningOperation = { sum: "add", product: "mul", max: "max", min: "min" } as const satisfies Record<
  Combining,
  ScalarOp
>;

/** The result of a reduction over nothing. */
export function identityOf(op: Combining, dtype: DType): Scalar {
  if (op === "sum" || op === "product") {
    const value = op === "sum" ? 0 : 1;
    return dtype === "int64" ? BigInt(value) : value;
  }
  const { range } = dtypeInfo(dtype);
  if (!range) return op === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const extreme = range[op === "max" ? 0 : 1];
  return dtype === "int64" ? extreme : Number(extreme);
}

/**
 * A reduction in generated code: declared before its loops, fed inside, read after them. It is fed in one of several ways,
 * which give the same bits.
 */
export interface Accumulator {
  /** Whether the result depends on the order of the points, so that vectors may only hold positions 4k … 4k + 3. */
  readonly ordered: boolean;
  /** Whether points may come position by position modulo 4. */
  readonly byResidue: boolean;
  /** Whether points come in chunks, as long as there are many (`sum.ts`). */
  readonly inChunks: boolean;
  /** A point, or the points of four outer ones, in order. */
  add(x: Lanes): void;
  /** The same; whether it is inside a chunk, and if so, the last of it. */
  addCounted(x: Lanes, inside: Value, full: Value): void;
  /** A point at a position that is r modulo 4; within a chunk or outside of chunks. */
  addResidue(x: Lanes, r: number, inside: boolean): void;
  /** After the points of a chunk that are r modulo 4; without r, after those that count as 0: what was 1 is 0 then. */
  leaveResidue(r?: number): void;
  /** From here to `leaveVector` points come four neighbours at a time. */
  enterVector(): void;
  /** @param copy which of `copies` repetitions of the body this is. */
  addVector(x: Lanes, copy: number): void;
  /** Several vectors in order, all inside a chunk, and at its end, or not. */
  addVectorsCounted(xs: readonly Lanes[], inside: Value, full: Value): void;
  addChunkVector(x: Lanes, copy: number): void;
  leaveChunk(): void;
  leaveVector(): void;
  finish(): void;
}

export function accumulator(w: KernelWriter, reduction: Reduction): Accumulator {
  const { op, dtype } = reduction;
  if (op === "argmax" || op === "argmin") return extremePosition(w, reduction, op === "argmin");
  if (isFloat(dtype) && (op === "sum" || op === "product")) return floatSum(w, reduction, op);
  return freeCombination(w, reduction, op);
}

/** An accumulator that knows no chunks. */
export function unchunked(
  own: Pick<Accumulator, "ordered" | "byResidue" | "add" | "enterVector" | "addVector" | "leaveVector" | "finish">,
): Accumulator {
  return {
    ...own,
    inChunks: false,
    addCounted: own.add,
    addResidue: own.add,
    leaveResidue: () => undefined,
    addVectorsCounted: (xs) => xs.forEach(own.addVector),
    addChunkVector: own.addVector,
    leaveChunk: () => undefined,
  };
}

/** Variables that hold lanes. */
export class LaneVariable {
  readonly kind: Kind;
  readonly width: 1 | 4;
  readonly variables: readonly Variable[];
  readonly #w: KernelWriter;

  constructor(w: KernelWriter, start: Lanes) {
    this.#w = w;
    this.kind = start.kind;
    this.width = start.width;
    this.variables = start.parts.map((part) => w.e.variable(part.type, part));
  }

  get(): Lanes {
    return { kind: this.kind, width: this.width, parts: this.variables.map((variable) => this.#w.e.get(variable)) };
  }

  copy(): Lanes {
    return { kind: this.kind, width: this.width, parts: this.variables.map((variable) => this.#w.e.copy(variable)) };
  }

  set(x: Lanes): void {
    const { parts } = this.width === 4 ? this.#w.m.widen(x) : x;
    this.#w.e.setAll(this.variables, parts);
  }
}

/** Lanes of the width that reductions have here: four outer points at once, or one. */
export function outerWidth(w: KernelWriter, x: Lanes): Lanes {
  return w.vectorAxis === undefined ? x : w.m.widen(x);
}

/** A value read from variables, kept. */
export function settled(w: KernelWriter, x: Lanes): Lanes {
  return new LaneVariable(w, x).copy();
}

/** Everything that gives the same in any order. */
function freeCombination(w: KernelWriter, reduction: Reduction, op: Combining): Accumulator {
  const { m } = w;
  const { dtype } = reduction;
  const combine = (a: Lanes, b: Lanes): Lanes => operation(m, combiningOperation[op], dtype, [a, b]);
  const identity = m.constant(kindOf[dtype], identityOf(op, dtype));
  const state = new LaneVariable(w, outerWidth(w, identity));
  // Apart, so that they need not wait for each other.
  let packed: LaneVariable[] = [];
  let extremum: LaneReduction | undefined;
  return unchunked({
    ordered: false,
    byResidue: true,
    add: (x) => state.set(combine(state.get(), x)),
    enterVector() {
      if ((op === "max" || op === "min") && identity.kind === "f32") extremum = w.rare.rowExtremum?.(w, op, identity);
      if (!extremum) packed = Array.from({ length: copies }, () => new LaneVariable(w, m.widen(identity)));
    },
    addVector(x, copy) {
      if (extremum) extremum.add(x, copy);
      else packed[copy % copies].set(combine(packed[copy % copies].get(), x));
    },
    leaveVector() {
      const all = extremum?.lanes() ?? packed.map((one) => one.copy()).reduce(combine);
      for (let lane = 0; lane < 4; lane++) state.set(combine(state.get(), m.extract(all, lane)));
    },
    finish: () => w.define(reduction.register, state.copy()),
  });
}
