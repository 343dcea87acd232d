import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cpu } from "@cresset/backend-cpu";
import { full, registerBackend, type Tensor, tensor } from "@cresset/core";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { FormatError, safetensors } from "../index.ts";
import { ranged, startServer } from "../testing/web-server.ts";

const floats = (shape: readonly number[], value: number): Tensor => full([...shape], value, { dtype: "float32" });

let folder: string;
let index: string;
let tensors: Record<string, Tensor>;

beforeAll(() => registerBackend(cpu()));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cresset-io-"));
  index = join(folder, "model.safetensors.index.json");
  // 40, 40, 80 and 4 bytes.
  tensors = { b: floats([10], 1), a: floats([10], 2), large: floats([20], 3), "": floats([], 4) };
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const numbers = (found: Record<string, Tensor>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(found).map(([name, each]) => [name, each.dataSync()[0]]));
const all = { b: 1, a: 2, large: 3, "": 4 };

describe("several files and an index", () => {
  test("are written, none larger than asked for unless one tensor is, and read", async () => {
    await safetensors.saveSharded(tensors, index, { maxShardSize: 79, metadata: { format: "pt" } });
    const json = JSON.parse(readFileSync(index, "utf8"));
    const name = (i: number): string => `model-0000${i}-of-00004.safetensors`;
    expect(json).toEqual({
      metadata: { total_size: 164, format: "pt" },
      weight_map: { "": name(4), a: name(2), b: name(1), large: name(3) },
    });
    expect(readdirSync(folder).sort()).toEqual([name(1), name(2), name(3), name(4), "model.safetensors.index.json"]);
    expect(numbers(await safetensors.loadFile(index))).toEqual(all);
    expect(numbers(await safetensors.loadFile(pathToFileURL(index)))).toEqual(all);
    const [shard] = [await safetensors.safeOpen(join(folder, name(2)))];
    expect([shard.keys(), shard.metadata()]).toEqual([["a"], { format: "pt" }]);
    await shard.close();
  });

  test("may be one file, or hold nothing", async () => {
    await safetensors.saveSharded(tensors, index);
    expect(readdirSync(folder).sort()).toEqual(["model-00001-of-00001.safetensors", "model.safetensors.index.json"]);
    expect(numbers(await safetensors.loadFile(index))).toEqual(all);
    await safetensors.saveSharded({}, index);
    expect(await safetensors.loadFile(index)).toEqual({});
  });

  test("are opened when their tensors are asked for", async () => {
    await safetensors.saveSharded(tensors, index, { maxShardSize: 80 });
    const asked: string[] = [];
    const shard = (name: string): string => {
      asked.push(name);
      return join(folder, name);
    };
    const opened = await safetensors.safeOpenSharded(new Blob([readFileSync(index)]), { shard });
    expect(opened.keys()).toEqual(["", "a", "b", "large"]);
    expect(opened.metadata()).toEqual({ total_size: "164" });
    expect(asked).toEqual([]);
    expect((await opened.getTensor("a")).dataSync()[3]).toBe(2);
    expect(await opened.getInfo("b")).toEqual({ dtype: "F32", shape: [10] });
    expect(asked).toEqual(["model-00001-of-00003.safetensors"]);
    expect(numbers(await opened.getTensors(["large", "b"]))).toEqual({ large: 3, b: 1 });
    expect(asked).toHaveLength(2);
    expect(opened.shards()).toHaveLength(3);
    await expect(opened.getTensor("c")).rejects.toThrow('has no tensor "c"; it has ');
    // What is read from several files goes into one, or into others.
    await safetensors.saveFile(await opened.entries(), join(folder, "whole.safetensors"));
    expect(numbers(await safetensors.loadFile(join(folder, "whole.safetensors")))).toEqual(all);
    await opened.close();
  });

  test("come from a web server", async () => {
    await safetensors.saveSharded(tensors, index, { maxShardSize: 80 });
    const server = await startServer((request) =>
      ranged(readFileSync(folder + request.url?.replace(/\?.*/, "")), request),
    );
    const opened = await safetensors.safeOpenSharded(`${server.origin}/model.safetensors.index.json`);
    expect((await opened.getTensor("large")).dataSync()[3]).toBe(3);
    expect(server.requests.map((request) => request.split(" ")[0])).toEqual([
      "/model.safetensors.index.json",
      "/model-00002-of-00003.safetensors",
    ]);
    expect(numbers(await safetensors.loadFile(`${server.origin}/model.safetensors.index.json?download=true`))).toEqual(
      all,
    );
    await server.close();
  });
});

describe("old files", () => {
  const save = (value: number, options = { maxShardSize: 40 }): Promise<void> =>
    safetensors.saveSharded({ a: floats([10], value), b: floats([10], value) }, index, options);

  test("are there until the index is replaced, and gone then", async () => {
    await save(1);
    const before = readdirSync(folder);
    await save(2);
    expect(numbers(await safetensors.loadFile(index))).toEqual({ a: 2, b: 2 });
    expect(readdirSync(folder)).toHaveLength(3);
    expect(readdirSync(folder).filter((name) => before.includes(name))).toEqual(["model.safetensors.index.json"]);
    await save(3);
    expect(readdirSync(folder)).toEqual(before);
  });

  test("stay where writing fails, and nothing else does", async () => {
    await save(1);
    const before = readdirSync(folder);
    const broken = floats([10], 2);
    vi.spyOn(broken, "data").mockRejectedValue(new Error("the device is lost"));
    const saved = safetensors.saveSharded({ a: floats([10], 2), b: broken }, index, { maxShardSize: 40 });
    await expect(saved).rejects.toThrow("the device is lost");
    expect(readdirSync(folder)).toEqual(before);
    expect(numbers(await safetensors.loadFile(index))).toEqual({ a: 1, b: 1 });
  });

  test("that nobody knows of are not touched", async () => {
    writeFileSync(join(folder, "model-00001-of-00002.safetensors"), "mine");
    await save(1);
    expect(readFileSync(join(folder, "model-00001-of-00002.safetensors"), "utf8")).toBe("mine");
    expect(numbers(await safetensors.loadFile(index))).toEqual({ a: 1, b: 1 });
  });
});

describe("refused", () => {
  const bytes = (json: unknown): Blob => new Blob([typeof json === "string" ? json : JSON.stringify(json)]);
  const shard = (name: string): string => join(folder, name);

  test.each<[string, unknown, string]>([
    ["no JSON", "weights", "the index is not JSON"],
    ["a name that comes twice", '{"weight_map":{"a":"x","a":"y"}}', 'the index has the name "a" twice'],
    ["no map", { metadata: {} }, "the index has no weight_map"],
    ["another field", { weight_map: {}, more: 1 }, 'unknown field "more"'],
    ["metadata that are none", { weight_map: {}, metadata: [] }, "the metadata of the index is not an object"],
    ["metadata that nest", { weight_map: {}, metadata: { a: {} } }, 'the metadata "a" of the index is neither'],
    ["a shard that is no name", { weight_map: { a: 1 } }, 'says that "a" is in 1, which names no file beside it'],
    ...["", ".", "..", "../x", "a/x", "/x", "a\\x", "C:x", "x?y", "x#y", "%2e%2e", "x\0"].map(
      (name): [string, unknown, string] => [
        `the shard ${JSON.stringify(name)}`,
        { weight_map: { a: name } },
        `says that "a" is in ${JSON.stringify(name)}, which names no file beside it`,
      ],
    ),
  ])("%s", async (_, json, message) => {
    const opening = safetensors.safeOpenSharded(bytes(json), { shard });
    await expect(opening).rejects.toThrow(FormatError);
    await expect(opening).rejects.toThrow(message);
  });

  test("a shard that is missing, or that has not what the index says", async () => {
    await safetensors.saveSharded(tensors, index, { maxShardSize: 80 });
    const [first, second] = ["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors"].map(shard);
    rmSync(second);
    await expect(safetensors.loadFile(index)).rejects.toThrow(FormatError);
    await expect(safetensors.loadFile(index)).rejects.toThrow(
      /the shard model-00002-of-00003.safetensors of .* ENOENT/,
    );
    renameSync(first, second);
    await expect(safetensors.loadFile(index)).rejects.toThrow(
      /the shard model-00001-of-00003.safetensors of .* ENOENT/,
    );
    const opened = await safetensors.safeOpenSharded(index);
    await expect(opened.getTensor("large")).rejects.toThrow(
      'says that "large" is in model-00002-of-00003.safetensors, which has no tensor of that name',
    );
    writeFileSync(first, "broken");
    await expect(opened.getTensor("a")).rejects.toThrow("a file of 6 bytes is too short for safetensors");
    await opened.close();
  });

  test("an index whose shards nobody can find, another name, no size", async () => {
    await expect(safetensors.safeOpenSharded(bytes({ weight_map: {} }))).rejects.toThrow("needs the option shard");
    await expect(safetensors.saveSharded({}, shard("model.json"))).rejects.toThrow(
      "is called ….safetensors.index.json",
    );
    for (const maxShardSize of [0, -1, Number.NaN])
      await expect(safetensors.saveSharded({ a: tensor([1]) }, index, { maxShardSize })).rejects.toThrow(
        "cannot be written",
      );
  });
});
