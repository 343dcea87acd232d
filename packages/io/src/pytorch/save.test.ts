import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as torch from "cresset";
import { nn, optim } from "cresset";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { load, save } from "../index.ts";
import { openSource } from "../source.ts";
import { ZipArchive } from "../zip/archive.ts";

const folder = mkdtempSync(join(tmpdir(), "cresset-save-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

const again = async <T>(value: T): Promise<T> => load<T>(await save(value));

describe("what is saved is read again", () => {
  test("every kind of value", async () => {
    const value = {
      numbers: [0, -1, 0.1, 1e300, -0, Number.NaN, Infinity, 2 ** 53 - 1, -(2 ** 31) - 1],
      integers: [2n ** 53n, -(2n ** 63n), 2n ** 200n],
      texts: ["", "Größe", "🐍", "\0"],
      constants: [null, true, false],
      tuple: Object.freeze([1, Object.freeze([]), Object.freeze(["a", "b", "c", "d"])]),
      map: new Map<unknown, unknown>([
        [0, "int"],
        ["0", "text"],
        [null, 1],
      ]),
      set: new Set([1, "a"]),
      bytes: Uint8Array.from({ length: 10_000 }, (_, i) => i & 255),
      empty: { list: [], record: {}, map: new Map(), bytes: new Uint8Array() },
    };
    const back = await again(value);
    expect({ ...back, empty: { ...back.empty, map: new Map(Object.entries(back.empty.map)) } }).toEqual(value);
    expect(Object.is(back.numbers[4], -0)).toBe(true);
    expect([Object.isFrozen(back.tuple), Object.isFrozen(back.tuple[2]), Object.isFrozen(back.numbers)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("an integer that fits is a number, a float that is whole too", async () => {
    expect(await again([3n, torch.float(2)])).toEqual([3, 2]);
  });

  test("any nested value", async () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom(null, true, false),
        fc.double({ noNaN: true }),
        fc.integer(),
        fc.bigInt().filter((n) => !Number.isSafeInteger(Number(n))),
        fc.string({ unit: "binary" }),
        fc.array(tie("value")),
        fc.array(tie("value")).map((items) => Object.freeze(items)),
        fc.dictionary(fc.string(), tie("value")).map((record) => Object.assign(Object.create(null) as object, record)),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(value, async (one) => {
        expect(await again(one)).toEqual(one);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test("what occurs twice is one value afterwards", async () => {
    const tensor = torch.tensor([1]);
    const list: unknown[] = [tensor];
    list.push(list);
    const back = await again([list, list, tensor]);
    expect(back[0]).toBe(back[1]);
    expect((back[0] as unknown[])[0]).toBe(back[2]);
    expect((back[0] as unknown[])[1]).toBe(back[0]);
  });

  test("views of one storage, which is written once", async () => {
    const base = torch.arange(1000).to("float32");
    const value = { base, part: base.index(torch.slice(10, 20)), matrix: base.view([10, 100]).t() };
    const bytes = await save(value);
    expect(bytes.length).toBeLessThan(6000);
    const back = await load<typeof value>(bytes);
    back.part.zero_();
    expect((back.base.tolistSync() as number[]).slice(8, 22)).toEqual([8, 9, ...new Array(10).fill(0), 20, 21]);
    expect((back.matrix.tolistSync() as number[][])[15][0]).toBe(0);
    expect((back.matrix.tolistSync() as number[][])[15][1]).toBe(115);
  });

  test("a small part of a storage that nothing else shows is written alone; a repeated element once", async () => {
    expect((await save(torch.zeros([100_000]).index(torch.slice(5, 6)))).length).toBeLessThan(2000);
    const bytes = await save(torch.tensor([[3]]).expand([1000, 1000]));
    expect(bytes.length).toBeLessThan(2000);
    const back = await load<torch.Tensor>(bytes);
    expect([back.shape, await back.sum().item()]).toEqual([[1000, 1000], 3_000_000]);
  });

  test("tied weights stay tied", async () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 2));
    const [first, second] = [...model] as [nn.Linear, nn.Linear];
    second.weight = first.weight;
    const state = await again(model.stateDict());
    state["0.weight"].fill_(5);
    expect(state["1.weight"].tolistSync()).toEqual([
      [5, 5],
      [5, 5],
    ]);
  });

  test("more tensors than a journal holds, without their being computed", async () => {
    const base = torch.zeros([3000]);
    const parts = Array.from({ length: 3000 }, (_, i) => base.index(torch.slice(i, i + 1)));
    const back = await again(parts);
    back[0].fill_(1);
    expect(back.map((part) => part.itemSync()).reduce((sum, n) => sum + n)).toBe(1);
  });

  test("parameters, leaves and training state", async () => {
    const model = new nn.Linear(2, 1);
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
    model(torch.ones([1, 2]))
      .sum()
      .backward();
    optimizer.step();
    const back = await again({ model: model.stateDict(), optimizer: optimizer.stateDict(), weight: model.weight });
    expect(back.weight).toBeInstanceOf(nn.Parameter);
    const other = new nn.Linear(2, 1);
    other.loadStateDict(back.model);
    const resumed = new optim.Adam(other.parameters(), { lr: 5 });
    resumed.loadStateDict(back.optimizer);
    for (const [one, by] of [
      [model, optimizer],
      [other, resumed],
    ] as const) {
      by.zeroGrad();
      one(torch.ones([1, 2]))
        .pow(2)
        .sum()
        .backward();
      by.step();
    }
    expect(other.weight.tolistSync()).toEqual(model.weight.tolistSync());
  });
});

describe("the file", () => {
  test("has the layout of PyTorch's: its name as the folder, storages at multiples of 64", async () => {
    await save({ a: torch.tensor([1]), b: torch.tensor([2]) }, path("my.model.pt"));
    const bytes = readFileSync(path("my.model.pt"));
    const archive = await ZipArchive.open(await openSource(bytes));
    expect(archive.names()).toEqual(
      ["data.pkl", "byteorder", "data/0", "data/1", "version"].map((name) => `my.model/${name}`),
    );
    for (const value of [1, 2]) expect(bytes.indexOf(new Uint8Array(Float32Array.of(value).buffer)) % 64).toBe(0);
    expect(new TextDecoder().decode(await archive.read("my.model/version"))).toBe("3\n");
  });

  test("is the same for the same value", async () => {
    const value = { a: torch.tensor([1]) };
    expect(await save(value)).toEqual(await save(value));
  });

  test("is replaced when all is written, and only then", async () => {
    const file = pathToFileURL(path("replaced.pt"));
    await save({ epoch: 1 }, file);
    const spoiled = torch.tensor([1]);
    const saving = save({ epoch: 2, first: torch.zeros([10]), spoiled }, file);
    spoiled.add_(1);
    await expect(saving).rejects.toThrow("changed in place while it was being saved");
    await expect(save({ epoch: 3, bad: () => 1 }, file)).rejects.toThrow('"bad" cannot be saved');
    expect(await load(file)).toEqual({ epoch: 1 });
    expect(readdirSync(folder).filter((name) => name.includes("tmp"))).toEqual([]);
    writeFileSync(path("empty.pt"), "");
    await expect(save(1, path("no/such/folder.pt"))).rejects.toThrow("ENOENT");
  });
});

describe("what no file of tensors holds is refused, with where it is", () => {
  test.each<[string, unknown, string]>([
    ["a function", { a: [1, { f: () => 1 }] }, '"a.1.f" cannot be saved: it is a function'],
    ["undefined", { a: undefined }, '"a" cannot be saved: it is undefined'],
    ["nothing at all", undefined, "the value cannot be saved: it is undefined"],
    ["a symbol", [Symbol("s")], '"0" cannot be saved: it is a symbol'],
    ["a date", { at: new Date() }, '"at" cannot be saved: it is Date'],
    ["a typed array", { x: new Float32Array(2) }, "make a tensor of it with torch.tensor"],
    ["a promise", { loss: Promise.resolve(1) }, "await it first"],
    ["a module", { model: new nn.Linear(1, 1) }, "save its stateDict()"],
    ["an optimizer", new optim.SGD([torch.zeros([1])], { lr: 1 }), "save its stateDict()"],
    ["half a character", "\ud800", "lone surrogate"],
    ["half a character in a key", { "\udc00": 1 }, "lone surrogate"],
    ["an integer of more than 255 bytes", 2n ** 2040n, "more than 255 bytes"],
    ["a list as a key", new Map([[[1], 1]]), "its key is an array"],
    ["a record in a set", new Set([{}]), "its key is Object"],
  ])("%s", async (_, value, message) => {
    await expect(save(value)).rejects.toThrow(torch.ValueError);
    await expect(save(value)).rejects.toThrow(message);
  });

  test("a tuple that contains itself, and nesting without end", async () => {
    const inner: unknown[] = [];
    const tuple = Object.freeze([inner]);
    inner.push(tuple);
    await expect(save(tuple)).rejects.toThrow("a tuple, that contains itself");
    let deep: unknown = 1;
    for (let i = 0; i < 3000; i++) deep = [deep];
    await expect(save(deep)).rejects.toThrow("nested more than 250 deep");
  });

  test("a method that hides nothing from a record of another realm", async () => {
    const { runInNewContext } = await import("node:vm");
    expect(await again(runInNewContext("({ a: [1, { b: 2 }] })"))).toEqual({ a: [1, { b: 2 }] });
  });
});
