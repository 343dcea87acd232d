/** Loops that are cut where an answer about a coordinate changes give what they give uncut. */
import { cpu } from "@cresset/backend-cpu";
import {
  apply,
  axis,
  constant,
  guard,
  load,
  loop,
  plus,
  reads,
  register,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import type { DType, Expression, Index, Statement } from "@cresset/core/backend";
import * as torch from "@cresset/core/functions";
import { functional } from "@cresset/nn";
import { describe, expect, test } from "vitest";
import { type WasmOptions, wasm } from "../../index.ts";
import { cutsOf, narrowed } from "./narrow.ts";
import { bodyOf, runsOf } from "./runs.ts";

/** Tensors of counted elements along `dim`, of these sizes. */
const parts = (shape: readonly number[], dim: number, sizes: readonly number[], dtype: DType = "float32") =>
  sizes.map((size, n) => {
    const of = shape.with(dim, size);
    return torch.reshape(torch.arange(100 * n, 100 * n + of.reduce((a, b) => a * b, 1), 1, { dtype }), of);
  });

const shape = [5, 7, 13];

const cases: Readonly<Record<string, (dim: number) => torch.Tensor>> = {
  "a few parts": (dim) => torch.cat(parts(shape, dim, [3, 1, 8, 0, 2]), dim),
  "many equal parts": (dim) => torch.cat(parts(shape, dim, Array<number>(45).fill(3)), dim),
  "many unequal parts": (dim) =>
    torch.cat(
      parts(
        shape,
        dim,
        Array.from({ length: 50 }, (_, n) => n % 7),
      ),
      dim,
    ),
  "a part twice": (dim) => {
    const [a, b] = parts(shape, dim, [3, 3]);
    return torch.cat([a, b, a, a, b], dim);
  },
  "parts that are computed": (dim) => torch.cat(parts(shape, dim, [4, 4, 4]).map(torch.relu), dim),
  "other dtypes": (dim) =>
    torch.cat(
      (["uint8", "int64", "float16", "int16"] as const).flatMap((dtype) => parts(shape, dim, [2], dtype)),
      dim,
    ),
  stack: (dim) => torch.stack(parts(shape, 0, Array<number>(9).fill(5)), dim),
  "a stack of stacks": (dim) =>
    torch.stack(
      [0, 1, 2].map(() => torch.stack(parts(shape, 0, [5, 5, 5, 5]), dim)),
      0,
    ),
  roll: (dim) => torch.roll(parts(shape, 0, [5])[0], 3, dim),
  "roll along all axes": (dim) => torch.roll(parts(shape, 0, [5])[0], [dim + 1, 2, -4], [0, 1, 2]),
  pad: (dim) => functional.pad(parts(shape, 0, [5])[0], [1, 2, 0, 3, 2, 0].slice(0, 2 * dim + 2), { value: -1 }),
  "negative padding": (dim) => functional.pad(parts(shape, 0, [5])[0], [-2, 3, 1, -1].slice(0, 2 * dim + 2)),
  "gradients of windows that overlap": (dim) => {
    const x = torch.remainder(torch.mul(parts(shape, 0, [5])[0], 37), 101).requiresGrad_();
    const y = functional.maxPool2d(x, 3, { stride: dim + 1, padding: 1 });
    y.backward(torch.div(y, 7));
    return x.grad as torch.Tensor;
  },
  "padding that reflects": (dim) =>
    functional.pad(parts(shape, 0, [5])[0], dim < 2 ? [3, 2] : [1, 2, 2, 1], { mode: "reflect" }),
};

/** What the cases give on a backend, along each axis. */
async function results(name: string, options?: WasmOptions): Promise<unknown[]> {
  await torch.registerBackend(options ? wasm(options) : cpu());
  torch.setDefaultDevice(options ? "wasm" : "cpu");
  return Promise.all(
    [0, 1, 2].map(async (dim) => {
      const made = cases[name](dim);
      return [made.shape, await made.data()];
    }),
  );
}

describe.each([
  { threads: 1 },
  { threads: 1, haste: false },
  { threads: 1, simd: false },
  { threads: 3, share: "all" },
] satisfies WasmOptions[])("with %j, bits are those of the cpu backend", (options) => {
  test.each(Object.keys(cases))("%s", async (name) => {
    expect(await results(name, options)).toEqual(await results(name));
  });
});

const at = plus(times(axis(0), 10), axis(1));
const isFrom = (n: number): Expression =>
  apply("ge", { kind: "index", dtype: "int64", index: axis(0) }, constant("int64", n));
const part = (operand: number, from: number): Expression =>
  guard(
    plus(axis(0), { kind: "constant", value: -from }),
    3,
    1,
    load("float32", operand, plus(at, { kind: "constant", value: -10 * from })),
    constant("float32", 0),
  );
const joined: Statement[] = [
  { kind: "let", register: 0, value: part(2, 6) },
  { kind: "let", register: 1, value: part(1, 3) },
  { kind: "let", register: 2, value: part(0, 0) },
  { kind: "let", register: 3, value: apply("where", isFrom(3), register("float32", 1), register("float32", 2)) },
  { kind: "let", register: 4, value: apply("where", isFrom(6), register("float32", 0), register("float32", 3)) },
  store(3, at, register("float32", 4)),
];
const everywhere = { from: 0, end: Number.POSITIVE_INFINITY };

test("a body is cut where its conditions change, and a segment has none left", () => {
  expect(cutsOf(joined, 0, everywhere)).toEqual([3, 6, 9]);
  expect(cutsOf(joined, 1, everywhere)).toEqual([]);
  expect(narrowed(joined, 0, { from: 3, end: 6 })).toEqual([
    { kind: "let", register: 1, value: load("float32", 1, plus(at, { kind: "constant", value: -30 })) },
    store(3, at, register("float32", 1)),
  ]);
  expect(narrowed(joined, 0, { ...everywhere, from: 9 })).toEqual([store(3, at, constant("float32", 0))]);
  expect(narrowed(joined, 0, { from: 2, end: 6 })).toHaveLength(4);
});

test("segments that differ by equal steps are one run", () => {
  const operands = [
    ...Array.from({ length: 3 }, () => ({ dtype: "float32", access: "read" }) as const),
    { dtype: "float32", access: "write" } as const,
  ];
  const segments = [0, 3, 6].map((from) => ({
    from,
    end: from + 3,
    body: narrowed(joined, 0, { from, end: from + 3 }),
  }));
  const runs = runsOf(segments, operands);
  expect(runs).toMatchObject([{ count: 3, steps: [-30, 1, 0] }]);
  const moved: unknown[] = [];
  bodyOf(runs[0], operands, 2, (...given) => moved.push(given));
  expect(moved).toEqual([[0, 1]]);
  expect(runsOf([segments[0], segments[2], segments[1]], operands).map(({ count }) => count)).toEqual([2, 1]);
  const writable = operands.map((operand) => ({ ...operand, access: "update" }) as const);
  expect(runsOf(segments, writable)).toHaveLength(3);
});

test("an axis of less than four points has no vectors, where another one has more", () => {
  const place = (inner: number): Index => plus(times(axis(0), inner), axis(1));
  const body = [store(1, place(2), load("float32", 0, axis(0)))];
  const explained = (inner: number): string => {
    const kernel = loop([...reads("float32"), writes("float32")], 2, 2, body);
    return wasm().explain(single(kernel, [4000, 4000 * inner], [4000, inner]));
  };
  // Neighbours along the first axis are read as they lie, and written one by one; along the second they are one number.
  expect(explained(2)).toMatch(/v128\.load\b/);
  expect(explained(4)).not.toMatch(/v128\.load\b/);
});
