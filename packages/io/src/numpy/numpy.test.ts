import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as torch from "cresset";
import { afterAll, describe, expect, test } from "vitest";
import { FormatError, numpy } from "../index.ts";
import { joined } from "../joined.ts";
import { askPython, hasPyTorch } from "../testing/python.ts";
import { zipped } from "../zip/writer.ts";
import { parseLiteral } from "./python-literal.ts";

const folder = mkdtempSync(join(tmpdir(), "cresset-numpy-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

/** A .npy file of a header, a version and bytes. */
function file(header: string, data: Uint8Array | number = 0, major = 1): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const head = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, major, 0);
  const length = new Uint8Array(major === 1 ? 2 : 4);
  for (let i = 0; i < length.length; i++) length[i] = (text.length >> (8 * i)) & 255;
  return joined([head, length, text, typeof data === "number" ? new Uint8Array(data) : data]);
}
const header = (descr: string, shape: string, fortran = "False"): string =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
const read = async (bytes: Uint8Array): Promise<torch.Tensor> => (await numpy.load(bytes)) as torch.Tensor;

describe("what is saved is read again", () => {
  test.each(torch.dtypes)("%s", async (dtype) => {
    const x = torch.tensor([[1, 0, 100]]).to(dtype);
    const back = await read(await numpy.toBytes(x));
    expect([back.dtype, back.shape, back.tolistSync()]).toEqual([dtype, [1, 3], x.tolistSync()]);
  });

  test("scalars, empty arrays, views, and archives of them, compressed or not", async () => {
    const view = torch.arange(6).to("float32").reshape([2, 3]).t();
    const arrays = { scalar: torch.tensor(2.5), empty: torch.zeros([0, 3]), view, "a/b c": torch.tensor([1n]) };
    for (const compress of [false, true]) {
      const back = await numpy.load(await numpy.archiveToBytes(arrays, { compress }));
      expect(back).not.toBeInstanceOf(torch.Tensor);
      const named = back as Record<string, torch.Tensor>;
      expect(Object.keys(named)).toEqual(Object.keys(arrays));
      expect(named.scalar.tolistSync()).toBe(2.5);
      expect(named.empty.shape).toEqual([0, 3]);
      expect(named.view.tolistSync()).toEqual(view.tolistSync());
      expect(named["a/b c"].dtype).toBe("int64");
    }
  });

  test("in files, whose ending is added as in NumPy", async () => {
    const x = torch.tensor([1, 2]);
    await numpy.save(path("x"), x);
    await numpy.save(pathToFileURL(path("y.npy")), x);
    await numpy.savez(path("z"), { x });
    await numpy.savezCompressed(path("list.npz"), [x, x]);
    expect((await numpy.load(`${folder}/x.npy`)).tolistSync()).toEqual([1, 2]);
    expect((await numpy.load(`${folder}/y.npy`)).tolistSync()).toEqual([1, 2]);
    expect((await numpy.load(`${folder}/z.npz`)).x.tolistSync()).toEqual([1, 2]);
    expect(Object.keys(await numpy.load(`${folder}/list.npz`))).toEqual(["arr_0", "arr_1"]);
    await expect(numpy.save(path("n.npy"), [1] as never)).rejects.toThrow(
      "the array to save is an array, not a tensor",
    );
    await expect(numpy.savez(path("n.npz"), { a: 1 } as never)).rejects.toThrow('"a" to save is the number 1');
    await expect(numpy.savez(path("n.npz"), x as never)).rejects.toThrow("a record of tensors by name");
  });

  test("a name that contradicts the content is refused: the program would get what it does not expect", async () => {
    writeFileSync(path("array.npz"), await numpy.toBytes(torch.tensor([1])));
    writeFileSync(path("archive.npy"), await numpy.archiveToBytes([]));
    await expect(numpy.load(`${folder}/array.npz`)).rejects.toThrow("this is one array");
    await expect(numpy.load(`${folder}/archive.npy`)).rejects.toThrow("this is an archive of arrays");
  });
});

describe("the format", () => {
  test("headers of versions 1 to 3, in the ways they may be written", async () => {
    const data = new Uint8Array(Float32Array.of(1, 2).buffer);
    for (const major of [1, 2, 3])
      expect((await read(file(header("'<f4'", "(2,)"), data, major))).tolistSync()).toEqual([1, 2]);
    for (const text of [
      `{"descr": "<f4", "fortran_order": False, "shape": (2,)}`,
      `{'shape':(2L,),'fortran_order':False,'descr':'<f4'}   \n`,
      `{'descr': '=f4', 'fortran_order': True, 'shape': [2], }`,
    ])
      expect((await read(file(text, data))).tolistSync()).toEqual([1, 2]);
  });

  test("big-endian and Fortran order", async () => {
    const data = new Uint8Array(24);
    const view = new DataView(data.buffer);
    for (let i = 0; i < 6; i++) view.setInt32(4 * i, i - 2, false);
    const x = await read(file(header("'>i4'", "(2, 3)", "True"), data));
    expect(x.shape).toEqual([2, 3]);
    expect(x.tolistSync()).toEqual([
      [-2, 0, 2],
      [-1, 1, 3],
    ]);
    expect(x.t().isContiguous()).toBe(true);
  });

  test("bytes of a bool are 0 or 1 afterwards", async () => {
    expect((await read(file(header("'|b1'", "(3,)"), Uint8Array.of(0, 1, 7)))).dataSync()).toEqual(
      Uint8Array.of(0, 1, 1),
    );
  });

  test.each([
    ["'<u2'", "uint16"],
    ["'>u4'", "uint32"],
    ["'<u8'", "uint64"],
    ["'<c8'", "complex64"],
    ["'<c16'", "complex128"],
    ["'<f16'", "float128"],
    ["'|O'", "objects, which are pickles"],
    ["'<U5'", "texts"],
    ["'|S5'", "texts of bytes"],
    ["'<M8[ns]'", "dates"],
    ["'|V8'", "raw records"],
    ["[('a', '<i4'), ('b', '<f4', (2,))]", 'the structured dtype [["a","<i4"],["b","<f4",[2]]]'],
    ["'<f3'", "unknown dtype"],
    ["'<toString'", "unknown dtype"],
    ["4", "unknown dtype"],
  ])("a dtype that Cresset lacks is refused by name: %s", async (descr, message) => {
    await expect(read(file(header(descr, "(1,)"), 16))).rejects.toThrow(message);
  });

  test.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(), "neither an array nor an archive"],
    ["other bytes", Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), "neither an array nor an archive"],
    ["a cut header", file(header("'<f4'", "(2,)"), 8).subarray(0, 30), "longer than the file"],
    ["a cut prefix", file("", 0, 2).subarray(0, 9), "cut off"],
    ["a version to come", file(header("'<f4'", "(2,)"), 8, 4), "unknown version 4.0"],
    ["too little data", file(header("'<f4'", "(2,)"), 7), "takes 8 bytes, but 7 follow"],
    ["too much data", file(header("'<f4'", "(2,)"), 9), "takes 8 bytes, but 9 follow"],
    ["a huge shape", file(header("'<f4'", "(1000000, 1000000, 1000000, 1000000)"), 8), "is too large"],
    ["a negative size", file(header("'<f4'", "(-1,)"), 8), "not a tuple of sizes"],
    ["a shape that is none", file(header("'<f4'", "'x'"), 8), "not a tuple of sizes"],
    ["very many dimensions", file(header("'<f4'", `(${"1, ".repeat(65)})`), 4), "has 65 dimensions"],
    ["an order that is none", file(header("'<f4'", "(2,)", "1"), 8), "neither True nor False"],
    ["no dictionary", file("[1]", 8), "no dictionary"],
    ["another key", file("{'descr': '<f4', 'fortran_order': False, 'size': (2,)}", 8), "has the keys"],
    ["a missing key", file("{'descr': '<f4', 'shape': (2,)}", 8), "has the keys"],
    ["a call", file("{'descr': '<f4', 'fortran_order': False, 'shape': eval('2')}", 8), "not a Python literal"],
    ["two values", file(`${header("'<f4'", "(2,)")} 1`, 8), "not a Python literal"],
    ["an open bracket", file("{'descr': (", 8), "not a Python literal"],
    ["deep nesting", file("[".repeat(60_000), 8), "not a Python literal"],
    ["an endless header", file("", 0, 2).fill(0xff, 8, 12), "would have 4294967295 bytes"],
  ])("%s is refused", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(FormatError);
    await expect(read(bytes)).rejects.toThrow(message);
  });

  test.each([
    ["()", []],
    ["(1,)", [1]],
    ["[1, -2]", [1, -2]],
    ["{'a': {'b': (None, True, False)}}", new Map([["a", new Map([["b", [null, true, false]]])]])],
  ])("the literal %s", (text, want) => expect(parseLiteral(text)).toEqual(want));

  test.each([
    "(1)",
    "1.5",
    "'a\\n'",
    "'a' 'b'",
    "{1: 2}",
    "{'a': 1, 'a': 2}",
    "{,}",
    "(,)",
    "True1",
    "none",
    "1_0",
    "0x1",
    "",
  ])("%j is none that a header has", (text) => {
    expect(() => parseLiteral(text)).toThrow(FormatError);
  });
});

describe("archives", () => {
  test("of PyTorch, and others, are refused", async () => {
    await expect(numpy.load(readFileSync(join(import.meta.dirname, "../testing/files/list.pt")))).rejects.toThrow(
      "read it with torch.load",
    );
  });

  test("an array in them is refused by its name", async () => {
    const bytes = await numpy.archiveToBytes({ good: torch.tensor([1]), bad: torch.tensor([1, 2]) });
    const at = Buffer.from(bytes).lastIndexOf("(2,)");
    bytes[at + 1] = 0x39;
    await expect(numpy.load(bytes)).rejects.toThrow(
      '"bad.npy": an array of float32 and shape [9] takes 36 bytes, but 8 follow',
    );
  });

  test("folders in them are no arrays, what is in folders is", async () => {
    const array = await numpy.toBytes(torch.tensor([1, 2]));
    const archive = async (folder: Uint8Array): Promise<Uint8Array<ArrayBuffer>> => {
      const records = [
        { name: "folder/", content: () => folder },
        { name: "folder/x.npy", content: () => array },
      ];
      const parts: Uint8Array[] = [];
      for await (const part of zipped(records)) parts.push(part);
      return joined(parts);
    };
    const { "folder/x": x } = (await numpy.load(await archive(new Uint8Array()))) as Record<string, torch.Tensor>;
    expect(x.tolistSync()).toEqual([1, 2]);
    await expect(numpy.load(await archive(Uint8Array.of(1)))).rejects.toThrow('it holds "folder/", which is no array');
  });

  test("names that JavaScript knows are names like others", async () => {
    const arrays = Object.fromEntries([["__proto__", torch.tensor([1])]]);
    const back = (await numpy.load(await numpy.archiveToBytes(arrays))) as Record<string, torch.Tensor>;
    expect(Object.getPrototypeOf(back)).toBe(null);
    expect(Object.keys(back)).toEqual(["__proto__"]);
  });
});

describe.skipIf(!hasPyTorch)("with NumPy, where that is installed", () => {
  test("it reads what is written here", async () => {
    const arrays = Object.fromEntries(
      torch.dtypes.map((dtype) => [
        dtype,
        torch
          .tensor([
            [1, 0],
            [7, 100],
          ])
          .to(dtype),
      ]),
    );
    await numpy.savez(path("here.npz"), { ...arrays, empty: torch.zeros([2, 0]), scalar: torch.tensor(2.5) });
    await numpy.savezCompressed(path("small.npz"), arrays);
    await numpy.save(path("one.npy"), arrays.int16.t());
    const got = askPython(
      `import json, numpy as np
def all_of(name):
    with np.load(name) as z: return {k: [z[k].dtype.name, list(z[k].shape), z[k].astype(float).tolist()] for k in z.files}
one = np.load("one.npy")
print(json.dumps([all_of("here.npz"), all_of("small.npz"), [one.dtype.name, one.tolist()]]))`,
      folder,
    ) as [Record<string, unknown>, Record<string, unknown>, unknown];
    for (const dtype of torch.dtypes) {
      const want = [
        dtype,
        [2, 2],
        dtype === "bool"
          ? [
              [1, 0],
              [1, 1],
            ]
          : [
              [1, 0],
              [7, 100],
            ],
      ];
      expect(got[0][dtype]).toEqual(want);
      expect(got[1][dtype]).toEqual(want);
    }
    expect(got[0].empty).toEqual(["float32", [2, 0], [[], []]]);
    expect(got[0].scalar).toEqual(["float32", [], 2.5]);
    expect(got[2]).toEqual([
      "int16",
      [
        [1, 7],
        [0, 100],
      ],
    ]);
  });

  test("what it writes is read here", async () => {
    const want = askPython(
      `import json, numpy as np
rng = np.random.default_rng(0)
arrays, values = {}, {}
for i, code in enumerate(["b1", "u1", "i1", "i2", "i4", "i8", "f2", "f4", "f8"] * 4):
    order = "<>"[i % 2]
    shape = tuple(int(n) for n in rng.integers(0, 4, i % 5))
    a = (rng.normal(size=shape) * 50).astype(code).astype(order + code)
    a = np.asfortranarray(a) if i % 3 == 0 else a
    if i % 4 == 3 and a.ndim > 0: a = a[::-1]
    arrays["a%d" % i] = a
    values["a%d" % i] = [a.dtype.newbyteorder("=").name, list(a.shape), a.astype(float).tolist()]
np.savez("there.npz", **arrays)
np.savez_compressed("packed.npz", **arrays)
print(json.dumps(values))`,
      folder,
    );
    for (const name of ["there.npz", "packed.npz"]) {
      const got = (await numpy.load(path(name))) as Record<string, torch.Tensor>;
      const values = Object.entries(got).map(([name, x]) => [name, [x.dtype, x.shape, x.to("float64").tolistSync()]]);
      expect(Object.fromEntries(values)).toEqual(want);
    }
  });
});
