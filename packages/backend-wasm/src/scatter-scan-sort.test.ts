import {
  axis,
  fromValue,
  load,
  plus,
  reads,
  runOnce,
  single,
  times,
  updates,
  writes,
} from "@cresset/conformance/kernels";
import {
  type Backend,
  type DType,
  dtypes,
  floatToHalf,
  type HostArray,
  halfToFloat,
  hostArray,
  isFloat,
  type Kernel,
} from "@cresset/core/backend";
import { describe, expect, test } from "vitest";
import { wasm } from "./index.ts";

const renderers: [string, () => Backend][] = [
  ["relaxed SIMD", () => wasm({ haste: false })],
  ["SIMD", () => wasm({ relaxedSimd: false, haste: false })],
  ["in haste", () => wasm()],
  ["scalar", () => wasm({ simd: false })],
];

const f32 = (...values: number[]): Float32Array<ArrayBuffer> => Float32Array.from(values);
const i64 = (...values: number[]): BigInt64Array<ArrayBuffer> => BigInt64Array.from(values.map(BigInt));

describe.each(renderers)("%s", (_, make) => {
  /** Runs one kernel and gives the contents of its last operand. */
  function result(
    kernel: Kernel,
    lengths: number[],
    extents: number[],
    data: (HostArray | undefined)[],
    args: (number | bigint)[] = [],
  ) {
    const { arrays } = runOnce(make(), single(kernel, lengths, extents), data, args);
    return [...arrays[arrays.length - 1]];
  }

  test.each([
    ["set", [10, 3, 4]],
    ["sum", [10, 25, 5]],
    ["product", [10, 120, 4]],
    ["max", [10, 20, 4]],
    ["min", [10, 2, 1]],
  ] as const)("scatter %s", (mode, expected) => {
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
    expect(result(kernel, [3, 3, 3], [3], data)).toEqual(expected);
  });

  const scan = (op: "sum" | "product" | "max" | "argmax" | "argmin" | "logsumexp"): Kernel => ({
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

  test("scans", () => {
    const data = f32(1, 3, 3, 2, 5, Number.NaN, 7, Number.NaN);
    const nan = Number.NaN;
    expect(result(scan("sum"), [8, 8], [2, 4], [data])).toEqual([1, 4, 7, 9, 5, nan, nan, nan]);
    expect(result(scan("product"), [8, 8], [2, 4], [data])).toEqual([1, 3, 9, 18, 5, nan, nan, nan]);
    expect(result(scan("max"), [8, 8], [2, 4], [data])).toEqual([1, 3, 3, 3, 5, nan, nan, nan]);
    expect(result(scan("argmax"), [8, 8], [2, 4], [data]).map(Number)).toEqual([0, 1, 2, 2, 0, 1, 1, 3]);
    expect(result(scan("argmin"), [8, 8], [2, 4], [data]).map(Number)).toEqual([0, 0, 0, 0, 0, 1, 1, 3]);
    const out = result(
      scan("logsumexp"),
      [8, 8],
      [2, 4],
      [f32(0, 0, 0, 0, Number.NEGATIVE_INFINITY, 1000, 1000, 0)],
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

  const sortKernel = (dtype: DType, columns: number, descending: boolean): Kernel => ({
    kind: "sort",
    key: `sort ${dtype} ${columns} ${descending}`,
    name: "sort",
    operands: [...reads(dtype), writes("int64")],
    axes: 2,
    arguments: 0,
    checks: 0,
    descending,
    value: load(dtype, 0, plus(times(axis(0), columns), axis(1))),
    target: 1,
    index: plus(times(axis(0), columns), axis(1)),
  });

  test("sort is stable, NaN is the greatest", () => {
    const sort = (descending: boolean): Kernel => sortKernel("float32", 5, descending);
    const data = f32(2, Number.NaN, 1, 2, 1, 0, -0, 5, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    expect(result(sort(false), [10, 10], [2, 5], [data]).map(Number)).toEqual([2, 4, 0, 3, 1, 3, 0, 1, 2, 4]);
    expect(result(sort(true), [10, 10], [2, 5], [data]).map(Number)).toEqual([1, 0, 3, 2, 4, 4, 2, 0, 1, 3]);
  });

  test.each(dtypes)("sort of %s, long rows and short", (dtype) => {
    for (const columns of [1, 2, 63, 97, 300, 1000]) {
      for (const [seed, descending] of [false, true].entries()) {
        const rows = 2;
        const data = randomArray(dtype, rows * columns, seed + columns);
        const positions = result(
          sortKernel(dtype, columns, descending),
          [data.length, data.length],
          [rows, columns],
          [data],
        );
        const values: (number | bigint)[] = [...data].map((x) => (dtype === "float16" ? halfToFloat(Number(x)) : x));
        const expected = Array.from({ length: rows }, (_, row) =>
          expectedOrder(values.slice(row * columns, (row + 1) * columns), descending),
        ).flat();
        expect(positions.map(Number)).toEqual(expected);
      }
    }
  });
});

/** Random bits, and few different values, so that some are equal. */
function randomArray(dtype: DType, count: number, seed: number): HostArray {
  const array = hostArray(dtype, count);
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 8;
  };
  const bytes = new Uint8Array(array.buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = dtype === "bool" ? random() & 1 : random();
  for (let i = 0; i < count; i += 3) {
    const small = random() % 4;
    if (array instanceof BigInt64Array) array[i] = BigInt(small - 2);
    else if (dtype === "bool") array[i] = small & 1;
    else if (dtype === "float16") array[i] = floatToHalf(small === 3 ? Number.NaN : small * -0.5);
    else array[i] = isFloat(dtype) && small === 3 ? Number.NaN : small * (isFloat(dtype) ? -0.5 : 1);
  }
  return array;
}

function expectedOrder(values: readonly (number | bigint)[], descending: boolean): number[] {
  const compare = (a: number | bigint, b: number | bigint): number =>
    Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a < b ? -1 : a > b ? 1 : 0;
  const positions = values.map((_, i) => i);
  return positions.sort((i, j) => (descending ? compare(values[j], values[i]) : compare(values[i], values[j])));
}
