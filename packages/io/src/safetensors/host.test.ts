import { expect, test } from "vitest";
import { safetensors } from "../index.ts";

function file(header: unknown, data: Uint8Array, padding = 0): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header) + " ".repeat(padding));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const entry = (dtype: string, shape: number[], from: number, to: number) => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

test("tensors of all dtypes at any alignment of the file, without a device", () => {
  const data = new Uint8Array(24);
  new DataView(data.buffer).setFloat64(0, 0.1, true);
  new DataView(data.buffer).setBigInt64(8, -5n, true);
  new DataView(data.buffer).setFloat32(16, 1.5, true);
  data[20] = 7;
  new DataView(data.buffer).setUint16(22, 0xbf80, true);
  const header = {
    __metadata__: { note: "x" },
    a: entry("F64", [1], 0, 8),
    b: entry("I64", [], 8, 16),
    c: entry("F32", [1, 1], 16, 20),
    d: entry("BOOL", [2], 20, 22),
    e: entry("F16", [0, 3], 22, 22),
    f: entry("BF16", [1], 22, 24),
  };
  for (const padding of [0, 1, 2, 3]) {
    // Bytes that are part of a larger buffer, too.
    const tensors = safetensors.loadHost(Buffer.from(file(header, data, padding)));
    expect([...tensors.keys()]).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(tensors.get("a")).toEqual({ dtype: "float64", shape: [1], data: Float64Array.of(0.1) });
    expect(tensors.get("b")).toEqual({ dtype: "int64", shape: [], data: BigInt64Array.of(-5n) });
    expect(tensors.get("c")).toEqual({ dtype: "float32", shape: [1, 1], data: Float32Array.of(1.5) });
    expect(tensors.get("d")).toEqual({ dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) });
    expect(tensors.get("e")).toEqual({ dtype: "float16", shape: [0, 3], data: new Uint16Array(0) });
    expect(tensors.get("f")).toEqual({ dtype: "float32", shape: [1], data: Float32Array.of(-1) });
  }
});
