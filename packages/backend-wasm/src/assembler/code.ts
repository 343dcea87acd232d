import { Bytes } from "./bytes.ts";
import {
  type IndexOp,
  type Instruction,
  type LaneOp,
  type MemoryLaneOp,
  type MemoryOp,
  opcodeOf,
  type Plain,
  type ValueType,
} from "./opcodes.ts";

export const valueTypeCode: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
const emptyBlock = 0x40;

/** Instructions in sequence, as in the body of a function. */
export class Code {
  readonly bytes = new Bytes();

  #opcode(name: Instruction): void {
    const { prefix, code } = opcodeOf(name);
    if (prefix === 0) this.bytes.byte(code);
    else this.bytes.pair(prefix, code);
  }

  /** An instruction without immediates. */
  op(name: Plain): void {
    this.#opcode(name);
  }

  /** A branch to the label `index` levels out, a local or global variable, a call. */
  index(name: IndexOp, index: number): void {
    this.bytes.pair(opcodeOf(name).code, index);
  }

  /** A load or store. `align` is the exponent of the promised alignment, exact for atomics. */
  memory(name: MemoryOp, offset = 0, align = 0): void {
    this.#opcode(name);
    this.bytes.pair(align, offset);
  }

  memoryLane(name: MemoryLaneOp, lane: number, offset = 0, align = 0): void {
    this.memory(name as unknown as MemoryOp, offset, align);
    this.bytes.byte(lane);
  }

  lane(name: LaneOp, lane: number): void {
    this.#opcode(name);
    this.bytes.byte(lane);
  }

  /** Bytes of two vectors, 0 … 31. */
  shuffle(lanes: readonly number[]): void {
    this.#opcode("i8x16.shuffle");
    for (const lane of lanes) this.bytes.byte(lane);
  }

  i32(value: number): void {
    this.#opcode("i32.const");
    this.bytes.signed(value);
  }

  i64(value: bigint): void {
    this.#opcode("i64.const");
    this.bytes.signed64(value);
  }

  f32(value: number): void {
    this.#opcode("f32.const");
    this.bytes.float32(value);
  }

  f64(value: number): void {
    this.#opcode("f64.const");
    this.bytes.float64(value);
  }

  v128(bytes: Uint8Array): void {
    this.#opcode("v128.const");
    this.bytes.append(bytes);
  }

  block(kind: "block" | "loop" | "if", result?: ValueType): void {
    this.#opcode(kind);
    this.bytes.byte(result === undefined ? emptyBlock : valueTypeCode[result]);
  }

  else(): void {
    this.#opcode("else");
  }

  end(): void {
    this.#opcode("end");
  }

  callIndirect(type: number, table = 0): void {
    this.#opcode("call_indirect");
    this.bytes.unsigned(type);
    this.bytes.unsigned(table);
  }

  append(code: Code): void {
    this.bytes.append(code.bytes.view);
  }
}
