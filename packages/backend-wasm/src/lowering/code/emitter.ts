import { Code } from "../../assembler/code.ts";
import type { FunctionBody } from "../../assembler/module.ts";
import {
  type LaneOp,
  type MemoryLaneOp,
  type MemoryOp,
  type Plain,
  resultOf,
  type ValueType,
} from "../../assembler/opcodes.ts";
import type { ConstantPool } from "./constant-pool.ts";

/** A value that is computed once: a constant, or a variable that is assigned once (unless `mutable`). */
export interface Value {
  readonly type: ValueType;
  /** The nesting depth of the block in which it is computed; usable there and in the blocks inside. */
  readonly depth: number;
  readonly local: number;
  readonly constant?: number | bigint;
  readonly mutable?: boolean;
  /** A sum that is not computed: a value and a number that loads and stores, for one, add to an address by themselves. */
  readonly shifted?: { readonly base: Value; readonly by: number };
}

/** A variable that is assigned several times. */
export interface Variable {
  readonly type: ValueType;
  readonly local: number;
}

interface Block {
  code: Code;
  /** Values computed in this block, by what computes them. */
  known: Map<string, Value>;
  /** Where the instructions end that belong together, if anybody wants to know. */
  units: number[] | undefined;
}

const keyOf = (value: Value): string =>
  value.constant !== undefined
    ? `${value.type}:${Object.is(value.constant, -0) ? "-0" : value.constant}`
    : value.shifted
      ? `${value.local}+${value.shifted.by}`
      : `${value.local}`;

/**
 * Writes the body of a function. Each operation is placed in the outermost block in which its operands are known, and
 * only once: what does not depend on a loop is computed before it.
 */
export class Emitter {
  readonly #parameters: number;
  readonly #locals: ValueType[] = [];
  readonly #blocks: Block[] = [{ code: new Code(), known: new Map(), units: undefined }];
  readonly #pool: ConstantPool;
  /**
   * Loads and calls are not moved out of the block of this depth: outside, an address may mean nothing, and a call that is
   * needed now and then would be made every time.
   */
  floor = 0;
  /** Functions that the body calls, by name, each with the index that its calls were given. */
  readonly #callee: (name: string) => number;

  constructor(parameters: readonly ValueType[], pool: ConstantPool, callee: (name: string) => number) {
    this.#parameters = parameters.length;
    this.#pool = pool;
    this.#callee = callee;
  }

  get depth(): number {
    return this.#blocks.length - 1;
  }

  get code(): Code {
    return this.#blocks[this.depth].code;
  }

  parameter(index: number, type: ValueType): Value {
    return { type, depth: 0, local: index };
  }

  /** The function's body, which leaves `results`. */
  finish(results: readonly Value[] = []): FunctionBody {
    for (const result of results) this.#push(this.code, result);
    return { locals: this.#locals, code: this.code };
  }

  #local(type: ValueType): number {
    return this.#parameters + this.#locals.push(type) - 1;
  }

  constant(type: Exclude<ValueType, "v128">, value: number | bigint): Value {
    return { type, depth: 0, local: -1, constant: value };
  }

  i32(value: number): Value {
    return this.constant("i32", value | 0);
  }

  #push(code: Code, value: Value): void {
    const { constant, shifted } = value;
    if (constant === undefined) {
      code.index("local.get", value.local);
      if (shifted) {
        code.i32(shifted.by);
        code.op("i32.add");
      }
    } else if (value.type === "i64") code.i64(BigInt(constant));
    else if (value.type === "i32") code.i32(Number(constant));
    else if (value.type === "f32") code.f32(Number(constant));
    else code.f64(Number(constant));
  }

  /** Ends a unit of instructions, which leaves nothing on the stack. */
  #mark(block: Block = this.#blocks[this.depth]): void {
    block.units?.push(block.code.bytes.length);
  }

  #compute(
    depth: number,
    key: string | undefined,
    type: ValueType,
    inputs: readonly Value[],
    write: (code: Code) => void,
  ): Value {
    const block = this.#blocks[depth];
    const known = key === undefined ? undefined : block.known.get(key);
    if (known) return known;
    for (const input of inputs) this.#push(block.code, input);
    write(block.code);
    const local = this.#local(type);
    block.code.index("local.set", local);
    this.#mark(block);
    const value: Value = { type, depth, local };
    if (key !== undefined) block.known.set(key, value);
    return value;
  }

  /** A value without side effects, computed where its inputs allow. */
  #pure(name: string, type: ValueType, inputs: readonly Value[], write: (code: Code) => void): Value {
    let depth = 0;
    let key = name;
    for (const input of inputs) {
      if (input.mutable) return this.#compute(this.depth, undefined, type, inputs, write);
      if (input.depth > depth) depth = input.depth;
      key += ` ${keyOf(input)}`;
    }
    return this.#compute(depth, key, type, inputs, write);
  }

  op(name: Plain, ...inputs: Value[]): Value {
    return this.#pure(name, resultOf(name), inputs, (code) => code.op(name));
  }

  /** `a` where `condition` is not zero, else `b`. */
  select(a: Value, b: Value, condition: Value): Value {
    return this.#pure("select", a.type, [a, b, condition], (code) => code.op("select"));
  }

  lane(name: LaneOp, lane: number, ...inputs: Value[]): Value {
    return this.#pure(`${name} ${lane}`, resultOf(name), inputs, (code) => code.lane(name, lane));
  }

  shuffle(lanes: readonly number[], a: Value, b: Value): Value {
    return this.#pure(`shuffle ${lanes.join()}`, "v128", [a, b], (code) => code.shuffle(lanes));
  }

  /** The results of a function without side effects; or of one that has some, called here, if an input is mutable. */
  call(name: string, types: readonly ValueType[], inputs: readonly Value[]): Value[] {
    const mutable = inputs.some((input) => input.mutable);
    const depth = mutable ? this.depth : inputs.reduce((deepest, input) => Math.max(deepest, input.depth), this.floor);
    const block = this.#blocks[depth];
    const keys = types.map((_, i) => `${name} ${i} ${inputs.map(keyOf).join(" ")}`);
    const known = mutable ? [] : keys.flatMap((key) => block.known.get(key) ?? []);
    if (known.length === types.length) return known;
    for (const input of inputs) this.#push(block.code, input);
    block.code.index("call", this.#callee(name));
    const results = types.map((type): Value => ({ type, depth, local: this.#local(type) }));
    for (const { local } of results.toReversed()) block.code.index("local.set", local);
    this.#mark(block);
    if (!mutable) for (const [i, key] of keys.entries()) block.known.set(key, results[i]);
    return results;
  }

  /** A call for its side effects. */
  callNow(name: string, ...inputs: Value[]): void {
    for (const input of inputs) this.#push(this.code, input);
    this.code.index("call", this.#callee(name));
    this.#mark();
  }

  /** Sixteen bytes, loaded before all loops: inside a loop V8 would build the constant again each time. */
  vector(bytes: Uint8Array): Value {
    const address = this.#pool.addressOf(bytes);
    return this.#compute(0, `vector ${address}`, "v128", [this.i32(address)], (code) => code.memory("v128.load"));
  }

  /** The address of constants in memory. */
  table(bytes: Uint8Array): Value {
    return this.i32(this.#pool.addressOf(bytes));
  }

  /** A load; `pinned` keeps it where it is, because the function itself writes there. */
  load(name: MemoryOp, address: Value, offset = 0, pinned = false): Value {
    if (address.shifted) return this.load(name, address.shifted.base, offset + address.shifted.by, pinned);
    const write = (code: Code): void => code.memory(name, offset);
    const type = resultOf(name);
    if (pinned || address.mutable) return this.#compute(this.depth, undefined, type, [address], write);
    const key = `${name} ${offset} ${keyOf(address)}`;
    let { depth } = address;
    // What may not be moved out of here may be known outside anyway.
    while (depth < this.floor && !this.#blocks[depth].known.has(key)) depth++;
    return this.#compute(depth, key, type, [address], write);
  }

  store(name: MemoryOp, address: Value, value: Value, offset = 0): void {
    const { base, by } = address.shifted ?? { base: address, by: 0 };
    this.#push(this.code, base);
    this.#push(this.code, value);
    this.code.memory(name, offset + by);
    this.#mark();
  }

  storeLane(name: MemoryLaneOp, lane: number, address: Value, value: Value, offset = 0): void {
    const { base, by } = address.shifted ?? { base: address, by: 0 };
    this.#push(this.code, base);
    this.#push(this.code, value);
    this.code.memoryLane(name, lane, offset + by);
    this.#mark();
  }

  /** value + by, for an address or a coordinate that is not negative: by is not negative, and the sum does not overflow. */
  shifted(value: Value, by: number): Value {
    if (by === 0) return value;
    if (value.constant !== undefined) return this.i32(Number(value.constant) + by);
    const { base, by: before } = value.shifted ?? { base: value, by: 0 };
    return { type: base.type, depth: base.depth, local: base.local, shifted: { base, by: before + by } };
  }

  variable(type: ValueType, start?: Value): Variable {
    const variable = { type, local: this.#local(type) };
    if (start) this.set(variable, start);
    return variable;
  }

  set(variable: Variable, value: Value): void {
    this.#push(this.code, value);
    this.code.index("local.set", variable.local);
    this.#mark();
  }

  /** The variable's value at this place of the code. */
  get({ type, local }: Variable): Value {
    return { type, depth: this.depth, local, mutable: true };
  }

  /** The variable's value, kept whatever is assigned to it later. */
  copy(variable: Variable): Value {
    return this.#compute(this.depth, undefined, variable.type, [this.get(variable)], () => undefined);
  }

  /** Several variables assigned at once: all values are read before. */
  setAll(variables: readonly Variable[], values: readonly Value[]): void {
    for (const value of values) this.#push(this.code, value);
    for (let i = variables.length - 1; i >= 0; i--) this.code.index("local.set", variables[i].local);
    this.#mark();
  }

  /**
   * Code for several points that do not depend on each other, merged instruction by instruction: where each instruction
   * waits for the one before, those of the other points fill the time.
   */
  interleaved<T>(bodies: readonly (() => T)[]): T[] {
    const block = this.#blocks[this.depth];
    const { code, known, units } = block;
    const streams = bodies.map((body) => {
      block.code = new Code();
      block.known = new Map(known);
      block.units = [];
      return { result: body(), bytes: block.code.bytes.view, ends: block.units };
    });
    block.code = code;
    block.known = known;
    block.units = units;
    const longest = Math.max(...streams.map(({ ends }) => ends.length));
    for (let i = 0; i < longest; i++) {
      for (const { bytes, ends } of streams)
        if (i < ends.length) code.bytes.append(bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i]));
    }
    this.#mark(block);
    return streams.map(({ result }) => result);
  }

  #open(): void {
    this.#blocks.push({ code: new Code(), known: new Map(), units: undefined });
  }

  #close(): Code {
    const block = this.#blocks.pop();
    if (!block) throw new Error("no open block");
    return block.code;
  }

  /**
   * Runs `body` for `counter`, from its present value on, while it is less than `limit`; both are less than 2³¹ − `step`.
   *
   * @param isAddress whether they are addresses, which may lie in the upper half of the memory.
   */
  loop(counter: Variable, limit: Value, step: number, body: (i: Value) => void, isAddress = false): void {
    this.#open();
    body({ type: "i32", depth: this.depth, local: counter.local });
    const inside = this.#close();
    const { code } = this;
    code.block("block");
    code.index("local.get", counter.local);
    this.#push(code, limit);
    code.op(isAddress ? "i32.ge_u" : "i32.ge_s");
    code.index("br_if", 0);
    code.block("loop");
    code.append(inside);
    code.index("local.get", counter.local);
    code.i32(step);
    code.op("i32.add");
    code.index("local.tee", counter.local);
    this.#push(code, limit);
    code.op(isAddress ? "i32.lt_u" : "i32.lt_s");
    code.index("br_if", 0);
    code.end();
    code.end();
    this.#mark();
  }

  /** Runs `body` while `counter` is less than `limit`; the body advances it. */
  repeat(counter: Variable, limit: Value, body: () => void): void {
    this.#open();
    body();
    const inside = this.#close();
    const { code } = this;
    const isLess = (): void => {
      code.index("local.get", counter.local);
      this.#push(code, limit);
      code.op("i32.lt_s");
    };
    code.block("block");
    isLess();
    code.op("i32.eqz");
    code.index("br_if", 0);
    code.block("loop");
    code.append(inside);
    isLess();
    code.index("br_if", 0);
    code.end();
    code.end();
    this.#mark();
  }

  /** Runs `then` where `condition` is not zero, else `otherwise`. Loads inside stay inside. */
  branch(condition: Value, then: () => void, otherwise?: () => void): void {
    const arm = (body: () => void): Code => {
      const floor = this.floor;
      this.#open();
      this.floor = this.depth;
      body();
      this.floor = floor;
      return this.#close();
    };
    const first = arm(then);
    const second = otherwise ? arm(otherwise) : undefined;
    const { code } = this;
    this.#push(code, condition);
    code.block("if");
    code.append(first);
    if (second) {
      code.else();
      code.append(second);
    }
    code.end();
    this.#mark();
  }
}
