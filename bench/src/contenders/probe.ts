/**
 * The registers-only probe: a WebAssembly loop of multiply-adds whose operands never leave the registers, with the
 * instructions that the kernels of a variant may use. Its rate is what this machine and engine can give.
 */
import type { Contender, Prepared } from "../contender.ts";

export interface ProbeOptions {
  /** "revectorize" wants a process that was started with V8's flag. */
  readonly variant?: string;
}

export async function start({ variant }: ProbeOptions): Promise<Contender> {
  const instructions = variant === "scalar" ? scalar : WebAssembly.validate(moduleOf(relaxed, 1)) ? relaxed : simd;
  // The revectorizer makes one register of two, so that twice as many accumulators fit.
  const accumulators = variant === "revectorize" ? 24 : 12;
  return {
    description: "",
    tasks: { probe: () => probe(instructions, accumulators) },
  };
}

/** How an element type multiplies and adds. */
interface Instructions {
  readonly name: string;
  readonly type: number;
  readonly bytes: number;
  readonly load: readonly number[];
  readonly store: readonly number[];
  /** From `acc x y` on the stack to acc · x + y. */
  readonly multiplyAdd: (acc: readonly number[], x: readonly number[], y: readonly number[]) => number[];
}

// Opcodes of the WebAssembly specification, version 3, binary format.
const f32x4 = { type: 0x7b, bytes: 16, load: [0xfd, 0x00, 4], store: [0xfd, 0x0b, 4] };
const relaxed: Instructions = {
  ...f32x4,
  name: "f32x4.relaxed_madd",
  multiplyAdd: (acc, x, y) => [...acc, ...x, ...y, 0xfd, 0x85, 0x02],
};
const simd: Instructions = {
  ...f32x4,
  name: "f32x4.mul, f32x4.add",
  multiplyAdd: (acc, x, y) => [...acc, ...x, 0xfd, 0xe6, 0x01, ...y, 0xfd, 0xe4, 0x01],
};
const scalar: Instructions = {
  name: "f32.mul, f32.add",
  type: 0x7d,
  bytes: 4,
  load: [0x2a, 2],
  store: [0x38, 2],
  multiplyAdd: (acc, x, y) => [...acc, ...x, 0x94, ...y, 0x92],
};

const unroll = 4;
const iterations = 100_000;

function probe(instructions: Instructions, accumulators: number): Prepared {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleOf(instructions, accumulators)));
  const memory = new Float32Array((exports.memory as WebAssembly.Memory).buffer);
  const run = exports.run as (iterations: number) => void;
  // acc · x + y tends to 1: neither zero, nor infinite, nor subnormal.
  const lanes = instructions.bytes / 4;
  memory.fill(0.5, 0, 2 * lanes);
  memory.fill(0.5, 2 * lanes, 4 * lanes);
  return {
    finish: () => `a loop of ${instructions.name} on ${accumulators} accumulators`,
    operations: 2 * lanes * accumulators * unroll * iterations,
    step: () => run(iterations),
    result: () => {
      run(iterations);
      const sums = memory.slice(4 * lanes, (4 + accumulators) * lanes);
      // Every lane has computed the same, however many there are.
      return [Math.min(...sums), Math.max(...sums)];
    },
  };
}

/** `run(n)`: loads x (two of them, so that pairs lie side by side), y (two) and the accumulators, loops n times, stores them. */
function moduleOf(
  { type, bytes, load, store, multiplyAdd }: Instructions,
  accumulators: number,
): Uint8Array<ArrayBuffer> {
  const get = (local: number): number[] => [0x20, local];
  const set = (local: number): number[] => [0x21, local];
  const at = (slot: number): number[] => leb(slot * bytes);
  const slots = 4 + accumulators;
  const x = (i: number): number => 1 + (i % 2);
  const y = (i: number): number => 3 + (i % 2);
  const acc = (i: number): number => 5 + i;
  const each = <T>(count: number, make: (i: number) => T[]): T[] =>
    Array.from({ length: count }, (_, i) => make(i)).flat();
  const code = [
    ...each(slots, (i) => [0x41, 0, ...load, ...at(i), ...set(1 + i)]),
    ...[0x03, 0x40], // loop
    ...each(unroll, () =>
      each(accumulators, (i) => [...multiplyAdd(get(acc(i)), get(x(i)), get(y(i))), ...set(acc(i))]),
    ),
    ...[...get(0), 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b], // n − 1, br_if loop, end
    ...each(accumulators, (i) => [0x41, 0, ...get(acc(i)), ...store, ...at(4 + i)]),
    0x0b,
  ];
  const body = [1, ...leb(slots), type, ...code];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 0]), // (i32) → ()
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name("run"), 0, 0, ...name("memory"), 2, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

const section = (id: number, content: readonly number[]): number[] => [id, ...leb(content.length), ...content];
const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];

/** Unsigned LEB128. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}
