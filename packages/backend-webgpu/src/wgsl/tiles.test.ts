/** Products in tiles that pass through shared memory. */
import {
  axis,
  load,
  plus,
  reads,
  register,
  runOnceAsync,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import type { Backend, ContractionKernel, Index } from "@cresset/core/backend";
import { expect, test } from "vitest";
import { webgpu } from "../index.ts";
import { started } from "../testing.ts";
import { kernelText, planKernel } from "./compile.ts";
import { placeOperands } from "./placement.ts";

/** How the matrices lie: [size, depth], or [depth, size]. */
type Layout = "rows" | "columns";

/** The products, for each of a batch, of a matrix of `size` rows and `depth` columns and the transpose of another. */
function products(size: number, depth: number, layout: Layout = "rows"): ContractionKernel {
  const [along, down] = layout === "rows" ? [1, depth] : [size, 1];
  const at = (rows: number): Index =>
    plus(times(axis(0), size * depth), times(axis(rows), down), along === 1 ? axis(3) : times(axis(3), along));
  return {
    kind: "contraction",
    key: `products ${size} ${depth} ${layout}`,
    name: "products",
    operands: [...reads("float32", "float32"), writes("float32")],
    axes: 4,
    arguments: 0,
    checks: 0,
    batch: 1,
    rows: 1,
    columns: 1,
    depth: 1,
    dtype: "float32",
    left: load("float32", 0, at(1)),
    right: load("float32", 1, at(2)),
    register: 0,
    body: [store(2, plus(times(axis(0), size * size), times(axis(1), size), axis(2)), register("float32", 0))],
  };
}

async function expectProducts(
  backend: Backend,
  kernel: ContractionKernel,
  batch: number,
  size: number,
  depth: number,
  layout: Layout,
): Promise<void> {
  const count = batch * size * depth;
  // Small integers, whose sums are exact in every order.
  const a = Float32Array.from({ length: count }, (_, i) => (i * 7) % 11);
  const b = Float32Array.from({ length: count }, (_, i) => ((i * 5) % 13) - 6);
  const at = (matrix: number, row: number, k: number) =>
    matrix * size * depth + (layout === "rows" ? row * depth + k : k * size + row);
  const expected = new Float32Array(batch * size * size);
  for (let i = 0; i < expected.length; i++) {
    const [matrix, row, column] = [Math.floor(i / size / size), Math.floor(i / size) % size, i % size];
    for (let k = 0; k < depth; k++) expected[i] += a[at(matrix, row, k)] * b[at(matrix, column, k)];
  }
  const extents = [batch, size, size, depth];
  const { arrays } = await runOnceAsync(backend, single(kernel, [count, count, expected.length], extents), [a, b]);
  expect(expected.findIndex((x, i) => x !== arrays[2][i])).toBe(-1);
}

// A software driver takes seconds to compile the larger tiles: each is compiled once.
test.each([
  [64, "in the heap", 1024 * 1024, 96, 40, 20],
  [128, "in buffers", -1, 128, 72, 5],
])("many matrices, in tiles of %i, %s", async (tile, _, heapBytes, batch, size, depth) => {
  const backend = await started(webgpu({ cooperative: true, heapBytes }));
  const kernel = products(size, depth);
  const extents = [batch, size, size, depth];
  const plan = planKernel(kernel, extents, {
    cooperative: true,
    subgroups: true,
    loopSteps: Number.POSITIVE_INFINITY,
    workgroupBytes: 32_768,
    heapBytes: 0,
  }).contraction;
  expect(plan).toMatchObject({ kind: "tile", size: tile });
  await expectProducts(backend, kernel, batch, size, depth, "rows");
});

test("vectors of four are loaded along columns, where fours divide them", async () => {
  const backend = await started(webgpu({ cooperative: true, heapBytes: -1 }));
  const [batch, depth] = [2, 20];
  const loadsFours = (size: number, layout: Layout): boolean => {
    const lengths = [batch * size * depth, batch * size * depth, batch * size * size];
    const text = backend.explain(single(products(size, depth, layout), lengths, [batch, size, size, depth]));
    const [left, right] = [0, 1].map((n) => text.includes(`> b${n}: array<vec4<f32>>`));
    expect(left).toBe(right);
    return left;
  };
  expect(loadsFours(36, "columns")).toBe(true);
  expect(loadsFours(34, "columns")).toBe(false);
  expect(loadsFours(36, "rows")).toBe(false);
  await expectProducts(backend, products(36, depth, "columns"), batch, 36, depth, "columns");
});

test.each([
  [4096, 64],
  [900, 64],
  [40, 640],
  [40, 8],
])("tiles of %i rows and a depth of %i, for a device that asked for no more than 16 KiB to share", (size, depth) => {
  const kernel = products(size, depth);
  const operands = kernel.operands.map((operand) => ({ ...operand, inHeap: false, bytes: 0, fours: false }));
  const plan = planKernel(kernel, [1, size, size, depth], {
    cooperative: true,
    subgroups: true,
    loopSteps: Number.POSITIVE_INFINITY,
    workgroupBytes: 16_384,
    heapBytes: 0,
  });
  const text = kernelText(
    kernel,
    placeOperands(operands, { half: false, count: 8, bytes: 65_536 }),
    plan,
    "unless failed",
    "one",
  );
  const arrays = [...text.matchAll(/var<workgroup> \w+: array<(\w+), (\d+)>/g)];
  const bytes = arrays.map(([, type, length]) => (type === "vec4f" ? 16 : 4) * Number(length));
  expect(plan.contraction?.kind).toBe("tile");
  expect(bytes.reduce((a, b) => a + b)).toBeLessThanOrEqual(16_384);
});
