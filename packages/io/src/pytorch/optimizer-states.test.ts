/** States of optimizers and schedulers between Cresset and real PyTorch, in both directions, where that is installed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as torch from "cresset";
import { nn, optim } from "cresset";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load, save } from "../index.ts";
import { askPython, hasPyTorch } from "../testing/python.ts";
import { restrictedLoad } from "../testing/restricted.ts";

type AnyOptimizer = optim.Optimizer;
type Params = Iterable<torch.Tensor>;

/** An optimizer in both languages. */
interface Pair {
  readonly name: string;
  readonly options: string;
  readonly make: (params: Params) => AnyOptimizer;
}

const pair = (name: string, options: string, make: (params: Params) => AnyOptimizer): Pair => ({ name, options, make });

const pairs: readonly Pair[] = [
  pair(
    "SGD",
    "lr=0.1, momentum=0.9, nesterov=True",
    (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true }),
  ),
  pair("SGD", "lr=0.1", (p) => new optim.SGD(p, { lr: 0.1 })),
  pair("Adam", "lr=0.1, amsgrad=True", (p) => new optim.Adam(p, { lr: 0.1, amsgrad: true })),
  pair("AdamW", "lr=0.1", (p) => new optim.AdamW(p, { lr: 0.1 })),
  pair("Adamax", "lr=0.1", (p) => new optim.Adamax(p, { lr: 0.1 })),
  pair("NAdam", "lr=0.1", (p) => new optim.NAdam(p, { lr: 0.1 })),
  pair("RAdam", "lr=0.1", (p) => new optim.RAdam(p, { lr: 0.1 })),
  pair("Adagrad", "lr=0.1, lr_decay=0.01", (p) => new optim.Adagrad(p, { lr: 0.1, lrDecay: 0.01 })),
  pair("Adadelta", "lr=1.0", (p) => new optim.Adadelta(p, { lr: 1 })),
  pair(
    "RMSprop",
    "lr=0.1, momentum=0.5, centered=True",
    (p) => new optim.RMSprop(p, { lr: 0.1, momentum: 0.5, centered: true }),
  ),
  pair("Rprop", "lr=0.1", (p) => new optim.Rprop(p, { lr: 0.1 })),
  pair("ASGD", "lr=0.1, t0=2", (p) => new optim.ASGD(p, { lr: 0.1, t0: 2 })),
  pair("LBFGS", "lr=0.1, max_iter=2", (p) => new optim.LBFGS(p, { lr: 0.1, maxIter: 2 })),
];

const pythonTraining = `
import json, torch
${restrictedLoad}
class Training:
    def __init__(self, name, options):
        self.x = torch.tensor([[1., 2.], [3., -1.], [0.5, 0.25]])
        self.y = torch.tensor([[1.], [0.], [2.]])
        self.name = name
        self.model = torch.nn.Linear(2, 1)
        self.optimizer = eval("torch.optim.%s(self.model.parameters(), %s)" % (name, options))
    def closure(self):
        self.optimizer.zero_grad()
        loss = ((self.model(self.x) - self.y) ** 2).mean()
        loss.backward()
        return loss
    def steps(self, count):
        for _ in range(count):
            if self.name == "LBFGS": self.optimizer.step(self.closure)
            else:
                self.closure()
                self.optimizer.step()
    def weights(self):
        return self.model.weight.flatten().tolist() + self.model.bias.tolist()
    def state(self):
        return {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "epoch": 3}
    def load(self, checkpoint):
        assert checkpoint["epoch"] == 3
        self.model.load_state_dict(checkpoint["model"])
        self.optimizer.load_state_dict(checkpoint["optimizer"])
pairs = json.loads('${JSON.stringify(pairs.map(({ name, options }) => [name, options]))}')
`;

class Training {
  readonly x = torch.tensor([
    [1, 2],
    [3, -1],
    [0.5, 0.25],
  ]);
  readonly y = torch.tensor([[1], [0], [2]]);
  readonly model = new nn.Linear(2, 1);
  readonly optimizer: AnyOptimizer;

  constructor(make: (params: Params) => AnyOptimizer) {
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
  readonly optimizer: ReturnType<AnyOptimizer["stateDict"]>;
  readonly epoch: number;
}

function expectClose(got: readonly number[], want: readonly number[]): void {
  expect(got.length).toBe(want.length);
  for (const [i, value] of want.entries()) expect(Math.abs(got[i] - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
}

let folder: string;
const path = (name: string): string => join(folder, name);
const cases = pairs.map((one, i) => [`${one.name}(${one.options})`, i, one] as const);

describe.skipIf(!hasPyTorch)("training goes on where the other left off", () => {
  let fromHere: number[][] = [];
  let fromThere: number[][] = [];
  const weightsHere: number[][] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cresset-states-"));
    torch.manualSeed(1);
    for (const [i, { make }] of pairs.entries()) {
      const training = new Training(make);
      await training.steps(3);
      const { model, optimizer } = training;
      await save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch: 3 }, path(`here-${i}.pt`));
      await training.steps(3);
      weightsHere.push(await training.weights());
    }
    [fromHere, fromThere] = askPython(
      `${pythonTraining}
from_here = []
for i, pair in enumerate(pairs):
    training = Training(*pair)
    training.load(load("here-%d.pt" % i))
    training.steps(3)
    from_here.append(training.weights())
from_there = []
for i, pair in enumerate(pairs):
    training = Training(*pair)
    training.steps(3)
    torch.save(training.state(), "there-%d.pt" % i)
    torch.save(training.state(), "there-%d.pth" % i, _use_new_zipfile_serialization=False)
    training.steps(3)
    from_there.append(training.weights())
print(json.dumps([from_here, from_there]))`,
      folder,
    ) as [number[][], number[][]];
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(cases)("%s of Cresset's in PyTorch", (_, i) => expectClose(fromHere[i], weightsHere[i]));

  test.each(cases)("%s of PyTorch's in Cresset, from both of its formats", async (_, i, { make }) => {
    for (const file of [`there-${i}.pt`, `there-${i}.pth`]) {
      const training = new Training(make);
      const checkpoint = await load<Checkpoint>(path(file));
      expect(checkpoint.epoch).toBe(3);
      training.model.loadStateDict(checkpoint.model);
      training.optimizer.loadStateDict(checkpoint.optimizer);
      await training.steps(3);
      expectClose(await training.weights(), fromThere[i]);
    }
  });
});
