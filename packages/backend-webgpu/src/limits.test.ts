/** More operands than may be bound, and more workgroups than a dimension has. */
import { apply, axis, load, loop, reads, runOnceAsync, single, store, writes } from "@cresset/conformance/kernels";
import { expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { started } from "./testing.ts";

test("more operands than storage buffers are packed into one", async () => {
  const backend = await started(webgpu({ heapBytes: -1 }));
  const count = Number(backend.info().storageBuffers) + 5;
  const sum = Array.from({ length: count }, (_, i) => load("int64", i, axis(0))).reduce((a, b) => apply("add", a, b));
  const kernel = loop(
    [...reads(...Array.from({ length: count }, () => "int64" as const)), writes("int64"), writes("float32")],
    1,
    1,
    [store(count, axis(0), sum), store(count + 1, axis(0), { kind: "cast", dtype: "float32", input: sum })],
  );
  const data = Array.from({ length: count }, (_, i) => BigInt64Array.of(BigInt(i), 2n ** 40n, -1n));
  const { arrays } = await runOnceAsync(backend, single(kernel, new Array(count + 2).fill(3), [3]), data);
  const expected = [BigInt((count * (count - 1)) / 2), BigInt(count) * 2n ** 40n, BigInt(-count)];
  expect([...arrays[count]]).toEqual(expected);
  expect([...arrays[count + 1]]).toEqual(expected.map(Number));
});

test("more workgroups than a dimension has", async () => {
  const backend = await started(webgpu({ heapBytes: 0, cooperative: true }));
  const rows = 70_000;
  const inner = 40;
  const at = { kind: "sum", left: { kind: "product", input: axis(0), by: inner }, right: axis(1) } as const;
  const kernel = loop([...reads("float32"), writes("float32")], 2, 1, [
    {
      kind: "inner",
      axes: [1],
      body: [],
      reductions: [{ register: 0, op: "max", dtype: "float32", value: load("float32", 0, at) }],
    },
    store(1, axis(0), { kind: "register", dtype: "float32", register: 0 }),
  ]);
  const data = Float32Array.from({ length: rows * inner }, (_, i) => i);
  const { arrays } = await runOnceAsync(backend, single(kernel, [data.length, rows], [rows, inner]), [data]);
  for (const row of [0, 1, 65_535, 65_536, rows - 1]) expect(arrays[1][row]).toBe(row * inner + inner - 1);
});

test("a value larger than a binding is refused with the limit's name", async () => {
  const backend = await started(webgpu());
  expect(() => backend.allocate("float32", 2 ** 31)).toThrow(/exceeds max(StorageBufferBinding|Buffer)Size = \d+ of/);
});
