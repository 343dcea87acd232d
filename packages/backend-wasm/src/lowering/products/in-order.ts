/** Small contractions of float32 where code is wanted soon: one sum after the other, instead of tiles. */
import type { ContractionKernel } from "@cresset/core/backend";
import type { Lanes } from "../code/lanes.ts";
import { value } from "../expression.ts";
import { LaneVariable } from "../reductions/reduction.ts";
import { nested, statements } from "../statement.ts";
import type { KernelWriter } from "../writer.ts";
import { axesOf } from "./contraction-axes.ts";
import { eachPoint } from "./odometer.ts";
import { block as strip } from "./strip-loop.ts";
import { block as thin } from "./thin.ts";

/**
 * So many products take less time one by one than code that computes tiles of them takes to be written. No sum may have more
 * than what tiles add in one block.
 */
export const most = { products: 1 << 17, strips: strip.depth, thin: thin.depth } as const;

/** Writes what strips would, or, where there are only rows or only columns, what `writeThin` would, to the last bit. */
export function writeInOrder(w: KernelWriter, kernel: ContractionKernel): void {
  const { batch, rows, columns, depth } = axesOf(kernel);
  const isThin = rows.axes.length === 0 || columns.axes.length === 0;
  const result = (): void => {
    w.define(kernel.register, isThin ? thinSum(w, kernel, depth[0]) : stripSum(w, kernel, depth));
    statements(w, kernel.body, false);
  };
  const each = ({ axes, range }: typeof rows, body: () => void): void => {
    const start = w.rangeStart(range);
    eachPoint(w, axes, start, w.e.op("i32.sub", w.rangeEnd(range), start), body, 0);
  };
  nested(w, batch, () => each(rows, () => each(columns, result)));
}

/** In the order of the depth, each product rounded with its sum where vectors do that. */
function stripSum(w: KernelWriter, kernel: ContractionKernel, depth: readonly number[]): Lanes {
  const { m } = w;
  const zero = m.constant("f32", 0);
  const sum = new LaneVariable(w, m.fuses ? m.widen(zero) : zero);
  nested(w, depth, () => {
    sum.set(m.mulAdd(value(w, kernel.left), value(w, kernel.right), sum.get()));
  });
  return m.extract(sum.copy(), 0);
}

/** Four partial sums and what is left (`matrix-vector.ts`). The depth is one axis. */
function thinSum(w: KernelWriter, kernel: ContractionKernel, axis: number): Lanes {
  const { m, e } = w;
  const steps = w.extent(axis);
  const zero = m.constant("f32", 0);
  const four = new LaneVariable(w, m.widen(zero));
  const tail = new LaneVariable(w, zero);
  const step = e.variable("i32", e.i32(0));
  e.loop(step, e.op("i32.and", steps, e.i32(-4)), 4, (i) => {
    w.setAxis(axis, i);
    w.vectorAxis = axis;
    four.set(m.mulAdd(value(w, kernel.left), value(w, kernel.right), four.get()));
    w.vectorAxis = undefined;
  });
  e.loop(step, steps, 1, (i) => {
    w.setAxis(axis, i);
    tail.set(m.add(m.mul(value(w, kernel.left), value(w, kernel.right)), tail.get()));
  });
  const [a, b, c, d] = [0, 1, 2, 3].map((lane) => m.extract(four.copy(), lane));
  const sum = new LaneVariable(w, m.add(m.add(a, b), m.add(c, d)));
  e.branch(e.op("i32.and", steps, e.i32(3)), () => sum.set(m.add(sum.get(), tail.get())));
  return sum.copy();
}
