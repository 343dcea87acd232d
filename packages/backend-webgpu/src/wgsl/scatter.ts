import type { Index, ScatterKernel } from "@cresset/core/backend";
import { loadText, roundText, value, writeStore } from "./expression.ts";
import { indexText } from "./index-math.ts";
import type { Plan } from "./plan.ts";
import { extentText, writeCoordinates } from "./points.ts";
import { combineText } from "./reduction.ts";
import type { Writer } from "./writer.ts";

/**
 * The second pass of a scatter whose points were sorted by their targets (`scatter-passes.ts`): for each target, the points that
 * meet there lie side by side, in their order.
 */
export interface SegmentsPass extends ScatterKernel {
  /** The axis along which points may meet. */
  readonly along: number;
  /** Axes of the rows that were sorted. */
  readonly rows: readonly number[];
  /** The operand of the sorted positions along the axis. */
  readonly positions: number;
}

const isSegments = (kernel: ScatterKernel): kernel is SegmentsPass => "positions" in kernel;

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
  const threads = product(isSegments(kernel) ? extents : free.map((axis) => extents[axis]));
  return {
    key: free.join(","),
    workgroups: Math.ceil(threads / 64),
    // All points may meet.
    steps: isSegments(kernel) ? extents[kernel.along] : product(extents) / Math.max(threads, 1),
    scatter: { free },
  };
}

/**
 * Axes on which the target's index depends so that two points that differ in one of them never have the same target: the
 * digits of the index in a mixed radix, in which the value read from data is a digit too.
 */
export function freeAxes(index: Index, extents: readonly number[]): number[] {
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
  if (isSegments(kernel)) {
    writeSegments(writer, kernel, free);
    return;
  }
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

/** The first point of each segment has a thread, which takes those that follow: in the same order as above. */
function writeSegments(writer: Writer, kernel: SegmentsPass, free: readonly number[]): void {
  const { along, rows, target, mode } = kernel;
  const { dtype } = kernel.operands[target];
  const axes = [...free, along];
  writer.line("let point = workgroup * 64 + thread;");
  writer.line(`if (point >= ${extentText(axes)}) { return; }`);
  writeCoordinates(writer, axes, "point");
  const slot = writer.axes.get(along) ?? "point";
  const row = rows.reduce((text, axis) => `(${text} * n${axis} + ${writer.axes.get(axis)})`, "0");
  writer.line(`let origin = ${row} * n${along};`);
  const positionAt = (at: string): string => `i32(${loadText(writer, kernel.positions, `(origin + ${at})`)}.x)`;
  const targetOf = (position: string): string => {
    writer.axes.set(along, position);
    return indexText(writer, kernel.index);
  };
  writer.line(`let own = ${positionAt(slot)};`);
  writer.line(`let at = ${targetOf("own")};`);
  writer.open(`if (${slot} > 0)`);
  writer.line(`let before = ${positionAt(`${slot} - 1`)};`);
  writer.line(`if (${targetOf("before")} == at) { return; }`);
  writer.close();
  writer.line(`var total = ${loadText(writer, target, "at")};`);
  writer.open(`for (var next = ${slot}; next < n${along}; next++)`);
  writer.line(`let position = ${positionAt("next")};`);
  writer.line(`if (${targetOf("position")} != at) { break; }`);
  const source = value(writer, kernel.value);
  const result = mode === "set" ? source : roundText(writer, dtype, combineText(writer, mode, dtype, "total", source));
  writer.line(`total = ${result};`);
  writer.close();
  writeStore(writer, target, "at", "total");
}
