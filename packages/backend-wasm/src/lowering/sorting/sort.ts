import { bytesOf, type DType, isFloat, type SortKernel } from "@cresset/core/backend";
import { storeOne } from "../access.ts";
import type { Value } from "../code/emitter.ts";
import type { LaneMath } from "../code/lane-math.ts";
import type { Lanes } from "../code/lanes.ts";
import { value } from "../expression.ts";
import { addressOf } from "../index-math.ts";
import { nested } from "../statement.ts";
import { cast } from "../values/cast.ts";
import type { KernelWriter } from "../writer.ts";
import { type RecordKind, recordBytes, sortBytes } from "./sort-rows.ts";

/** How a dtype is sorted: float64 and int64 by keys of 64 bits. */
const recordKindOf = (dtype: DType): RecordKind => (bytesOf(dtype) === 8 ? "wide" : "narrow");

/** An integer whose unsigned order is that of the values: NaN is the greatest, −0 and 0 are equal. */
function keyOf(m: LaneMath, dtype: DType, x: Lanes, descending: boolean): Lanes {
  const kind = recordKindOf(dtype) === "wide" ? "i64" : "i32";
  const width = kind === "i64" ? 64 : 32;
  const sign = kind === "i64" ? -(2n ** 63n) : -(2 ** 31);
  let key: Lanes;
  if (isFloat(dtype)) {
    const positive = m.add(x, 0);
    const bits = kind === "i64" ? m.reinterpret("i64", positive) : m.reinterpret("i32", positive);
    const flipped = m.bitwise("xor", bits, m.bitwise("or", m.shift("shr_s", bits, width - 1), sign));
    key = m.select(m.compare("eq", x, x), flipped, -1);
  } else {
    key = m.bitwise("xor", cast(m, dtype, kind === "i64" ? "int64" : "int32", x), sign);
  }
  return descending ? m.bitwise("xor", key, -1) : key;
}

/** Bytes of scratch memory that a call needs: for one row. */
export const sortScratch = (kernel: SortKernel, extents: readonly number[]): number =>
  sortBytes(recordKindOf(kernel.value.dtype), extents[kernel.axes - 1] ?? 1);

/** For each row: make records of keys and positions, sort them, store the positions. */
export function writeSort(w: KernelWriter, kernel: SortKernel): void {
  const { e, m } = w;
  const { dtype } = kernel.value;
  const last = kernel.axes - 1;
  const kind = recordKindOf(dtype);
  const extent = w.extent(last);
  const loop = (first: Value, body: (record: Value, position: Lanes) => void): void => {
    e.loop(e.variable("i32", e.i32(0)), extent, 1, (i) => {
      w.setAxis(last, i);
      body(w.plus(first, w.times(i, e.i32(recordBytes[kind]))), m.one("i32", i));
    });
  };
  const rows = Array.from({ length: last }, (_, i) => i);
  nested(w, rows, () => {
    loop(w.scratch, (record, position) => {
      const key = keyOf(m, dtype, value(w, kernel.value), kernel.descending);
      if (kind === "narrow") e.store("i32.store", record, key.parts[0], 4);
      else e.store("i64.store", record, key.parts[0]);
      e.store("i32.store", record, position.parts[0], kind === "narrow" ? 0 : 8);
    });
    const records = e.get(e.variable("i32", w.scratch));
    const [sorted] = e.call(`sort_${kind}`, ["i32"], [records, extent]);
    loop(sorted, (record) => {
      const at = m.one("i32", e.load("i32.load", record, kind === "narrow" ? 0 : 8, true));
      storeOne(w, "int64", addressOf(w, kernel.target, kernel.index, bytesOf("int64")), cast(m, "int32", "int64", at));
    });
  });
}
