/** States of learning rate schedulers between Cresset and real PyTorch, in both directions, where that is installed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as torch from "cresset";
import { optim } from "cresset";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load, save } from "../index.ts";
import { askPython, hasPyTorch } from "../testing/python.ts";
import { restrictedLoad } from "../testing/restricted.ts";

const { lrScheduler } = optim;

interface Stepping {
  step(): void;
  stateDict(): optim.lrScheduler.SchedulerState;
  loadStateDict(state: optim.lrScheduler.SchedulerState): void;
}
type Scheduler = Stepping | optim.lrScheduler.ReduceLROnPlateau;

/** A scheduler in both languages; `o` is the optimizer. */
const pairs: readonly (readonly [python: string, make: (o: optim.SGD) => Scheduler])[] = [
  ["StepLR(o, 2)", (o) => new lrScheduler.StepLR(o, 2)],
  ["MultiStepLR(o, [2, 5, 5, 7], gamma=0.5)", (o) => new lrScheduler.MultiStepLR(o, [2, 5, 5, 7], { gamma: 0.5 })],
  ["ExponentialLR(o, 0.9)", (o) => new lrScheduler.ExponentialLR(o, 0.9)],
  ["CosineAnnealingLR(o, 6)", (o) => new lrScheduler.CosineAnnealingLR(o, 6)],
  ["CosineAnnealingWarmRestarts(o, 2, 2)", (o) => new lrScheduler.CosineAnnealingWarmRestarts(o, 2, 2)],
  ["LinearLR(o, total_iters=6)", (o) => new lrScheduler.LinearLR(o, { totalIters: 6 })],
  ["ConstantLR(o, total_iters=5)", (o) => new lrScheduler.ConstantLR(o, { totalIters: 5 })],
  ["PolynomialLR(o, total_iters=7, power=2.0)", (o) => new lrScheduler.PolynomialLR(o, { totalIters: 7, power: 2 })],
  ["ReduceLROnPlateau(o, patience=1)", (o) => new lrScheduler.ReduceLROnPlateau(o, { patience: 1 })],
  [
    "SequentialLR(o, [ConstantLR(o, total_iters=2), StepLR(o, 2)], [5])",
    (o) =>
      new lrScheduler.SequentialLR(
        o,
        [new lrScheduler.ConstantLR(o, { totalIters: 2 }), new lrScheduler.StepLR(o, 2)],
        [5],
      ),
  ],
  [
    "ChainedScheduler([ConstantLR(o, total_iters=5), ExponentialLR(o, 0.9)])",
    (o) =>
      new lrScheduler.ChainedScheduler([
        new lrScheduler.ConstantLR(o, { totalIters: 5 }),
        new lrScheduler.ExponentialLR(o, 0.9),
      ]),
  ],
  ["OneCycleLR(o, 0.1, total_steps=12)", (o) => new lrScheduler.OneCycleLR(o, 0.1, 12)],
  [
    "OneCycleLR(o, 0.1, total_steps=12, anneal_strategy='linear')",
    (o) => new lrScheduler.OneCycleLR(o, 0.1, 12, { annealStrategy: "linear" }),
  ],
  ["SWALR(o, 0.05)", (o) => new optim.swaUtils.SWALR(o, 0.05)],
  ["SWALR(o, 0.05, 4, 'linear')", (o) => new optim.swaUtils.SWALR(o, 0.05, 4, "linear")],
];

const shared = `
import json, torch, warnings
warnings.simplefilter("ignore")
from torch.optim.lr_scheduler import *
from torch.optim.swa_utils import SWALR
${restrictedLoad}
pairs = json.loads(${JSON.stringify(JSON.stringify(pairs.map(([one]) => one)))})
def make(text):
    o = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1, momentum=0.9)
    return o, eval(text)
def rates(o, scheduler, count):
    found = []
    for _ in range(count):
        o.step()
        if isinstance(scheduler, ReduceLROnPlateau): scheduler.step(1.0)
        else: scheduler.step()
        found.append(o.param_groups[0]["lr"])
    return found
`;

const python = `${shared}
here, there = [], []
for i, text in enumerate(pairs):
    o, scheduler = make(text)
    state = load("here-%d.pt" % i)
    o.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    here.append(rates(o, scheduler, 6))
    o, scheduler = make(text)
    rates(o, scheduler, 3)
    torch.save({"optimizer": o.state_dict(), "scheduler": scheduler.state_dict()}, "there-%d.pt" % i)
    there.append(rates(o, scheduler, 6))
print(json.dumps([here, there]))`;

const again = `${shared}
found = []
for i, text in enumerate(pairs):
    o, scheduler = make(text)
    state = load("again-%d.pt" % i)
    o.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    found.append(rates(o, scheduler, 6))
print(json.dumps(found))`;

const makeOptimizer = (): optim.SGD =>
  new optim.SGD([torch.zeros([1], { requiresGrad: true })], { lr: 0.1, momentum: 0.9 });

function rates(optimizer: optim.SGD, scheduler: Scheduler, count: number): number[] {
  return Array.from({ length: count }, () => {
    if (scheduler instanceof lrScheduler.ReduceLROnPlateau) scheduler.step(1);
    else scheduler.step();
    return optimizer.paramGroups[0].lr;
  });
}

interface Saved {
  readonly optimizer: optim.OptimizerStateDict;
  readonly scheduler: optim.lrScheduler.SchedulerState;
}

describe.skipIf(!hasPyTorch)("the rates go on where the other left off", () => {
  let folder: string;
  let fromHere: number[][] = [];
  let fromThere: number[][] = [];
  const here: number[][] = [];
  const path = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cresset-schedulers-"));
    for (const [i, [, make]] of pairs.entries()) {
      const optimizer = makeOptimizer();
      const scheduler = make(optimizer);
      rates(optimizer, scheduler, 3);
      await save({ optimizer: optimizer.stateDict(), scheduler: scheduler.stateDict() }, path(`here-${i}.pt`));
      here.push(rates(optimizer, scheduler, 6));
    }
    [fromHere, fromThere] = askPython(python, folder) as [number[][], number[][]];
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const cases = pairs.map(([text, make], i) => [text, i, make] as const);

  test.each(cases)("%s of Cresset's in PyTorch", (_, i) => {
    for (const [at, rate] of here[i].entries()) expect(fromHere[i][at]).toBeCloseTo(rate, 12);
  });

  test.each(cases)("%s of PyTorch's in Cresset", async (_, i, make) => {
    const optimizer = makeOptimizer();
    const scheduler = make(optimizer);
    const saved = await load<Saved>(path(`there-${i}.pt`));
    optimizer.loadStateDict(saved.optimizer);
    scheduler.loadStateDict(saved.scheduler);
    for (const [at, rate] of rates(optimizer, scheduler, 6).entries()) expect(rate).toBeCloseTo(fromThere[i][at], 12);
  });

  test("PyTorch's, read and saved again, in PyTorch", { timeout: 60_000 }, async () => {
    for (const i of pairs.keys()) await save(await load(path(`there-${i}.pt`)), path(`again-${i}.pt`));
    expect(askPython(again, folder)).toEqual(fromThere);
  });
});
