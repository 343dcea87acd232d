/** Sums of products. */
import type { ContractionKernel, DType, HostArray } from "@cresset/core/backend";
import { apply, axis, load, plus, reads, register, store, times, writes } from "../build.ts";
import { f32, i64, type KernelCase } from "../case.ts";

function tiles(): KernelCase {
  const [rows, columns, depth] = [301, 133, 70];
  const kernel: ContractionKernel = {
    kind: "contraction",
    key: "matmul",
    name: "matmul",
    operands: [...reads("float32", "float32", "float32"), writes("float32")],
    axes: 3,
    arguments: 0,
    checks: 0,
    batch: 0,
    rows: 1,
    columns: 1,
    depth: 1,
    dtype: "float32",
    left: load("float32", 0, plus(times(axis(0), depth), axis(2))),
    right: load("float32", 1, plus(times(axis(2), columns), axis(1))),
    register: 0,
    body: [
      store(
        3,
        plus(times(axis(0), columns), axis(1)),
        apply("add", register("float32", 0), load("float32", 2, axis(1))),
      ),
    ],
  };
  const a = Float32Array.from({ length: rows * depth }, (_, i) => Math.sin(i));
  const b = Float32Array.from({ length: depth * columns }, (_, i) => Math.cos(3 * i));
  const values = Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += a[row * depth + k] * b[k * columns + column];
    return sum + column;
  });
  return {
    name: "a contraction with an epilogue, over several tiles",
    kernel,
    lengths: [a.length, b.length, columns, rows * columns],
    extents: [rows, columns, depth],
    data: [a, b, Float32Array.from({ length: columns }, (_, i) => i)],
    // 70 products of at most 1, added in float32, and the bias.
    expected: { 3: { values, within: (i) => (depth + (i % columns)) * 2 ** -24 } },
  };
}

const left = Array.from({ length: 48 }, (_, i) => (i % 7) - 3);
const right = Array.from({ length: 48 }, (_, i) => (i % 5) * 9);

/** Batches of 2, rows 3 × 2, columns 3 × 2, a depth of 2 × 2. */
function products(): number[] {
  const sums: number[] = [];
  for (let batch = 0; batch < 2; batch++)
    for (let row = 0; row < 6; row++)
      for (let column = 0; column < 6; column++) {
        let sum = 0;
        for (let k = 0; k < 4; k++) sum += left[batch * 24 + row * 4 + k] * right[batch * 24 + column * 4 + k];
        sums.push(sum);
      }
  return sums;
}

function severalAxes(dtype: DType): ContractionKernel {
  const across = (first: number, second: number) =>
    plus(times(axis(0), 24), times(axis(first), 8), times(axis(second), 4), times(axis(5), 2), axis(6));
  return {
    kind: "contraction",
    key: `contraction ${dtype}`,
    name: "contraction",
    operands: [...reads(dtype, dtype), writes(dtype)],
    axes: 7,
    arguments: 0,
    checks: 0,
    batch: 1,
    rows: 2,
    columns: 2,
    depth: 2,
    dtype,
    left: load(dtype, 0, across(1, 2)),
    right: load(dtype, 1, across(3, 4)),
    register: 0,
    body: [
      store(
        2,
        plus(times(axis(0), 36), times(axis(1), 12), times(axis(2), 6), times(axis(3), 2), axis(4)),
        register(dtype, 0),
      ),
    ],
  };
}

function ofDtype(dtype: DType, a: HostArray, b: HostArray, values: readonly (number | bigint)[]): KernelCase {
  return {
    name: `a contraction of ${dtype} with several axes of each sort`,
    kernel: severalAxes(dtype),
    lengths: [48, 48, 72],
    extents: [2, 3, 2, 3, 2, 2, 2],
    data: [a, b],
    expected: { 2: { values } },
  };
}

const withoutDepth = (dtype: DType, before: HostArray): KernelCase => ({
  name: `a contraction of ${dtype} with an empty depth gives zeros`,
  kernel: severalAxes(dtype),
  lengths: [48, 48, 72],
  extents: [2, 3, 2, 3, 2, 0, 2],
  data: [undefined, undefined, before],
  expected: { 2: { values: new Array<number>(72).fill(0) } },
});

export const contractionCases: readonly KernelCase[] = [
  tiles(),
  ofDtype("float64", Float64Array.from(left), Float64Array.from(right), products()),
  ofDtype("float32", f32(...left), f32(...right), products()),
  ofDtype("int64", i64(...left), i64(...right), products().map(BigInt)),
  ofDtype("int8", Int8Array.from(left), Int8Array.from(right), [...Int8Array.from(products())]),
  withoutDepth("float64", new Float64Array(72).fill(5)),
  withoutDepth("float32", new Float32Array(72).fill(5)),
];
