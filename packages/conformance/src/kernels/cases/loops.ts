/** Loops over independent points: indices, registers, dtypes. */
import type { DType, HostArray } from "@cresset/core/backend";
import {
  apply,
  axis,
  cast,
  constant,
  constantIndex,
  define,
  fromValue,
  guard,
  load,
  loop,
  plus,
  quotient,
  reads,
  reduce,
  register,
  remainder,
  store,
  times,
  writes,
} from "../build.ts";
import { f16, f32, i32, i64, type KernelCase } from "../case.ts";

const here = axis(0);

const indices: readonly KernelCase[] = [
  {
    name: "a view with hoisted strides: a transposed read with a start argument",
    // in [2, 3] → out [3, 2], offset by the argument.
    kernel: loop(
      [...reads("float32"), writes("float32")],
      2,
      2,
      [
        store(
          1,
          plus(times(here, 2), axis(1)),
          load("float32", 0, plus({ kind: "argument", slot: 0 }, times(axis(1), 3), here)),
        ),
      ],
      { arguments: 1 },
    ),
    lengths: [7, 6],
    extents: [3, 2],
    data: [f32(9, 1, 2, 3, 4, 5, 6)],
    arguments: [1],
    expected: { 1: { values: [1, 4, 2, 5, 3, 6] } },
  },
  flattened(),
  {
    name: "a guard does not evaluate its value outside the bounds; steps",
    // Dilated padding: out[i] = in[(i - 1) / 2] where i - 1 is even and in range.
    kernel: loop([...reads("int64"), writes("int64")], 1, 1, [
      store(
        1,
        here,
        guard(
          plus(here, constantIndex(-1)),
          5,
          2,
          load("int64", 0, quotient(plus(here, constantIndex(-1)), 2)),
          constant("int64", -7),
        ),
      ),
    ]),
    lengths: [3, 8],
    extents: [8],
    data: [i64(1, 2, 3)],
    expected: { 1: { values: [-7n, 1n, -7n, 2n, -7n, 3n, -7n, -7n] } },
  },
  {
    name: "a guard with a negative extent, of a padded dimension without elements, never holds",
    kernel: loop([...reads("float32"), writes("float32")], 1, 1, [
      store(1, here, guard(constantIndex(0), -1, 2, load("float32", 0, constantIndex(0)), constant("float32", 7))),
    ]),
    lengths: [1, 5],
    extents: [5],
    data: [f32(3)],
    expected: { 1: { values: [7, 7, 7, 7, 7] } },
  },
  {
    name: "a row is looked up by an index from data; out of range reads nothing outside",
    kernel: loop([...reads("float32", "int64"), writes("float32")], 2, 2, [
      store(
        2,
        plus(times(here, 2), axis(1)),
        load("float32", 0, plus(times(fromValue(load("int64", 1, here), 3), 2), axis(1))),
      ),
    ]),
    lengths: [6, 3, 6],
    extents: [3, 2],
    data: [f32(1, 2, 3, 4, 5, 6), i64(2, 0, 99)],
    expected: { 2: { values: [5, 6, 1, 2, 1, 2] } },
  },
  {
    name: "a register in a nested block and a store inside an inner loop",
    kernel: loop([...reads("int32"), writes("int32")], 2, 1, [
      define(0, { kind: "index", dtype: "int32", index: times(here, 100) }),
      reduce([1], 1, "sum", register("int32", 2), [
        define(2, apply("add", load("int32", 0, axis(1)), register("int32", 0))),
        store(1, plus(times(here, 3), axis(1)), register("int32", 2)),
      ]),
      store(1, plus(here, constantIndex(6)), register("int32", 1)),
    ]),
    lengths: [3, 8],
    extents: [2, 3],
    data: [i32(1, 2, 3)],
    expected: { 1: { values: [1, 2, 3, 101, 102, 103, 6, 306] } },
  },
];

function flattened(): KernelCase {
  const flat = plus(times(here, 5), axis(1));
  const index = plus(
    times(quotient(flat, 4), 10),
    remainder(flat, 4),
    times(quotient(flat, 3), 100),
    times(remainder(flat, 3), -1),
  );
  const at = (i: number): number => Math.floor(i / 4) * 10 + (i % 4) + Math.floor(i / 3) * 100 - (i % 3);
  return {
    name: "quotients and remainders of a flattened index",
    kernel: loop([writes("int32")], 2, 2, [store(0, flat, { kind: "index", dtype: "int32", index })]),
    lengths: [10],
    extents: [2, 5],
    data: [],
    expected: { 0: { values: Array.from({ length: 10 }, (_, i) => at(i)) } },
  };
}

const rounding: KernelCase = {
  name: "every float32 operation rounds",
  // 1e8 + 1 is 1e8 in float32, so that the difference is 0; in float64 it would be 1.
  kernel: loop([...reads("float32"), writes("float32")], 1, 1, [
    store(
      1,
      here,
      apply("sub", apply("add", load("float32", 0, here), constant("float32", 1)), load("float32", 0, here)),
    ),
  ]),
  lengths: [2, 2],
  extents: [2],
  data: [f32(1e8, 2)],
  expected: { 1: { values: [0, 1] } },
};

function wrapping(dtype: DType, data: HostArray, expected: number | bigint): KernelCase {
  const x = load(dtype, 0, here);
  const doubled = apply("add", x, x);
  // A comparison sees the wrapped sum, not the exact one.
  const chosen = apply("where", apply("lt", doubled, x), apply("add", doubled, doubled), x);
  return {
    name: `${dtype} wraps`,
    kernel: loop([...reads(dtype), writes(dtype)], 1, 1, [store(1, here, chosen)]),
    lengths: [1, 1],
    extents: [1],
    data: [data],
    expected: { 1: { values: [expected] } },
  };
}

function divisions(dtype: DType, a: HostArray, b: HostArray, expected: readonly (number | bigint)[]): KernelCase {
  const body = (["div", "fmod"] as const).map((op, i) =>
    store(2, plus(here, constantIndex(3 * i)), apply(op, load(dtype, 0, here), load(dtype, 1, here))),
  );
  return {
    name: `division of ${dtype} by zero gives 0 and does not throw`,
    kernel: loop([...reads(dtype, dtype), writes(dtype)], 1, 1, body),
    lengths: [3, 3, 6],
    extents: [3],
    data: [a, b],
    expected: { 2: { values: expected } },
  };
}

function casting(from: DType, to: DType, data: HostArray, values: readonly (number | bigint)[]): KernelCase {
  return {
    name: `a cast of ${from} to ${to}`,
    kernel: loop([...reads(from), writes(to)], 1, 1, [store(1, here, cast(to, load(from, 0, here)))]),
    lengths: [data.length, data.length],
    extents: [data.length],
    data: [data],
    expected: { 1: { values } },
  };
}

const half: readonly KernelCase[] = [
  {
    name: "float16 loads, computes and stores half precision",
    kernel: loop([...reads("float16"), writes("float16")], 1, 1, [
      store(
        1,
        here,
        apply("sub", apply("add", load("float16", 0, here), constant("float16", 1)), load("float16", 0, here)),
      ),
    ]),
    lengths: [2, 2],
    extents: [2],
    data: [f16(2048, 1.5)],
    expected: { 1: { values: [0, 1] } },
  },
  {
    name: "nextafter of float16 steps by its own distance",
    kernel: loop([...reads("float16"), writes("float16")], 1, 1, [
      store(1, here, apply("nextafter", load("float16", 0, here), constant("float16", 2))),
    ]),
    lengths: [2, 2],
    extents: [2],
    data: [f16(1, 0)],
    expected: { 1: { values: [1 + 2 ** -10, 2 ** -24] } },
  },
];

const digamma: KernelCase = {
  name: "polygamma of order 0; at a pole, NaN",
  kernel: loop([...reads("float32"), writes("float32")], 1, 1, [
    store(1, here, apply("polygamma", constant("float32", 0), load("float32", 0, here))),
  ]),
  lengths: [2, 2],
  extents: [2],
  data: [f32(1, -1)],
  expected: { 1: { values: [-0.5772156649015329, Number.NaN], within: 1e-6 } },
};

export const loopCases: readonly KernelCase[] = [
  rounding,
  ...indices,
  wrapping("int8", Int8Array.of(100), -112),
  wrapping("uint8", Uint8Array.of(200), 32),
  wrapping("int16", Int16Array.of(32767), -4),
  wrapping("int32", Int32Array.of(2147483647), -4),
  wrapping("int64", BigInt64Array.of(2n ** 63n - 1n), -4n),
  divisions("int32", i32(7, -7, -7), i32(0, 2, 0), [0, -3, 0, 0, -1, 0]),
  divisions("int64", i64(7, -7, -7), i64(0, 2, 0), [0n, -3n, 0n, 0n, -1n, 0n]),
  casting("float32", "uint8", f32(-1.5, 300.7, 2.9, Number.NaN), [255, 44, 2, 0]),
  casting("float32", "bool", f32(0, -0, 0.1, Number.NaN), [0, 0, 1, 1]),
  // Rounds up once; through float64 the last bit is lost first, and the tie goes down.
  casting("int64", "float32", BigInt64Array.of(2n ** 60n + 2n ** 36n + 1n), [2 ** 60 + 2 ** 37]),
  ...half,
  digamma,
];
