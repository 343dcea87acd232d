import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cpu } from "@cresset/backend-cpu";
import { registerBackend, tensor } from "@cresset/core";
import { Linear } from "@cresset/nn";
import { beforeAll, expect, test } from "vitest";
import { type FileFormat, fileFormat, numpy, safetensors, save } from "./index.ts";
import * as onnx from "./onnx/index.ts";
import { ranged, startServer } from "./testing/web-server.ts";

beforeAll(() => registerBackend(cpu()));

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const x = () => tensor([1, 2]);

test.each<[string, () => Promise<Uint8Array> | Uint8Array, FileFormat | null]>([
  ["safetensors", () => safetensors.save({ x: x() }), "safetensors"],
  ["an empty one", () => safetensors.save({}), "safetensors"],
  ["an index", () => text('{\n  "metadata": {"total_size": 0},\n  "weight_map": {}\n}'), "safetensors index"],
  ["PyTorch's", () => save({ x: x() }), "pytorch"],
  ["PyTorch's old one", () => new Uint8Array([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc]), "pytorch"],
  ["an array", () => numpy.toBytes(x()), "npy"],
  ["arrays", () => numpy.archiveToBytes({ x: x() }), "npz"],
  ["no arrays", () => numpy.archiveToBytes({}), "npz"],
  ["a model", async () => onnx.export(new Linear(2, 1), x()), "onnx"],
  ["a model that names no producer", () => new Uint8Array([0x08, 8, 0x3a, 2, 0x12, 0]), "onnx"],
  ["nothing", () => new Uint8Array(0), null],
  ["a table", () => text("a,b\n1,2\n"), null],
  ["other JSON", () => text('{"a": 1}'), null],
  ["a program", () => readFileSync(join(import.meta.dirname, "format.ts")), null],
])("%s is told by how it begins", async (_, make, format) => {
  expect(await fileFormat(new Uint8Array(await make()))).toBe(format);
});

test("a file of PyTorch's comes from a web server by ranges", async () => {
  const { load } = await import("./pytorch/index.ts");
  const bytes = await save({ small: x(), epoch: 3 });
  const server = await startServer((request) => ranged(bytes, request));
  const loaded = await load<{ small: ReturnType<typeof x>; epoch: number }>(`${server.origin}/model.pt`);
  expect([loaded.small.tolistSync(), loaded.epoch]).toEqual([[1, 2], 3]);
  await server.close();
});

test("files of PyTorch and NumPy go to streams", async () => {
  for (const write of [
    (stream: WritableStream<Uint8Array>) => save({ x: x() }, stream),
    (stream: WritableStream<Uint8Array>) => numpy.save(stream, x()),
    (stream: WritableStream<Uint8Array>) => numpy.savez(stream, { x: x() }),
  ]) {
    const parts: BlobPart[] = [];
    await write(new WritableStream({ write: (part) => void parts.push(part.slice() as BlobPart) }));
    expect(await fileFormat(new Blob(parts))).not.toBeNull();
  }
});
