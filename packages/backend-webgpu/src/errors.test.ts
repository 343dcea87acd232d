/** What a device refuses, or loses, is told by the reads that it spoils. */
import { axis, load, loop, reads, single, store, writes } from "@cresset/conformance/kernels";
import { fromDeviceBuffer } from "@cresset/core/extend";
import * as torch from "cresset";
import { expect, test } from "vitest";
import { faultyDevice } from "./faulty-device.ts";
import { type WebGpuBackend, type WebGpuOptions, webgpu } from "./index.ts";

const { nn, optim } = torch;

async function failing(options: WebGpuOptions = {}) {
  const { device, faults } = await faultyDevice();
  const backend: WebGpuBackend = webgpu({ ...options, device });
  await torch.registerBackend(backend);
  torch.setDefaultDevice("webgpu");
  return { backend, device, faults };
}

/** What a promise rejects with. */
const rejection = async (promise: Promise<unknown>): Promise<Error> => {
  const found: unknown = await promise.then(
    (value) => new Error(`no rejection, but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  return found as Error;
};

/** Values above this many bytes have buffers of their own in the tests that say so. */
const own = { heapBytes: 256 };

test("a kernel that cannot be compiled: what it was to compute rejects, always, and so does what depends on it", async () => {
  const { faults } = await failing();
  const x = torch.tensor([0, 1]);
  faults.noPipeline = (kernel) => kernel.includes("exp");
  const spoiled = x.exp();
  const error = await rejection(spoiled.tolist());
  expect(error).toBeInstanceOf(torch.BackendError);
  expect(error.message).toMatch(/^webgpu: the kernel exp \(loop\) cannot be compiled: .*absent/s);
  expect(await rejection(spoiled.tolist())).toBe(error);
  expect(await rejection(spoiled.add(1).tolist())).toBe(error);
  expect(await x.add(1).tolist()).toEqual([1, 2]);
});

test("a kernel whose text is no WGSL here: only its own reads are told", async () => {
  const { faults } = await failing();
  const x = torch.tensor([0, 1]);
  faults.misread = (code) => (code.includes("// exp") ? "nonsense" : code);
  torch.setEvaluation("eager");
  const spoiled = x.exp();
  torch.setEvaluation("lazy");
  // Time for what no scope catches to be told.
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await x.add(1).tolist()).toEqual([1, 2]);
  expect((await rejection(spoiled.tolist())).message).toMatch(/^webgpu: the kernel exp \(loop\) cannot be compiled: /);
});

test("two programs are asked for before it is known that the first fails", async () => {
  const { faults } = await failing();
  faults.noPipeline = (kernel) => kernel.includes("exp");
  const first = torch.tensor([0, 1]).exp();
  const reads = [first.tolist()];
  const second = first.mul(2);
  reads.push(second.tolist(), second.tolist());
  for (const read of reads) expect((await rejection(read)).message).toMatch(/the kernel exp .*cannot be compiled/);
  expect((await rejection(second.tolist())).message).toMatch(/the kernel exp .*cannot be compiled/);
});

test("no memory for a result: its reads name the kernel, and nothing else is spoiled", async () => {
  const { faults } = await failing(own);
  const x = torch.arange(1000).to("float32");
  expect(await x.sum().item()).toBe(499_500);
  faults.noMemory = ({ label }) => label === "value";
  const spoiled = x.mul(2);
  const error = await rejection(spoiled.data());
  expect(error).toBeInstanceOf(torch.BackendError);
  expect(error.message).toMatch(
    /^webgpu: out of memory: no buffer of \d+ bytes for a value on .*: as the test wants it \(for the kernel mul \(loop\)\)$/,
  );
  faults.noMemory = () => false;
  expect(await rejection(spoiled.data())).toBe(error);
  expect(await rejection(spoiled.sum().item())).toBe(error);
  expect(await x.mul(2).sum().item()).toBe(999_000);
});

test("no memory for what the user gives: every use of it rejects", async () => {
  const { faults } = await failing(own);
  faults.noMemory = ({ label }) => label === "value";
  const x = torch.ones([1000]).mul(1);
  await rejection(x.data());
  const given = torch.tensor(Array.from({ length: 1000 }, (_, i) => i));
  const sum = given.sum();
  expect((await rejection(sum.item())).message).toMatch(/out of memory: .*\(for the kernel sum/);
  // It is still on the host.
  expect((await given.data())[999]).toBe(999);
  faults.noMemory = () => false;
  expect((await rejection(sum.item())).message).toMatch(/out of memory/);
  expect(await given.sum().item()).toBe(499_500);
});

test("no memory for the copy to the host: that read rejects, the next one works", async () => {
  const { faults } = await failing();
  const x = torch.arange(3000).to("float32");
  await x.sum().item();
  faults.noMemory = ({ label }) => label === "copy for the host";
  expect((await rejection(x.add(1).data())).message).toMatch(/out of memory: .* for a copy for the host/);
  faults.noMemory = () => false;
  expect((await x.add(1).data())[2999]).toBe(3000);
});

test("the heap cannot grow: values in it survive, later ones reject until there is memory", async () => {
  const { faults } = await failing();
  const kept = torch.arange(1000).add(0);
  expect(await kept.sum().item()).toBe(499_500);
  faults.noMemory = ({ label }) => label === "heap";
  // A MiB each; the heap begins with 4.
  const many = Array.from({ length: 6 }, (_, i) => torch.ones([512, 512]).mul(i));
  const sums = await Promise.all(
    many.map((x) =>
      x.data().then(
        ([first]) => first,
        (error: Error) => error.message,
      ),
    ),
  );
  expect(sums[0]).toBe(0);
  expect(sums[5]).toMatch(/out of memory: .* for a heap on .* \(for the kernel /);
  expect(await kept.add(1).sum().item()).toBe(500_500);
  faults.noMemory = () => false;
  const again = Array.from({ length: 6 }, (_, i) => torch.ones([512, 512]).mul(i + 1));
  for (const [i, x] of again.entries()) expect((await x.data())[512 * 512 - 1]).toBe(i + 1);
  for (const [i, x] of many.entries())
    if (typeof sums[i] === "string") expect((await rejection(x.data())).message).toMatch(/out of memory/);
    else expect((await x.data())[0]).toBe(i);
  expect(await kept.sum().item()).toBe(499_500);
});

test("the heap cannot grow at first, but by more: what was to be in between rejects or is right", async () => {
  const { faults } = await failing();
  const kept = torch.arange(1000).add(0);
  expect(await kept.sum().item()).toBe(499_500);
  // It begins with 4 MiB, and each value has one.
  faults.noMemory = ({ label, size }) => label === "heap" && size === 8 * 1024 * 1024;
  const many = Array.from({ length: 12 }, (_, i) => torch.ones([512, 512]).mul(i));
  const firsts = await Promise.all(
    many.map((x) =>
      x.data().then(
        (data) => [data[0], data[512 * 512 - 1]],
        (error: Error) => error.message,
      ),
    ),
  );
  expect(firsts.filter((first) => typeof first === "string").length).toBeGreaterThan(0);
  for (const [i, first] of firsts.entries())
    if (typeof first === "string") expect(first).toMatch(/out of memory: .* for a heap on .* \(for the kernel /);
    else expect(first).toEqual([i, i]);
  expect(await kept.sum().item()).toBe(499_500);
  const again = Array.from({ length: 12 }, (_, i) => torch.ones([512, 512]).mul(i + 1));
  for (const [i, x] of again.entries()) expect((await x.data())[512 * 512 - 1]).toBe(i + 1);
});

test("a step without memory leaves parameters as they were, and training goes on", async () => {
  const { faults } = await failing(own);
  const model = new nn.Linear(100, 1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
  const data = { few: torch.rand([10, 100]), many: torch.rand([1000, 100]) };
  const step = (size: keyof typeof data): torch.Tensor => {
    const loss = model(data[size]).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
  await step("few").item();
  const weight = (): Promise<unknown> => model.weight.detach().data();
  const before = await weight();
  await step("few").item();
  const after = await weight();
  expect(after).not.toEqual(before);
  faults.noMemory = ({ size }) => size > 100_000;
  const failed = step("many");
  expect((await rejection(failed.item())).message).toMatch(/out of memory: .*\(for the kernel/);
  faults.noMemory = () => false;
  expect(await weight()).toEqual(after);
  const losses: number[] = [];
  for (let i = 0; i < 5; i++) losses.push(await step("many").item());
  expect(losses[4]).toBeLessThan(losses[0]);
  expect((await rejection(failed.item())).message).toMatch(/out of memory/);
});

test("a step without memory for a temporary, found out when the step has been asked for", async () => {
  const { faults } = await failing(own);
  const weight = new nn.Parameter(torch.ones([60]));
  const optimizer = new optim.SGD([weight], { lr: 0.01 });
  const step = (): void => {
    optimizer.zeroGrad();
    // Sorting makes a temporary of [60, 60] numbers.
    weight.view([60, 1]).mul(weight).sort(1).values.mean().backward();
    optimizer.step();
  };
  await weight.detach().data();
  faults.noMemory = ({ size }) => size > 10_000;
  step();
  const error = await rejection(weight.detach().data());
  expect(error.message).toMatch(/out of memory: .*\(for the kernel/);
  // It was told; what was kept is as it was.
  expect(await weight.detach().tolist()).toEqual(new Array(60).fill(1));
  faults.noMemory = () => false;
  step();
  const [first] = await weight.detach().data();
  expect(first).toBeCloseTo(1 - 0.01 / 30, 6);
});

test("where memory is short, the room for temporaries shrinks to what is needed", async () => {
  const { backend, faults } = await failing(own);
  const used = (): number => Number(backend.info().bufferBytes);
  // Sorting makes temporaries of the values' size.
  const sorted = async (n: number): Promise<number> => Number((await torch.rand([n]).sort().values.data())[n - 1]);
  await sorted(300);
  const before = used();
  await sorted(50_000);
  // The values go when they are collected, or asked for room; the temporaries stay.
  expect(used() - before).toBeGreaterThan(400_000);
  faults.noMemory = ({ size }) => size > 1_000_000;
  await rejection(torch.ones([500_000]).mul(2).data());
  faults.noMemory = () => false;
  const full = used();
  expect(await sorted(300)).toBeGreaterThan(0.9);
  expect(full - used()).toBeGreaterThan(200_000);
  expect(await sorted(50_000)).toBeGreaterThan(0.99);
});

test("what a refused program restores may have been given back before its turn", async () => {
  const { backend, faults } = await failing(own);
  faults.noPipeline = (kernel) => kernel === "refused";
  const value = load("float32", 0, axis(0));
  const kernel = {
    ...loop([...reads("float32"), writes("float32")], 1, 1, [store(1, axis(0), value)]),
    name: "refused",
  };
  const [old, fresh] = [1000, 1000].map((length) => backend.allocate("float32", length));
  backend.write(old, new Float32Array(1000).fill(3));
  const status = backend.run(backend.compile(single(kernel, [1000, 1000], [1000])), [old, fresh], [], () => [
    [fresh, old],
  ]);
  backend.release(old);
  expect(await status).toBeInstanceOf(torch.BackendError);
  expect((await backend.read(fresh))[999]).toBe(3);
});

test("operands that cannot be bound", async () => {
  const { faults } = await failing();
  const x = torch.tensor([1, 2, 3]);
  faults.noGroup = (kernel) => kernel.includes("exp");
  const spoiled = x.exp();
  const error = await rejection(spoiled.tolist());
  expect(error.message).toMatch(/^webgpu: the kernel exp \(loop\) cannot run on /);
  expect(await rejection(spoiled.tolist())).toBe(error);
  faults.noGroup = () => false;
  expect((await x.exp().data())[0]).toBeCloseTo(Math.E, 6);
  // It was taken once more: from then on nobody watches.
  const { watchedLaunches } = torch.deviceInfo("webgpu");
  await x.add(0).exp().tolist();
  for (let i = 0; i < 3; i++) await x.exp().tolist();
  expect(Number(torch.deviceInfo("webgpu").watchedLaunches) - Number(watchedLaunches)).toBeLessThanOrEqual(2);
});

test("a shared buffer that its owner destroys", async () => {
  const { backend, device } = await failing(own);
  const buffer = device.createBuffer({ size: 4000, usage: 0x80 | 0x4 | 0x8 });
  const shared = fromDeviceBuffer(backend.adopt(buffer, "float32", 1000), [1000], "webgpu");
  expect(await shared.add(1).sum().item()).toBe(1000);
  buffer.destroy();
  const spoiled = shared.add(1).sum();
  expect((await rejection(spoiled.item())).message).toMatch(/webgpu: the kernel .* cannot run on .*destroyed/s);
  expect((await rejection(spoiled.item())).message).toMatch(/destroyed/);
  expect((await rejection(shared.data())).message).toMatch(/cannot be read.*destroyed/s);
  // Only that read is spoiled: what it was to be copied to serves the next one of its size.
  for (let i = 0; i < 3; i++) expect((await torch.ones([1000]).add(i).data())[999]).toBe(1 + i);
  const wrong = device.createBuffer({ size: 4000, usage: 0x80 });
  expect(() => backend.adopt(wrong, "float32", 1000)).toThrow(/COPY_SRC/);
});

test("a device that is lost while values are on their way", async () => {
  const { device } = await failing();
  const x = torch.tensor([1, 2]);
  const made = x.mul(3);
  await made.add(1).tolist();
  const model = new nn.Linear(2, 1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const loss = new nn.BCELoss()(model(x.view([1, 2])).sigmoid(), torch.ones([1, 1]));
  const reads = [made.tolist(), made.exp().tolist(), loss.item()];
  loss.backward();
  optimizer.step();
  reads.push(model.weight.detach().tolist());
  device.destroy();
  for (const read of reads) {
    const error = await rejection(read);
    expect(error).toBeInstanceOf(torch.BackendError);
    expect(error.message).toMatch(/the device was lost \(destroyed\).*register the backend again/s);
  }
  expect((await rejection(made.tolist())).message).toMatch(/lost/);
  expect((await rejection(x.add(1).tolist())).message).toMatch(/lost/);
  expect(await x.tolist()).toEqual([1, 2]);
  expect((await rejection(torch.registerBackend(webgpu({ device })))).message).toMatch(/given as an option was lost/);
  await torch.registerBackend(webgpu());
  expect(await (await x.to("webgpu")).add(1).tolist()).toEqual([2, 3]);
});

test("a step of a training: a command buffer for each program and each read; no bind groups, no error scopes but for reads", async () => {
  const { backend, faults } = await failing();
  const x = torch.randn([32, 20]);
  const y = torch.rand([32, 1]).round();
  const model = new nn.Sequential(new nn.Linear(20, 16), new nn.ELU(), new nn.Linear(16, 1), new nn.Sigmoid());
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const lossFunc = new nn.BCELoss();
  const step = async (): Promise<void> => {
    const loss = lossFunc(model(x), y);
    await loss.item();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  };
  for (let i = 0; i < 4; i++) await step();
  const counts = () => {
    const { watchedLaunches, buffersCreated, submissions } = backend.info();
    const { scopes, groups } = faults;
    const { runs } = torch.deviceStatistics("webgpu");
    return { watchedLaunches, buffersCreated, groups, scopes, runs, submissions: Number(submissions) };
  };
  const before = counts();
  for (let i = 0; i < 20; i++) await step();
  const after = counts();
  expect(after.scopes - before.scopes).toBe(20);
  expect(after.submissions - before.submissions).toBe(after.runs - before.runs + 20);
  expect(after.groups).toBe(before.groups);
  expect(after.watchedLaunches).toBe(before.watchedLaunches);
  expect(after.buffersCreated).toBe(before.buffersCreated);
});
