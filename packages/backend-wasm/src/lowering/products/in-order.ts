/** Small contractions of float32 where code is wanted soon: their products as they come, instead of strips of tiles. */
import type { ContractionKernel } from "@cresset/core/backend";
import { value } from "../expression.ts";
import { LaneVariable } from "../reductions/reduction.ts";
import { nested, statements } from "../statement.ts";
import type { KernelWriter } from "../writer.ts";
import { axesOf } from "./contraction-axes.ts";
import { eachPoint } from "./odometer.ts";
import { block } from "./strip-loop.ts";

/**
 * So many products take less time one by one than code that computes tiles of them takes to be written. No sum may have more
 * than what strips add in one block.
 */
export const most = { products: 1 << 17, depth: block.depth } as const;

/** Sums as strips have them: in the order of the depth, each product rounded with its sum where vectors do that. */
export function writeInOrder(w: KernelWriter, kernel: ContractionKernel): void {
  const { m, e } = w;
  const { batch, rows, columns, depth } = axesOf(kernel);
  const zero = m.constant("f32", 0);
  const result = (): void => {
    const sum = new LaneVariable(w, m.fuses ? m.widen(zero) : zero);
    nested(w, depth, () => sum.set(m.mulAdd(value(w, kernel.left), value(w, kernel.right), sum.get())));
    w.define(kernel.register, m.extract(sum.copy(), 0));
    statements(w, kernel.body, false);
  };
  const each = ({ axes, range }: typeof rows, body: () => void): void => {
    const start = w.rangeStart(range);
    eachPoint(w, axes, start, e.op("i32.sub", w.rangeEnd(range), start), body, 0);
  };
  nested(w, batch, () => each(rows, () => each(columns, result)));
}
