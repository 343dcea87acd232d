import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@cresset/backend-cpu";
import { type DType, dtypes, registerBackend, type Tensor, tensor } from "@cresset/core";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { FormatError, safetensors } from "../index.ts";

let folder: string;

beforeAll(() => registerBackend(cpu()));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cresset-io-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const oneOf = (dtype: DType): Tensor =>
  dtype === "bool" ? tensor([[true], [false]]) : tensor([[1], [dtype === "uint8" ? 200 : -2]], { dtype });

/** A file of a header, padded to nothing, and `data` bytes. */
function file(header: unknown, data = 0): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (dtype: string, shape: readonly number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe("what is saved", () => {
  test("is read again, of every dtype", async () => {
    const saved = Object.fromEntries(dtypes.map((dtype) => [`a ${dtype}`, oneOf(dtype)]));
    const bytes = await safetensors.save(saved, { metadata: { größe: "2" } });
    const loaded = safetensors.load(bytes);
    expect(Object.keys(loaded).sort()).toEqual(Object.keys(saved).sort());
    for (const [name, want] of Object.entries(saved)) {
      expect(loaded[name].dtype).toBe(want.dtype);
      expect(loaded[name].tolistSync()).toEqual(want.tolistSync());
    }
    const opened = await safetensors.safeOpen(new Blob([bytes]));
    expect(opened.metadata()).toEqual({ größe: "2" });
    expect(opened.getInfo("a float16")).toEqual({ dtype: "F16", shape: [2, 1] });
    expect((await opened.getTensor("a int64")).tolistSync()).toEqual([[1], [-2]]);
    await expect(opened.getTensor("b")).rejects.toThrow('has no tensor "b"; it has a float64');
  });

  test("may be empty, without dimensions, a view, or named as what JavaScript knows", async () => {
    const strange = Object.fromEntries([
      ["__proto__", tensor([1])],
      ["constructor", tensor(2)],
      ["", tensor([], { dtype: "int32" })],
    ]);
    const view = tensor([
      [1, 2],
      [3, 4],
    ]).t();
    const loaded = safetensors.load(await safetensors.save({ ...strange, view }));
    const byName = new Map(Object.entries(loaded));
    expect(byName.get("__proto__")?.tolistSync()).toEqual([1]);
    expect(byName.get("constructor")?.tolistSync()).toBe(2);
    expect(loaded[""].shape).toEqual([0]);
    expect(loaded.view.tolistSync()).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  test("is tensors, with texts", async () => {
    await expect(safetensors.save(tensor([1]) as never)).rejects.toThrow("a record of them by name");
    await expect(safetensors.save({ a: 1 } as never)).rejects.toThrow('"a" cannot be saved');
    await expect(safetensors.save({}, { metadata: { a: 1 } as never })).rejects.toThrow('the metadata "a"');
    await expect(safetensors.save({ __metadata__: tensor([1]) })).rejects.toThrow("cannot be called");
    await expect(safetensors.save({ "a\ud83d": tensor([1]) })).rejects.toThrow("cannot be called");
    await expect(safetensors.save({}, { metadata: { a: "\udc00" } })).rejects.toThrow('the metadata "a" has half');
  });

  test("begins at multiples of the element's size", async () => {
    const bytes = await safetensors.save({ a: tensor([true]), b: tensor([1]), c: tensor([1n]) });
    const opened = await safetensors.safeOpen(bytes);
    expect(opened.keys()).toEqual(["c", "b", "a"]);
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });
});

test("BF16 becomes float32", () => {
  const bytes = file({ x: entry("BF16", [2], 0, 4) }, 4);
  bytes.set([0xc0, 0x3f, 0x80, 0xff], bytes.length - 4);
  const { x } = safetensors.load(bytes);
  expect(x.dtype).toBe("float32");
  expect(x.tolistSync()).toEqual([1.5, Number.NEGATIVE_INFINITY]);
});

test("bytes of a bool are true where they are not 0", () => {
  const bytes = file({ x: entry("BOOL", [2], 0, 2) }, 2);
  bytes.set([7, 0], bytes.length - 2);
  expect(safetensors.load(bytes).x.to("int32").tolistSync()).toEqual([1, 0]);
});

test("texts may be as long as headers, with whatever in them", async () => {
  for (const text of ["a".repeat(2e7), '"'.repeat(5e6), "\\".repeat(5e6), '\n\\"{}[],: ']) {
    const opened = await safetensors.safeOpen(file({ __metadata__: { text } }));
    expect(opened.metadata().text === text).toBe(true);
  }
  expect(() => safetensors.load(file(`{"a":${"1".repeat(2e7)}`))).toThrow(
    'the entry of the tensor "a" is not an object',
  );
  for (const open of ['{"__metadata__":{"a":"', '{"a":{"dtype":"\\"', '{"', `{${"a".repeat(2e7)}`])
    expect(() => safetensors.load(file(open))).toThrow("is not JSON");
});

test("dtypes that Cresset lacks do not stand in the way of others", async () => {
  const lacking = ["F4", "F6_E2M3", "F8_E8M0", "F8_E4M3FNUZ", "U16", "C64"] as const;
  const sizes = [2, 3, 4, 4, 8, 32];
  let at = 4;
  const entries = lacking.map((dtype, i) => {
    const begin = at;
    at += sizes[i];
    return [dtype, entry(dtype, [4], begin, at)] as const;
  });
  const bytes = file({ x: entry("F32", [1], 0, 4), ...Object.fromEntries(entries) }, at);
  const opened = await safetensors.safeOpen(bytes);
  expect((await opened.getTensor("x")).tolistSync()).toEqual([0]);
  for (const dtype of lacking) {
    expect(opened.getInfo(dtype)).toEqual({ dtype, shape: [4] });
    await expect(opened.getTensor(dtype)).rejects.toThrow(`"${dtype}" is ${dtype}, which Cresset has no dtype for`);
  }
});

describe("refused", () => {
  const f32 = entry("F32", [1], 0, 4);
  test.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), "a file of 0 bytes is too short"],
    ["a header of 2⁶³ bytes", new Uint8Array(8).fill(0x80), "tell of a header of 9259542123273814144 bytes"],
    ["a header longer than the file", file({}).subarray(0, 9), "the header of 2 bytes is longer than the file"],
    ["no JSON", file("{a}"), "the header is not JSON: unexpected a"],
    ["JSON that begins with a blank", file(" {}"), "does not begin with {"],
    ["JSON that ends early", file('{"a":'), "it ends too early"],
    ["JSON with more after it", file("{}{}"), "unexpected {"],
    ["no UTF-8", file({ ab: f32 }, 4).map((b) => (b === 0x61 ? 0xff : b)), "not UTF-8"],
    [
      "lists and objects of nothing",
      file(`{${Array.from({ length: 50_000 }, (_, i) => `"${i}":[[]]`).join(",")}}`),
      'the entry of the tensor "0" is not an object',
    ],
    ["JSON that nests for ever", file(`{"a":${"[".repeat(100_000)}`), 'the entry of the tensor "a" is not'],
    ["a name that comes twice", file(`{"a":${JSON.stringify(f32)},"a":${JSON.stringify(f32)}}`, 4), '"a" twice'],
    ["an entry that is no object", file({ a: [] }), 'the entry of the tensor "a"'],
    ["an unknown field", file({ a: { ...f32, stride: 1 } }, 4), 'unknown field "stride"'],
    ["an unknown dtype", file({ a: entry("F31", [1], 0, 4) }, 4), 'the unknown dtype "F31"'],
    ["a dtype named as a method", file({ a: entry("toString", [1], 0, 4) }, 4), "the unknown dtype"],
    [
      "a dtype that Cresset lacks",
      file({ a: entry("U32", [1], 0, 4) }, 4),
      '"a" is U32, which Cresset has no dtype for',
    ],
    ["a negative size", file({ a: entry("F32", [-1], 0, 4) }, 4), "is not a list of sizes: [-1]"],
    ["a size that is no integer", file({ a: entry("F32", [0.5], 0, 2) }, 2), "0.5 for a whole number"],
    [
      "a size written as a fraction",
      file('{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', 4),
      "has 1.0 for",
    ],
    ["a size below zero that is zero", file('{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}'), "has -0 for"],
    [
      "65 dimensions",
      file({ a: entry("F32", new Array<number>(65).fill(1), 0, 4) }, 4),
      'tensor "a" has 65 dimensions',
    ],
    ["sizes whose product is beyond all bounds", file({ a: entry("F32", [1e15, 1e15], 0, 4) }, 4), "is too large"],
    [
      "such sizes, and then none",
      file({ a: entry("F32", [1e15, 1e15, 0], 0, 0) }),
      'tensor "a" of shape [1000000000000000',
    ],
    [
      "a name with half a character",
      file('{"\\ud83d":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
      "lone surr",
    ],
    ["offsets the wrong way round", file({ a: entry("F32", [1], 4, 0) }, 4), "are no range: [4,0]"],
    ["offsets that do not fit the shape", file({ a: entry("F32", [2], 0, 4) }, 4), "has 4 bytes, but F32[2] takes 8"],
    ["a tensor beyond the end", file({ a: f32 }, 3), "take 4 bytes, but the file has 3"],
    ["bytes between tensors", file({ a: f32, b: entry("F32", [1], 5, 9) }, 9), "bytes 4 to 5 belong to no tensor"],
    ["tensors that overlap", file({ a: f32, b: entry("F32", [1], 2, 6) }, 6), "overlaps another one"],
    ["bytes at the end", file({ a: f32 }, 5), "1 bytes at the end of the file belong to no tensor"],
    ["metadata that are no texts", file({ __metadata__: { a: 1 } }), 'the metadata "a" is not a text'],
    ["metadata that are no object", file({ __metadata__: "a" }), "__metadata__ is not an object"],
  ])("%s", async (_, bytes, message) => {
    expect(() => safetensors.load(bytes)).toThrow(FormatError);
    expect(() => safetensors.load(bytes)).toThrow(message);
    await expect(safetensors.loadFile(new Uint8Array(bytes))).rejects.toThrow(message);
  });

  test("what is no file", async () => {
    await expect(safetensors.loadFile(folder)).rejects.toThrow("is a directory");
    await expect(safetensors.loadFile(join(folder, "none"))).rejects.toThrow("ENOENT");
    await expect(safetensors.loadFile(3 as never)).rejects.toThrow("not number");
  });

  test("a file that is cut off while it is open", async () => {
    const path = join(folder, "x.safetensors");
    await safetensors.saveFile({ a: tensor([1, 2, 3]) }, path);
    const opened = await safetensors.safeOpen(path);
    writeFileSync(path, "");
    await expect(opened.getTensor("a")).rejects.toThrow("it was cut off while it was read");
    await opened.close();
  });
});

describe("a file", () => {
  const path = (): string => join(folder, "model.safetensors");

  test("is written and read", async () => {
    await safetensors.saveFile({ w: tensor([1, 2]) }, path());
    expect((await safetensors.loadFile(path())).w.tolistSync()).toEqual([1, 2]);
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  });

  test("stays as it was when writing fails, and nothing is left behind", async () => {
    await safetensors.saveFile({ w: tensor([1, 2]) }, path());
    const before = readFileSync(path());
    const broken = tensor([3]);
    vi.spyOn(broken, "data").mockRejectedValue(new Error("the device is lost"));
    await expect(safetensors.saveFile({ v: tensor([1]), w: broken }, path())).rejects.toThrow("the device is lost");
    expect(readFileSync(path())).toEqual(before);
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
    await expect(safetensors.saveFile({}, folder)).rejects.toThrow("is not a file");
  });

  test("is written through a link", async () => {
    await safetensors.saveFile({ w: tensor([1]) }, path());
    symlinkSync(path(), join(folder, "latest"));
    await safetensors.saveFile({ w: tensor([2]) }, join(folder, "latest"));
    expect((await safetensors.loadFile(path())).w.tolistSync()).toEqual([2]);
  });

  test("cannot be had where there is no file system", async () => {
    vi.stubGlobal("process", undefined);
    await expect(safetensors.loadFile("x.safetensors")).rejects.toThrow("In a browser read a URL, a Blob");
    vi.unstubAllGlobals();
  });
});
