/**
 * Instructions and their opcodes (WebAssembly core specification 3.0, "Index of Instructions"; the threads proposal for
 * atomics). Names of neighbouring opcodes stand in one string; `i32:` begins all until the next such word, and `-` is a gap.
 */

type Words<Text extends string, Shape extends string = "", Found = never> = Text extends `${infer Word} ${infer Rest}`
  ? Word extends `${infer Next}:`
    ? Words<Rest, Next extends "" ? "" : `${Next}.`, Found>
    : Words<Rest, Shape, Word extends "-" ? Found : Found | `${Shape}${Word}`>
  : Found | `${Shape}${Text}`;

/** Instructions without immediates. */
const plainScalar =
  "i32: eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u i64: eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u f32: eq ne lt gt le ge f64: eq ne lt gt le ge i32: clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr i64: clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr f32: abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign f64: abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign i32: wrap_i64 trunc_f32_s trunc_f32_u trunc_f64_s trunc_f64_u i64: extend_i32_s extend_i32_u trunc_f32_s trunc_f32_u trunc_f64_s trunc_f64_u f32: convert_i32_s convert_i32_u convert_i64_s convert_i64_u demote_f64 f64: convert_i32_s convert_i32_u convert_i64_s convert_i64_u promote_f32 i32: reinterpret_f32 i64: reinterpret_f64 f32: reinterpret_i32 f64: reinterpret_i64 i32: extend8_s extend16_s i64: extend8_s extend16_s extend32_s";
const plainControl = "unreachable nop";
const plainParametric = "drop select";
const plainReturn = "return";
const plainSaturating =
  "i32: trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u i64: trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u";
const plainSplat = "i8x16: swizzle splat i16x8: splat i32x4: splat i64x2: splat f32x4: splat f64x2: splat";
const plainCompare =
  "i8x16: eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u i16x8: eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u i32x4: eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u f32x4: eq ne lt gt le ge f64x2: eq ne lt gt le ge v128: not and andnot or xor bitselect any_true";
const plainVector =
  "f32x4: demote_f64x2_zero f64x2: promote_low_f32x4 i8x16: abs neg popcnt all_true bitmask narrow_i16x8_s narrow_i16x8_u f32x4: ceil floor trunc nearest i8x16: shl shr_s shr_u add add_sat_s add_sat_u sub sub_sat_s sub_sat_u f64x2: ceil floor i8x16: min_s min_u max_s max_u f64x2: trunc i8x16: avgr_u i16x8: extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u i32x4: extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u i16x8: abs neg q15mulr_sat_s all_true bitmask narrow_i32x4_s narrow_i32x4_u extend_low_i8x16_s extend_high_i8x16_s extend_low_i8x16_u extend_high_i8x16_u shl shr_s shr_u add add_sat_s add_sat_u sub sub_sat_s sub_sat_u f64x2: nearest i16x8: mul min_s min_u max_s max_u - avgr_u extmul_low_i8x16_s extmul_high_i8x16_s extmul_low_i8x16_u extmul_high_i8x16_u i32x4: abs neg - all_true bitmask - - extend_low_i16x8_s extend_high_i16x8_s extend_low_i16x8_u extend_high_i16x8_u shl shr_s shr_u add - - sub - - - mul min_s min_u max_s max_u dot_i16x8_s - extmul_low_i16x8_s extmul_high_i16x8_s extmul_low_i16x8_u extmul_high_i16x8_u i64x2: abs neg - all_true bitmask - - extend_low_i32x4_s extend_high_i32x4_s extend_low_i32x4_u extend_high_i32x4_u shl shr_s shr_u add - - sub - - - mul eq ne lt_s gt_s le_s ge_s extmul_low_i32x4_s extmul_high_i32x4_s extmul_low_i32x4_u extmul_high_i32x4_u f32x4: abs neg - sqrt add sub mul div min max pmin pmax f64x2: abs neg - sqrt add sub mul div min max pmin pmax i32x4: trunc_sat_f32x4_s trunc_sat_f32x4_u f32x4: convert_i32x4_s convert_i32x4_u i32x4: trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero f64x2: convert_low_i32x4_s convert_low_i32x4_u i8x16: relaxed_swizzle i32x4: relaxed_trunc_f32x4_s relaxed_trunc_f32x4_u relaxed_trunc_f64x2_s_zero relaxed_trunc_f64x2_u_zero f32x4: relaxed_madd relaxed_nmadd f64x2: relaxed_madd relaxed_nmadd i8x16: relaxed_laneselect i16x8: relaxed_laneselect i32x4: relaxed_laneselect i64x2: relaxed_laneselect f32x4: relaxed_min relaxed_max f64x2: relaxed_min relaxed_max i16x8: relaxed_q15mulr_s relaxed_dot_i8x16_i7x16_s i32x4: relaxed_dot_i8x16_i7x16_add_s";

/** Instructions with an alignment and an offset. */
const memoryScalar =
  "i32: load i64: load f32: load f64: load i32: load8_s load8_u load16_s load16_u i64: load8_s load8_u load16_s load16_u load32_s load32_u i32: store i64: store f32: store f64: store i32: store8 store16 i64: store8 store16 store32";
const memoryVector =
  "v128: load load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u load8_splat load16_splat load32_splat load64_splat store";
const memoryZero = "v128: load32_zero load64_zero";
const memoryNotify = "memory: atomic.notify atomic.wait32 atomic.wait64";
const memoryAtomic =
  "i32: atomic.load i64: atomic.load i32: atomic.load8_u atomic.load16_u i64: atomic.load8_u atomic.load16_u atomic.load32_u i32: atomic.store i64: atomic.store i32: atomic.store8 atomic.store16 i64: atomic.store8 atomic.store16 atomic.store32 i32: atomic.rmw.add i64: atomic.rmw.add";
const memoryExchange = "i32: atomic.rmw.xchg i64: atomic.rmw.xchg";
const memoryCompare = "i32: atomic.rmw.cmpxchg i64: atomic.rmw.cmpxchg";
/** Instructions with an alignment, an offset and a lane. */
const memoryLane =
  "v128: load8_lane load16_lane load32_lane load64_lane store8_lane store16_lane store32_lane store64_lane";
/** Instructions with a lane. */
const lane =
  "i8x16: extract_lane_s extract_lane_u replace_lane i16x8: extract_lane_s extract_lane_u replace_lane i32x4: extract_lane replace_lane i64x2: extract_lane replace_lane f32x4: extract_lane replace_lane f64x2: extract_lane replace_lane";
/** Instructions with one index: of a label, a local, a global, a function. */
const branch = "br br_if";
const call = "call";
const locals = "local: get set tee global: get set";

export type Plain = Words<
  | typeof plainScalar
  | typeof plainControl
  | typeof plainParametric
  | typeof plainReturn
  | typeof plainSaturating
  | typeof plainSplat
  | typeof plainCompare
  | typeof plainVector
>;
export type MemoryOp = Words<
  | typeof memoryScalar
  | typeof memoryVector
  | typeof memoryZero
  | typeof memoryNotify
  | typeof memoryAtomic
  | typeof memoryExchange
  | typeof memoryCompare
>;
export type MemoryLaneOp = Words<typeof memoryLane>;
export type LaneOp = Words<typeof lane>;
export type IndexOp = Words<typeof branch | typeof call | typeof locals>;
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
  | "i8x16.shuffle"
  | "memory.copy"
  | "memory.fill"
  | "atomic.fence";
export type Instruction = Plain | MemoryOp | MemoryLaneOp | LaneOp | IndexOp | SpecialOp;

export type Immediates = "plain" | "memory" | "memoryLane" | "lane" | "index" | "special";

export interface Opcode {
  /** 0 or the first byte: 0xfc, 0xfd, 0xfe. */
  readonly prefix: number;
  readonly code: number;
  readonly immediates: Immediates;
}

const table = new Map<string, Opcode>();
const names = new Map<number, string>();

function add(immediates: Immediates, prefix: number, first: number, words: string): void {
  let code = first;
  let shape = "";
  for (const word of words.split(" ")) {
    if (word.endsWith(":")) {
      shape = word.replace(":", word === ":" ? "" : ".");
      continue;
    }
    if (word !== "-") {
      const name = shape + word;
      table.set(name, { prefix, code, immediates });
      names.set(prefix * 0x10000 + code, name);
    }
    code++;
  }
}

add("plain", 0, 0x00, plainControl);
add("special", 0, 0x02, "block loop if else");
add("special", 0, 0x0b, "end");
add("index", 0, 0x0c, branch);
add("plain", 0, 0x0f, plainReturn);
add("index", 0, 0x10, call);
add("special", 0, 0x11, "call_indirect");
add("plain", 0, 0x1a, plainParametric);
add("index", 0, 0x20, locals);
add("memory", 0, 0x28, memoryScalar);
add("special", 0, 0x41, "i32.const i64.const f32.const f64.const");
add("plain", 0, 0x45, plainScalar);
add("plain", 0xfc, 0, plainSaturating);
add("special", 0xfc, 10, "memory: copy fill");
add("memory", 0xfd, 0, memoryVector);
add("special", 0xfd, 12, "v128: const i8x16: shuffle");
add("plain", 0xfd, 14, plainSplat);
add("lane", 0xfd, 21, lane);
add("plain", 0xfd, 35, plainCompare);
add("memoryLane", 0xfd, 84, memoryLane);
add("memory", 0xfd, 92, memoryZero);
add("plain", 0xfd, 94, plainVector);
add("memory", 0xfe, 0x00, memoryNotify);
add("special", 0xfe, 0x03, "atomic.fence");
add("memory", 0xfe, 0x10, memoryAtomic);
add("memory", 0xfe, 0x41, memoryExchange);
add("memory", 0xfe, 0x48, memoryCompare);

/** The opcode of an instruction. */
export function opcodeOf(name: Instruction): Opcode {
  const found = table.get(name);
  if (!found) throw new Error(`no instruction ${name}`);
  return found;
}

/** The instruction with an opcode, or undefined. */
export function instructionNamed(prefix: number, code: number): { name: string; immediates: Immediates } | undefined {
  const name = names.get(prefix * 0x10000 + code);
  const opcode = name === undefined ? undefined : table.get(name);
  return name === undefined || opcode === undefined ? undefined : { name, immediates: opcode.immediates };
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

/** The type of the value that an instruction leaves, read off its name. */
export function resultOf(name: string): ValueType {
  const [shape, operation] = name.split(".");
  const lanes = laneType[shape];
  if (lanes !== undefined || shape === "v128") {
    if (operation.startsWith("extract_lane")) return lanes ?? "i32";
    return operation === "any_true" || operation === "all_true" || operation === "bitmask" ? "i32" : "v128";
  }
  if (/^(eqz|eq|ne|lt|gt|le|ge)(_[su])?$/.test(operation)) return "i32";
  return shape as ValueType;
}
