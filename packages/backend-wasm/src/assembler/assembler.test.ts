import { describe, expect, test } from "vitest";
import { Bytes } from "./bytes.ts";
import { Code } from "./code.ts";
import { disassemble } from "./disassemble.ts";
import { encodeBody, Module } from "./module.ts";
import { instructions, opcodeOf, resultOf } from "./opcodes.ts";

const written = (write: (bytes: Bytes) => void): number[] => {
  const bytes = new Bytes();
  write(bytes);
  return [...bytes.view];
};
const coded = (write: (code: Code) => void): number[] => {
  const code = new Code();
  write(code);
  return [...code.bytes.view];
};

describe("numbers", () => {
  // The examples of the DWARF standard's LEB128, and the ends of the ranges.
  test.each([
    [0, [0x00]],
    [2, [0x02]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [129, [0x81, 0x01]],
    [624485, [0xe5, 0x8e, 0x26]],
    [0xffffffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])("unsigned %d", (value, bytes) => expect(written((b) => b.unsigned(value))).toEqual(bytes));

  test.each([
    [2, [0x02]],
    [-2, [0x7e]],
    [63, [0x3f]],
    [64, [0xc0, 0x00]],
    [127, [0xff, 0x00]],
    [-127, [0x81, 0x7f]],
    [128, [0x80, 0x01]],
    [-128, [0x80, 0x7f]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])("signed %d", (value, bytes) => {
    expect(written((b) => b.signed(value))).toEqual(bytes);
    expect(written((b) => b.signed64(BigInt(value)))).toEqual(bytes);
  });

  test("the ends of 64 bits", () => {
    expect(written((b) => b.signed64(-(2n ** 63n)))).toEqual([128, 128, 128, 128, 128, 128, 128, 128, 128, 0x7f]);
    expect(written((b) => b.signed64(2n ** 63n - 1n))).toEqual([255, 255, 255, 255, 255, 255, 255, 255, 255, 0]);
  });

  test("floats are little-endian, names are counted in bytes", () => {
    expect(written((b) => b.float32(1))).toEqual([0, 0, 0x80, 0x3f]);
    expect(written((b) => b.float64(-2))).toEqual([0, 0, 0, 0, 0, 0, 0, 0xc0]);
    expect(written((b) => b.name("é"))).toEqual([2, 0xc3, 0xa9]);
  });

  test("grows beyond its first size", () => {
    const many = written((b) => {
      for (let i = 0; i < 1000; i++) b.byte(i & 255);
    });
    expect(many[999]).toBe(999 & 255);
  });
});

describe("instructions", () => {
  // Opcodes at the ends of each run of the table, from the specification's index of instructions.
  test.each([
    ["br_if", 0, 0x0d],
    ["call", 0, 0x10],
    ["select", 0, 0x1b],
    ["local.get", 0, 0x20],
    ["i32.load", 0, 0x28],
    ["i32.store16", 0, 0x3b],
    ["f64.const", 0, 0x44],
    ["i32.eqz", 0, 0x45],
    ["f64.ge", 0, 0x66],
    ["i32.add", 0, 0x6a],
    ["i64.shr_u", 0, 0x88],
    ["f32.abs", 0, 0x8b],
    ["f64.copysign", 0, 0xa6],
    ["i32.wrap_i64", 0, 0xa7],
    ["f64.reinterpret_i64", 0, 0xbf],
    ["i64.trunc_sat_f64_s", 0xfc, 6],
    ["v128.load", 0xfd, 0],
    ["v128.load16x4_u", 0xfd, 4],
    ["v128.load32_splat", 0xfd, 9],
    ["v128.store", 0xfd, 11],
    ["i8x16.shuffle", 0xfd, 13],
    ["i32x4.splat", 0xfd, 17],
    ["f64x2.splat", 0xfd, 20],
    ["i32x4.extract_lane", 0xfd, 27],
    ["f64x2.replace_lane", 0xfd, 34],
    ["i32x4.eq", 0xfd, 55],
    ["f64x2.ge", 0xfd, 76],
    ["v128.bitselect", 0xfd, 82],
    ["v128.any_true", 0xfd, 83],
    ["v128.store64_lane", 0xfd, 91],
    ["v128.load32_zero", 0xfd, 92],
    ["f64x2.promote_low_f32x4", 0xfd, 95],
    ["f32x4.nearest", 0xfd, 106],
    ["f64x2.floor", 0xfd, 117],
    ["f64x2.trunc", 0xfd, 122],
    ["i16x8.extend_low_i8x16_s", 0xfd, 135],
    ["i16x8.extend_low_i8x16_u", 0xfd, 137],
    ["f64x2.nearest", 0xfd, 148],
    ["i32x4.all_true", 0xfd, 163],
    ["i32x4.extend_low_i16x8_s", 0xfd, 167],
    ["i32x4.extend_low_i16x8_u", 0xfd, 169],
    ["i32x4.add", 0xfd, 174],
    ["i32x4.sub", 0xfd, 177],
    ["i32x4.mul", 0xfd, 181],
    ["i32x4.max_u", 0xfd, 185],
    ["i64x2.extend_high_i32x4_s", 0xfd, 200],
    ["i64x2.shl", 0xfd, 203],
    ["i64x2.mul", 0xfd, 213],
    ["i64x2.ge_s", 0xfd, 219],
    ["f32x4.abs", 0xfd, 224],
    ["f32x4.sqrt", 0xfd, 227],
    ["f32x4.pmax", 0xfd, 235],
    ["f64x2.pmax", 0xfd, 247],
    ["f32x4.convert_i32x4_s", 0xfd, 250],
    ["f64x2.convert_low_i32x4_s", 0xfd, 254],
    ["i8x16.swizzle", 0xfd, 14],
    ["f32x4.relaxed_madd", 0xfd, 0x105],
    ["i8x16.relaxed_laneselect", 0xfd, 0x109],
    ["memory.atomic.wait32", 0xfe, 0x01],
    ["i32.atomic.load", 0xfe, 0x10],
    ["i32.atomic.rmw.add", 0xfe, 0x1e],
    ["i32.atomic.rmw.cmpxchg", 0xfe, 0x48],
  ] as const)("%s", (name, prefix, code) => {
    expect(opcodeOf(name)).toMatchObject({ prefix, code });
    const same = [...instructions].filter(([, other]) => other.prefix === prefix && other.code === code);
    expect(same.map(([other]) => other)).toEqual([name]);
  });

  test("immediates", () => {
    expect(coded((c) => c.index("local.get", 200))).toEqual([0x20, 0xc8, 0x01]);
    expect(coded((c) => c.memory("f32.load", 300, 2))).toEqual([0x2a, 0x02, 0xac, 0x02]);
    expect(coded((c) => c.memoryLane("v128.store32_lane", 3, 16))).toEqual([0xfd, 90, 0x00, 0x10, 0x03]);
    expect(coded((c) => c.lane("f32x4.extract_lane", 2))).toEqual([0xfd, 31, 0x02]);
    expect(coded((c) => c.op("f32x4.add"))).toEqual([0xfd, 0xe4, 0x01]);
    expect(coded((c) => c.op("f32x4.relaxed_madd"))).toEqual([0xfd, 0x85, 0x02]);
    expect(coded((c) => c.block("if", "f32"))).toEqual([0x04, 0x7d]);
    expect(coded((c) => c.block("loop"))).toEqual([0x03, 0x40]);
    expect(coded((c) => c.callIndirect(5))).toEqual([0x11, 0x05, 0x00]);
    expect(coded((c) => c.shuffle(Array.from({ length: 16 }, (_, i) => i))).slice(0, 4)).toEqual([0xfd, 13, 0, 1]);
  });

  test("the type of a result follows from the name", () => {
    const types = [
      "f32.lt",
      "i64.eqz",
      "f64x2.extract_lane",
      "i32x4.extract_lane",
      "i32x4.all_true",
      "f32x4.lt",
      "v128.any_true",
      "i8x16.relaxed_laneselect",
      "i16x8.extend_low_i8x16_s",
    ];
    expect(types.map(resultOf)).toEqual(["i32", "i32", "f64", "i32", "i32", "v128", "i32", "v128", "v128"]);
    expect(["f64.promote_f32", "i32.load8_u", "v128.load32_splat", "i64.extend_i32_s"].map(resultOf)).toEqual([
      "f64",
      "i32",
      "v128",
      "i64",
    ]);
  });
});

test("variables of a body come in runs of one type", () => {
  const code = new Code();
  code.i32(7);
  expect([...encodeBody({ locals: ["i32", "i32", "v128", "i32"], code })]).toEqual([
    3, 2, 0x7f, 1, 0x7b, 1, 0x7f, 0x41, 7, 0x0b,
  ]);
});

test("a module with every section runs", () => {
  const module = new Module();
  module.importMemory("env", "memory", 1);
  module.importTable("env", "table", 4);
  const twice = module.importFunction("env", "twice", module.type(["i32"], ["i32"]));
  const binary = module.type(["i32", "i32"], ["i32"]);
  const add = module.declare(binary);
  const viaTable = module.declare(module.type(["i32"], ["i32"]));
  module.export("viaTable", viaTable);
  module.element(2, [add]);
  const sum = new Code();
  sum.index("local.get", 0);
  sum.index("call", twice);
  sum.index("local.get", 1);
  sum.op("i32.add");
  module.define({ locals: [], code: sum });
  const indirect = new Code();
  indirect.index("local.get", 0);
  indirect.i32(100);
  indirect.i32(2);
  indirect.callIndirect(binary);
  module.define({ locals: [], code: indirect });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), {
    env: {
      memory: new WebAssembly.Memory({ initial: 1 }),
      table: new WebAssembly.Table({ element: "anyfunc", initial: 4 }),
      twice: (x: number) => 2 * x,
    },
  });
  expect((exports.viaTable as (x: number) => number)(21)).toBe(142);
});

test("a shared memory is declared with its maximum", () => {
  const module = new Module();
  module.importMemory("m", "n", 1, 2, true);
  expect([...module.encode()].slice(8)).toEqual([2, 9, 1, 1, 0x6d, 1, 0x6e, 2, 3, 1, 2]);
});

test("disassembly names every instruction with its immediates, nested", () => {
  const code = new Code();
  code.block("block");
  code.block("loop", "i32");
  code.i32(-5);
  code.i64(-(2n ** 40n));
  code.f32(0.5);
  code.v128(new Uint8Array(Int32Array.of(1, 2, 3, -1).buffer));
  code.memory("v128.load", 32);
  code.memoryLane("v128.store64_lane", 1, 8);
  code.memory("i32.atomic.rmw.add", 4, 2);
  code.op("f32x4.relaxed_madd");
  code.lane("i32x4.extract_lane", 3);
  code.shuffle(Array.from({ length: 16 }, (_, i) => 31 - i));
  code.index("local.get", 300);
  code.index("br_if", 1);
  code.index("call", 1);
  code.index("call", 2);
  code.end();
  code.end();
  expect(disassemble(code, ["erf", "lgamma"])).toBe(
    [
      "block",
      "  loop (result i32)",
      "    i32.const -5",
      "    i64.const -1099511627776",
      "    f32.const 0.5",
      "    v128.const i32x4 0x00000001 0x00000002 0x00000003 0xffffffff",
      "    v128.load offset=32",
      "    v128.store64_lane offset=8 1",
      "    i32.atomic.rmw.add offset=4",
      "    f32x4.relaxed_madd",
      "    i32x4.extract_lane 3",
      "    i8x16.shuffle 31 30 29 28 27 26 25 24 23 22 21 20 19 18 17 16",
      "    local.get 300",
      "    br_if 1",
      "    call $lgamma",
      "    call 2",
      "  end",
      "end",
    ].join("\n"),
  );
});
