/** Whether records agree: texts and shapes exactly, numbers within a few units in the last place of what was computed. */
import { expect } from "vitest";
import type { Record_, Recorded } from "./run.ts";

const isTensor = (value: unknown): value is Required<Recorded> =>
  typeof value === "object" && value !== null && "data" in value && "shape" in value;

/** Relative to the value, and for what cancels to the largest beside it. */
const tolerances: Readonly<Record<string, number>> = { float32: 2e-5, float64: 1e-12 };

function compareTensor(got: unknown, want: Required<Recorded>, where: string): void {
  expect(isTensor(got), `${where}: ${JSON.stringify(got)} instead of a tensor`).toBe(true);
  if (!isTensor(got)) return;
  expect({ where, shape: got.shape, dtype: got.dtype }).toEqual({ where, shape: want.shape, dtype: want.dtype });
  const tolerance = tolerances[want.dtype] ?? 0;
  const largest = Math.max(1, ...want.data.map((x) => (typeof x === "number" ? Math.abs(x) : 0)));
  for (const [i, x] of want.data.entries()) {
    const y = got.data[i];
    const near =
      typeof x === "number" && typeof y === "number"
        ? Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.min(largest, 1))
        : x === y;
    if (!near) expect(`${where}[${i}]: ${y}`).toBe(`${where}[${i}]: ${x}`);
  }
}

/** @throws where something that was recorded is not what was got. */
export function compare(got: Record_, want: Record_): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(want).sort());
  for (const [name, value] of Object.entries(want)) {
    const list = Array.isArray(value) ? value : [value];
    const own = Array.isArray(value) ? (got[name] as unknown[]) : [got[name]];
    expect(own.length, name).toBe(list.length);
    for (const [i, each] of list.entries()) {
      const where = list.length > 1 ? `${name} ${i}` : name;
      if (isTensor(each)) compareTensor(own[i], each, where);
      else expect({ [where]: own[i] }).toEqual({ [where]: each });
    }
  }
}
