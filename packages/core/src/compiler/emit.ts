/** Turns terms into expressions at coordinates. */
import type { Bound, Expression, Index } from "../backend/program.ts";
import { isScalarOp } from "../backend/scalar.ts";
import type { Term } from "../graph/term.ts";
import { Binding, Block } from "./block.ts";
import { throughMovement } from "./coordinates.ts";
import { decided, holds } from "./decide.ts";
import type { Group } from "./group.ts";
import { axisIndex, flatten, mapIndex, zero } from "./indexing.ts";
import { textOfIndex } from "./text.ts";

/** Where realized terms and leaves lie in the program. */
export interface Placement {
  /** The buffer of a leaf or a realized term, or undefined where it has none. */
  bufferOf(term: Term): number | undefined;
  readonly realized: ReadonlySet<Term>;
  checkOf(term: Term): number;
}

export class Emitter {
  readonly group: Group;
  readonly binding = new Binding();
  readonly rows = new Block();
  /** The inner loop being written, if any. */
  inner: Block | null = null;
  readonly #placement: Placement;

  constructor(group: Group, placement: Placement) {
    this.group = group;
    this.#placement = placement;
  }

  /**
   * The value of `term` at `coordinates`; names it in the right block unless `lazy` (inside a guard).
   *
   * @param position the row-major position of `coordinates`, where there is a simpler way to say it.
   */
  value(term: Term, coordinates: readonly Index[], lazy = false, position?: Index): Expression {
    const p = term.primitive;
    if (p.op === "constant") return { kind: "constant", dtype: term.dtype, value: p.value };
    if (p.op === "argument") return { kind: "argument", dtype: term.dtype, slot: this.binding.argument(p.slot) };
    if (p.op === "check") return this.value(term.inputs[0], coordinates, lazy, position);
    const at = atOnly(term, coordinates);
    const key = keyOf(term, at);
    const known = (this.inner ?? this.rows).find(key);
    if (known !== undefined) return known;
    const made = this.#make(term, at, lazy, position);
    return lazy ? made : this.#name(key, made, position === undefined ? at : [...at, position]);
  }

  /** The value of a term computed here, although it is realized. */
  own(term: Term, coordinates: readonly Index[]): Expression {
    const { op } = term.primitive;
    if (op === "constant" || op === "argument") return this.value(term, coordinates);
    const key = keyOf(term, coordinates);
    return (this.inner ?? this.rows).find(key) ?? this.#name(key, this.#compute(term, coordinates, false), coordinates);
  }

  /** Remembers a register as the value of a term at coordinates. */
  remember(term: Term, coordinates: readonly Index[], value: Expression, block: Block = this.rows): void {
    block.known.set(keyOf(term, coordinates), value);
  }

  /** @param from the indices that the value is computed from. */
  #name(key: string, value: Expression, from: readonly Index[]): Expression {
    // Indices into an empty tensor are constants, whatever loop they stand in: what they lead to says where it belongs.
    const outside = !this.#usesInner(from) && isRowConstant(value, this.group.outer);
    const block = this.inner !== null && !outside ? this.inner : this.rows;
    let named = value;
    if (value.kind !== "register" && value.kind !== "constant" && value.kind !== "argument") {
      const register = this.binding.registers++;
      block.statements.push({ kind: "let", register, value });
      named = { kind: "register", dtype: value.dtype, register };
      if (block !== this.rows) markInner(named);
    }
    block.known.set(key, named);
    return named;
  }

  #usesInner(indices: readonly Index[]): boolean {
    return indices.some((c) => usesAxis(c, this.group.outer));
  }

  #make(term: Term, coordinates: readonly Index[], lazy: boolean, position?: Index): Expression {
    const buffer = this.#placement.bufferOf(term);
    if (buffer !== undefined && (this.#placement.realized.has(term) || term.primitive.op === "input")) {
      const operand = this.binding.operand(buffer, term.dtype, "read");
      const index = this.localize(position ?? flatten(coordinates, term.shape));
      return { kind: "load", dtype: term.dtype, operand, index };
    }
    if (term.primitive.op === "input") throw new Error("a leaf without a buffer");
    return this.#compute(term, coordinates, lazy, position);
  }

  #compute(term: Term, coordinates: readonly Index[], lazy: boolean, position?: Index): Expression {
    const p = term.primitive;
    const { dtype } = term;
    const moved = throughMovement(term, coordinates, this.group.extents);
    if (moved !== null) {
      if (moved.bounds.length === 0) {
        // An element keeps its position when a tensor is reshaped, whatever quotients its new coordinates take.
        const same = p.op === "reshape" ? (position ?? flatten(coordinates, term.shape)) : undefined;
        return this.value(term.inputs[0], moved.coordinates, lazy, same);
      }
      const open = moved.bounds.filter((b) => !holds(b, this.group.extents));
      if (open.length === 0) return this.value(term.inputs[0], moved.coordinates, lazy);
      const bounds = open.map((b): Bound => ({ ...b, index: this.localize(b.index) }));
      const otherwise = this.value(term.inputs[2], [], lazy);
      return { kind: "guard", dtype, bounds, value: this.value(term.inputs[0], moved.coordinates, true), otherwise };
    }
    switch (p.op) {
      case "iota":
        return { kind: "index", dtype, index: this.localize(coordinates[p.dim]) };
      case "cast": {
        const input = this.value(term.inputs[0], coordinates, lazy);
        return input.dtype === dtype ? input : { kind: "cast", dtype, input };
      }
      case "gather": {
        const at = this.value(term.inputs[1], coordinates, lazy);
        const index: Index = { kind: "value", value: at, extent: term.inputs[0].shape[p.dim] };
        return this.value(term.inputs[0], coordinates.with(p.dim, index), lazy);
      }
      default: {
        if (!isScalarOp(p.op)) throw new Error(`${p.op} has no buffer`);
        if (p.op === "where") {
          const chosen = decided(term.inputs[0], coordinates, this.group.extents);
          if (chosen !== undefined) return this.value(term.inputs[chosen ? 1 : 2], coordinates, lazy);
        }
        return { kind: "apply", op: p.op, dtype, inputs: term.inputs.map((t) => this.value(t, coordinates, lazy)) };
      }
    }
  }

  /** Program arguments in an index become the kernel's. */
  localize(index: Index): Index {
    return mapIndex(
      index,
      axisIndex,
      (e) => e,
      (slot) => this.binding.argument(slot),
    );
  }
}

/** In a dimension of size 1 there is one coordinate, whatever a slice's start adds up to. */
const atOnly = (term: Term, coordinates: readonly Index[]): readonly Index[] =>
  term.shape.includes(1) ? coordinates.map((c, d) => (term.shape[d] === 1 ? zero : c)) : coordinates;

const keyOf = (term: Term, coordinates: readonly Index[]): string =>
  `${term.id}@${coordinates.map(textOfIndex).join(",")}`;

/** Whether an index depends on an axis from `first` on. */
export function usesAxis(index: Index, first: number): boolean {
  let found = false;
  const inside = (e: Expression): Expression => {
    // What a value depends on is where its registers were named; registers of the inner block count as inner.
    found ||= !isRowConstant(e, first);
    return e;
  };
  mapIndex(
    index,
    (axis) => {
      found ||= axis >= first;
      return { kind: "axis", axis };
    },
    inside,
  );
  return found;
}

const innerRegisters = new WeakMap<Expression, boolean>();

/** Marks registers that are named inside an inner loop. */
export function markInner(e: Expression): void {
  innerRegisters.set(e, true);
}

function isRowConstant(e: Expression, first: number): boolean {
  switch (e.kind) {
    case "constant":
    case "argument":
      return true;
    case "register":
      return !innerRegisters.has(e);
    case "index":
      return !usesAxis(e.index, first);
    case "load":
      return !usesAxis(e.index, first);
    case "cast":
      return isRowConstant(e.input, first);
    case "apply":
      return e.inputs.every((x) => isRowConstant(x, first));
    case "guard":
      return (
        e.bounds.every((b) => !usesAxis(b.index, first)) &&
        isRowConstant(e.value, first) &&
        isRowConstant(e.otherwise, first)
      );
  }
}
