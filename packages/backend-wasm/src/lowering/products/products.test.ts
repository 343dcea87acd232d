/** What a product's last bits may depend on: dtype and sizes, nothing else. */
import {
  apply,
  axis,
  constant,
  load,
  plus,
  reads,
  register,
  runOnce,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import type { ContractionKernel, DType, Expression, HostArray, Index } from "@cresset/core/backend";
import { hostArray } from "@cresset/core/backend";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type WasmOptions, wasm } from "../../index.ts";

/** How an operand lies: distances between elements, with gaps, backwards … */
interface Layout {
  readonly transposed: boolean;
  /** Distance between neighbours, negative where they lie backwards. */
  readonly step: number;
  /** Unused elements after each row. */
  readonly gap: number;
}

interface Product {
  readonly dtype: DType;
  readonly sizes: readonly [rows: number, columns: number, depth: number];
  readonly layouts: readonly [left: Layout, right: Layout];
  readonly turned: boolean;
  /** What is done with the sums before they are stored. */
  readonly epilogue: "nothing" | "mul" | "exp";
}

const plain: Layout = { transposed: false, step: 1, gap: 0 };
let keys = 0;

const epilogues: Readonly<Record<Product["epilogue"], (dtype: DType, sum: Expression) => Expression>> = {
  nothing: (_, sum) => sum,
  mul: (dtype, sum) => apply("mul", sum, constant(dtype, 1)),
  exp: (_, sum) => apply("exp", sum),
};

/** A matrix in memory, and where its elements are. */
function laidOut(
  values: readonly (readonly number[])[],
  dtype: DType,
  { transposed, step, gap }: Layout,
  [outer, inner]: readonly [Index, Index],
): { array: HostArray; index: Index } {
  const [rows, columns] = [values.length, values[0].length];
  const [major, minor] = transposed ? [columns, rows] : [rows, columns];
  const size = Math.abs(step);
  const rowSize = minor * size + gap;
  const first = step < 0 ? (minor - 1) * size : 0;
  const array = hostArray(dtype, Math.max(1, major * rowSize));
  values.forEach((row, i) => {
    row.forEach((value, j) => {
      const [a, b] = transposed ? [j, i] : [i, j];
      array[a * rowSize + first + b * step] = value;
    });
  });
  const [a, b] = transposed ? [inner, outer] : [outer, inner];
  return { array, index: plus(times(a, rowSize), times(b, step), { kind: "constant", value: first }) };
}

function multiply(
  product: Product,
  left: readonly (readonly number[])[],
  right: readonly (readonly number[])[],
  options: WasmOptions,
): number[] {
  const { dtype, sizes, layouts, turned, epilogue } = product;
  const [rows, columns] = sizes;
  const present = sizes.map((size) => size > 1);
  const indexOf = (position: number): Index =>
    present[position] ? axis(present.slice(0, position).filter(Boolean).length) : { kind: "constant", value: 0 };
  const [r, c, k] = [0, 1, 2].map(indexOf);
  const a = laidOut(left, dtype, layouts[0], [r, k]);
  const b = laidOut(right, dtype, layouts[1], [k, c]);
  const sum = register(dtype, 0);
  const at = turned ? plus(times(c, rows), r) : plus(times(r, columns), c);
  const kernel: ContractionKernel = {
    kind: "contraction",
    key: `product ${keys++}`,
    name: "product",
    operands: [...reads(dtype, dtype), writes(dtype)],
    axes: present.filter(Boolean).length,
    arguments: 0,
    checks: 0,
    batch: 0,
    rows: Number(present[0]),
    columns: Number(present[1]),
    depth: Number(present[2]),
    dtype,
    left: load(dtype, 0, a.index),
    right: load(dtype, 1, b.index),
    register: 0,
    body: [store(2, at, epilogues[epilogue](dtype, sum))],
  };
  const lengths = [a.array.length, b.array.length, rows * columns];
  const extents = sizes.filter((size) => size > 1);
  const out = runOnce(wasm({ threads: 1, ...options }), single(kernel, lengths, extents), [a.array, b.array]).arrays[2];
  return Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return Number(out[turned ? column * rows + row : i]);
  });
}

const values = (rows: number, columns: number, seed: number): number[][] => {
  let state = seed + 1;
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => {
      state = Math.imul(state, 1_664_525) + 1_013_904_223;
      return Math.fround((state >>> 8) / 2 ** 24 - 0.5);
    }),
  );
};

const sizes = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 300 })),
  fc.constantFrom<[number, number, number]>(
    [1, 70, 700],
    [1, 90, 127],
    [64, 1, 100],
    [70, 1, 701],
    [1, 1, 1500],
    [9, 3, 530],
    [30, 80, 40],
    [500, 4, 7],
    [13, 20, 600],
    [100, 11, 30],
  ),
);
const layout = fc.record<Layout>({
  transposed: fc.boolean(),
  step: fc.constantFrom(1, 1, 1, 2, -1, 300),
  gap: fc.constantFrom(0, 0, 3),
});

describe.each<[string, WasmOptions]>([
  ["relaxed SIMD", {}],
  ["SIMD", { relaxedSimd: false }],
  ["scalar", { simd: false }],
])("%s", (_, options) => {
  test("layouts of operands and results, an epilogue, and haste do not change a bit", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<DType>("float32", "float32", "float64", "int32"),
        sizes,
        fc.tuple(layout, layout),
        fc.boolean(),
        fc.constantFrom("nothing", "mul"),
        fc.boolean(),
        fc.nat(1000),
        (dtype, size, layouts, turned, epilogue, haste, seed) => {
          const scale = dtype === "int32" ? 100 : 1;
          const scaled = (matrix: number[][]): number[][] =>
            matrix.map((row) => row.map((x) => (scale === 1 ? x : Math.trunc(scale * x))));
          const a = scaled(values(size[0], size[2], seed));
          const b = scaled(values(size[2], size[1], seed + 7));
          const usual = multiply(
            { dtype, sizes: size, layouts: [plain, plain], turned: false, epilogue: "nothing" },
            a,
            b,
            { ...options, haste: false },
          );
          const other = multiply({ dtype, sizes: size, layouts, turned, epilogue }, a, b, { ...options, haste });
          expect(other).toEqual(usual);
          const close = dtype === "float32" ? 2e-5 : 1e-12;
          usual.forEach((sum, i) => {
            const [row, column] = [Math.floor(i / size[1]), i % size[1]];
            const exact = a[row].reduce((total, x, k) => total + x * b[k][column], 0);
            if (Math.abs(sum - exact) > close * (1 + Math.abs(exact))) expect(sum).toBe(exact);
          });
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  test("nor does the number of columns, of which an epilogue computes several vectors in turn", () => {
    const [rows, depth, most] = [2, 300, 44];
    const [a, b] = [values(rows, depth, 1), values(depth, most, 2)];
    const product = (columns: number): number[] => {
      const some = b.map((row) => row.slice(0, columns));
      const plainly = { layouts: [plain, plain], turned: false } as const;
      const how = { ...options, haste: false };
      return multiply({ dtype: "float32", sizes: [rows, columns, depth], ...plainly, epilogue: "exp" }, a, some, how);
    };
    const all = product(most);
    for (let n = 2; n < most; n++) expect(product(n)).toEqual([...all.slice(0, n), ...all.slice(most, most + n)]);
  });
});
