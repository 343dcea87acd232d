/** Files between Cresset and real PyTorch, in both directions, where that is installed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as torch from "cresset";
import { nn, optim } from "cresset";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load, save } from "../index.ts";
import { askPython, hasPyTorch } from "../testing/python.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cresset-pytorch-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * `torch.load` with weights_only, which since PyTorch 2.0 knows one more instruction, that for floats: the reader of 1.13 takes
 * no checkpoint with a learning rate, PyTorch's own included.
 */
const restricted = `
import inspect, torch._weights_only_unpickler as unpickler
source = inspect.getsource(unpickler)
if "BINFLOAT" not in source:
    before = "            elif key[0] == BINUNICODE[0]:"
    assert source.count(before) == 1
    source = source.replace(before, "            elif key == b'G': self.append(unpack('>d', read(8))[0])\\n" + before)
    exec(compile(source, "unpickler", "exec"), unpickler.__dict__)
def load(name):
    return torch.load(name, weights_only=True)
`;

const path = (name: string): string => join(folder, name);
const ask = (program: string): unknown => askPython(`import json, torch\n${restricted}\n${program}`, folder);

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
    const loaded = (expression: string): unknown => ask(`v = load("nested.pt")\nprint(json.dumps(${expression}))`);
    expect(loaded("[v['epoch'], type(v['epoch']).__name__, v['best'], type(v['whole']).__name__]")).toEqual([
      3,
      "int",
      0.25,
      "float",
    ]);
    expect(loaded("[v['negative'], v['byte'], str(v['large']), v['huge'] == -2**1000]")).toEqual([
      -70000,
      200,
      "9007199254740993",
      true,
    ]);
    expect(
      loaded(
        "v['edge'] == [127, 128, -128, -129, 2**31, -2**31, 2**63, -2**63, 65535, 65536] and v['long'] == list(range(2500))",
      ),
    ).toBe(true);
    expect(loaded("[v['nothing'], v['flags'], v['text']]")).toEqual([null, [true, false], value.text]);
    expect(loaded("[repr(x) for x in v['special']]")).toEqual(["nan", "inf", "-inf", "-0.0", "1e+300"]);
    expect(loaded("repr(v['tuple'])")).toBe("(1, 'a', (), (1,), (1, 2, 3, 4, 5))");
    expect(loaded("repr(v['classes'])")).toBe("{0: 'cat', 1: 'dog'}");
    expect(loaded("repr(v['mixed'])")).toBe("{'0': 'text', 0: 'int', 0.5: 'float', None: 'none', (1, 2): 'tuple'}");
    expect(loaded("[v['twice'][0] is v['twice'][1], v['__proto__']]")).toEqual([true, "own"]);
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

/** Every optimizer, by PyTorch's names of its options. */
const optimizers: readonly (readonly [
  name: string,
  make: (params: Iterable<torch.Tensor>) => optim.OptimizerBase,
  python: string,
])[] = [
  ["SGD", (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true }), "lr=0.1, momentum=0.9, nesterov=True"],
  ["SGD", (p) => new optim.SGD(p, { lr: 0.1 }), "lr=0.1"],
  ["Adam", (p) => new optim.Adam(p, { lr: 0.1, amsgrad: true }), "lr=0.1, amsgrad=True"],
  ["AdamW", (p) => new optim.AdamW(p, { lr: 0.1 }), "lr=0.1"],
  ["Adamax", (p) => new optim.Adamax(p, { lr: 0.1 }), "lr=0.1"],
  ["NAdam", (p) => new optim.NAdam(p, { lr: 0.1 }), "lr=0.1"],
  ["RAdam", (p) => new optim.RAdam(p, { lr: 0.1 }), "lr=0.1"],
  ["Adagrad", (p) => new optim.Adagrad(p, { lr: 0.1, lrDecay: 0.01 }), "lr=0.1, lr_decay=0.01"],
  ["Adadelta", (p) => new optim.Adadelta(p, { lr: 1 }), "lr=1.0"],
  [
    "RMSprop",
    (p) => new optim.RMSprop(p, { lr: 0.1, momentum: 0.5, centered: true }),
    "lr=0.1, momentum=0.5, centered=True",
  ],
  ["Rprop", (p) => new optim.Rprop(p, { lr: 0.1 }), "lr=0.1"],
  ["ASGD", (p) => new optim.ASGD(p, { lr: 0.1, t0: 2 }), "lr=0.1, t0=2"],
  ["LBFGS", (p) => new optim.LBFGS(p, { lr: 0.1, maxIter: 2 }), "lr=0.1, max_iter=2"],
];

const pythonTraining = (name: string, options: string): string => `
x = torch.tensor([[1., 2.], [3., -1.], [0.5, 0.25]])
y = torch.tensor([[1.], [0.], [2.]])
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.${name}(model.parameters(), ${options})
def closure():
    optimizer.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    return loss
def steps(n):
    for _ in range(n):
        if "${name}" == "LBFGS": optimizer.step(closure)
        else:
            closure()
            optimizer.step()
`;

class Training {
  readonly x = torch.tensor([
    [1, 2],
    [3, -1],
    [0.5, 0.25],
  ]);
  readonly y = torch.tensor([[1], [0], [2]]);
  readonly model = new nn.Linear(2, 1);
  readonly optimizer: optim.OptimizerBase;

  constructor(make: (params: Iterable<torch.Tensor>) => optim.OptimizerBase) {
    this.optimizer = make(this.model.parameters());
  }

  async steps(count: number): Promise<void> {
    const closure = (): torch.Tensor => {
      this.optimizer.zeroGrad();
      const loss = this.model(this.x).sub(this.y).pow(2).mean();
      loss.backward();
      return loss;
    };
    for (let i = 0; i < count; i++) {
      if (this.optimizer instanceof optim.LBFGS) await this.optimizer.step(closure);
      else {
        closure();
        (this.optimizer as optim.Optimizer).step();
      }
    }
  }

  async weights(): Promise<number[]> {
    return [...(await this.model.weight.data()), ...((await this.model.bias?.data()) ?? [])].map(Number);
  }
}

interface Checkpoint {
  readonly model: Record<string, torch.Tensor>;
  readonly optimizer: ReturnType<optim.OptimizerBase["stateDict"]>;
  readonly epoch: number;
}

function expectClose(got: readonly number[], want: readonly number[]): void {
  expect(got.length).toBe(want.length);
  for (const [i, value] of want.entries()) expect(Math.abs(got[i] - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
}

describe.skipIf(!hasPyTorch)("training goes on where the other left off", () => {
  test.each(optimizers)("%s of Cresset's in PyTorch: %#", async (name, make, options) => {
    torch.manualSeed(1);
    const training = new Training(make);
    await training.steps(3);
    const { model, optimizer } = training;
    await save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch: 3 }, path("here.pt"));
    await training.steps(3);
    const got = ask(`${pythonTraining(name, options)}
checkpoint = load("here.pt")
assert checkpoint["epoch"] == 3
model.load_state_dict(checkpoint["model"])
optimizer.load_state_dict(checkpoint["optimizer"])
steps(3)
print(json.dumps(model.weight.flatten().tolist() + model.bias.tolist()))`) as number[];
    expectClose(got, await training.weights());
  });

  test.each(optimizers)("%s of PyTorch's in Cresset: %#", async (name, make, options) => {
    const want = ask(`${pythonTraining(name, options)}
torch.manual_seed(1)
steps(3)
torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}, "there.pt")
torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}, "there.pth", _use_new_zipfile_serialization=False)
steps(3)
print(json.dumps(model.weight.flatten().tolist() + model.bias.tolist()))`) as number[];
    for (const file of ["there.pt", "there.pth"]) {
      const training = new Training(make);
      const checkpoint = await load<Checkpoint>(path(file));
      expect(checkpoint.epoch).toBe(3);
      training.model.loadStateDict(checkpoint.model);
      training.optimizer.loadStateDict(checkpoint.optimizer);
      await training.steps(3);
      expectClose(await training.weights(), want);
    }
  });
});
