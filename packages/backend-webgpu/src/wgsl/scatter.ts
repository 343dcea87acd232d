import type { Index, ScatterKernel } from "@cresset/core/backend";
import { loadText, roundText, value, writeStore } from "./expression.ts";
import { indexText } from "./index-math.ts";
import type { Plan } from "./plan.ts";
import { extentText, writeCoordinates } from "./points.ts";
import { combineText } from "./reduction.ts";
import type { Writer } from "./writer.ts";

export interface ScatterVariant {
  /** Axes along which points never meet: their threads run at once. Along the others one thread goes in order. */
  readonly free: readonly number[];
}

const product = (extents: readonly number[]): number => extents.reduce((a, b) => a * b, 1);

export function planScatter(
  kernel: ScatterKernel,
  extents: readonly number[],
): Plan & { readonly scatter: ScatterVariant } {
  const free = freeAxes(kernel.index, extents);
  return {
    key: free.join(","),
    workgroups: Math.ceil(product(free.map((axis) => extents[axis])) / 64),
    scatter: { free },
  };
}

/**
 * Axes on which the target's index depends so that two points that differ in one of them never have the same target: the
 * digits of the index in a mixed radix, in which the value read from data is a digit too.
 */
function freeAxes(index: Index, extents: readonly number[]): number[] {
  const digits: { axis: number; size: number; step: number }[] = [];
  const collect = (part: Index, by: number): boolean => {
    switch (part.kind) {
      case "constant":
      case "argument":
        return true;
      case "axis":
        digits.push({ axis: part.axis, size: extents[part.axis], step: by });
        return true;
      case "sum":
        return collect(part.left, by) && collect(part.right, by);
      case "product":
        return collect(part.input, by * part.by);
      case "value":
        digits.push({ axis: -1, size: part.extent, step: by });
        return true;
      default:
        return false;
    }
  };
  if (!collect(index, 1)) return [];
  digits.sort((a, b) => a.step - b.step);
  let reach = 1;
  const seen = new Set<number>();
  for (const { axis, size, step } of digits) {
    if (step < reach || (axis >= 0 && seen.has(axis))) return [];
    seen.add(axis);
    reach = step * size;
  }
  return digits.flatMap(({ axis }) => (axis >= 0 ? [axis] : [])).sort((a, b) => a - b);
}

/** Each thread takes the points that may meet, in row-major order: the result does not depend on chance. */
export function writeScatter(writer: Writer, kernel: ScatterKernel, { free }: ScatterVariant): void {
  const bound = Array.from({ length: kernel.axes }, (_, axis) => axis).filter((axis) => !free.includes(axis));
  writer.line("let point = workgroup * 64 + thread;");
  writer.line(`if (point >= ${extentText(free)}) { return; }`);
  writeCoordinates(writer, free, "point");
  for (const axis of bound) {
    writer.open(`for (var i${axis} = 0; i${axis} < n${axis}; i${axis}++)`);
    writer.axes.set(axis, `i${axis}`);
  }
  const { dtype } = kernel.operands[kernel.target];
  const at = writer.name("at", indexText(writer, kernel.index));
  const source = value(writer, kernel.value);
  const result =
    kernel.mode === "set"
      ? source
      : roundText(writer, dtype, combineText(writer, kernel.mode, dtype, loadText(writer, kernel.target, at), source));
  writeStore(writer, kernel.target, at, result);
  for (const _ of bound) writer.close();
}
