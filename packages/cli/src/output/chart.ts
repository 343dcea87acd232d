import { plot } from "asciichart";
import { decimal } from "./format.ts";

/** A loss curve as lines of characters; fewer than two numbers give none. */
export function lossChart(losses: readonly number[], columns = 80): string[] {
  const width = Math.max(10, Math.min(columns, 100) - 12);
  const finite = losses.filter(Number.isFinite);
  if (finite.length < 2) return [];
  // One point for each column of characters, the last loss being the last point.
  const points =
    finite.length <= width
      ? finite
      : Array.from({ length: width }, (_, i) => finite[Math.round((i * (finite.length - 1)) / (width - 1))]);
  return plot(points, { height: 9, format: (value) => decimal(value).padStart(10) })
    .split("\n")
    .map((line) => line.trimEnd());
}
