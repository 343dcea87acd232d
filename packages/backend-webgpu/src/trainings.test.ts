/** Trainings on a device of the page's own, and on one that is lost in their middle. */
import { cpu } from "@cresset/backend-cpu";
import * as torch from "cresset";
import { beforeAll, expect, test } from "vitest";
import { create } from "webgpu";
import { type WebGpuOptions, webgpu } from "./index.ts";
import { useSoftwareDriver } from "./testing.ts";

const { nn, optim } = torch;

beforeAll(async () => {
  useSoftwareDriver();
  await torch.registerBackend(cpu());
});

/** A training that can be stopped and gone on with. */
function training(): { model: torch.nn.Module; optimizer: torch.optim.Adam; step(): Promise<number> } {
  torch.manualSeed(3);
  const x = torch.randn([16, 64]);
  const y = torch.rand([16, 1]).round();
  const model = new nn.Sequential(new nn.Linear(64, 4), new nn.ELU(), new nn.Linear(4, 1), new nn.Sigmoid());
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const lossFunc = new nn.BCELoss();
  const step = async (): Promise<number> => {
    const loss = lossFunc(model(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  };
  return { model, optimizer, step };
}

async function losses(count: number, { step } = training()): Promise<number[]> {
  const seen: number[] = [];
  for (let i = 0; i < count; i++) seen.push(await step());
  return seen;
}

test("a device of the page's own, with no feature and no more than every adapter allows: the same bits", {
  timeout: 120_000,
}, async () => {
  const on = async (options: WebGpuOptions) => {
    const backend = webgpu({ ...options, cooperative: true });
    await torch.registerBackend(backend);
    torch.setDefaultDevice("webgpu");
    const seen = await losses(5);
    return { seen, info: backend.info(), limits: backend.device.limits };
  };
  // While it lives, the device does.
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  const device = await adapter?.requestDevice();
  if (device === undefined) throw new Error("there is no adapter");
  const [offered, least] = [await on({}), await on({ device })];
  expect([offered.info.subgroups, least.info.subgroups]).toEqual([true, false]);
  expect(least.info).toMatchObject({ half: false, timestamps: false, storageBuffers: 8 });
  expect(least.limits.maxStorageBufferBindingSize).toBe(128 * 1024 ** 2);
  expect(least.limits.maxComputeWorkgroupStorageSize).toBe(16_384);
  expect(least.seen).toEqual(offered.seen);
});

test("a device that is lost in the middle of a training: from what was kept on the host, it goes on on another", {
  timeout: 120_000,
}, async () => {
  torch.setDefaultDevice("cpu");
  const expected = await losses(8);

  const backend = webgpu();
  await torch.registerBackend(backend);
  torch.setDefaultDevice("webgpu");
  const begun = training();
  const seen = await losses(4, begun);
  const weights = await onHost(begun.model.stateDict());
  const { state, param_groups } = begun.optimizer.stateDict();
  const moments = await Promise.all(Object.values(state).map(onHost));

  const reads = Promise.allSettled([begun.step(), begun.step()]);
  backend.device.destroy();
  for (const read of await reads)
    expect(read).toMatchObject({ reason: { message: expect.stringMatching(/the device was lost \(destroyed\)/) } });
  // Whatever is asked of it from now on is refused, until there is a device again.
  await expect(begun.step()).rejects.toThrow(/the device was lost/);

  await torch.registerBackend(webgpu());
  const resumed = training();
  resumed.model.loadStateDict(weights);
  resumed.optimizer.loadStateDict({ state: moments, param_groups });
  seen.push(...(await losses(4, resumed)));
  for (const [i, loss] of seen.entries()) expect(Math.abs(loss - expected[i])).toBeLessThan(2e-6);
});

/** The record with its tensors on the host. */
async function onHost<T>(record: Readonly<Record<string, T>>): Promise<Record<string, T>> {
  const entries = Object.entries(record).map(async ([name, of]) => [
    name,
    of instanceof torch.Tensor ? await of.to("cpu") : of,
  ]);
  return Object.fromEntries(await Promise.all(entries));
}
