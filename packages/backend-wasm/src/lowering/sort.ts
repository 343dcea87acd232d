import { bytesOf, type SortKernel } from "@cresset/core/backend";
import { storeOne } from "./access.ts";
import { cast } from "./cast.ts";
import { value } from "./expression.ts";
import { addressOf } from "./index-math.ts";
import { nested } from "./statement.ts";
import type { KernelWriter } from "./writer.ts";

/** Bytes of scratch memory for each element of a row: its key (float64 or int64), then its position (int32). */
export const sortBytes = 12;

/** For each row: collect the keys, let the host sort their positions, store those. */
export function writeSort(w: KernelWriter, kernel: SortKernel): void {
  const { e, m } = w;
  const last = kernel.axes - 1;
  const rows = Array.from({ length: last }, (_, i) => i);
  const wide = kernel.value.dtype === "int64" ? "int64" : "float64";
  const extent = w.extent(last);
  const loop = (
    body: (place: { key: ReturnType<typeof w.plus>; position: ReturnType<typeof w.plus> }) => void,
  ): void => {
    e.loop(e.variable("i32", e.i32(0)), extent, 1, (i) => {
      w.setAxis(last, i);
      const positions = w.plus(w.scratch, w.times(extent, e.i32(8)));
      body({ key: w.plus(w.scratch, w.times(i, e.i32(8))), position: w.plus(positions, w.times(i, e.i32(4))) });
    });
  };
  nested(w, rows, () => {
    loop(({ key }) => storeOne(w, wide, key, cast(m, kernel.value.dtype, wide, value(w, kernel.value))));
    e.callNow(wide === "int64" ? "sort_integers" : "sort_floats", w.scratch, extent, e.i32(kernel.descending ? 1 : 0));
    loop(({ position }) => {
      const at = m.one("i32", e.load("i32.load", position, 0, true));
      storeOne(w, "int64", addressOf(w, kernel.target, kernel.index, bytesOf("int64")), cast(m, "int32", "int64", at));
    });
  });
}
