/**
 * The instructions in use and their opcodes (WebAssembly core specification 3.0, "Index of Instructions"; the threads
 * proposal for atomics). Names of neighbouring opcodes stand in one string; `i32:` begins all until the next such word, and a
 * number counts opcodes that are left out.
 */

type Words<Text extends string, Shape extends string = "", Found = never> = Text extends `${infer Word} ${infer Rest}`
  ? Word extends `${infer Next}:`
    ? Words<Rest, Next extends "" ? "" : `${Next}.`, Found>
    : Words<Rest, Shape, Word extends `${number}` ? Found : Found | `${Shape}${Word}`>
  : Found | `${Shape}${Text}`;

/** Instructions without immediates. */
const plainControl = "26 drop select";
const plainScalar =
  "i32: eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u i64: eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u f32: eq ne lt gt le ge f64: eq ne lt gt le ge i32: 3 add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u 2 i64: clz 2 add sub mul div_s 1 rem_s rem_u and or xor shl shr_s shr_u 2 f32: abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign f64: abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign i32: wrap_i64 4 i64: extend_i32_s extend_i32_u 4 f32: convert_i32_s 1 convert_i64_s 1 demote_f64 f64: convert_i32_s 1 convert_i64_s convert_i64_u promote_f32 i32: reinterpret_f32 i64: reinterpret_f64 f32: reinterpret_i32 f64: reinterpret_i64";
const plainSaturating = "6 i64: trunc_sat_f64_s";
const plainSplat = "i8x16: swizzle 2 i32x4: splat i64x2: splat f32x4: splat f64x2: splat";
const plainCompare =
  "i32x4: eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u f32x4: eq ne lt gt le ge f64x2: eq ne lt gt le ge v128: not and andnot or xor bitselect any_true";
const plainVector =
  "f32x4: demote_f64x2_zero f64x2: promote_low_f32x4 7 f32x4: ceil floor trunc nearest 9 f64x2: ceil floor 4 trunc 12 i16x8: extend_low_i8x16_s 1 extend_low_i8x16_u 10 f64x2: nearest 14 i32x4: all_true 3 extend_low_i16x8_s 1 extend_low_i16x8_u 1 shl shr_s shr_u add 2 sub 3 mul 1 min_u max_s max_u 13 i64x2: extend_low_i32x4_s extend_high_i32x4_s 2 shl shr_s shr_u add 2 sub 3 mul eq ne lt_s gt_s le_s ge_s 4 f32x4: abs neg 1 sqrt add sub mul div min max pmin pmax f64x2: abs neg 1 sqrt add sub mul div min max pmin pmax 2 f32x4: convert_i32x4_s 3 f64x2: convert_low_i32x4_s 6 f32x4: relaxed_madd relaxed_nmadd f64x2: relaxed_madd relaxed_nmadd i8x16: relaxed_laneselect";

/** Instructions with an alignment and an offset. */
const memoryScalar =
  "i32: load i64: load f32: load f64: load i32: load8_s load8_u load16_s load16_u 6 store i64: store f32: store f64: store i32: store8 store16";
const memoryVector = "v128: load 2 load16x4_s load16x4_u 4 load32_splat load64_splat store 80 load32_zero";
const memoryAtomic = "memory: atomic.notify atomic.wait32 14 i32: atomic.load 13 atomic.rmw.add 41 atomic.rmw.cmpxchg";
/** Instructions with an alignment, an offset and a lane. */
const memoryLane = "v128: store32_lane store64_lane";
/** Instructions with a lane. */
const lane =
  "i32x4: extract_lane replace_lane i64x2: extract_lane replace_lane f32x4: extract_lane replace_lane f64x2: extract_lane replace_lane";
/** Instructions with one index: of a label, a local, a global, a function. */
const index = "br br_if 2 call 15 local: get set tee global: get set";

export type Plain = Words<
  | typeof plainControl
  | typeof plainScalar
  | typeof plainSaturating
  | typeof plainSplat
  | typeof plainCompare
  | typeof plainVector
>;
export type MemoryOp = Words<typeof memoryScalar | typeof memoryVector | typeof memoryAtomic>;
export type MemoryLaneOp = Words<typeof memoryLane>;
export type LaneOp = Words<typeof lane>;
export type IndexOp = Words<typeof index>;
/** Instructions with immediates of their own, each with a method of `Code`. */
export type SpecialOp =
  | "block"
  | "loop"
  | "if"
  | "else"
  | "end"
  | "call_indirect"
  | "i32.const"
  | "i64.const"
  | "f32.const"
  | "f64.const"
  | "v128.const"
  | "i8x16.shuffle";
export type Instruction = Plain | MemoryOp | MemoryLaneOp | LaneOp | IndexOp | SpecialOp;

export interface Opcode {
  /** 0 or the first byte: 0xfc, 0xfd, 0xfe. */
  readonly prefix: number;
  readonly code: number;
}

/** Every instruction by name. */
export const instructions = new Map<string, Opcode>();

function add(prefix: number, first: number, words: string): void {
  let code = first;
  let shape = "";
  for (const word of words.split(" ")) {
    if (word.endsWith(":")) shape = word.replace(":", ".");
    else if (Number(word) > 0) code += Number(word);
    else instructions.set(shape + word, { prefix, code: code++ });
  }
}

add(0, 0x00, plainControl);
add(0, 0x45, plainScalar);
add(0xfc, 0, plainSaturating);
add(0xfd, 14, plainSplat);
add(0xfd, 55, plainCompare);
add(0xfd, 94, plainVector);
add(0, 0x28, memoryScalar);
add(0xfd, 0, memoryVector);
add(0xfe, 0x00, memoryAtomic);
add(0xfd, 90, memoryLane);
add(0xfd, 27, lane);
add(0, 0x0c, index);
add(0, 0x02, "block loop if else 5 end");
add(0, 0x11, "call_indirect");
add(0, 0x41, "i32.const i64.const f32.const f64.const");
add(0xfd, 12, "v128.const i8x16.shuffle");

/** The opcode of an instruction. */
export function opcodeOf(name: Instruction): Opcode {
  const found = instructions.get(name);
  if (!found) throw new Error(`no instruction ${name}`);
  return found;
}

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

const laneType: Readonly<Record<string, ValueType>> = {
  i8x16: "i32",
  i16x8: "i32",
  i32x4: "i32",
  i64x2: "i64",
  f32x4: "f32",
  f64x2: "f64",
};

const comparisons: ReadonlySet<string> = new Set(
  "eqz eq ne lt lt_s lt_u gt gt_s gt_u le le_s le_u ge ge_s ge_u".split(" "),
);

const results = new Map<string, ValueType>();

/** The type of the value that an instruction leaves. */
export function resultOf(name: string): ValueType {
  const known = results.get(name);
  if (known !== undefined) return known;
  const type = namedResult(name);
  results.set(name, type);
  return type;
}

/** Read off its name. */
function namedResult(name: string): ValueType {
  const [shape, operation] = name.split(".");
  const lanes = laneType[shape];
  if (lanes !== undefined || shape === "v128") {
    if (operation.startsWith("extract_lane")) return lanes ?? "i32";
    return operation === "any_true" || operation === "all_true" || operation === "bitmask" ? "i32" : "v128";
  }
  return comparisons.has(operation) ? "i32" : (shape as ValueType);
}
