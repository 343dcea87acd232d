/** Stable sorts of rows; NaN is the greatest. */
import {
  type DType,
  dtypes,
  floatToHalf,
  type HostArray,
  halfToFloat,
  hostArray,
  isFloat,
  type SortKernel,
} from "@cresset/core/backend";
import { axis, load, plus, reads, times, writes } from "../build.ts";
import { f32, type KernelCase } from "../case.ts";

function sort(dtype: DType, columns: number, descending: boolean): SortKernel {
  const index = plus(times(axis(0), columns), axis(1));
  return {
    kind: "sort",
    key: `sort ${dtype} ${columns} ${descending}`,
    name: "sort",
    operands: [...reads(dtype), writes("int64")],
    axes: 2,
    arguments: 0,
    checks: 0,
    descending,
    value: load(dtype, 0, index),
    target: 1,
    index,
  };
}

function sorting(
  name: string,
  dtype: DType,
  columns: number,
  descending: boolean,
  data: HostArray,
  positions: readonly number[],
): KernelCase {
  return {
    name,
    kernel: sort(dtype, columns, descending),
    lengths: [data.length, data.length],
    extents: [data.length / columns, columns],
    data: [data],
    expected: { 1: { values: positions.map(BigInt) } },
  };
}

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

function randomRows(dtype: DType, columns: number, descending: boolean): KernelCase {
  const rows = 2;
  const data = randomArray(dtype, rows * columns, columns);
  const values: (number | bigint)[] = [...data].map((x) => (dtype === "float16" ? halfToFloat(Number(x)) : x));
  const positions = Array.from({ length: rows }, (_, row) =>
    expectedOrder(values.slice(row * columns, (row + 1) * columns), descending),
  );
  const name = `${descending ? "descending sort" : "sort"} of ${dtype}, rows of ${columns}`;
  return sorting(name, dtype, columns, descending, data, positions.flat());
}

const withNaN = f32(2, Number.NaN, 1, 2, 1, 0, -0, 5, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);

export const sortCases: readonly KernelCase[] = [
  sorting("sort is stable, NaN is the greatest", "float32", 5, false, withNaN, [2, 4, 0, 3, 1, 3, 0, 1, 2, 4]),
  sorting("descending sort is stable", "float32", 5, true, withNaN, [1, 0, 3, 2, 4, 4, 2, 0, 1, 3]),
  randomRows("float32", 1, false),
  randomRows("float32", 97, false),
  randomRows("float32", 1000, true),
  ...dtypes.flatMap((dtype) => [randomRows(dtype, 63, true), randomRows(dtype, 1000, false)]),
];
