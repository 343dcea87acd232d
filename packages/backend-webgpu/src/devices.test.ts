/** Values move between backends in the middle of training; the device is lost and opened again. */
import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import { deviceBuffer, fromDeviceBuffer } from "@cresset/core/extend";
import * as torch from "cresset";
import { beforeAll, expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { useSoftwareDriver } from "./testing.ts";

const { nn, optim } = torch;
const names = ["cpu", "wasm", "webgpu"] as const;

beforeAll(async () => {
  useSoftwareDriver();
  for (const backend of [cpu(), wasm(), webgpu()]) await torch.registerBackend(backend);
});

/** Losses of a training that begins on one device and moves to another in its middle. */
async function losses(first: string, second: string): Promise<number[]> {
  torch.setDefaultDevice(first);
  torch.manualSeed(3);
  let x = torch.randn([16, 4]);
  let y = torch.rand([16, 1]).round();
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ELU(), new nn.Linear(8, 1), new nn.Sigmoid());
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const lossFunc = new nn.BCELoss();
  const seen: number[] = [];
  for (let i = 0; i < 10; i++) {
    if (i === 5 && first !== second) {
      await model.to(second);
      x = await x.to(second);
      y = await y.to(second);
    }
    const loss = lossFunc(model(x), y);
    seen.push(await loss.item());
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  return seen;
}

const ordered = names.flatMap((first) =>
  names.flatMap((second) => (first === second ? [] : [[first, second] as const])),
);

test.each(ordered)("training goes on from %s to %s", async (first, second) => {
  const expected = await losses("cpu", "cpu");
  const got = await losses(first, second);
  for (const [i, loss] of got.entries()) expect(Math.abs(loss - expected[i])).toBeLessThan(2e-6);
});

test("the classifier's step is few dispatches, and creates no buffers after the second", async () => {
  const backend = webgpu();
  await torch.registerBackend(backend);
  torch.setDefaultDevice("webgpu");
  const x = torch.randn([32, 20]);
  const y = torch.rand([32, 1]).round();
  const model = new nn.Sequential(new nn.Linear(20, 100), new nn.ELU(), new nn.Linear(100, 1), new nn.Sigmoid());
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-4 });
  const lossFunc = new nn.BCELoss();
  const step = async (): Promise<void> => {
    const loss = lossFunc(model(x), y);
    await loss.item();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  };
  await step();
  await step();
  // The second step's update has been asked for, not yet done: reading the parameters waits for it.
  await model.parameters()[0].sum().item();
  const before = backend.info();
  for (let i = 0; i < 10; i++) await step();
  await model.parameters()[0].sum().item();
  const after = backend.info();
  expect(Number(after.buffersCreated) - Number(before.buffersCreated)).toBe(0);
  // Of the two reads of the sum, one is counted here.
  const dispatches = (Number(after.dispatches) - Number(before.dispatches) - 1) / 10;
  console.log(`${dispatches} dispatches in a step of the classifier`);
  expect(dispatches).toBeLessThanOrEqual(12);
});

test("memory stays flat in a loop, whoever reads its losses", async () => {
  const backend = webgpu();
  await torch.registerBackend(backend);
  torch.setDefaultDevice("webgpu");
  const [x, y] = [torch.randn([8, 4]), torch.rand([8, 1]).round()];
  const model = new nn.Sequential(new nn.Linear(4, 6), new nn.ELU(), new nn.Linear(6, 1), new nn.Sigmoid());
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-4 });
  const lossFunc = new nn.BCELoss();
  const memory = () => {
    const { buffersCreated, heapBytes, bufferBytes, idleBufferBytes, kernels, watchedLaunches } = backend.info();
    return { buffersCreated, heapBytes, bufferBytes, idleBufferBytes, kernels, watchedLaunches };
  };
  const steps = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const loss = lossFunc(model(x), y);
      if (i % 20 === 0) await loss.item();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }
    await model.parameters()[0].sum().item();
  };
  await steps(45);
  const before = memory();
  const used = Number(backend.info().heapUsedBytes);
  await steps(400);
  expect(memory()).toEqual(before);
  // Values that nobody can reach any more are there until many have come together: a loss and a saved value in each step, at most.
  expect(Number(backend.info().heapUsedBytes) - used).toBeLessThan(400 * 128);
});

test("a profile tells of all three backends, and its trace has a row for each", async () => {
  const work = async (device: string): Promise<void> => {
    torch.setDefaultDevice(device);
    const x = torch.ones([40, 40]);
    await x.matmul(x).add(1).data();
  };
  // Nothing is compiled while it is timed.
  for (const name of names) await work(name);
  const seen = await torch.profile(async () => {
    for (const name of names) await work(name);
  });
  const { traceEvents } = JSON.parse(seen.exportChromeTrace()) as {
    traceEvents: { ph: string; tid: number; ts: number; dur: number; args: { name?: string } }[];
  };
  const rows = traceEvents.filter(({ ph }) => ph === "M");
  expect(rows.map(({ args }) => args.name).sort()).toEqual([...names]);
  for (const { tid } of rows) {
    const kernels = traceEvents.filter((event) => event.ph === "X" && event.tid === tid);
    expect(kernels.length).toBeGreaterThan(0);
    for (const { ts, dur } of kernels) expect(ts > 0 && dur >= 0).toBe(true);
  }
  for (const name of names) expect(seen.table()).toContain(` ${name} `);
});

test("when the device is lost, reads reject, host-backed values survive, and registering again works", async () => {
  const backend = webgpu();
  await torch.registerBackend(backend);
  torch.setDefaultDevice("webgpu");
  const given = torch.tensor([4, 5]);
  const made = given.add(1);
  await made.sum().item();
  backend.device.destroy();
  await backend.device.lost;
  await expect(made.tolist()).rejects.toThrow(/the device was lost/);
  expect(await given.tolist()).toEqual([4, 5]);
  await torch.registerBackend(webgpu());
  expect(await (await given.to("webgpu")).add(1).tolist()).toEqual([5, 6]);
});

test("values are shared with other code on the same device", async () => {
  const backend = webgpu({ heapBytes: 16 });
  await torch.registerBackend(backend);
  torch.setDefaultDevice("webgpu");
  const numbers = torch.arange(8).mul(2).to("float32");
  const { buffer, offset, size } = await backend.share(deviceBuffer(numbers));
  const copy = backend.device.createBuffer({ size: 32, usage: 0x80 | 0x4 | 0x8 });
  const encoder = backend.device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, offset, copy, 0, size);
  backend.device.queue.submit([encoder.finish()]);
  const adopted = fromDeviceBuffer(backend.adopt(copy, "float32", 8), [2, 4], "webgpu");
  expect(await adopted.add(1).tolist()).toEqual([
    [1, 3, 5, 7],
    [9, 11, 13, 15],
  ]);
  expect(() => backend.adopt(copy, "float32", 9)).toThrow(/cannot hold/);
  expect(() => backend.adopt(copy, "float32", 4)).toThrow(/heap/);
});
