/**
 * What the innermost loops of contractions have in common. They are functions of their own, called many times within a
 * contraction: V8 goes over to optimised code at a call, so that a long contraction becomes fast on the way.
 */
import { Code } from "../../assembler/code.ts";
import type { FunctionBody } from "../../assembler/module.ts";
import type { MemoryOp, Plain, ValueType } from "../../assembler/opcodes.ts";
import type { Features } from "../../features.ts";
import type { NumericKind } from "../code/lanes.ts";
import { wordsOf } from "../code/vector-constants.ts";

/** Bytes of an element in scratch memory. */
export const packedBytes: Readonly<Record<NumericKind, 4 | 8>> = { f32: 4, i32: 4, f64: 8, i64: 8 };

/** Elements of a vector; without vector instructions, one. */
export const lanesOf = (kind: NumericKind, { simd }: Features): number => (simd ? 16 / packedBytes[kind] : 1);

/**
 * All of them take: addresses of the left operand, the right one, and the results; steps of the depth; how many results;
 * bytes between rows of the left operand, and between its steps of the depth; between the right one's steps, and its
 * panels; between rows of the results; whether these sums are the first, or are added to those of earlier steps.
 */
export const tileParameters: readonly ValueType[] = Array.from({ length: 11 }, () => "i32");
export const at = {
  left: 0,
  right: 1,
  result: 2,
  depth: 3,
  count: 4,
  leftRow: 5,
  leftStep: 6,
  rightStep: 7,
  panelStep: 8,
  resultRow: 9,
  first: 10,
} as const;

/** Instructions on vectors of a kind, or on single elements where there are no vectors. */
export interface VectorInstructions {
  readonly type: ValueType;
  readonly bytes: number;
  readonly load: MemoryOp;
  /** One element, in every lane. */
  readonly splat: MemoryOp;
  readonly store: MemoryOp;
  readonly add: Plain;
  readonly mul: Plain;
  readonly fused: Plain | undefined;
}

export function instructionsOf(kind: NumericKind, { simd, relaxedSimd }: Features): VectorInstructions {
  if (!simd) {
    const load: MemoryOp = `${kind}.load`;
    const store: MemoryOp = `${kind}.store`;
    const bytes = packedBytes[kind];
    return { type: kind, bytes, load, splat: load, store, add: `${kind}.add`, mul: `${kind}.mul`, fused: undefined };
  }
  const shape = ({ f32: "f32x4", f64: "f64x2", i32: "i32x4", i64: "i64x2" } as const)[kind];
  const fused = shape === "f32x4" || shape === "f64x2" ? (`${shape}.relaxed_madd` as const) : undefined;
  return {
    type: "v128",
    bytes: 16,
    load: "v128.load",
    splat: packedBytes[kind] === 4 ? "v128.load32_splat" : "v128.load64_splat",
    store: "v128.store",
    add: `${shape}.add`,
    mul: `${shape}.mul`,
    fused: relaxedSimd ? fused : undefined,
  };
}

/** Writes the body of such a function. */
export class MicrokernelWriter {
  readonly code = new Code();
  readonly #locals: ValueType[] = [];

  local(type: ValueType): number {
    return tileParameters.length + this.#locals.push(type) - 1;
  }

  locals(type: ValueType, count: number): number[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  get(local: number): void {
    this.code.index("local.get", local);
  }

  set(local: number): void {
    this.code.index("local.set", local);
  }

  copy(to: number, from: number): void {
    this.get(from);
    this.set(to);
  }

  load(to: number, name: MemoryOp, address: number, offset = 0): void {
    this.get(address);
    this.code.memory(name, offset);
    this.set(to);
  }

  /** local += constant */
  add(local: number, value: number): void {
    this.get(local);
    this.code.i32(value);
    this.code.op("i32.add");
    this.set(local);
  }

  /** local += other local */
  advance(local: number, by: number): void {
    this.get(local);
    this.get(by);
    this.code.op("i32.add");
    this.set(local);
  }

  zero(local: number, type: ValueType): void {
    if (type === "v128") this.code.v128(new Uint8Array(16));
    else if (type === "i32") this.code.i32(0);
    else if (type === "i64") this.code.i64(0n);
    else if (type === "f32") this.code.f32(0);
    else this.code.f64(0);
    this.set(local);
  }

  /** to := words of two vectors: of a, 0 … 3; of b, 4 … 7. */
  shuffle(to: number, words: readonly number[], a: number, b: number): void {
    this.get(a);
    this.get(b);
    this.code.shuffle(wordsOf(words));
    this.set(to);
  }

  /** sum += a · b, in one instruction where there is one. */
  multiplyAdd({ fused, mul, add }: VectorInstructions, sum: number, a: number, b: number): void {
    if (fused === undefined) {
      for (const local of [sum, a, b]) this.get(local);
      this.code.op(mul);
      this.code.op(add);
    } else {
      for (const local of [a, b, sum]) this.get(local);
      this.code.op(fused);
    }
    this.set(sum);
  }

  /** Runs `body`, each time for `count` of what `left` counts, while there are so many, or at least `fewest`. */
  whileAtLeast(left: number, count: number, body: () => void, fewest = count): void {
    const { code } = this;
    code.block("block");
    this.get(left);
    code.i32(fewest);
    code.op("i32.lt_s");
    code.index("br_if", 0);
    code.block("loop");
    body();
    this.add(left, -count);
    this.get(left);
    code.i32(fewest);
    code.op("i32.ge_s");
    code.index("br_if", 0);
    code.end();
    code.end();
  }

  /** Runs `then` where the local is not zero, else `otherwise`. */
  branch(condition: number, then: () => void, otherwise?: () => void): void {
    this.get(condition);
    this.code.block("if");
    then();
    if (otherwise) {
      this.code.else();
      otherwise();
    }
    this.code.end();
  }

  finish(): FunctionBody {
    return { locals: this.#locals, code: this.code };
  }
}
