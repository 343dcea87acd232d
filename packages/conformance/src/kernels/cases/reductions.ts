/** Loops with reductions inside. */
import type { Statement } from "@cresset/core/backend";
import {
  apply,
  axis,
  constantIndex,
  load,
  loop,
  plus,
  reads,
  reduce,
  register,
  store,
  times,
  writes,
} from "../build.ts";
import { f32, type KernelCase } from "../case.ts";

const x = load("float32", 0, axis(0));
const infinity = Number.POSITIVE_INFINITY;

function softmax(): KernelCase {
  const at = plus(times(axis(0), 3), axis(1));
  const element = load("float32", 0, at);
  const shifted = apply("exp", apply("sub", element, register("float32", 0)));
  const last: Statement = {
    kind: "inner",
    axes: [1],
    body: [store(1, at, apply("div", shifted, register("float32", 1)))],
    reductions: [],
  };
  const e = [1, 2, 3].map((v) => Math.exp(v - 3));
  const row = e.map((v) => v / (e[0] + e[1] + e[2]));
  return {
    name: "softmax over rows: three inner loops and registers",
    kernel: loop([...reads("float32"), writes("float32")], 2, 1, [
      reduce([1], 0, "max", element),
      reduce([1], 1, "sum", shifted),
      last,
    ]),
    lengths: [6, 6],
    extents: [2, 3],
    data: [f32(1, 2, 3, -1, 0, 1)],
    expected: { 1: { values: [...row, ...row], within: 5e-7 } },
  };
}

function extremes(): KernelCase {
  const element = load("float32", 0, plus(times(axis(0), 4), times(axis(1), 2), axis(2)));
  return {
    name: "max lets NaN win; argmax gives the first extreme or NaN, counted over all reduced axes",
    kernel: loop([...reads("float32"), writes("float32"), writes("int64")], 3, 1, [
      reduce([1, 2], 0, "max", element),
      reduce([1, 2], 1, "argmax", element),
      reduce([1, 2], 2, "argmin", element),
      store(1, axis(0), register("float32", 0)),
      store(2, times(axis(0), 2), register("int64", 1)),
      store(2, plus(times(axis(0), 2), constantIndex(1)), register("int64", 2)),
    ]),
    lengths: [8, 2, 4],
    extents: [2, 2, 2],
    data: [f32(1, 5, 5, 1, 2, Number.NaN, Number.NaN, 3)],
    expected: { 1: { values: [5, Number.NaN] }, 2: { values: [1n, 0n, 1n, 1n] } },
  };
}

export const reductionCases: readonly KernelCase[] = [
  softmax(),
  {
    name: "a sum of float32 accumulates in float64 and rounds once",
    kernel: loop([...reads("float32"), writes("float32")], 1, 0, [
      reduce([0], 0, "sum", x),
      store(1, constantIndex(0), register("float32", 0)),
    ]),
    lengths: [4, 1],
    extents: [4],
    data: [f32(2 ** 24, 1, 1, 1)],
    expected: { 1: { values: [2 ** 24 + 4] } },
  },
  {
    name: "reductions over nothing give the identity",
    kernel: loop([...reads("float32"), writes("float32")], 1, 0, [
      ...(["sum", "product", "max", "min"] as const).map((op, i) => reduce([0], i, op, x)),
      ...[0, 1, 2, 3].map((i) => store(1, constantIndex(i), register("float32", i))),
    ]),
    lengths: [0, 4],
    extents: [0],
    data: [f32()],
    expected: { 1: { values: [0, 1, -infinity, infinity] } },
  },
  extremes(),
];
