import type { Writer } from "./writer.ts";

/** The product of extents, as text. */
export function extentText(axes: readonly number[]): string {
  return axes.map((axis) => `n${axis}`).join(" * ") || "1";
}

/** Names the coordinates of point number `flat` (row-major) of `axes`, and makes them the axes in scope. */
export function writeCoordinates(writer: Writer, axes: readonly number[], flat: string): void {
  let rest = flat;
  for (let i = axes.length - 1; i > 0; i--) {
    const axis = axes[i];
    const name = writer.fresh("c");
    writer.line(`let ${name} = ${rest} % n${axis};`);
    writer.axes.set(axis, name);
    const quotient = writer.fresh("q");
    writer.line(`let ${quotient} = ${rest} / n${axis};`);
    rest = quotient;
  }
  if (axes.length > 0) writer.axes.set(axes[0], rest);
}
