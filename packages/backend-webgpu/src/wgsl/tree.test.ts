/** Reductions have the same bits whether lanes meet in shared memory or in subgroups. */
import {
  axis,
  load,
  loop,
  plus,
  reads,
  reduce,
  register,
  runOnceAsync,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import {
  type ContractionKernel,
  type DType,
  floatToHalf,
  type HostArray,
  hostArray,
  type LoopKernel,
  type ReduceOp,
} from "@cresset/core/backend";
import { expect, test } from "vitest";
import { webgpu } from "../index.ts";
import { started } from "../testing.ts";

const inMemory = await started(webgpu({ cooperative: true, subgroups: false }));
const inSubgroups = await started(webgpu({ cooperative: true }));

const rows = 3;
/** A row for each workgroup, two rows for each, many rows for each. */
const lengths = [700, 100, 20];

function reduction(op: ReduceOp, dtype: DType, length: number): LoopKernel {
  const result: DType = op.startsWith("arg") ? "int64" : dtype;
  return loop([...reads(dtype), writes(result)], 2, 1, [
    reduce([1], 0, op, load(dtype, 0, plus(times(axis(0), length), axis(1)))),
    store(1, axis(0), register(result, 0)),
  ]);
}

function dataOf(dtype: DType, length: number): HostArray {
  const data = hostArray(dtype, length);
  for (let i = 0; i < length; i++) {
    // A NaN in the last row.
    const x = i === length - 3 ? Number.NaN : Math.sin(i * 0.7) * 3 ** ((i % 11) - 5);
    if (dtype === "int64") data[i] = BigInt(i * 7919 + 1) * 40_503_000_001n;
    else if (dtype === "float16") data[i] = floatToHalf(x);
    else data[i] = dtype === "bool" ? +(i % 5 > 1) : dtype === "float32" ? x : i * 7919;
  }
  return data;
}

const bits = ({ buffer, byteOffset, byteLength }: HostArray): number[] => [
  ...new Uint8Array(buffer, byteOffset, byteLength),
];

test("the adapter has subgroups, and kernels use them", () => {
  expect(inSubgroups.info().subgroups).toBe(true);
  const text = (length: number): string =>
    inSubgroups.explain(single(reduction("sum", "float32", length), [rows * length, rows], [rows, length]));
  expect(lengths.map((length) => /enable subgroups/.test(text(length)))).toEqual([true, true, false]);
  expect(inMemory.explain(single(reduction("sum", "float32", 700), [rows * 700, rows], [rows, 700]))).not.toMatch(
    /subgroup/,
  );
});

test.each(
  lengths.flatMap((length) =>
    (["sum", "product", "max", "argmin"] as const).flatMap((op) =>
      (["float32", "float16", "int64", "int32", "bool"] as const).map((dtype) => [op, dtype, length] as const),
    ),
  ),
)("%s of %s, rows of %i", async (op, dtype, length) => {
  const program = single(reduction(op, dtype, length), [rows * length, rows], [rows, length]);
  const data = [dataOf(dtype, rows * length)];
  const [a, b] = [await runOnceAsync(inMemory, program, data), await runOnceAsync(inSubgroups, program, data)];
  expect(bits(b.arrays[1])).toEqual(bits(a.arrays[1]));
});

test("products of a row and a column, by many lanes", async () => {
  const depth = 1000;
  const kernel: ContractionKernel = {
    kind: "contraction",
    key: "dots",
    name: "dots",
    operands: [...reads("float32", "float32"), writes("float32")],
    axes: 3,
    arguments: 0,
    checks: 0,
    batch: 0,
    rows: 1,
    columns: 1,
    depth: 1,
    dtype: "float32",
    left: load("float32", 0, plus(times(axis(0), depth), axis(2))),
    right: load("float32", 1, plus(times(axis(1), depth), axis(2))),
    register: 0,
    body: [store(2, plus(times(axis(0), 2), axis(1)), register("float32", 0))],
  };
  const program = single(kernel, [rows * depth, 2 * depth, rows * 2], [rows, 2, depth]);
  expect(inSubgroups.explain(program)).toMatch(/subgroupShuffleDown/);
  const numbers = Float32Array.from({ length: rows * depth }, (_, i) => Math.sin(i * i));
  const data = [numbers, numbers.slice(0, 2 * depth)];
  const [a, b] = [await runOnceAsync(inMemory, program, data), await runOnceAsync(inSubgroups, program, data)];
  expect(bits(b.arrays[2])).toEqual(bits(a.arrays[2]));
  const exact = (row: number, column: number): number =>
    numbers.slice(0, depth).reduce((sum, _, k) => sum + numbers[row * depth + k] * numbers[column * depth + k], 0);
  expect(Math.abs(Number(b.arrays[2][5]) - exact(2, 1))).toBeLessThan(1e-4);
});
