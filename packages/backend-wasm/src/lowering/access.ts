/** Reading and writing elements of each dtype, one or four neighbouring ones. */
import type { DType } from "@cresset/core/backend";
import type { MemoryLaneOp, MemoryOp } from "../assembler/opcodes.ts";
import type { Value } from "./code/emitter.ts";
import { kindOf, type Lanes } from "./code/lanes.ts";
import { floatToHalf, halfToFloat } from "./values/half.ts";
import type { KernelWriter } from "./writer.ts";

const scalarLoads: Readonly<Record<DType, MemoryOp>> = {
  float32: "f32.load",
  float64: "f64.load",
  float16: "i32.load16_u",
  int64: "i64.load",
  int32: "i32.load",
  int16: "i32.load16_s",
  int8: "i32.load8_s",
  uint8: "i32.load8_u",
  bool: "i32.load8_u",
};

const scalarStores: Readonly<Record<DType, MemoryOp>> = {
  float32: "f32.store",
  float64: "f64.store",
  float16: "i32.store16",
  int64: "i64.store",
  int32: "i32.store",
  int16: "i32.store16",
  int8: "i32.store8",
  uint8: "i32.store8",
  bool: "i32.store8",
};

/** One element. `pinned`: the kernel writes there too, so that the load must stay where it is. */
export function loadOne(w: KernelWriter, dtype: DType, address: Value, pinned: boolean): Lanes {
  const raw = w.e.load(scalarLoads[dtype], address, 0, pinned);
  return dtype === "float16" ? halfToFloat(w.m, w.m.one("i32", raw)) : w.m.one(kindOf[dtype], raw);
}

/** Four neighbouring elements. */
export function loadFour(w: KernelWriter, dtype: DType, address: Value, pinned: boolean): Lanes {
  const { e, m } = w;
  const kind = kindOf[dtype];
  const vector = (name: MemoryOp, offset = 0): Value => e.load(name, address, offset, pinned);
  const four = (value: Value): Lanes => ({
    kind: kind === "mask" || dtype === "float16" ? "i32" : kind,
    width: 4,
    parts: [value],
  });
  switch (dtype) {
    case "float32":
    case "int32":
      return four(vector("v128.load"));
    case "float64":
    case "int64":
      return { kind, width: 4, parts: [vector("v128.load"), vector("v128.load", 16)] };
    case "int16":
      return four(vector("v128.load16x4_s"));
    case "float16":
      return halfToFloat(m, four(vector("v128.load16x4_u")));
    case "int8":
    case "uint8":
    case "bool": {
      const sign = dtype === "int8" ? "s" : "u";
      const pairs = e.op(`i16x8.extend_low_i8x16_${sign}`, vector("v128.load32_zero"));
      const integers = four(e.op(`i32x4.extend_low_i16x8_${sign}`, pairs));
      return dtype === "bool" ? m.nonZero(integers) : integers;
    }
  }
}

export function storeOne(w: KernelWriter, dtype: DType, address: Value, x: Lanes): void {
  const bits = dtype === "float16" ? floatToHalf(w.m, x) : x;
  w.e.store(scalarStores[dtype], address, bits.parts[0]);
}

/** The first byte, or two, of each lane. */
const firstBytes = [0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const firstPairs = [0, 1, 4, 5, 8, 9, 12, 13, 0, 0, 0, 0, 0, 0, 0, 0];

export function storeFour(w: KernelWriter, dtype: DType, address: Value, given: Lanes): void {
  const { e, m } = w;
  const x = m.widen(given);
  const packed = (lanes: readonly number[], name: MemoryLaneOp, value: Value): void => {
    e.storeLane(name, 0, address, e.shuffle(lanes, value, value));
  };
  switch (dtype) {
    case "float32":
    case "int32":
    case "float64":
    case "int64":
      for (const [i, part] of x.parts.entries()) e.store("v128.store", address, part, 16 * i);
      break;
    case "float16":
      packed(firstPairs, "v128.store64_lane", floatToHalf(m, x).parts[0]);
      break;
    case "int16":
      packed(firstPairs, "v128.store64_lane", x.parts[0]);
      break;
    case "int8":
    case "uint8":
      packed(firstBytes, "v128.store32_lane", x.parts[0]);
      break;
    case "bool":
      packed(firstBytes, "v128.store32_lane", m.maskToInteger(x).parts[0]);
      break;
  }
}
