import {
  axis,
  fromValue,
  load,
  plus,
  reads,
  runOnceAsync,
  single,
  times,
  updates,
  writes,
} from "@cresset/conformance/kernels";
import type { Backend, HostArray, Kernel, ScanKernel } from "@cresset/core/backend";
import { describe, expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { started } from "./testing.ts";

/** Values in the heap, and each in a buffer of its own; kernels whose threads work together, and whose threads do not. */
const placements: [string, Backend][] = [
  ["heap", await started(webgpu({ cooperative: false }))],
  ["buffers", await started(webgpu({ heapBytes: -1, cooperative: false }))],
  ["heap, cooperative", await started(webgpu({ cooperative: true }))],
  ["buffers, cooperative", await started(webgpu({ heapBytes: -1, cooperative: true }))],
  ["heap, cooperative, without subgroups", await started(webgpu({ cooperative: true, subgroups: false }))],
];

const f32 = (...values: number[]): Float32Array<ArrayBuffer> => Float32Array.from(values);
const i64 = (...values: number[]): BigInt64Array<ArrayBuffer> => BigInt64Array.from(values.map(BigInt));

describe.each(placements)("%s", (_, backend) => {
  /** Runs one kernel and gives the contents of its last operand. */
  async function result(
    kernel: Kernel,
    lengths: number[],
    extents: number[],
    data: (HostArray | undefined)[],
    args: (number | bigint)[] = [],
  ) {
    const { arrays } = await runOnceAsync(backend, single(kernel, lengths, extents), data, args);
    return [...arrays[arrays.length - 1]];
  }

  test.each([
    ["set", [10, 3, 4]],
    ["sum", [10, 25, 5]],
    ["product", [10, 120, 4]],
    ["max", [10, 20, 4]],
    ["min", [10, 2, 1]],
  ] as const)("scatter %s", async (mode, expected) => {
    const kernel: Kernel = {
      kind: "scatter",
      key: `scatter ${mode}`,
      name: "scatter",
      operands: [...reads("int64", "float32"), updates("float32")],
      axes: 1,
      arguments: 0,
      checks: 0,
      mode,
      target: 2,
      index: fromValue(load("int64", 0, axis(0)), 3),
      value: load("float32", 1, axis(0)),
    };
    const data = [i64(1, 2, 1), f32(2, 4, 3), f32(10, 20, 1)];
    expect(await result(kernel, [3, 3, 3], [3], data)).toEqual(expected);
  });

  const scan = (op: ScanKernel["op"]): ScanKernel => ({
    kind: "scan",
    key: `scan ${op}`,
    name: "scan",
    operands: [...reads("float32"), writes(op.startsWith("arg") ? "int64" : "float32")],
    axes: 2,
    arguments: 0,
    checks: 0,
    op,
    dtype: op.startsWith("arg") ? "int64" : "float32",
    value: load("float32", 0, plus(times(axis(0), 4), axis(1))),
    target: 1,
    index: plus(times(axis(0), 4), axis(1)),
  });

  test("scans", async () => {
    const data = f32(1, 3, 3, 2, 5, Number.NaN, 7, Number.NaN);
    const nan = Number.NaN;
    expect(await result(scan("sum"), [8, 8], [2, 4], [data])).toEqual([1, 4, 7, 9, 5, nan, nan, nan]);
    expect(await result(scan("product"), [8, 8], [2, 4], [data])).toEqual([1, 3, 9, 18, 5, nan, nan, nan]);
    expect(await result(scan("max"), [8, 8], [2, 4], [data])).toEqual([1, 3, 3, 3, 5, nan, nan, nan]);
    expect((await result(scan("argmax"), [8, 8], [2, 4], [data])).map(Number)).toEqual([0, 1, 2, 2, 0, 1, 1, 3]);
    expect((await result(scan("argmin"), [8, 8], [2, 4], [data])).map(Number)).toEqual([0, 0, 0, 0, 0, 1, 1, 3]);
    const out = (
      await result(scan("logsumexp"), [8, 8], [2, 4], [f32(0, 0, 0, 0, Number.NEGATIVE_INFINITY, 1000, 1000, 0)])
    ).map(Number);
    [0, Math.log(2), Math.log(3), Math.log(4)].forEach((v, i) => {
      expect(out[i]).toBeCloseTo(v, 6);
    });
    expect(out.slice(4)).toEqual([
      Number.NEGATIVE_INFINITY,
      1000,
      Math.fround(1000 + Math.log(2)),
      Math.fround(1000 + Math.log(2)),
    ]);
  });

  test.each(["sum", "product", "max", "argmax", "argmin", "logsumexp"] as const)(
    "scan %s of rows of several blocks",
    async (op) => {
      const length = 5000;
      const arg = op.startsWith("arg");
      const index = plus(times(axis(0), length), axis(1));
      const kernel: ScanKernel = {
        ...scan(op),
        key: `long scan ${op}`,
        value: load("float32", 0, index),
        target: 1,
        index,
      };
      // Small whole numbers and powers of two: every order of adding or multiplying gives the same.
      const element = (i: number): number =>
        op === "product" ? [1, -1, 2, 0.5][(i * 7) % 4] : op === "logsumexp" ? -(i % 11) : ((i * 37) % 101) - 50;
      const data = Float32Array.from({ length: 3 * length }, (_, i) => element(i));
      // The last row has a NaN in its third block.
      if (op !== "logsumexp") data[2 * length + 4500] = Number.NaN;
      const got = await result(kernel, [3 * length, 3 * length], [3, length], [data]);
      for (let row = 0; row < 3; row++) {
        let state = { sum: 0, product: 1, max: -Infinity, argmax: -Infinity, argmin: Infinity, logsumexp: 0 }[op];
        let position = 0;
        for (let i = 0; i < length; i++) {
          const x = data[row * length + i];
          if (op === "sum") state += x;
          else if (op === "product") state *= x;
          else if (op === "logsumexp") state += Math.exp(x);
          else if (op === "max") state = Math.max(state, x);
          else if (Number.isNaN(x) || (!Number.isNaN(state) && (op === "argmax" ? x >= state : x <= state))) {
            state = x;
            position = i;
          }
          const seen = Number(got[row * length + i]);
          if (op === "logsumexp") {
            // Each of up to so many additions rounds by 2⁻²² at most.
            if (!(Math.abs(seen - Math.log(state)) <= length * 2 ** -22))
              throw new Error(`${seen} for ${Math.log(state)} at ${i}`);
          } else if (!Object.is(seen, arg ? position : state))
            throw new Error(`${seen} for ${arg ? position : state} at ${i} of row ${row}`);
        }
      }
    },
  );

  test("sort is stable, NaN is the greatest", async () => {
    const sort = (descending: boolean): Kernel => ({
      kind: "sort",
      key: `sort ${descending}`,
      name: "sort",
      operands: [...reads("float32"), writes("int64")],
      axes: 2,
      arguments: 0,
      checks: 0,
      descending,
      value: load("float32", 0, plus(times(axis(0), 5), axis(1))),
      target: 1,
      index: plus(times(axis(0), 5), axis(1)),
    });
    const data = f32(2, Number.NaN, 1, 2, 1, 0, -0, 5, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    expect((await result(sort(false), [10, 10], [2, 5], [data])).map(Number)).toEqual([2, 4, 0, 3, 1, 3, 0, 1, 2, 4]);
    expect((await result(sort(true), [10, 10], [2, 5], [data])).map(Number)).toEqual([1, 0, 3, 2, 4, 4, 2, 0, 1, 3]);
  });
});
