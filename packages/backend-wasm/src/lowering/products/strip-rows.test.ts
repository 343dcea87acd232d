/** Products of few rows by rows: nothing is packed, and the bits are those of what is. */
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
import type { ContractionKernel } from "@cresset/core/backend";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type WasmOptions, wasm } from "../../index.ts";
import { wasm as lean } from "../../lean.ts";
import { runs } from "./runs.ts";

interface Product {
  readonly sizes: readonly [batch: number, rows: number, columns: number, depth: number];
  /** Where both operands begin, and how many elements are between their rows. */
  readonly offset: number;
  readonly gap: number;
  readonly epilogue: boolean;
  /** Whether the results lie column by column: then rows and columns change places. */
  readonly turned: boolean;
  /** Elements between steps of the right operand. */
  readonly apart?: number;
}

const plain = { offset: 0, gap: 0, epilogue: false, turned: false };
let keys = 0;

/** result[b, r, c] = Σ left[b, r, k] · right[b, c, k]. */
function kernelOf({ sizes, offset, gap, epilogue, turned, apart = 1 }: Product) {
  const [batch, rows, columns, depth] = sizes;
  const [b, r, c, k] = [0, 1, 2, 3].map(axis);
  const row = apart * depth + gap;
  const start = { kind: "constant", value: offset } as const;
  const at = turned ? plus(times(c, rows), r) : plus(times(r, columns), c);
  const sum = register("float32", 0);
  const kernel: ContractionKernel = {
    kind: "contraction",
    key: `rows ${keys++}`,
    name: "rows",
    operands: [...reads("float32", "float32"), writes("float32")],
    axes: 4,
    arguments: 0,
    checks: 0,
    batch: 1,
    rows: 1,
    columns: 1,
    depth: 1,
    dtype: "float32",
    left: load("float32", 0, plus(times(b, rows * (depth + gap)), times(r, depth + gap), k, start)),
    right: load("float32", 1, plus(times(b, columns * row), times(c, row), times(k, apart), start)),
    register: 0,
    body: [store(2, plus(times(b, rows * columns), at), epilogue ? apply("mul", sum, constant("float32", 3)) : sum)],
  };
  const lengths = [batch * rows * (depth + gap) + offset, batch * columns * row + offset, batch * rows * columns];
  return { kernel, lengths };
}

/** Numbers, among them now and then one of `specials`. */
function filled(length: number, seed: number, specials: readonly number[]): Float32Array<ArrayBuffer> {
  let state = seed + 1;
  return Float32Array.from({ length }, () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    const n = state >>> 8;
    return specials.length > 0 && n % 29 === 0 ? specials[n % specials.length] : n / 2 ** 24 - 0.5;
  });
}

function multiply(product: Product, backend: ReturnType<typeof wasm>, specials: readonly number[] = []) {
  const { kernel, lengths } = kernelOf(product);
  const operands = [filled(lengths[0], 1, specials), filled(lengths[1], 2, specials)];
  return runOnce(backend, single(kernel, lengths, [...product.sizes]), operands).arrays[2];
}

const products = fc.record<Product>({
  sizes: fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 2, max: 8 }),
    fc.integer({ min: 9, max: 60 }),
    fc.oneof(fc.integer({ min: 4, max: 40 }), fc.constantFrom(127, 128, 129, 131, 257, 300)),
  ),
  offset: fc.constantFrom(0, 1, 6),
  gap: fc.constantFrom(0, 0, 1, 5),
  epilogue: fc.boolean(),
  turned: fc.boolean(),
});
const specials = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-40];

test.each<[string, WasmOptions]>([
  ["relaxed SIMD", {}],
  ["SIMD", { relaxedSimd: false }],
  ["scalar", { simd: false }],
])("the bits are those of operands that are packed: %s", (_, options) => {
  fc.assert(
    fc.property(products, fc.boolean(), fc.boolean(), (product, haste, special) => {
      const some = special ? specials : [];
      const got = multiply(product, wasm({ threads: 1, ...options, haste }), some);
      expect(got).toEqual(multiply(product, lean({ ...options, haste: false }), some));
    }),
    { numRuns: 80, seed: 1 },
  );
});

test("few rows along the depth are read in place, and only these", () => {
  const way = (product: Product): number => runs.way(kernelOf(product).kernel, product.sizes);
  for (const rows of [2, 3, 8]) expect(way({ ...plain, sizes: [1, rows, 96, 32] })).toBe(2);
  expect(way({ ...plain, sizes: [1, 4, 50, 33], offset: 3, gap: 2 })).toBe(2);
  expect(way({ ...plain, sizes: [1, 96, 4, 32], turned: true })).toBe(2);
  expect(way({ ...plain, sizes: [1, 9, 96, 32] })).toBe(0);
  expect(way({ ...plain, sizes: [1, 4, 96, 3] })).toBe(0);
  expect(way({ ...plain, sizes: [1, 4, 96, 32], apart: 2 })).toBe(0);
});
