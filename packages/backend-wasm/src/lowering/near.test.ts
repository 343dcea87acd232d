/** Elements a few apart are those that are read one by one, wherever they begin. */
import { cpu } from "@cresset/backend-cpu";
import {
  apply,
  axis,
  load,
  loop,
  plus,
  reads,
  runOnce,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import { type DType, type Expression, hostArray, type Index, type Program } from "@cresset/core/backend";
import { describe, expect, test } from "vitest";
import { wasm } from "../index.ts";

const rows = 5;
const number = (value: number): Index => ({ kind: "constant", value });

/** A loop over rows of `count` results; of each, elements from `first` on, `stride` apart, of rows of `width`. */
function program(dtype: DType, stride: number, firsts: readonly number[], count: number, width: number): Program {
  const at = (first: number): Expression =>
    load(dtype, 0, plus(plus(times(axis(0), width), times(axis(1), stride)), number(first)));
  const sum = firsts.map(at).reduce((a, b) => apply("add", a, b));
  const kernel = loop([...reads(dtype), writes(dtype)], 2, 2, [store(1, plus(times(axis(0), count), axis(1)), sum)]);
  return single(kernel, [rows * width, rows * count], [rows, count]);
}

describe.each([-4, -2, -1, 2, 3, 4, 5])("%i apart", (stride) => {
  test.each(["float32", "int32", "float64", "int16", "bool"] as const)("%s", (dtype) => {
    for (const count of [1, 4, 7, 18])
      for (const first of [0, 1, 2, 3, 4]) {
        const width = Math.abs(stride) * (count - 1) + first + 1;
        const from = stride < 0 ? width - 1 - first : first;
        const x = hostArray(dtype, rows * width) as Float32Array<ArrayBuffer>;
        for (let i = 0; i < x.length; i++) x[i] = dtype === "bool" ? (i % 3) & 1 : i % 11 === 10 ? -0 : (i * 7) % 100;
        const results = [cpu(), wasm({ haste: false }), wasm({ haste: false, simd: false })].map(
          (backend) => runOnce(backend, program(dtype, stride, [from], count, width), [x]).arrays[1],
        );
        expect(results[1]).toEqual(results[0]);
        expect(results[2]).toEqual(results[0]);
      }
  });
});

test("windows that lie next to each other are read from the same vectors", () => {
  const loads = (stride: number, firsts: readonly number[]): number =>
    wasm()
      .explain(program("float32", stride, firsts, 64, 64 * stride + 8))
      .split("v128.load").length;
  for (const stride of [2, 3, 4]) {
    const all = Array.from({ length: stride }, (_, first) => first);
    expect(loads(stride, all)).toBe(loads(stride, [0]));
    expect(loads(stride, [...all, stride])).toBeGreaterThan(loads(stride, [0]));
  }
  expect(loads(5, [0])).toBe(1);
});
