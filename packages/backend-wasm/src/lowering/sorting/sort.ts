import { bytesOf, type DType, type SortKernel } from "@cresset/core/backend";
import { nested } from "../statement.ts";
import type { KernelWriter } from "../writer.ts";
import { writeFirst } from "./first.ts";
import { Records } from "./records.ts";
import { type RecordKind, sortBytes } from "./sort-rows.ts";

/** How a dtype is sorted: float64 and int64 by keys of 64 bits. */
const recordKindOf = (dtype: DType): RecordKind => (bytesOf(dtype) === 8 ? "wide" : "narrow");

/** Bytes of scratch memory that a call needs: for one row. */
export const sortScratch = (kernel: SortKernel, extents: readonly number[]): number =>
  sortBytes(recordKindOf(kernel.value.dtype), extents[kernel.axes - 1] ?? 1);

/** For each row: make records of keys and positions, sort them, store the positions. */
export function writeSort(w: KernelWriter, kernel: SortKernel): void {
  const { e } = w;
  const last = kernel.axes - 1;
  const kind = recordKindOf(kernel.value.dtype);
  const extent = w.extent(last);
  const rows = Array.from({ length: last }, (_, i) => i);
  const records = new Records(w, kernel, kind);
  nested(w, rows, () => {
    const whole = (): void => {
      records.each(w.scratch, extent, (record, i) => records.put(record, i));
      records.store(records.sorted(extent), kernel.first === undefined ? extent : e.i32(kernel.first));
    };
    if (kernel.first === undefined) whole();
    else writeFirst(w, records, kernel.first, extent, whole);
  });
}
