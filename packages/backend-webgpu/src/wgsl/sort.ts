import { isFloat, type SortKernel } from "@cresset/core/backend";
import { value, writeStore } from "./expression.ts";
import { indexText } from "./index-math.ts";
import { operationText } from "./operations.ts";
import type { Plan } from "./plan.ts";
import { extentText, writeCoordinates } from "./points.ts";
import type { Writer } from "./writer.ts";

export function planSort(_: SortKernel, extents: readonly number[]): Plan {
  return { key: "", workgroups: Math.ceil(extents.reduce((a, b) => a * b, 1) / 64) };
}

/** A thread for each element counts what comes before it: that many places from the start is where its position goes. */
export function writeSort(writer: Writer, kernel: SortKernel): void {
  const last = kernel.axes - 1;
  const all = Array.from({ length: kernel.axes }, (_, axis) => axis);
  const { dtype } = kernel.value;
  writer.line("let point = workgroup * 64 + thread;");
  writer.line(`if (point >= ${extentText(all)}) { return; }`);
  writeCoordinates(writer, all, "point");
  const own = writer.axes.get(last) ?? "0";
  writer.line(`let own = ${value(writer, kernel.value)};`);
  writer.line("var before = 0;");
  writer.open(`for (var other = 0; other < n${last}; other++)`);
  writer.axes.set(last, "other");
  const x = writer.name("v", value(writer, kernel.value));
  const less = (a: string, b: string): string => {
    const [p, q] = kernel.descending ? [b, a] : [a, b];
    // NaN is the greatest.
    return isFloat(dtype) ? `${writer.use("beats_max")}(${q}, ${p})` : operationText(writer, "lt", dtype, [p, q]);
  };
  writer.open(`if (${less(x, "own")} || (!${less("own", x)} && other < ${own}))`);
  writer.line("before++;");
  writer.close();
  writer.close();
  writer.axes.set(last, "before");
  writeStore(writer, kernel.target, indexText(writer, kernel.index), `${writer.use("int64_of")}(${own})`);
}
