/** Files between Cresset and real PyTorch, in both directions, where that is installed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as torch from "cresset";
import { nn } from "cresset";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load, save } from "../index.ts";
import { askPython, hasPyTorch } from "../testing/python.ts";
import { restrictedLoad } from "../testing/restricted.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cresset-pytorch-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
const ask = (program: string): unknown => askPython(`import json, torch\n${restrictedLoad}\n${program}`, folder);

describe.skipIf(!hasPyTorch)("what Cresset saves, PyTorch reads", () => {
  test("nested values, with the types that Python has for them", async () => {
    const shared = [1, 2];
    const value = {
      epoch: 3,
      best: 0.25,
      whole: torch.float(2),
      negative: -70000,
      byte: 200,
      large: 2n ** 53n + 1n,
      huge: -(2n ** 1000n),
      edge: [127n, 128n, -128n, -129n, 2n ** 31n, -(2n ** 31n), 2n ** 63n, -(2n ** 63n), 65535, 65536],
      nothing: null,
      flags: [true, false],
      text: 'Größe "ä" 🐍\u0000',
      special: [Number.NaN, Infinity, -Infinity, -0, 1e300],
      tuple: Object.freeze([1, "a", Object.freeze([]), Object.freeze([1]), Object.freeze([1, 2, 3, 4, 5])]),
      classes: { 0: "cat", 1: "dog" },
      mixed: new Map<unknown, unknown>([
        ["0", "text"],
        [0, "int"],
        [0.5, "float"],
        [null, "none"],
        [Object.freeze([1, 2]), "tuple"],
      ]),
      twice: [shared, shared],
      long: Array.from({ length: 2500 }, (_, i) => i),
      __proto__key: 1,
    };
    Object.defineProperty(value, "__proto__", { value: "own", enumerable: true });
    await save(value, path("nested.pt"));
    const got = ask(`
v = load("nested.pt")
print(json.dumps({
  "kinds": [type(v[k]).__name__ for k in ["epoch", "best", "whole", "large"]],
  "numbers": [v["epoch"], v["best"], v["negative"], v["byte"], str(v["large"]), v["huge"] == -2**1000],
  "edge": v["edge"] == [127, 128, -128, -129, 2**31, -2**31, 2**63, -2**63, 65535, 65536],
  "long": v["long"] == list(range(2500)),
  "plain": [v["nothing"], v["flags"], v["text"], v["__proto__"]],
  "special": [repr(x) for x in v["special"]],
  "shown": [repr(v[k]) for k in ["tuple", "classes", "mixed"]],
  "same": v["twice"][0] is v["twice"][1],
}))`);
    expect(got).toEqual({
      kinds: ["int", "float", "float", "int"],
      numbers: [3, 0.25, -70000, 200, "9007199254740993", true],
      edge: true,
      long: true,
      plain: [null, [true, false], value.text, "own"],
      special: ["nan", "inf", "-inf", "-0.0", "1e+300"],
      shown: [
        "(1, 'a', (), (1,), (1, 2, 3, 4, 5))",
        "{0: 'cat', 1: 'dog'}",
        "{'0': 'text', 0: 'int', 0.5: 'float', None: 'none', (1, 2): 'tuple'}",
      ],
      same: true,
    });
  });

  test("bytes and sets, which older restricted readers do not take", async () => {
    await save({ bytes: Uint8Array.from([0, 128, 255]), set: new Set([1, "a"]) }, path("sets.pt"));
    expect(ask(`v = torch.load("sets.pt")\nprint(json.dumps([list(v["bytes"]), v["set"] == {1, "a"}]))`)).toEqual([
      [0, 128, 255],
      true,
    ]);
  });

  test("tensors of every dtype, with requires_grad, parameters, and views that share a storage", async () => {
    const base = torch.arange(24).to("float32").reshape([4, 6]);
    const value = {
      dtypes: Object.fromEntries(torch.dtypes.map((dtype) => [dtype, torch.tensor([[1, 0, 100]]).to(dtype)] as const)),
      scalar: torch.tensor(2.5),
      empty: torch.zeros([0, 3]),
      grad: torch.tensor([1.5], { requiresGrad: true }),
      parameter: new nn.Parameter(torch.tensor([2.5])),
      base,
      row: base.index(1),
      column: base.index(torch.slice(), 2),
      transposed: base.t(),
      expanded: torch.tensor([[7], [8]]).expand([2, 1000]),
    };
    await save(value, path("tensors.pt"));
    const answer = ask(`
v = load("tensors.pt")
print(json.dumps({
  "dtypes": {k: [str(t.dtype), t.double().tolist()] for k, t in v["dtypes"].items()},
  "shapes": [list(v["scalar"].shape), v["scalar"].item(), list(v["empty"].shape)],
  "grad": [v["grad"].requires_grad, v["grad"].is_leaf, type(v["grad"]).__name__],
  "parameter": [v["parameter"].requires_grad, type(v["parameter"]).__name__],
  "views": [v["row"].tolist(), v["column"].tolist(), list(v["transposed"].stride()), v["column"].storage_offset()],
  "shared": len({v[k].storage().data_ptr() for k in ["base", "row", "column", "transposed"]}),
  "expanded": [list(v["expanded"].stride()), v["expanded"].storage().size(), v["expanded"].sum().item()],
}))`) as Record<string, unknown>;
    expect(answer.dtypes).toEqual(
      Object.fromEntries(
        torch.dtypes.map((dtype) => [dtype, [`torch.${dtype}`, [dtype === "bool" ? [1, 0, 1] : [1, 0, 100]]]]),
      ),
    );
    expect(answer.shapes).toEqual([[], 2.5, [0, 3]]);
    expect(answer.grad).toEqual([true, true, "Tensor"]);
    expect(answer.parameter).toEqual([true, "Parameter"]);
    expect(answer.views).toEqual([[6, 7, 8, 9, 10, 11], [2, 8, 14, 20], [1, 6], 2]);
    expect(answer.shared).toBe(1);
    expect(answer.expanded).toEqual([[1, 0], 2, 15000]);
  });

  test("a state dict, into PyTorch's module", async () => {
    torch.manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 2));
    await save(model.stateDict(), path("model.pt"));
    const x = torch.randn([5, 3]);
    model.eval();
    const want = await torch.noGrad(() => model(x)).tolist();
    await save(x, path("x.pt"));
    const got = ask(`
model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2))
state = load("model.pt")
assert type(state).__name__ == "OrderedDict", type(state)
print(model.load_state_dict(state), file=__import__("sys").stderr)
model.eval()
with torch.no_grad(): print(json.dumps(model(load("x.pt")).tolist()))`) as number[][];
    for (const [i, row] of (want as number[][]).entries())
      for (const [j, value] of row.entries()) expect(got[i][j]).toBeCloseTo(value, 5);
  });

  test("a list of parameters alone, whose names are numbers and stay texts", async () => {
    const list = new nn.ParameterList([new nn.Parameter(torch.ones([1])), new nn.Parameter(torch.zeros([1]))]);
    await save(list.stateDict(), path("list.pt"));
    expect(
      ask(`
list = torch.nn.ParameterList([torch.zeros(1), torch.ones(1)])
list.load_state_dict(load("list.pt"))
print(json.dumps([p.tolist() for p in list]))`),
    ).toEqual([[1], [0]]);
  });
});

describe.skipIf(!hasPyTorch)("what PyTorch saves, Cresset reads", () => {
  /** Values made at random, each with what it is in JSON: tensors as dtype, shape and elements, tuples marked. */
  const program = `
import random
from collections import OrderedDict
random.seed(3)
torch.manual_seed(3)
dtypes = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]
storages = []
def tensor():
    dtype = random.choice(dtypes)
    if storages and random.random() < 0.3: t = random.choice(storages)
    else:
        t = (torch.randn([random.randint(0, 4) for _ in range(random.randint(0, 3))]) * 10).to(dtype)
        storages.append(t)
    for _ in range(random.randint(0, 2)):
        k = random.randint(0, 3)
        if k == 0 and t.dim() > 1: t = t.transpose(0, 1)
        if k == 1 and t.dim() > 0 and t.shape[0] > 1: t = t[1:]
        if k == 2 and t.dim() > 0 and t.shape[-1] > 1: t = t[..., ::2]
        if k == 3 and t.dim() < 3: t = t.unsqueeze(0).expand([2] + list(t.shape))
    return t
def value(depth):
    k = random.randint(0, 5 if depth == 0 else 13)
    if k <= 1: return random.choice([None, True, False, 0, -1, 255, 256, 65536, -2**31, 2**40, 2**70, -2**70, 0.5, float("nan"), float("inf"), "", "größe", "a" * 300])
    if k <= 5: return tensor()
    if k <= 7: return [value(depth - 1) for _ in range(random.randint(0, 4))]
    if k <= 9: return tuple(value(depth - 1) for _ in range(random.randint(0, 4)))
    if k == 10: return {i: value(depth - 1) for i in range(random.randint(0, 4))}
    if k == 11: return OrderedDict((str(i), value(depth - 1)) for i in range(random.randint(0, 4)))
    if k == 12: return torch.nn.Parameter(torch.randn(2, 3))
    return {random.choice("abcdef") * random.randint(1, 3): value(depth - 1) for _ in range(random.randint(0, 4))}
def shown(v):
    if isinstance(v, torch.Tensor):
        dtype = "float32" if v.dtype == torch.bfloat16 else str(v.dtype)[6:]
        return {"tensor": [dtype, list(v.shape), [shown(x) for x in v.detach().double().flatten().tolist()], v.requires_grad]}
    if isinstance(v, bool) or v is None or isinstance(v, str): return v
    if isinstance(v, (int, float)): return {"number": repr(float(v)) if isinstance(v, float) else str(v)}
    if isinstance(v, tuple): return {"tuple": [shown(x) for x in v]}
    if isinstance(v, list): return [shown(x) for x in v]
    return {"dict": {str(k): shown(x) for k, x in v.items()}}
expected = []
for i in range(60):
    v = [value(4) for _ in range(4)]
    torch.save(v, "random-%d.pt" % i)
    torch.save(v, "random-%d.pth" % i, _use_new_zipfile_serialization=False, pickle_protocol=[2, 1, 3, 4, 5][i % 5])
    torch.save(v, "protocol-%d.pt" % i, pickle_protocol=1 + i % 5)
    expected.append(shown(v))
print(json.dumps(expected))`;

  const numberText = (value: number): string =>
    Number.isNaN(value) ? "nan" : Math.abs(value) === Infinity ? (value > 0 ? "inf" : "-inf") : String(value);

  /** A value as the program shows its own. */
  function shown(value: unknown): unknown {
    if (value instanceof torch.Tensor) {
      const elements = Array.from(value.detach().to("float64").dataSync() as Float64Array, numberOf);
      return { tensor: [value.dtype, value.shape, elements, value.requiresGrad] };
    }
    if (typeof value === "bigint") return { number: String(value) };
    if (typeof value === "number") return numberOf(value);
    if (Array.isArray(value)) return Object.isFrozen(value) ? { tuple: value.map(shown) } : value.map(shown);
    if (value === null || typeof value !== "object") return value;
    return { dict: Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item)])) };
  }
  const numberOf = (value: number): unknown => ({ number: numberText(value) });

  test("nested values made at random, in both formats and every protocol", { timeout: 60_000 }, async () => {
    const exact = (_: string, item: unknown): unknown => {
      const text = (item as { number?: unknown } | null)?.number;
      // Python writes floats otherwise than JavaScript does, of the same value.
      return typeof text === "string" && /^-?[\d.e+-]+$/.test(text) && !/^-?\d+$/.test(text)
        ? numberOf(Number(text))
        : item;
    };
    const expected: unknown[] = JSON.parse(JSON.stringify(ask(program)), exact);
    for (const [i, want] of expected.entries())
      for (const name of [`random-${i}.pt`, `random-${i}.pth`, `protocol-${i}.pt`])
        expect([name, shown(await load(path(name)))]).toEqual([name, want]);
  });

  test("what NumPy and collections put into checkpoints", async () => {
    ask(`
import numpy as np
from collections import Counter, defaultdict
d = defaultdict(list)
d["a"].append(1)
torch.save({
  "scalars": [np.float64(0.5), np.float32(0.25), np.int64(2**60), np.bool_(True), np.uint16(7)],
  "array": np.arange(6, dtype=">i4").reshape(2, 3), "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
  "zeros": np.zeros(5000), "empty": np.zeros((0, 2), dtype=np.int8),
  "counter": Counter("aab"), "default": d, "size": torch.Size([1, 2]), "device": torch.device("cuda", 1), "dtype": torch.float16,
  "bytes": b"\\x00\\xff", "set": {1, 2}, "layout": torch.strided,
}, "numpy.pt")
torch.save(np.arange(3, dtype=np.uint32), "uint32.pt")
torch.save(np.array([{}], dtype=object), "object.pt")
torch.save(torch.quantize_per_tensor(torch.ones(3), 0.1, 3, torch.quint8), "quantized.pt")
torch.save(torch.quantize_per_channel(torch.ones(3, 2), torch.ones(3), torch.zeros(3), 0, torch.qint8), "channels.pt")`);
    const value = await load<Record<string, unknown>>(path("numpy.pt"));
    const lists = (name: string): unknown => (value[name] as torch.Tensor).tolistSync();
    expect(value.scalars).toEqual([0.5, 0.25, 2n ** 60n, true, 7]);
    expect([(value.array as torch.Tensor).dtype, lists("array")]).toEqual([
      "int32",
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ]);
    expect(lists("fortran")).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect([(value.zeros as torch.Tensor).dtype, (value.zeros as torch.Tensor).shape]).toEqual(["float64", [5000]]);
    expect((value.empty as torch.Tensor).shape).toEqual([0, 2]);
    expect([value.counter, value.default, value.size, value.device, value.dtype, value.layout]).toEqual([
      { a: 2, b: 1 },
      { a: [1] },
      [1, 2],
      "cuda:1",
      "float16",
      "strided",
    ]);
    expect([value.bytes, value.set]).toEqual([Uint8Array.of(0, 255), new Set([1, 2])]);
    await expect(load(path("uint32.pt"))).rejects.toThrow("uint32");
    await expect(load(path("object.pt"))).rejects.toThrow("objects, which are pickles");
    for (const name of ["quantized.pt", "channels.pt"])
      await expect(load(path(name))).rejects.toThrow("the file holds a quantized tensor, which Cresset does not have");
  });
});
