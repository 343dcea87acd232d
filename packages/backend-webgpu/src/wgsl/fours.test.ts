/** Threads that take four neighbours load and store vectors where they may, and give what threads for each point give. */
import {
  apply,
  axis,
  cast,
  constant,
  constantIndex,
  define,
  guard,
  load,
  loop,
  plus,
  reads,
  register,
  runOnceAsync,
  single,
  store,
  times,
  updates,
  writes,
} from "@cresset/conformance/kernels";
import { type DType, type HostArray, hostArray, type Index, type LoopKernel } from "@cresset/core/backend";
import { expect, test } from "vitest";
import { webgpu } from "../index.ts";
import { started } from "../testing.ts";
import { foursOf } from "./fours.ts";

const [rows, columns] = [6, 8];
const flat = plus(times(axis(0), columns), axis(1));
const at = (operand: number, index: Index = flat) => load("float32", operand, index);
const two = constant("float32", 2);

const kernels: Readonly<Record<string, readonly [LoopKernel, readonly number[]]>> = {
  "a row, a column and all points": [
    loop([...reads("float32", "float32", "float32"), writes("float32")], 2, 2, [
      store(3, flat, apply("add", apply("mul", at(0), at(1, axis(1))), at(2, axis(0)))),
    ]),
    [0, 1, 3],
  ],
  "an update, twice": [
    loop([updates("float32"), ...reads("float32")], 2, 2, [
      define(0, apply("mul", at(0), two)),
      store(0, flat, apply("add", register("float32", 0), at(1))),
      store(0, flat, apply("sub", register("float32", 0), at(1))),
    ]),
    [0, 1],
  ],
  "what was stored is loaded again": [
    loop([updates("float32"), writes("float32")], 2, 2, [
      store(0, flat, apply("mul", at(0), two)),
      store(1, flat, apply("add", at(0), two)),
    ]),
    [1],
  ],
  "from the second element on, every second, and backwards": [
    loop([...reads("float32", "float32", "float32"), writes("float32")], 2, 2, [
      store(
        3,
        flat,
        apply(
          "add",
          apply("add", at(0, plus(flat, constantIndex(1))), at(1, times(flat, 2))),
          at(2, plus(times(axis(0), columns), plus(constantIndex(columns - 1), times(axis(1), -1)))),
        ),
      ),
    ]),
    [3],
  ],
  "from the fourth element on, rows of ten": [
    loop([...reads("float32", "float32"), writes("float32")], 2, 2, [
      store(2, flat, apply("add", at(0, plus(flat, constantIndex(4))), at(1, plus(times(axis(0), 10), axis(1))))),
    ]),
    [0, 2],
  ],
  "within bounds": [
    loop([...reads("float32", "float32"), writes("float32")], 2, 2, [
      store(2, flat, apply("add", guard(axis(1), 5, 1, at(0), two), at(1))),
    ]),
    [1, 2],
  ],
  "bool, int32, float16 and int64": [
    loop(
      [...reads("bool", "int32", "float16", "int64"), ...(["bool", "float16", "int64", "uint8"] as const).map(writes)],
      2,
      2,
      [
        define(0, apply("add", cast("float32", load("int32", 1, flat)), cast("float32", load("float16", 2, flat)))),
        store(4, flat, apply("eq", load("bool", 0, flat), constant("bool", 0))),
        store(5, flat, cast("float16", register("float32", 0))),
        store(6, flat, apply("neg", load("int64", 3, flat))),
        store(7, flat, cast("uint8", load("int32", 1, flat))),
      ],
    ),
    [0, 1, 2, 4, 5, 7],
  ],
};

const lengthOf = (n: number) => 2 * rows * columns + 20 + n;

function dataOf(dtype: DType, operand: number): HostArray {
  const array = hostArray(dtype, lengthOf(operand));
  for (let i = 0; i < array.length; i++) {
    const value =
      dtype === "bool" ? (i * 5 + operand) % 2 : ((i * 37 + operand * 11) % 101) - (dtype === "uint8" ? 0 : 50);
    // Of float16, these are bits.
    array[i] = dtype === "int64" ? BigInt(value) : dtype === "float16" ? 0x3c00 + Math.abs(value) : value;
  }
  return array;
}

const [fours, points] = await Promise.all(
  [true, false].map((cooperative) => started(webgpu({ heapBytes: -1, cooperative }))),
);

test.each(Object.entries(kernels))("%s", async (_, [kernel, expected]) => {
  const extents = [rows, columns];
  expect(foursOf(kernel, extents, -1)).toEqual(expected);
  const lengths = kernel.operands.map((_, n) => lengthOf(n));
  const program = single(kernel, lengths, extents);
  for (const n of kernel.operands.keys())
    expect(new RegExp(`> b${n}: array<vec4<`).test(fours.explain(program))).toBe(expected.includes(n));
  expect(points.explain(program)).not.toMatch(/vec4</);
  const data = kernel.operands.map(({ dtype }, n) => dataOf(dtype, n));
  const [got, want] = await Promise.all([fours, points].map((backend) => runOnceAsync(backend, program, data)));
  expect(got.arrays.map((array) => [...array])).toEqual(want.arrays.map((array) => [...array]));
});

test("not of rows that fours do not divide, of values in the heap, and where there is much to compute", () => {
  const [kernel] = kernels["a row, a column and all points"];
  expect(foursOf(kernel, [rows, 7], -1)).toEqual([]);
  expect(foursOf(kernel, [rows, columns], 4 * rows * columns)).toEqual([]);
  let sum = at(0);
  for (let i = 0; i < 25; i++) sum = apply("add", sum, two);
  const long = loop([...reads("float32"), writes("float32")], 2, 2, [store(1, flat, sum)]);
  expect(foursOf(long, [rows, columns], -1)).toEqual([]);
});
