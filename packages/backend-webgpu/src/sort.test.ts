/** Sorts of rows that take a workgroup, or several passes. */
import { axis, load, plus, reads, runOnceAsync, single, times, writes } from "@cresset/conformance/kernels";
import { floatToHalf, hostArray, type Kernel } from "@cresset/core/backend";
import { expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { started } from "./testing.ts";

test.each([
  ["float32", 2500, 1, true, false],
  ["float32", 2500, -1, false, true],
  ["int64", 700, -1, true, true],
  ["int64", 300, 1, false, false],
  ["float16", 300, -1, false, true],
  ["bool", 1100, -1, true, false],
  ["int8", 129, 1, true, true],
] as const)(
  "sort %s, rows of %i, heap %i, cooperative: %o, descending: %o",
  async (dtype, length, heap, cooperative, descending) => {
    const backend = await started(webgpu({ heapBytes: heap * 1024 * 1024, cooperative }));
    const rows = 2;
    const index = plus(times(axis(0), length), axis(1));
    // Many equal ones, NaNs, infinities and zeros of both signs; a row of falling runs.
    const element = (i: number): number => {
      const [row, at] = [Math.floor(i / length), i % length];
      if (row === 1) return -(Math.floor(at / 3) % 120);
      const few = (at * 7919) % 61;
      if (dtype === "int64" || dtype === "int8") return few - 30;
      if (few < 5) return [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0][few];
      return (few - 30) / 4;
    };
    const elements = Array.from({ length: rows * length }, (_, i) => element(i));
    const data = hostArray(dtype, rows * length);
    elements.forEach((x, i) => {
      data[i] = dtype === "int64" ? BigInt(x) : dtype === "float16" ? floatToHalf(x) : dtype === "bool" ? +(x > 0) : x;
    });
    const kernel: Kernel = {
      kind: "sort",
      key: `sort ${dtype} ${length} ${descending}`,
      name: "sort",
      operands: [...reads(dtype), writes("int64")],
      axes: 2,
      arguments: 0,
      checks: 0,
      descending,
      value: load(dtype, 0, index),
      target: 1,
      // The target is transposed.
      index: plus(times(axis(1), rows), axis(0)),
    };
    const program = single(kernel, [rows * length, rows * length], [rows, length]);
    const got = (await runOnceAsync(backend, program, [data])).arrays[1];
    const greater = (a: number, b: number): boolean => !Number.isNaN(b) && (Number.isNaN(a) || a > b);
    for (let row = 0; row < rows; row++) {
      const keys = elements.slice(row * length, (row + 1) * length).map((x) => (dtype === "bool" ? +(x > 0) : x));
      const order = (a: number, b: number): number => {
        const [x, y] = descending ? [keys[b], keys[a]] : [keys[a], keys[b]];
        return greater(x, y) ? 1 : greater(y, x) ? -1 : a - b;
      };
      const expected = keys.map((_, i) => i).sort(order);
      const wrong = expected.findIndex((position, i) => Number(got[i * rows + row]) !== position);
      expect([row, wrong]).toEqual([row, -1]);
    }
  },
);
