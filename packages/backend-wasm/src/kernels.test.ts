import {
  apply,
  axis,
  f32,
  failureOf,
  kernelCases,
  load,
  loop,
  reads,
  runOnce,
  single,
  store,
  writes,
} from "@cresset/conformance/kernels";
import { describe, expect, test } from "vitest";
import { wasm } from "./index.ts";

describe.each([
  ["relaxed SIMD", wasm({ haste: false })],
  ["SIMD", wasm({ relaxedSimd: false, haste: false })],
  ["in haste", wasm()],
  ["scalar", wasm({ simd: false })],
])("%s", (_, backend) => {
  test.each(kernelCases)("$name", async (one) => expect(await failureOf(backend, one)).toBe(null));

  test("exp and expm1 of the same values have the bits of each alone", () => {
    const edges = [0, -0, NaN, Infinity, -Infinity, 88.4, 88.72283, 88.72284, 90, -26, -86.99, -87.34, -103.9, -105];
    const small = [1e-45, -1e-45, 509e-45, -509e-45, 1.2e-38, 2 ** -100, -(2 ** -101), 1e-8, 0.3465, 0.3466];
    const many = Array.from({ length: 999 }, (_, i) => Math.sin(i) * 2 ** ((i % 40) - 33));
    const x = f32(...edges, ...small, ...many);
    const computed = (ops: readonly ("exp" | "expm1")[]): unknown[][] => {
      const stores = ops.map((op, i) => store(1 + i, axis(0), apply(op, load("float32", 0, axis(0)))));
      const kernel = loop([...reads("float32"), ...ops.map(() => writes("float32"))], 1, 1, stores);
      const lengths = [x.length, ...ops.map(() => x.length)];
      return runOnce(backend, single(kernel, lengths, [x.length]), [x])
        .arrays.slice(1)
        .map((array) => [...array]);
    };
    const [exp, expm1] = computed(["exp", "expm1"]);
    expect(exp).toEqual(computed(["exp"])[0]);
    expect(expm1).toEqual(computed(["expm1"])[0]);
    expect(expm1.slice(0, 5)).toEqual([0, -0, NaN, Infinity, -1]);
    expect(expm1.slice(edges.length, edges.length + 4)).toEqual([...x.subarray(edges.length, edges.length + 4)]);
  });
});
