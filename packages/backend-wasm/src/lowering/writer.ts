import type { DType, Expression, Kernel, Operand, Statement } from "@cresset/core/backend";
import type { Features } from "../features.ts";
import type { RareKernels } from "../parts.ts";
import { uses } from "./accesses.ts";
import type { Assumptions } from "./assumptions.ts";
import type { ConstantPool } from "./code/constant-pool.ts";
import { Emitter, type Value } from "./code/emitter.ts";
import { LaneMath } from "./code/lane-math.ts";
import { kindOf, type Lanes, type NumericKind } from "./code/lanes.ts";
import { overlapOf } from "./overlap.ts";
import { rangedAxes } from "./ranges.ts";
import { argumentOffset, argumentWord, checkWord, extentWord, lengthWord, operandWord, rangeWord } from "./record.ts";
import { roundToHalf } from "./values/half.ts";
import { wrap } from "./values/operations.ts";

/** What the code of a kernel may use. */
export interface Target extends Features {
  readonly pool: ConstantPool;
  /** The index of a shared function (`shared.ts`), by name. */
  callee(name: string): number;
}

interface Registers {
  readonly own: Map<number, Lanes>;
  readonly outside: Registers | undefined;
}

/**
 * Writes the function of one kernel: where things are at the present point of the code. With a vector axis, values that
 * depend on it are computed for four of its points at once.
 */
export class KernelWriter {
  readonly kernel: Kernel;
  readonly target: Target;
  readonly assumptions: Assumptions;
  readonly rare: RareKernels;
  /** Whether code is to be there soon, rather than to run fast. */
  readonly #inHaste: boolean;
  /** Whether something was left out for that. */
  hasty = false;
  readonly e: Emitter;
  readonly m: LaneMath;
  /** The address of scratch memory. */
  readonly scratch: Value;
  readonly record: Value;
  readonly #axes = new Map<number, Value>();
  /** Values by register; each copy of the present points sees its own first, then those outside. */
  #registers: Registers = { own: new Map(), outside: undefined };
  /** The axis along which four points are computed at once. */
  vectorAxis: number | undefined;
  /** Within a vector: the one point being computed alone. */
  #lane: number | undefined;

  constructor(kernel: Kernel, target: Target, assumptions: Assumptions, rare: RareKernels, inHaste: boolean) {
    this.kernel = kernel;
    this.target = target;
    this.assumptions = assumptions;
    this.rare = rare;
    this.#inHaste = inHaste;
    this.e = new Emitter(["i32", "i32"], target.pool, (name) => target.callee(name));
    this.m = new LaneMath(this.e, target.simd, target.relaxedSimd);
    this.m.extremum = rare.extremum?.() ?? this.m.extremum;
    if ("body" in kernel) this.m.besideExp = uses(kernel.body, "exp") && uses(kernel.body, "expm1");
    this.record = this.e.parameter(0, "i32");
    this.scratch = this.e.parameter(1, "i32");
  }

  /** Whether points may be computed twice: nothing is read and written. */
  get repeatable(): boolean {
    return this.kernel.operands.every(({ access }) => access !== "update");
  }

  /** How many vectors of a loop are computed at once, instruction by instruction in turn (`overlap.ts`). */
  overlapOf(body: readonly Statement[], others?: readonly Expression[]): number {
    const overlap = overlapOf(body, others);
    return overlap > 1 && this.hurry() ? 1 : overlap;
  }

  /** Asks whether to leave out something that only makes the code faster. */
  hurry(): boolean {
    if (this.#inHaste) this.hasty = true;
    return this.#inHaste;
  }

  /** An operand of the kernel, or one that moves. */
  operand(n: number): Operand {
    const { operands } = this.kernel;
    return operands[n % operands.length];
  }

  /** Addresses of operands that move, whose numbers follow those of the kernel's own, as often as there are some (`segments/`). */
  readonly moved: Value[] = [];

  /** A word of the record. */
  #word(at: number): Value {
    return this.e.load("i32.load", this.record, at);
  }

  /** The address of an operand's buffer. */
  pointer(operand: number): Value {
    const moved = this.moved[Math.floor(operand / this.kernel.operands.length) - 1];
    return moved ?? this.e.load("i32.load", this.#word(operandWord(this.kernel, operand)));
  }

  /** The number of elements of an operand. */
  length(operand: number): Value {
    return this.#word(lengthWord(this.kernel, operand));
  }

  extent(axis: number): Value {
    return this.#word(extentWord(this.kernel, axis));
  }

  /** Where a range starts that this call is to run. */
  rangeStart(range: number): Value {
    return this.#word(rangeWord(this.kernel, range));
  }

  rangeEnd(range: number): Value {
    return this.#word(rangeWord(this.kernel, range) + 4);
  }

  /** Where less of an axis is computed than the call is to run (`segments/`). */
  readonly spans = new Map<number, { readonly from: Value; readonly until: Value }>();

  /** The first coordinate along an axis. */
  from(axis: number): Value {
    return this.spans.get(axis)?.from ?? (axis < rangedAxes(this.kernel) ? this.rangeStart(axis) : this.e.i32(0));
  }

  /** The end of the coordinates along an axis. */
  until(axis: number): Value {
    return this.spans.get(axis)?.until ?? (axis < rangedAxes(this.kernel) ? this.rangeEnd(axis) : this.extent(axis));
  }

  /** The product of extents, 1 of none. */
  extentOf(axes: readonly number[]): Value {
    return axes.reduce((product, axis) => this.times(product, this.extent(axis)), this.e.i32(1));
  }

  checkAddress(check: number): Value {
    return this.#word(checkWord(this.kernel, check));
  }

  argument(slot: number, dtype: DType): Lanes {
    const { m } = this;
    const address = this.#word(argumentWord(this.kernel, slot));
    const load = (kind: NumericKind): Lanes => m.one(kind, this.e.load(`${kind}.load`, address, argumentOffset[kind]));
    if (dtype === "float16") return roundToHalf(m, load("f32"));
    const kind = kindOf[dtype];
    return kind === "mask" ? m.nonZero(load("f64")) : wrap(m, dtype, load(kind));
  }

  /** The coordinate along an axis; of a vector, that of its first point. */
  axis(axis: number): Value {
    const value = this.#axes.get(axis);
    if (!value) throw new Error(`axis ${axis} is outside its loop`);
    if (this.#lane === undefined || axis !== this.#laneAxis) return value;
    return this.e.shifted(value, this.#lane);
  }

  #laneAxis: number | undefined;

  setAxis(axis: number, value: Value): void {
    this.#axes.set(axis, value);
  }

  #copies: readonly Registers[] = [];

  /** How many times four outer points are computed by the same loops. */
  get copies(): number {
    return Math.max(1, this.#copies.length);
  }

  /** Runs `body` for outer points of which there are several copies, each four further along the vector axis. */
  withCopies(count: number, body: () => void): void {
    this.#copies = Array.from({ length: count }, () => ({ own: new Map(), outside: this.#registers }));
    body();
    this.#copies = [];
  }

  /** Runs `body` for each copy. */
  eachCopy(body: (copy: number) => void): void {
    const copies = this.#copies;
    const axis = this.vectorAxis;
    if (copies.length === 0 || axis === undefined) {
      body(0);
      return;
    }
    const registers = this.#registers;
    const first = this.axis(axis);
    this.#copies = [];
    for (const [n, copy] of copies.entries()) {
      this.#registers = copy;
      this.setAxis(axis, this.e.shifted(first, 4 * n));
      body(n);
    }
    this.#registers = registers;
    this.setAxis(axis, first);
    this.#copies = copies;
  }

  define(register: number, value: Lanes): void {
    this.#registers.own.set(register, value);
  }

  #find(register: number): Lanes | undefined {
    const { own, outside } = this.#registers;
    return own.get(register) ?? outside?.own.get(register);
  }

  register(register: number): Lanes {
    const value = this.#find(register);
    if (!value) throw new Error(`register ${register} has no value`);
    return this.#lane === undefined ? value : this.m.extract(value, this.#lane);
  }

  /** Whether a register differs among the points of the vector. */
  isVector(register: number): boolean {
    return this.#lane === undefined && this.#find(register)?.width === 4;
  }

  /** Runs `body` for one point of the vector alone. */
  atLane<T>(lane: number, body: () => T): T {
    const { vectorAxis } = this;
    if (vectorAxis === undefined) return body();
    this.vectorAxis = undefined;
    this.#laneAxis = vectorAxis;
    this.#lane = lane;
    try {
      return body();
    } finally {
      this.vectorAxis = vectorAxis;
      this.#laneAxis = undefined;
      this.#lane = undefined;
    }
  }

  /** One value for each point of the vector, side by side. */
  eachLane(body: () => Lanes): Lanes {
    return this.m.assemble([0, 1, 2, 3].map((lane) => this.atLane(lane, body)));
  }

  /** The address of an element of an array at `address`. */
  elementAt(address: Value, i: Value, bytes: number): Value {
    const { base, by } = i.shifted ?? { base: i, by: 0 };
    return this.e.shifted(this.plus(address, this.times(base, this.e.i32(bytes))), by * bytes);
  }

  plus(a: Value, b: Value): Value {
    if (a.constant === 0) return b;
    if (b.constant === 0) return a;
    if (a.constant !== undefined && b.constant !== undefined)
      return this.e.i32(Number(a.constant) + Number(b.constant));
    return this.e.op("i32.add", a, b);
  }

  times(a: Value, b: Value): Value {
    if (a.constant !== undefined && b.constant === undefined) return this.times(b, a);
    if (b.constant === undefined) return this.e.op("i32.mul", a, b);
    const by = Number(b.constant);
    if (a.constant !== undefined) return this.e.i32(Math.imul(Number(a.constant), by));
    if (by === 0) return b;
    if (by === 1) return a;
    if (by > 0 && (by & (by - 1)) === 0) return this.e.op("i32.shl", a, this.e.i32(31 - Math.clz32(by)));
    return this.e.op("i32.mul", a, b);
  }
}
