import type { LoopKernel, Statement } from "@cresset/core/backend";
import { accesses, scoreOf } from "./accesses.ts";
import { isSmall } from "./products/inner.ts";
import { eachNeighbour } from "./products/odometer.ts";
import { nested, statements } from "./statement.ts";
import type { KernelWriter } from "./writer.ts";

/** How a loop kernel uses vectors: along an outer axis (then the innermost loop), along its inner loops, or not at all. */
type Plan = { readonly kind: "outer"; readonly axis: number } | { readonly kind: "rows" } | { readonly kind: "none" };

/** Loops over the outer axes around the body. */
export function writeLoop(w: KernelWriter, kernel: LoopKernel): void {
  const { loops } = w.rare;
  if (loops) loops.write(w, kernel, (body, narrow) => writePoints(w, kernel.outer, body, narrow));
  else writePoints(w, kernel.outer, kernel.body);
}

/** @param narrow axes without four neighbours. */
function writePoints(w: KernelWriter, outer: number, all: readonly Statement[], narrow?: ReadonlySet<number>): void {
  const apart = !w.target.simd || (w.assumptions.brief && w.hurry());
  const plan: Plan = apart ? { kind: "none" } : planOf(w, outer, all, narrow);
  const axes = Array.from({ length: outer }, (_, i) => i);
  if (plan.kind !== "outer") {
    nested(w, axes, () => statements(w, all, plan.kind === "rows"));
    return;
  }
  const { axis } = plan;
  nested(
    w,
    axes.filter((other) => other !== axis),
    () => {
      const body = (): void => statements(w, all, false);
      const copies = copiesOf(all);
      let start = w.from(axis);
      if (copies > 1) {
        const counter = w.e.variable("i32", start);
        const count = w.e.op("i32.sub", w.until(axis), start);
        w.e.loop(counter, w.plus(start, w.e.op("i32.and", count, w.e.i32(-4 * copies))), 4 * copies, (i) => {
          w.setAxis(axis, i);
          w.vectorAxis = axis;
          w.withCopies(copies, body);
          w.vectorAxis = undefined;
        });
        start = w.e.copy(counter);
      }
      eachNeighbour(w, axis, start, w.e.op("i32.sub", w.until(axis), start), w.overlapOf(all), body);
    },
  );
}

/**
 * How many vectors of outer points an inner loop takes at once: along rows of memory that are far apart, as much of each as
 * there are sums in registers for.
 */
function copiesOf(body: readonly Statement[]): number {
  const inner = body.flatMap((statement) =>
    statement.kind === "inner" && statement.axes.length > 0 ? [statement] : [],
  );
  if (inner.length === 0 || !inner.every((one) => isSmall(one.body, one.reductions))) return 1;
  const sums = Math.max(...inner.map((one) => one.reductions.length));
  return sums === 1 ? 8 : sums === 2 ? 4 : 1;
}

/** The axis along which most accesses are neighbours. */
export function planOf(w: KernelWriter, outer: number, body: readonly Statement[], narrow?: ReadonlySet<number>): Plan {
  const inner = body.flatMap((statement) => (statement.kind === "inner" ? [statement] : []));
  const all = accesses(body);
  let best: Plan = { kind: "none" };
  let bestScore = Number.NEGATIVE_INFINITY;
  const consider = (plan: Plan, score: number): void => {
    if (score > bestScore) {
      bestScore = score;
      best = plan;
    }
  };
  if (!w.assumptions.short && inner.some(({ axes }) => axes.length > 0)) {
    let score = 0;
    for (const one of inner) {
      const last = one.axes[one.axes.length - 1];
      if (last !== undefined) score += scoreOf(accesses([one]), last);
    }
    consider({ kind: "rows" }, score);
  }
  for (let axis = outer - 1; axis >= 0; axis--)
    if (!narrow?.has(axis)) consider({ kind: "outer", axis }, scoreOf(all, axis));
  return best;
}
