import { type DType, dtypeInfo, isFloat, type Reduction, type Scalar, type ScalarOp } from "@cresset/core/backend";
import { cast } from "./cast.ts";
import type { Variable } from "./emitter.ts";
import { value } from "./expression.ts";
import { type Kind, kindOf, type Lanes } from "./lanes.ts";
import { operation } from "./operations.ts";
import type { KernelWriter } from "./writer.ts";

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
 * A reduction in generated code: declared before its loops, fed inside, read after them. Fed one point at a time, or
 * between `enterVector` and `leaveVector` four neighbouring points at a time.
 */
export interface Accumulator {
  /** Whether the result depends on the order of the points, so that vectors may only hold positions 4k … 4k + 3. */
  readonly ordered: boolean;
  add(): void;
  enterVector(): void;
  /** `copy`: which of `copies` repetitions of the body this is. */
  addVector(copy: number): void;
  leaveVector(): void;
  finish(): void;
}

export function accumulator(w: KernelWriter, reduction: Reduction): Accumulator {
  const { op, dtype } = reduction;
  if (op === "argmax" || op === "argmin") return extremePosition(w, reduction, op === "argmin");
  if (isFloat(dtype) && (op === "sum" || op === "product")) return floatSum(w, reduction, op);
  return freeCombination(w, reduction, op);
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
function outerWidth(w: KernelWriter, x: Lanes): Lanes {
  return w.vectorAxis === undefined ? x : w.m.widen(x);
}

/**
 * Sums and products of floats run in float64, as four interleaved ones: the point at position p (within the reduced axes,
 * row-major) goes to number p modulo 4, whatever the code; the four are combined in the end. Between points they rotate, so
 * that the next one is always first.
 */
function floatSum(w: KernelWriter, reduction: Reduction, op: "sum" | "product"): Accumulator {
  const { m, e } = w;
  const { dtype } = reduction;
  const combine = combiningOperation[op];
  const start = outerWidth(w, m.constant("f64", op === "sum" ? 0 : 1));
  const sums = [0, 1, 2, 3].map(() => new LaneVariable(w, start));
  const wide = (): Lanes => cast(m, dtype, "float64", value(w, reduction.value));
  let packed: LaneVariable | undefined;
  return {
    ordered: true,
    add() {
      const x = outerWidth(w, wide());
      const next = m.arithmetic(combine, sums[0].get(), x);
      const all = [sums[1].get(), sums[2].get(), sums[3].get(), next];
      e.setAll(
        sums.flatMap((sum) => sum.variables),
        all.flatMap((lanes) => lanes.parts),
      );
    },
    enterVector() {
      packed = new LaneVariable(w, m.assemble(sums.map((sum) => sum.get())));
    },
    addVector() {
      packed?.set(m.arithmetic(combine, packed.get(), wide()));
    },
    leaveVector() {
      const all = packed?.get();
      if (!all) return;
      for (let lane = 0; lane < 4; lane++) sums[lane].set(m.extract(all, lane));
    },
    finish() {
      const [a, b, c, d] = sums.map((sum) => sum.get());
      const total = m.arithmetic(combine, m.arithmetic(combine, a, b), m.arithmetic(combine, c, d));
      w.define(reduction.register, settled(w, cast(m, "float64", dtype, total)));
    },
  };
}

/** A value read from variables, kept. */
function settled(w: KernelWriter, x: Lanes): Lanes {
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
  return {
    ordered: false,
    add: () => state.set(combine(state.get(), value(w, reduction.value))),
    enterVector() {
      packed = Array.from({ length: copies }, () => new LaneVariable(w, m.widen(identity)));
    },
    addVector: (copy) => packed[copy].set(combine(packed[copy].get(), value(w, reduction.value))),
    leaveVector() {
      const all = packed.map((one) => one.copy()).reduce(combine);
      for (let lane = 0; lane < 4; lane++) state.set(combine(state.get(), m.extract(all, lane)));
    },
    finish: () => w.define(reduction.register, state.copy()),
  };
}

/** Whether `x` is a new extreme after `best`: beyond it, or the first NaN. */
function isBetter(w: KernelWriter, dtype: DType, x: Lanes, best: Lanes, least: boolean): Lanes {
  const { m } = w;
  const beyond = operation(m, least ? "lt" : "gt", dtype, [x, best]);
  if (!isFloat(dtype)) return beyond;
  return m.bitwise("or", beyond, m.bitwise("and", m.compare("ne", x, x), m.compare("eq", best, best)));
}

function extremePosition(w: KernelWriter, reduction: Reduction, least: boolean): Accumulator {
  const { m, e } = w;
  const { dtype } = reduction.value;
  const kind = kindOf[dtype];
  const best = new LaneVariable(w, outerWidth(w, m.constant(kind, identityOf(least ? "min" : "max", dtype))));
  const position = new LaneVariable(w, outerWidth(w, m.constant("i32", 0)));
  const counter = e.variable("i32", e.i32(0));
  const feed = (x: Lanes): void => {
    const better = isBetter(w, dtype, x, best.get(), least);
    const nextPosition = m.select(better, m.one("i32", e.get(counter)), position.get());
    best.set(m.select(better, x, best.get()));
    position.set(nextPosition);
    e.set(counter, e.op("i32.add", e.get(counter), e.i32(1)));
  };
  return {
    ordered: true,
    add: () => feed(value(w, reduction.value)),
    enterVector: () => undefined,
    addVector() {
      const x = value(w, reduction.value);
      for (let lane = 0; lane < 4; lane++) feed(m.extract(x, lane));
    },
    leaveVector: () => undefined,
    finish: () => w.define(reduction.register, cast(m, "int32", "int64", position.copy())),
  };
}
