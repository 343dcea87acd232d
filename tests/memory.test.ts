/** Training loops run in constant memory: with fresh inputs in every iteration, with and without yielding, and nothing freed by hand. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { wasm } from "@cresset/backend-wasm";
import * as torch from "cresset";
import { beforeAll, describe, expect, test } from "vitest";

const { nn, optim } = torch;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const iterations = 20_000;
const settled = 1_000;
const allowed = 5_000_000;
/** Beyond the heap, so much may wait on wasm to be moved out of linear memory, there and in the host arrays it came from. */
const waiting = 16 * 1024 * 1024;

interface Usage {
  readonly heap: number;
  readonly buffers: number;
  /** Of the wasm backend's memory, which never shrinks; 0 on cpu. */
  readonly linear: number;
}

const wasmBackend = wasm({ threads: 2 });
const onWasm = (): boolean => torch.getDefaultDevice() === "wasm";

/** What is reachable, after the collector has had every chance. */
function usage(): Usage {
  for (let i = 0; i < 4; i++) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers, linear: onWasm() ? Number(wasmBackend.info().memoryBytes) : 0 };
}

function classifier(): { step: (i: number) => torch.Tensor } {
  torch.manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(20, 100), new nn.ELU(), new nn.Linear(100, 1), new nn.Sigmoid());
  const lossFunc = new nn.BCELoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-4 });
  return {
    step: (i) => {
      const x = torch.tensor(Float32Array.from({ length: 16 * 20 }, (_, k) => Math.sin(i + k))).view([16, 20]);
      const y = torch.tensor(Float32Array.from({ length: 16 }, (_, k) => (i + k) % 2)).view([16, 1]);
      const loss = lossFunc(model(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    },
  };
}

function expectFlat(before: Usage, after: Usage): void {
  expect(after.heap - before.heap).toBeLessThan(allowed);
  expect(after.buffers - before.buffers).toBeLessThan(allowed + (after.linear > 0 ? waiting : 0));
  expect(after.linear).toBeLessThan(4 * waiting);
}

describe.each(["cpu", "wasm"])("memory stays flat on %s", (device) => {
  beforeAll(async () => {
    if (!torch.deviceNames().includes("wasm")) await torch.registerBackend(wasmBackend);
    torch.setDefaultDevice(device);
  });

  test("in a synchronous loop that reads nothing", { timeout: 120_000 }, () => {
    const { step } = classifier();
    for (let i = 0; i < settled; i++) step(i);
    const before = usage();
    for (let i = settled; i < iterations; i++) step(i);
    expectFlat(before, usage());
  });

  test("in a loop that awaits its loss", { timeout: 120_000 }, async () => {
    const { step } = classifier();
    let last = 0;
    for (let i = 0; i < settled; i++) last = await step(i).item();
    const before = usage();
    for (let i = settled; i < iterations; i++) last = await step(i).item();
    expect(last).toBeGreaterThan(0);
    expectFlat(before, usage());
  });

  test("in a loop that only infers and reads nothing", { timeout: 120_000 }, () => {
    const model = new nn.Linear(64, 64);
    const infer = (i: number): torch.Tensor => torch.noGrad(() => model(torch.full([8, 64], i + 0.5)).mean());
    let last = infer(0);
    for (let i = 0; i < 12_000; i++) last = infer(i);
    const before = usage();
    for (let i = 0; i < 24_000; i++) last = infer(i);
    expect(Number.isFinite(last.itemSync())).toBe(true);
    expectFlat(before, usage());
  });

  test("a kept loss keeps no activations", { timeout: 120_000 }, () => {
    const model = new nn.Linear(1000, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e-6 });
    const losses: torch.Tensor[] = [];
    const step = (): void => {
      const loss = model(torch.tensor(new Float32Array(100_000)).view([100, 1000]))
        .pow(2)
        .mean();
      losses.push(loss);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    };
    for (let i = 0; i < 20; i++) step();
    const before = usage();
    for (let i = 0; i < 200; i++) step();
    expectFlat(before, usage());
    expect(losses).toHaveLength(220);
  });

  test("with fresh inputs that together exceed 4 GiB", { timeout: 120_000 }, () => {
    const model = new nn.Linear(1024, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e-6 });
    const input = new Float32Array(256 * 1024);
    const step = (i: number): void => {
      input.fill(i % 7);
      const loss = model(torch.tensor(input).view([256, 1024]))
        .pow(2)
        .mean();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    };
    for (let i = 0; i < 100; i++) step(i);
    const before = usage();
    for (let i = 100; i < 4300; i++) step(i);
    expectFlat(before, usage());
  });
});
