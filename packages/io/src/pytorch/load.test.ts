import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@cresset/backend-cpu";
import * as torch from "cresset";
import { nn } from "cresset";
import { afterAll, describe, expect, test } from "vitest";
import { FormatError, load, save } from "../index.ts";
import { joined } from "../joined.ts";
import { bytesTaken } from "../testing/count-bytes.ts";
import { latin1, pickledTensor, pickleFile } from "../testing/pickle-file.ts";
import { picklesOfLibraries } from "../testing/pickles.ts";

const files = join(import.meta.dirname, "..", "testing", "files");
const folder = mkdtempSync(join(tmpdir(), "cresset-load-"));
afterAll(() => rmSync(folder, { recursive: true }));
const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

/** `{"c": …, "f": …, "h": numpy.float16(-1.5), "k": {frozenset([1]): 2}}` as Python writes it. */
const protocol5 =
  "80059540010000000000007d94288c0163948c126e756d70792e636f72652e6e756d65726963948c0b5f66726f6d62756666657294939428960c00000000000000010002000300040005000600948c056e756d7079948c0564747970659493948c02693294898887945294284b038c013c944e4e4e4affffffff4affffffff4b007494624b024b0386948c014394749452948c0166946804289610000000000000003fc000004040000040000000408000009468088c02663494898887945294284b038c013e944e4e4e4affffffff4affffffff4b007494624b024b0286948c014694749452948c0168948c156e756d70792e636f72652e6d756c74696172726179948c067363616c617294939468088c02663294898887945294284b03680c4e4e4e4affffffff4affffffff4b00749462430200be94869452948c016b947d94284b0191944b0273752e";

describe("files of PyTorch", () => {
  test.each(["state_dict.pt", "state_dict_legacy.pth"])("%s, the same in both formats", async (name) => {
    const state = await load<nn.StateDict>(join(files, name));
    expect(Object.keys(state).slice(0, 2)).toEqual(["0.weight", "0.bias"]);
    expect(Object.getOwnPropertyDescriptor(state, "_metadata")?.enumerable).toBe(false);
    expect(state["0.weight"].requiresGrad).toBe(false);
  });

  test("the type follows from what it is given to", async () => {
    const model = new nn.Sequential(new nn.Linear(5, 8));
    const state = await load<nn.StateDict>(join(files, "state_dict.pt"));
    model.loadStateDict(await load(join(files, "state_dict.pt")), { strict: false });
    expect(model.stateDict()["0.weight"].tolistSync()).toEqual(state["0.weight"].tolistSync());
  });

  test("what libraries put beside tensors", async () => {
    const value = await load<Record<string, unknown>>(
      await pickleFile(Uint8Array.from(Buffer.from(picklesOfLibraries, "hex"))),
    );
    expect(value.s).toEqual([0.5, 7, true]);
    expect((value.a as torch.Tensor).tolistSync()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect((value.f as torch.Tensor).tolistSync()).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect([value.c, value.d, value.o, value.z, value.dev, value.t]).toEqual([
      { a: 2, b: 1 },
      { a: [1] },
      { a: 1 },
      [1, 2],
      "cuda:1",
      "float16",
    ]);
    expect([value.b, value.set]).toEqual([Uint8Array.of(0, 255), new Set([1, 2])]);
  });

  test("arrays of NumPy's in protocol 5, numbers of 16 bits, sets as keys", async () => {
    const value = await load<Record<string, unknown>>(await pickleFile(Uint8Array.from(Buffer.from(protocol5, "hex"))));
    const [c, f] = [value.c, value.f] as torch.Tensor[];
    expect([c.dtype, c.tolistSync()]).toEqual(["int16", [[1, 2, 3], [4, 5, 6]]]); // biome-ignore format: rows
    expect([f.dtype, f.tolistSync()]).toEqual(["float32", [[1.5, 2], [3, 4]]]); // biome-ignore format: rows
    expect([value.h, value.k]).toEqual([-1.5, new Map([[new Set([1]), 2]])]);
  });

  test("types by the names that they had in Python 2", async () => {
    expect(await load(await pickleFile("(c__builtin__\nlong\nc__builtin__\nunicode\nt."))).toEqual([
      "builtins.int",
      "builtins.str",
    ]);
    await expect(load(await pickleFile("cbuiltins\nlong\n."))).rejects.toThrow("names builtins.long");
  });

  test("a checkpoint with an optimizer's state", async () => {
    const checkpoint = await load<Record<string, unknown>>(join(files, "checkpoint.tar"));
    expect(checkpoint.epoch).toBe(3);
    const { state, param_groups } = checkpoint.optimizer_state_dict as ReturnType<torch.optim.Optimizer["stateDict"]>;
    expect(Object.keys(state)[0]).toBe("0");
    expect(Object.isFrozen(param_groups[0].betas)).toBe(true);
  });

  test("views share what they share in PyTorch", async () => {
    const { base, row, column, ...others } = await load<Record<string, torch.Tensor>>(join(files, "views.pt"));
    expect(column).toBeUndefined();
    expect(row._version).toBe(base._version);
    row.fill_(100);
    expect((base.tolistSync() as number[][])[1]).toEqual(Array.from({ length: 6 }, () => 100));
    expect((others.col.tolistSync() as number[])[1]).toBe(100);
  });

  test("a parameter is one, and a leaf", async () => {
    const { p } = await load<{ p: nn.Parameter }>(join(files, "parameter.pt"));
    expect(p).toBeInstanceOf(nn.Parameter);
    expect([p.requiresGrad, p.isLeaf]).toEqual([true, true]);
    p.sum().backward();
    expect(p.grad?.tolistSync()).toEqual([1, 1, 1]);
  });

  test("tensors are put where they are asked for", async () => {
    await torch.registerBackend(cpu());
    const x = await load<torch.Tensor>(join(files, "bare_tensor.pt"), { mapLocation: "cpu" });
    expect(x.device).toBe("cpu");
    await expect(load(join(files, "bare_tensor.pt"), { mapLocation: "cuda:7" })).rejects.toThrow(torch.DeviceError);
    await expect(load(join(files, "bare_tensor.pt"), { weightsOnly: false as never })).rejects.toThrow("weightsOnly");
  });

  test("what a file names is never run", async () => {
    await expect(load(join(files, "evil.pt"))).rejects.toThrow("names posix.system, which is not read");
    expect(existsSync("CRESSET_PICKLE_RAN")).toBe(false);
    await expect(load(join(files, "whole_module.pt"))).rejects.toThrow(
      "names torch.nn.modules.container.Sequential, which is not read: only tensors and plain values are, and nothing that a file names is run. If a whole module was saved, save its state dict in Python instead",
    );
  });

  test.each([
    ["an empty file", new Uint8Array(), "the file is empty"],
    ["a text", latin1("hello"), "neither a zip archive nor a pickle"],
    ["a safetensors file", readFileSync(join(files, "model.safetensors")), "safetensors.loadFile"],
    ["an array of NumPy's", readFileSync(join(files, "a_int8.npy")), "numpy.load"],
    ["an archive of NumPy's", readFileSync(join(files, "plain.npz")), "numpy.load"],
    [
      "a tar archive",
      joined([new Uint8Array(257), latin1("ustar\x0000"), new Uint8Array(300)]),
      "a tar archive, the format of PyTorch before",
    ],
    ["a pickle of something else", latin1("\x80\x02K\x01."), "not written by torch.save"],
  ])("%s is refused with what it is", async (_, bytes, message) => {
    await expect(load(bytes)).rejects.toThrow(FormatError);
    await expect(load(bytes)).rejects.toThrow(message);
  });

  test("a TorchScript archive, and other zip files, are refused with what they are", async () => {
    const rename = (bytes: Uint8Array, from: string, to: string): Uint8Array =>
      latin1(Buffer.from(bytes).toString("latin1").replaceAll(from, to));
    const archive = await pickleFile("N.", { "0": floats(1) });
    await expect(load(rename(archive, "made/data/0", "made/da.pkl"))).resolves.toBe(null);
    await expect(load(rename(archive, "data.pkl", "dato.pkl"))).rejects.toThrow("has no data.pkl");
  });
});

describe("tensors as a file may describe them", () => {
  const one = (options: Parameters<typeof pickledTensor>[0], bytes: Uint8Array): Promise<torch.Tensor> =>
    pickleFile(`${pickledTensor(options)}.`, { [options.key ?? "0"]: bytes }).then((made) => load<torch.Tensor>(made));

  test("with strides, offsets, repeated and overlapping elements", async () => {
    const bytes = floats(0, 1, 2, 3, 4, 5);
    const shown = async (size: number[], stride: number[], offset: number): Promise<unknown> =>
      (await one({ numel: 6, size, stride, offset }, bytes)).tolistSync();
    expect(await shown([3, 2], [1, 3], 0)).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(await shown([2], [2], 1)).toEqual([1, 3]);
    expect(await shown([], [], 5)).toBe(5);
    expect(await shown([2, 3], [0, 1], 3)).toEqual([
      [3, 4, 5],
      [3, 4, 5],
    ]);
    expect(await shown([4, 3], [1, 1], 0)).toEqual([
      [0, 1, 2],
      [1, 2, 3],
      [2, 3, 4],
      [3, 4, 5],
    ]);
    expect(await shown([0, 9], [100, 100], 77)).toEqual([]);
  });

  test("with properties that PyTorch 2 says besides", async () => {
    const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
    const shown = async (metadata: string): Promise<unknown> =>
      (await one({ numel: 3, size: [2], stride: [2], metadata }, floats(1, 2, -3))).tolistSync();
    expect(await shown("N")).toEqual([1, -3]);
    expect(await shown(`}${text("neg")}\x89s`)).toEqual([1, -3]);
    expect(await shown(`}${text("neg")}\x88s`)).toEqual([-1, 3]);
    expect(await shown(`}${text("conj")}\x88s`)).toEqual([1, -3]);
    await expect(shown(`}${text("half")}\x88s`)).rejects.toThrow("the unknown property half");
    await expect(shown(text("neg"))).rejects.toThrow("are no dictionary");
  });

  test("bfloat16 becomes float32", async () => {
    const x = await one(
      { type: "BFloat16Storage", numel: 2, size: [2], stride: [1] },
      Uint8Array.of(0x80, 0xbf, 0x49, 0x40),
    );
    expect([x.dtype, x.tolistSync()]).toEqual(["float32", [-1, 3.140625]]);
  });

  test.each<[string, Parameters<typeof pickledTensor>[0], string]>([
    ["beyond its storage", { numel: 6, size: [7], stride: [1] }, "reaches outside of its storage of 6 elements"],
    ["beyond its storage by its offset", { numel: 6, size: [1], stride: [1], offset: 6 }, "reaches outside"],
    ["beyond its storage by its strides", { numel: 6, size: [2, 2], stride: [5, 1], offset: 1 }, "reaches outside"],
    ["of a negative size", { numel: 6, size: [-1], stride: [1] }, "not whole numbers"],
    ["of a negative stride", { numel: 6, size: [2], stride: [-1], offset: 5 }, "not whole numbers"],
    ["at a negative offset", { numel: 6, size: [1], stride: [1], offset: -1 }, "not a whole number"],
    ["of more elements than can be counted", { numel: 6, size: [2 ** 40, 2 ** 40], stride: [0, 0] }, "is too large"],
    ["that repeats its elements very often", { numel: 6, size: [2 ** 40], stride: [0] }, "repeat the elements"],
    [
      "of 65 dimensions",
      { numel: 6, size: new Array<number>(65).fill(1), stride: new Array<number>(65).fill(1) },
      "a tensor has 65 dimensions",
    ],
    ["of other strides than sizes", { numel: 6, size: [1, 1], stride: [1] }, "2 sizes, but 1 strides"],
    ["of more elements than its record has", { numel: 7, size: [7], stride: [1] }, "has 24 bytes, but 7 elements"],
    ["of fewer elements than its record has", { numel: 5, size: [5], stride: [1] }, "has 24 bytes, but 5 elements"],
    ["of a negative number of elements", { numel: -1, size: [1], stride: [1] }, "lacks its type, its key or its size"],
    ["complex", { type: "ComplexFloatStorage", numel: 3, size: [3], stride: [1] }, "a tensor of complex64"],
    ["quantized", { type: "QInt8Storage", numel: 24, size: [24], stride: [1] }, "a tensor of qint8"],
    ["of an unknown type", { type: "TextStorage", numel: 6, size: [6], stride: [1] }, "names torch.TextStorage"],
  ])("a tensor %s is refused", async (_, options, message) => {
    const reading = one(options, floats(0, 1, 2, 3, 4, 5));
    await expect(reading).rejects.toThrow(FormatError);
    await expect(reading).rejects.toThrow(message);
  });

  test("a tensor whose storage is missing, or has two types, is refused", async () => {
    const tensor = pickledTensor({ numel: 1, size: [1], stride: [1] });
    await expect(load(await pickleFile(`${tensor}.`))).rejects.toThrow('lacks the storage "0"');
    const other = pickledTensor({ type: "IntStorage", numel: 1, size: [1], stride: [1] });
    await expect(load(await pickleFile(`(${tensor}${other}t.`, { 0: floats(1) }))).rejects.toThrow("in another");
  });

  test.each([
    "_rebuild_xla_tensor",
    "_rebuild_sparse_tensor",
    "_rebuild_qtensor",
    "_rebuild_tensor_v3",
    "_rebuild_meta_tensor_no_storage",
  ])("%s is refused by name", async (name) => {
    await expect(load(await pickleFile(`ctorch._utils\n${name}\n)R.`))).rejects.toThrow("which Cresset does not have");
  });
});

describe("what is refused takes no more memory than a few times the file", () => {
  const refused = ["evil.pt", "whole_module.pt", "truncated.pt", "flipped.pt"].map(
    (name) => [name, readFileSync(join(files, name))] as const,
  );
  const made: (readonly [string, () => Promise<Uint8Array>])[] = [
    [
      "a shape of 10^9 elements",
      () => pickleFile(`${pickledTensor({ numel: 6, size: [1e9], stride: [0] })}.`, { 0: floats(0, 1, 2, 3, 4, 5) }),
    ],
    [
      "a storage of 10^9 elements",
      () => pickleFile(`${pickledTensor({ numel: 1e9, size: [1], stride: [1] })}.`, { 0: floats(1) }),
    ],
    ["a text of 4 GB", () => pickleFile("X\xff\xff\xff\xffabc.")],
    ["bytes of 2^50", () => pickleFile("\x8e\0\0\0\0\0\0\x04\0abc.")],
    ["an integer of 2 GB", () => pickleFile("\x8b\xff\xff\xff\x7fabc.")],
    ["a pickle of zeros, compressed", () => pickleFile(new Uint8Array(5_000_000), {}, { compress: true })],
    [
      "a text given to many calls",
      () =>
        pickleFile(
          `X\0\0\x01\0${"a".repeat(1 << 16)}q\0X\x06\0\0\0latin1q\x01${"c_codecs\nencode\nh\0h\x01\x86R0".repeat(2000)}N.`,
        ),
    ],
    ["an old file with a text of 4 GB", async () => latin1("\x80\x02X\xff\xff\xff\xffabc.")],
    ["an old file with a storage of 2^40 elements", async () => oldFile(2 ** 40)],
  ];

  test.each([...refused.map(([name, bytes]) => [name, async () => bytes] as const), ...made])("%s", async (_, make) => {
    const bytes = await make();
    let error: unknown;
    const taken = await bytesTaken(() => load(bytes).catch((thrown: unknown) => (error = thrown)));
    expect(error).toBeInstanceOf(FormatError);
    expect(taken).toBeLessThan(5 * bytes.length + 4096);
  });

  test("and what is read is counted", async () => {
    const bytes = await save(torch.zeros([100_000]));
    expect(await bytesTaken(() => load(bytes))).toBeGreaterThan(400_000);
  });
});

/** A file of the old format, of a tensor of one element in a storage of `numel`. */
function oldFile(numel: number): Uint8Array {
  const magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
  const id = `(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuL${numel}L\nNtQ`;
  const tensor = `ctorch._utils\n_rebuild_tensor_v2\n(${id}K\0K\x01\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR`;
  const count = new Uint8Array(new BigInt64Array([BigInt(numel)]).buffer);
  return joined([
    latin1(`${magic}\x80\x02M\xe9\x03.\x80\x02}.\x80\x02${tensor}.\x80\x02]X\x01\0\0\x000a.`),
    count,
    floats(...(numel < 10 ? Array.from({ length: numel }, (_, i) => i + 0.5) : [1])),
  ]);
}

test("an old file is read, and refused where its storages are cut off", async () => {
  const bytes = oldFile(3);
  expect((await load<torch.Tensor>(bytes)).tolistSync()).toEqual([0.5]);
  for (let length = 1; length < bytes.length; length++)
    await expect(load(bytes.subarray(0, length))).rejects.toThrow(FormatError);
});

test("what follows the storages of an old file is not looked at, as in PyTorch", async () => {
  expect((await load<torch.Tensor>(joined([oldFile(3), latin1("junk")]))).tolistSync()).toEqual([0.5]);
});
