/** Kernels whose points are not independent of each other: scatters and scans. */
import type { ScanKernel, ScatterKernel } from "@cresset/core/backend";
import { axis, fromValue, load, plus, reads, times, updates, writes } from "../build.ts";
import { f32, i64, type KernelCase } from "../case.ts";

function scattering(mode: ScatterKernel["mode"], values: readonly number[]): KernelCase {
  return {
    name: `scatter ${mode}`,
    kernel: {
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
    },
    lengths: [3, 3, 3],
    extents: [3],
    data: [i64(1, 2, 1), f32(2, 4, 3), f32(10, 20, 1)],
    expected: { 2: { values } },
  };
}

type ScanOp = ScanKernel["op"];

const isPosition = (op: ScanOp): boolean => op === "argmax" || op === "argmin";

/** Along rows of `length` elements. */
function scan(op: ScanOp, length: number): ScanKernel {
  const dtype = isPosition(op) ? "int64" : "float32";
  const index = plus(times(axis(0), length), axis(1));
  return {
    kind: "scan",
    key: `scan ${op} ${length}`,
    name: "scan",
    operands: [...reads("float32"), writes(dtype)],
    axes: 2,
    arguments: 0,
    checks: 0,
    op,
    dtype,
    value: load("float32", 0, index),
    target: 1,
    index,
  };
}

const nan = Number.NaN;
const infinity = Number.POSITIVE_INFINITY;
const twoRows = f32(1, 3, 3, 2, 5, nan, 7, nan);

function scanning(op: ScanOp, data: Float32Array<ArrayBuffer>, values: readonly number[], within = 0): KernelCase {
  return {
    name: `scan ${op} of two rows`,
    kernel: scan(op, 4),
    lengths: [8, 8],
    extents: [2, 4],
    data: [data],
    expected: { 1: { values: isPosition(op) ? values.map(BigInt) : values, within } },
  };
}

/** Rows of so many elements are longer than any block that is scanned at once. */
const length = 5000;

/** Small whole numbers and powers of two: every order of adding or multiplying gives the same. */
function element(op: ScanOp, i: number): number {
  if (op === "product") return [1, -1, 2, 0.5][(i * 7) % 4];
  return op === "logsumexp" ? -(i % 11) : ((i * 37) % 101) - 50;
}

/** The results of scanning a row from left to right. */
function scanned(op: ScanOp, row: Float32Array): (number | bigint)[] {
  let state = { sum: 0, product: 1, max: -infinity, min: infinity, argmax: -infinity, argmin: infinity, logsumexp: 0 }[
    op
  ];
  let position = 0;
  return Array.from(row, (x, i) => {
    if (op === "sum") state += x;
    else if (op === "product") state *= x;
    else if (op === "logsumexp") state += Math.exp(x);
    else if (op === "max") state = Math.max(state, x);
    else if (op === "min") state = Math.min(state, x);
    else if (Number.isNaN(x) || (!Number.isNaN(state) && (op === "argmax" ? x >= state : x <= state))) {
      state = x;
      position = i;
    }
    if (isPosition(op)) return BigInt(position);
    return op === "logsumexp" ? Math.log(state) : state;
  });
}

function longScan(op: ScanOp): KernelCase {
  const data = Float32Array.from({ length: 3 * length }, (_, i) => element(op, i));
  // The last row has a NaN late.
  if (op !== "logsumexp") data[2 * length + 4500] = nan;
  const values = [0, 1, 2].flatMap((row) => scanned(op, data.subarray(row * length, (row + 1) * length)));
  return {
    name: `scan ${op} of rows of several blocks`,
    kernel: scan(op, length),
    lengths: [data.length, data.length],
    extents: [3, length],
    data: [data],
    // Each of up to so many additions rounds by 2⁻²² at most.
    expected: { 1: { values, within: op === "logsumexp" ? length * 2 ** -22 : 0 } },
  };
}

const zerosAndLarge = f32(0, 0, 0, 0, -infinity, 1000, 1000, 0);
const logarithms = [1, 2, 3, 4].map(Math.log);

export const scatterCases: readonly KernelCase[] = [
  scattering("set", [10, 3, 4]),
  scattering("sum", [10, 25, 5]),
  scattering("product", [10, 120, 4]),
  scattering("max", [10, 20, 4]),
  scattering("min", [10, 2, 1]),
];

export const scanCases: readonly KernelCase[] = [
  scanning("sum", twoRows, [1, 4, 7, 9, 5, nan, nan, nan]),
  scanning("product", twoRows, [1, 3, 9, 18, 5, nan, nan, nan]),
  scanning("max", twoRows, [1, 3, 3, 3, 5, nan, nan, nan]),
  scanning("argmax", twoRows, [0, 1, 2, 2, 0, 1, 1, 3]),
  scanning("argmin", twoRows, [0, 0, 0, 0, 0, 1, 1, 3]),
  // To half of a last place at 1000, and to 5e-7 below.
  scanning(
    "logsumexp",
    zerosAndLarge,
    [...logarithms, -infinity, 1000, 1000 + Math.log(2), 1000 + Math.log(2)],
    2 ** -15,
  ),
  ...(["sum", "product", "max", "argmax", "argmin", "logsumexp"] as const).map(longScan),
];
