/** Loops in tiles give what they give point by point. */
import { cpu } from "@cresset/backend-cpu";
import {
  apply,
  axis,
  guard,
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
import * as torch from "@cresset/core";
import { type Backend, type DType, dtypes } from "@cresset/core/backend";
import { describe, expect, test } from "vitest";
import { type WasmOptions, wasm } from "../index.ts";

const edges = [-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, -3, 2 ** 31, 1e-300];

/** Counted elements, of which the first are special. */
function counted(shape: readonly number[], dtype: DType = "float32"): torch.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const floats = dtype.startsWith("float");
  const values = Array.from({ length: size }, (_, i) => (floats ? (edges[i] ?? i / 8) : i % 3));
  return torch.reshape(torch.tensor(values, { dtype }), shape);
}

const { transpose } = torch;

/** Shapes that are multiples of a tile or of a vector, or not, or too narrow for either. */
const shapes = [
  [16, 32],
  [33, 17],
  [64, 4],
  [4, 21],
  [5, 7],
  [3, 40],
  [40, 3],
  [1, 9],
  [0, 8],
] as const;

const cases: Readonly<Record<string, () => torch.Tensor[]>> = {
  "every shape": () => shapes.map((shape) => transpose(counted(shape), 0, 1).contiguous()),
  "every dtype": () => dtypes.map((dtype) => transpose(counted([19, 22], dtype), 0, 1).contiguous()),
  "other dtypes than are read": () =>
    (["int64", "float64", "uint8", "bool", "float16"] as const).map((dtype) =>
      transpose(counted([21, 18], "int32"), 0, 1)
        .to(dtype)
        .contiguous(),
    ),
  batches: () => [
    transpose(counted([3, 18, 21]), 1, 2).contiguous(),
    torch.permute(counted([5, 18, 9]), [2, 1, 0]).contiguous(),
    torch.permute(counted([2, 9, 11, 6]), [0, 3, 1, 2]).contiguous(),
    torch.permute(counted([2, 6, 9, 11]), [0, 2, 3, 1]).contiguous(),
    torch.permute(counted([4, 5, 6, 7]), [3, 1, 2, 0]).contiguous(),
  ],
  "parts of a tensor": () => {
    const x = counted([40, 50]);
    return [
      transpose(torch.narrow(torch.narrow(x, 0, 3, 21), 1, 5, 30), 0, 1).contiguous(),
      transpose(torch.narrow(x, 1, 46, 4), 0, 1).contiguous(),
      transpose(torch.flip(x, [0]), 0, 1).contiguous(),
      transpose(torch.flip(x, [1]), 0, 1).contiguous(),
    ];
  },
  "sums with other operands": () => {
    const x = counted([18, 21]);
    const row = counted([21]);
    return [
      torch.add(transpose(x, 0, 1), counted([21, 18])),
      torch.mul(transpose(x, 0, 1), torch.reshape(row, [21, 1])),
      torch.sub(transpose(x, 0, 1), counted([18])),
      torch.add(transpose(x, 0, 1), transpose(counted([18, 21], "int64"), 0, 1)),
    ];
  },
  "transposes side by side": () => {
    const [a, b] = [transpose(counted([20, 18]), 0, 1), transpose(counted([9, 18]), 0, 1)];
    return [torch.cat([a, b, a], 1), torch.stack([a, a], 0)];
  },
};

/** What a case gives on a backend. */
async function results(name: string, backend: Backend): Promise<unknown[]> {
  await torch.registerBackend(backend);
  torch.setDefaultDevice(backend.name);
  return Promise.all(cases[name]().map(async (made) => [made.shape, await made.data()]));
}

describe.each([
  { threads: 1, haste: false },
  { threads: 1 },
  { threads: 1, haste: false, relaxedSimd: false },
  { threads: 3, share: "all", haste: false },
] satisfies WasmOptions[])("with %j", (options) => {
  test.each(Object.keys(cases))("%s: as on the cpu backend", async (name) => {
    expect(await results(name, wasm(options))).toEqual(await results(name, cpu()));
  });

  test("functions have the bits that they have without a transpose", async () => {
    await torch.registerBackend(wasm(options));
    torch.setDefaultDevice("wasm");
    const functions: ((x: torch.Tensor, y: torch.Tensor) => torch.Tensor)[] = [
      (x) => torch.sin(x),
      (x, y) => torch.add(torch.exp(x), torch.tanh(y)),
      (x) => torch.pow(torch.abs(x), 1.5),
      (x) => torch.add(torch.sigmoid(torch.mul(x, 2)), torch.mul(x, 2)),
      (x, y) => torch.where(torch.gt(torch.mul(x, y), 3), x, torch.neg(y)),
    ];
    for (const shape of shapes) {
      const turned = transpose(counted(shape), 0, 1);
      const straight = turned.contiguous();
      straight.dataSync();
      const y = counted(turned.shape);
      for (const of of functions) expect(of(turned, y).dataSync()).toEqual(of(straight, y).dataSync());
    }
  });
});

const row = plus(times(axis(0), 8), axis(1));
const column = plus(axis(0), times(axis(1), 8));

/** The kernels that compute one value from an 8 × 8 matrix and its transpose. */
const shuffles = (dtype: DType, e: ReturnType<typeof load>): number => {
  const kernel = loop([...reads(dtype, dtype), writes(dtype)], 2, 2, [store(2, row, e)]);
  return (
    wasm({ threads: 1 })
      .explain(single(kernel, [64, 64, 64], [8, 8]))
      .split("shuffle").length - 1
  );
};

test("columns are made of rows in registers", () => {
  const turned = load("float32", 0, column);
  expect(shuffles("float32", turned)).toBe(8);
  expect(shuffles("float32", apply("add", turned, load("float32", 1, row)))).toBe(8);
  expect(shuffles("float32", apply("add", turned, turned))).toBe(8);
  expect(shuffles("float32", apply("add", turned, load("float32", 1, column)))).toBe(16);
  expect(shuffles("float64", load("float64", 0, column))).toBe(8);
  expect(shuffles("float32", load("float32", 0, row))).toBe(0);
});

test("what a guard holds back is not read", () => {
  const inside = guard(axis(0), 8, 2, load("float32", 0, column), load("float32", 1, row));
  expect(shuffles("float32", inside)).toBe(0);
  const sum = apply("add", inside, load("float32", 1, column));
  const kernel = loop([...reads("float32", "float32"), writes("float32")], 2, 2, [store(2, row, sum)]);
  const run = (options: WasmOptions): unknown => {
    const [x, y] = [0, 1].map((n) => Float32Array.from({ length: 64 }, (_, i) => 100 * n + i));
    return runOnce(wasm(options), single(kernel, [64, 64, 64], [8, 8]), [x, y]).arrays[2];
  };
  expect(run({ haste: false })).toEqual(run({ simd: false }));
});
