/** Reductions of long rows, which many workgroups share. */
import {
  apply,
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
  type DType,
  floatToHalf,
  type HostArray,
  hostArray,
  type ReduceOp,
  type Statement,
} from "@cresset/core/backend";
import { expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { started } from "./testing.ts";

const backend = await started(webgpu({ cooperative: true }));
const [rows, inner] = [2, 40_001];
const at = plus(times(axis(0), inner), axis(1));

/** The reduction of each row, by a kernel that does nothing else or one that goes through the row again. */
async function reduced(op: ReduceOp, dtype: DType, data: HostArray, again: boolean): Promise<HostArray> {
  const result: DType = op.startsWith("arg") ? "int64" : dtype;
  const x = load(dtype, 0, at);
  const body: Statement[] = [reduce([1], 0, op, x), store(1, axis(0), register(result, 0))];
  const most = reduce([1], 1, "max", apply("neg", x));
  const kernel = again
    ? loop([...reads(dtype), writes(result), writes(dtype)], 2, 1, [
        ...body,
        most,
        store(2, axis(0), register(dtype, 1)),
      ])
    : loop([...reads(dtype), writes(result)], 2, 1, body);
  const lengths = [rows * inner, rows, ...(again ? [rows] : [])];
  const before = Number(backend.info().dispatches);
  const { arrays } = await runOnceAsync(backend, single(kernel, lengths, [rows, inner]), [data]);
  expect(Number(backend.info().dispatches) - before).toBe(again ? 1 : 2);
  return arrays[1];
}

const element = (i: number): number => Math.sin(i * 0.7) * 3 ** ((i % 11) - 5);
const filled = (dtype: DType, of: (i: number) => number): HostArray => {
  const data = hostArray(dtype, rows * inner);
  for (let i = 0; i < data.length; i++)
    data[i] = dtype === "int64" ? BigInt(of(i)) : dtype === "float16" ? floatToHalf(of(i)) : of(i);
  return data;
};
const row = (data: HostArray, n: number): number[] =>
  Array.from(data.slice(n * inner, (n + 1) * inner) as Float32Array, Number);

test("a sum has the same bits in one pass and in two, and is right to the last", async () => {
  const data = filled("float32", element);
  const [two, one] = [await reduced("sum", "float32", data, false), await reduced("sum", "float32", data, true)];
  expect(two).toEqual(one);
  for (let n = 0; n < rows; n++)
    expect(Math.abs(Number(two[n]) - row(data, n).reduce((a, b) => a + b))).toBeLessThan(
      2 ** -21 * Math.abs(Number(two[n])),
    );
});

test("a product of floats", async () => {
  const data = filled("float32", (i) => 1 + element(i) * 1e-4);
  const [two, one] = [
    await reduced("product", "float32", data, false),
    await reduced("product", "float32", data, true),
  ];
  expect(two).toEqual(one);
  for (let n = 0; n < rows; n++) {
    const expected = row(data, n).reduce((a, b) => a * b);
    // Each factor rounds.
    expect(Math.abs(Number(two[n]) / expected - 1)).toBeLessThan(inner * 2 ** -24);
  }
});

test("extremes and where they are: the first NaN wins, else the first of equal ones", async () => {
  const data = filled("float32", (i) => Math.round(element(i)));
  data[inner + 33_000] = Number.NaN;
  data[inner + 39_000] = Number.NaN;
  const top = Math.max(...row(data, 0));
  expect([...(await reduced("max", "float32", data, false))]).toEqual([top, Number.NaN]);
  expect([...(await reduced("argmax", "float32", data, false))].map(Number)).toEqual([
    row(data, 0).indexOf(top),
    33_000,
  ]);
  expect([...(await reduced("argmin", "float32", data, true))].map(Number)).toEqual([
    row(data, 0).indexOf(Math.min(...row(data, 0))),
    33_000,
  ]);
});

test("integers and halves", async () => {
  const whole = (i: number): number => ((i * 31) % 2001) - 1000;
  const long = filled("int64", whole);
  const sums = Array.from({ length: rows }, (_, n) => row(long, n).reduce((a, b) => a + b));
  expect([...(await reduced("sum", "int64", long, false))].map(Number)).toEqual(sums);
  expect([...(await reduced("argmax", "int64", long, false))].map(Number)).toEqual(
    sums.map((_, n) => row(long, n).indexOf(Math.max(...row(long, n)))),
  );
  const bytes = filled("int8", (i) => (i * 31) % 100);
  expect([...(await reduced("sum", "int8", bytes, false))]).toEqual([
    ...Int8Array.from(sums, (_, n) => row(bytes, n).reduce((a, b) => a + b)),
  ]);
  // What is known of chunks is not rounded to halves: 40,001 halves of 1 are more than halves can count.
  const ones = filled("float16", () => 1);
  expect([...(await reduced("sum", "float16", ones, false))]).toEqual([floatToHalf(inner), floatToHalf(inner)]);
});
