/** More operands than may be bound, and more workgroups than a dimension has. */
import { apply, axis, load, loop, reads, runOnceAsync, single, store, writes } from "@cresset/conformance/kernels";
import { describe, expect, test } from "vitest";
import { faultyDevice } from "./faulty-device.ts";
import { type WebGpuOptions, webgpu } from "./index.ts";
import { started } from "./testing.ts";
import { planKernel } from "./wgsl/compile.ts";

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

test("a value larger than a buffer is refused with the limit's name", async () => {
  const backend = await started(webgpu());
  expect(() => backend.allocate("float32", 2 ** 30)).toThrow(/exceeds maxBufferSize = \d+ of/);
});

describe("a device that allows less", () => {
  async function less(limits: Parameters<typeof faultyDevice>[0], options: WebGpuOptions = {}) {
    const { device, faults } = await faultyDevice(limits);
    const backend = await started(webgpu({ ...options, device }));
    return { backend, faults, adapter: String(backend.info().adapter) };
  }
  const adding = (count: number, dtype: "float32" | "int64" = "float32") =>
    loop([...reads(...Array.from({ length: count }, () => dtype)), writes(dtype)], 1, 1, [
      store(
        count,
        axis(0),
        Array.from({ length: count }, (_, i) => load(dtype, i, axis(0))).reduce((a, b) => apply("add", a, b)),
      ),
    ]);

  test("storage buffers: operands beyond are packed, in several dispatches of one program too", async () => {
    const { backend, faults } = await less({ maxStorageBuffersPerShaderStage: 4 }, { heapBytes: -1 });
    const kernel = adding(9);
    const data = Array.from({ length: 9 }, (_, i) => Float32Array.of(i, 10 * i));
    const { arrays } = await runOnceAsync(backend, single(kernel, new Array(10).fill(2), [2]), data);
    expect([...arrays[9]]).toEqual([36, 360]);
    expect(faults.storageBuffers).toBe(4);
  });

  test("a buffer's size: values and temporaries beyond are refused; a binding's: what is packed, and too many parts", async () => {
    const small = await less({ maxBufferSize: 1_000_000, maxStorageBufferBindingSize: 65_536 }, { heapBytes: 1000 });
    const limit = `maxBufferSize = 1000000 of ${small.adapter}`;
    expect(() => small.backend.allocate("float32", 300_000)).toThrow(`a value of 1200000 bytes exceeds ${limit}`);
    const { buffers, ...program } = single(adding(1), [300_000, 300_000], [300_000]);
    const temporary = { ...program, buffers: [buffers[0], { ...buffers[1], role: "temporary" as const }] };
    expect(() => small.backend.compile(temporary)).toThrow(
      `the kernel test (loop) needs a temporary of 1200000 bytes, more than ${limit}`,
    );
    expect(() => small.backend.compile(single(adding(1), [100_000, 100_000], [100_000]))).toThrow(
      /needs 14 storage buffers, of which a value beyond maxStorageBufferBindingSize = 65536 takes 7, more than maxStorageBuffersPerShaderStage = \d+ of/,
    );
    const { backend } = await less({ maxStorageBufferBindingSize: 65_536 }, { heapBytes: 65_536 });
    expect(() => Array.from({ length: 20 }, () => backend.allocate("int64", 1000))).toThrow(
      "maxStorageBufferBindingSize = 65536",
    );
    const packing = await less(
      { maxStorageBufferBindingSize: 65_536, maxStorageBuffersPerShaderStage: 4 },
      { heapBytes: -1 },
    );
    const many = single(adding(9, "int64"), new Array(10).fill(2000), [2000]);
    expect(() => packing.backend.compile(many)).toThrow(
      /more operands than maxStorageBuffersPerShaderStage = 4 of .* 112000 bytes, more than maxStorageBufferBindingSize = 65536/,
    );
  });

  test("workgroups in a dimension: they become two dimensions, and what does not fit there is refused", async () => {
    const { backend, faults, adapter } = await less({ maxComputeWorkgroupsPerDimension: 5 });
    const run = (n: number) => runOnceAsync(backend, single(adding(1), [n, n], [n]), [new Float32Array(n).fill(7)]);
    const { arrays } = await run(23 * 256 + 1);
    expect([...arrays[1]].every((x) => x === 7)).toBe(true);
    expect(faults.largestDispatch).toBe(5);
    await expect(run(26 * 256)).rejects.toThrow(
      `the kernel test (loop) needs 26 workgroups, more than the square of maxComputeWorkgroupsPerDimension = 5 of ${adapter}`,
    );
  });
});

test("a program over more points than 32 bits count is refused; a reduction of so many is not shared", async () => {
  const backend = await started(webgpu());
  const kernel = loop([...reads("float32"), writes("float32")], 2, 2, [store(1, axis(1), load("float32", 0, axis(1)))]);
  const program = single(kernel, [50_000, 50_000], [50_000, 50_000]);
  expect(() => backend.compile(program)).toThrow(/\(loop\) runs over 2500000000 points, more than the \d+ that 32-bit/);
  const value = load("float32", 0, axis(1));
  const sum = loop([...reads("float32"), writes("float32")], 3, 1, [
    { kind: "inner", axes: [1, 2], body: [], reductions: [{ register: 0, op: "sum", dtype: "float32", value }] },
    store(1, axis(0), { kind: "register", dtype: "float32", register: 0 }),
  ]);
  const long = single(sum, [1, 1, 1], [1, 2 ** 31 + 5, 1]);
  expect(() => backend.compile(long)).toThrow(/runs over 2147483653 points/);
  const lanes = (inner: readonly number[]) =>
    planKernel(sum, [1, ...inner], {
      cooperative: true,
      subgroups: true,
      loopSteps: Number.POSITIVE_INFINITY,
      workgroupBytes: 16_384,
      heapBytes: 0,
    }).loop?.lanes;
  expect([lanes([50_000, 4]), lanes([50_000, 50_000])]).toEqual([256, 1]);
});
