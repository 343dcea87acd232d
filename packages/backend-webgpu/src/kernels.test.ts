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
  runOnceAsync,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import { type Backend, floatToHalf, type HostArray, type Kernel } from "@cresset/core/backend";
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
const half = (...values: number[]): Uint16Array<ArrayBuffer> => Uint16Array.from(values.map(floatToHalf));

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

  test("every float32 operation rounds", async () => {
    // 1e8 + 1 is 1e8 in float32, so that the difference is 0; in float64 it would be 1.
    const sum = apply("add", load("float32", 0, axis(0)), constant("float32", 1));
    const kernel = loop([...reads("float32"), writes("float32")], 1, 1, [
      store(1, axis(0), apply("sub", sum, load("float32", 0, axis(0)))),
    ]);
    expect(await result(kernel, [2, 2], [2], [f32(1e8, 2)])).toEqual([0, 1]);
  });

  test("a view with hoisted strides: a transposed read with a start argument", async () => {
    // in [2, 3] → out [3, 2], offset by the argument.
    const index = plus({ kind: "argument", slot: 0 }, times(axis(1), 3), axis(0));
    const kernel = loop(
      [...reads("float32"), writes("float32")],
      2,
      2,
      [store(1, plus(times(axis(0), 2), axis(1)), load("float32", 0, index))],
      { arguments: 1 },
    );
    expect(await result(kernel, [7, 6], [3, 2], [f32(9, 1, 2, 3, 4, 5, 6)], [1])).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test("quotients and remainders of a flattened index", async () => {
    const flat = plus(times(axis(0), 5), axis(1));
    const kernel = loop([writes("int32")], 2, 2, [
      store(0, flat, {
        kind: "index",
        dtype: "int32",
        index: plus(
          times(quotient(flat, 4), 10),
          remainder(flat, 4),
          times(quotient(flat, 3), 100),
          times(remainder(flat, 3), -1),
        ),
      }),
    ]);
    const expected = Array.from(
      { length: 10 },
      (_, i) => Math.floor(i / 4) * 10 + (i % 4) + Math.floor(i / 3) * 100 - (i % 3),
    );
    expect(await result(kernel, [10], [2, 5], [undefined])).toEqual(expected);
  });

  test("a guard does not evaluate its value outside the bounds; steps", async () => {
    // Dilated padding: out[i] = in[(i - 1) / 2] where i - 1 is even and in range.
    const shifted = plus(axis(0), constantIndex(-1));
    const kernel = loop([...reads("int64"), writes("int64")], 1, 1, [
      store(1, axis(0), guard(shifted, 5, 2, load("int64", 0, quotient(shifted, 2)), constant("int64", -7))),
    ]);
    expect(await result(kernel, [3, 8], [8], [i64(1, 2, 3)])).toEqual([-7n, 1n, -7n, 2n, -7n, 3n, -7n, -7n]);
  });

  test("a guard with a negative extent, of a padded dimension without elements, never holds", async () => {
    const fill = guard(constantIndex(0), -1, 2, load("float32", 0, constantIndex(0)), constant("float32", 7));
    const kernel = loop([...reads("float32"), writes("float32")], 1, 1, [store(1, axis(0), fill)]);
    expect(await result(kernel, [1, 5], [5], [f32(3)])).toEqual([7, 7, 7, 7, 7]);
  });

  test("softmax over rows: three inner loops and registers", async () => {
    const at = plus(times(axis(0), 3), axis(1));
    const x = load("float32", 0, at);
    const shifted = apply("exp", apply("sub", x, register("float32", 0)));
    const kernel = loop([...reads("float32"), writes("float32")], 2, 1, [
      reduce([1], 0, "max", x),
      reduce([1], 1, "sum", shifted),
      { kind: "inner", axes: [1], body: [store(1, at, apply("div", shifted, register("float32", 1)))], reductions: [] },
    ]);
    const out = await result(kernel, [6, 6], [2, 3], [f32(1, 2, 3, -1, 0, 1)]);
    const e = [1, 2, 3].map((v) => Math.exp(v - 3));
    const total = e[0] + e[1] + e[2];
    const expected = e.map((v) => v / total);
    [...expected, ...expected].forEach((v, i) => {
      expect(out[i]).toBeCloseTo(v, 6);
    });
  });

  test("a sum of float32 accumulates in float64 and rounds once", async () => {
    const kernel = loop([...reads("float32"), writes("float32")], 1, 0, [
      reduce([0], 0, "sum", load("float32", 0, axis(0))),
      store(1, constantIndex(0), register("float32", 0)),
    ]);
    expect(await result(kernel, [4, 1], [4], [f32(2 ** 24, 1, 1, 1)])).toEqual([2 ** 24 + 4]);
  });

  test("reductions over nothing give the identity", async () => {
    const x = load("float32", 0, axis(0));
    const kernel = loop([...reads("float32"), writes("float32")], 1, 0, [
      reduce([0], 0, "sum", x),
      reduce([0], 1, "product", x),
      reduce([0], 2, "max", x),
      reduce([0], 3, "min", x),
      ...[0, 1, 2, 3].map((i) => store(1, constantIndex(i), register("float32", i))),
    ]);
    expect(await result(kernel, [0, 4], [0], [f32()])).toEqual([
      0,
      1,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test("max lets NaN win; argmax gives the first extreme or NaN, counted over all reduced axes", async () => {
    const x = load("float32", 0, plus(times(axis(0), 4), times(axis(1), 2), axis(2)));
    const kernel = loop([...reads("float32"), writes("float32"), writes("int64")], 3, 1, [
      reduce([1, 2], 0, "max", x),
      reduce([1, 2], 1, "argmax", x),
      reduce([1, 2], 2, "argmin", x),
      store(1, axis(0), register("float32", 0)),
      store(2, times(axis(0), 2), register("int64", 1)),
      store(2, plus(times(axis(0), 2), constantIndex(1)), register("int64", 2)),
    ]);
    const data = f32(1, 5, 5, 1, 2, Number.NaN, Number.NaN, 3);
    const { arrays } = await runOnceAsync(backend, single(kernel, [8, 2, 4], [2, 2, 2]), [data]);
    expect([...arrays[1]]).toEqual([5, Number.NaN]);
    expect([...arrays[2]]).toEqual([1n, 0n, 1n, 1n]);
  });

  test("integers wrap in every width", async () => {
    for (const [dtype, data, expected] of [
      ["int8", Int8Array.of(100), -112],
      ["uint8", Uint8Array.of(200), 32],
      ["int16", Int16Array.of(32767), -4],
      ["int32", Int32Array.of(2147483647), -4],
      ["int64", BigInt64Array.of(2n ** 63n - 1n), -4n],
    ] as const) {
      const x = load(dtype, 0, axis(0));
      const doubled = apply("add", x, x);
      // A comparison sees the wrapped sum, not the exact one.
      const chosen = apply("where", apply("lt", doubled, x), apply("add", doubled, doubled), x);
      const kernel = loop([...reads(dtype), writes(dtype)], 1, 1, [store(1, axis(0), chosen)]);
      expect(await result(kernel, [1, 1], [1], [data])).toEqual([expected]);
    }
  });

  test("integer division by zero gives 0 and does not throw", async () => {
    for (const [dtype, a, b] of [
      ["int32", Int32Array.of(7, -7, -7), Int32Array.of(0, 2, 0)],
      ["int64", i64(7, -7, -7), i64(0, 2, 0)],
    ] as const) {
      const body = (["div", "fmod"] as const).map((op, i) =>
        store(2, plus(axis(0), constantIndex(3 * i)), apply(op, load(dtype, 0, axis(0)), load(dtype, 1, axis(0)))),
      );
      const kernel = loop([...reads(dtype, dtype), writes(dtype)], 1, 1, body);
      expect((await result(kernel, [3, 3, 6], [3], [a, b])).map(Number)).toEqual([0, -3, 0, 0, -1, 0]);
    }
  });

  test("casts", async () => {
    const kernel = loop([...reads("float32"), writes("uint8")], 1, 1, [
      store(1, axis(0), cast("uint8", load("float32", 0, axis(0)))),
    ]);
    expect(await result(kernel, [4, 4], [4], [f32(-1.5, 300.7, 2.9, Number.NaN)])).toEqual([255, 44, 2, 0]);
    const toBool = loop([...reads("float32"), writes("bool")], 1, 1, [
      store(1, axis(0), cast("bool", load("float32", 0, axis(0)))),
    ]);
    expect(await result(toBool, [4, 4], [4], [f32(0, -0, 0.1, Number.NaN)])).toEqual([0, 0, 1, 1]);
    const toFloat = loop([...reads("int64"), writes("float32")], 1, 1, [
      store(1, axis(0), cast("float32", load("int64", 0, axis(0)))),
    ]);
    // Rounds up once; through float64 the last bit is lost first, and the tie goes down.
    expect(await result(toFloat, [1, 1], [1], [BigInt64Array.of(2n ** 60n + 2n ** 36n + 1n)])).toEqual([
      2 ** 60 + 2 ** 37,
    ]);
  });

  test("float16 loads, computes and stores half precision", async () => {
    const x = load("float16", 0, axis(0));
    const kernel = loop([...reads("float16"), writes("float16")], 1, 1, [
      store(1, axis(0), apply("sub", apply("add", x, constant("float16", 1)), x)),
    ]);
    expect(await result(kernel, [2, 2], [2], [half(2048, 1.5)])).toEqual([...half(0, 1)]);
  });

  test("a row is looked up by an index from data; out of range reads nothing outside", async () => {
    const row = fromValue(load("int64", 1, axis(0)), 3);
    const kernel = loop([...reads("float32", "int64"), writes("float32")], 2, 2, [
      store(2, plus(times(axis(0), 2), axis(1)), load("float32", 0, plus(times(row, 2), axis(1)))),
    ]);
    expect(await result(kernel, [6, 3, 6], [3, 2], [f32(1, 2, 3, 4, 5, 6), i64(2, 0, 99)])).toEqual([5, 6, 1, 2, 1, 2]);
  });

  test("a contraction with an epilogue, over several tiles", async () => {
    const [rows, columns, depth] = [301, 133, 70];
    const kernel: Kernel = {
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
    const bias = Float32Array.from({ length: columns }, (_, i) => i);
    const out = await result(
      kernel,
      [a.length, b.length, columns, rows * columns],
      [rows, columns, depth],
      [a, b, bias],
    );
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        let sum = 0;
        for (let k = 0; k < depth; k++) sum += a[r * depth + k] * b[k * columns + c];
        // 70 products of at most 1, added in float32.
        const error = Math.abs(Number(out[r * columns + c]) - sum - c);
        if (!(error < 70 * 2 ** -24 + c * 2 ** -24)) expect([r, c, out[r * columns + c]]).toEqual(sum + c);
      }
    }
  });

  test("a contraction with several axes of each sort, in integers, and one of depth 0", async () => {
    const kernel = (dtype: "int64" | "int8" | "float32"): Kernel => ({
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
      left: load(dtype, 0, plus(times(axis(0), 24), times(axis(1), 8), times(axis(2), 4), times(axis(5), 2), axis(6))),
      right: load(dtype, 1, plus(times(axis(0), 24), times(axis(3), 8), times(axis(4), 4), times(axis(5), 2), axis(6))),
      register: 0,
      body: [
        store(
          2,
          plus(times(axis(0), 36), times(axis(1), 12), times(axis(2), 6), times(axis(3), 2), axis(4)),
          register(dtype, 0),
        ),
      ],
    });
    const left = Array.from({ length: 48 }, (_, i) => (i % 7) - 3);
    const right = Array.from({ length: 48 }, (_, i) => (i % 5) * 9);
    const expected: number[] = [];
    for (let b = 0; b < 2; b++)
      for (let r = 0; r < 6; r++)
        for (let c = 0; c < 6; c++) {
          let sum = 0;
          for (let k = 0; k < 4; k++) sum += left[b * 24 + r * 4 + k] * right[b * 24 + c * 4 + k];
          expected.push(sum);
        }
    const extents = [2, 3, 2, 3, 2, 2, 2];
    const lengths = [48, 48, 72];
    expect(
      await result(kernel("float32"), lengths, extents, [Float32Array.from(left), Float32Array.from(right)]),
    ).toEqual(expected);
    expect((await result(kernel("int64"), lengths, extents, [i64(...left), i64(...right)])).map(Number)).toEqual(
      expected,
    );
    expect(await result(kernel("int8"), lengths, extents, [Int8Array.from(left), Int8Array.from(right)])).toEqual([
      ...Int8Array.from(expected),
    ]);
    expect(
      await result(
        kernel("float32"),
        lengths,
        [2, 3, 2, 3, 2, 0, 2],
        [undefined, undefined, new Float32Array(72).fill(5)],
      ),
    ).toEqual(new Array(72).fill(0));
  });

  test("nextafter and polygamma know their dtype", async () => {
    const kernel = loop([...reads("float16"), writes("float16")], 1, 1, [
      store(1, axis(0), apply("nextafter", load("float16", 0, axis(0)), constant("float16", 2))),
    ]);
    expect(await result(kernel, [2, 2], [2], [half(1, 0)])).toEqual([0x3c01, 1]);
    const digamma = loop([...reads("float32"), writes("float32")], 1, 1, [
      store(1, axis(0), apply("polygamma", constant("float32", 0), load("float32", 0, axis(0)))),
    ]);
    expect(await result(digamma, [2, 2], [2], [f32(1, -1)])).toEqual([
      expect.closeTo(-0.5772156649015329, 6),
      Number.NaN,
    ]);
  });

  test("a register in a nested block and a store inside an inner loop", async () => {
    const x = load("int32", 0, axis(1));
    const kernel = loop([...reads("int32"), writes("int32")], 2, 1, [
      define(0, { kind: "index", dtype: "int32", index: times(axis(0), 100) }),
      reduce([1], 1, "sum", register("int32", 2), [
        define(2, apply("add", x, register("int32", 0))),
        store(1, plus(times(axis(0), 3), axis(1)), register("int32", 2)),
      ]),
      store(1, plus(axis(0), constantIndex(6)), register("int32", 1)),
    ]);
    expect(await result(kernel, [3, 8], [2, 3], [Int32Array.of(1, 2, 3)])).toEqual([1, 2, 3, 101, 102, 103, 6, 306]);
  });
});
