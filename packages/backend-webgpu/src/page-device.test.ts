/** On a device of a page's own: with the limits that every device has, beside the page's own commands and mistakes. */
import { deviceBuffer } from "@cresset/core/extend";
import * as torch from "cresset";
import { expect, test } from "vitest";
import { faultyDevice } from "./faulty-device.ts";
import { type WebGpuOptions, webgpu } from "./index.ts";

async function onPageDevice(limits: Parameters<typeof faultyDevice>[0] = {}, options: WebGpuOptions = {}) {
  const { device } = await faultyDevice(limits);
  const backend = webgpu({ ...options, device });
  await torch.registerBackend(backend);
  torch.setDefaultDevice("webgpu");
  return { backend, device };
}

/** Time for what no scope catches to be told. */
const told = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

test("the page's mistakes are the page's: reads are not spoiled, and the browser's console is told", async () => {
  const { device } = await onPageDevice();
  const seen: boolean[] = [];
  device.addEventListener("uncapturederror", (event) => {
    seen.push(event.defaultPrevented);
    event.preventDefault();
  });
  device.createBuffer({ label: "mine", size: 16, usage: 0x81 });
  await told();
  expect(seen).toEqual([false]);
  expect(await torch.tensor([1, 2]).add(1).tolist()).toEqual([2, 3]);
});

test("what the page spoils is told by the next read", async () => {
  const { backend } = await onPageDevice();
  const x = torch.tensor([1, 2]);
  const step = (): torch.Tensor => x.mul(2);
  for (let i = 0; i < 3; i++) await step().tolist();
  const { buffer } = await backend.share(deviceBuffer(x));
  expect(buffer.label).toBe("cresset: heap");
  buffer.destroy();
  await expect(step().tolist()).rejects.toThrow(/cresset: heap.*destroyed/s);
});

test("a kernel that the device refuses long after it was first run is named, though nobody watches", async () => {
  const { backend } = await onPageDevice({}, { heapBytes: 256 });
  const x = torch.ones([1000]).add(0);
  for (let i = 0; i < 3; i++) await x.mul(2).data();
  const { buffer } = await backend.share(deviceBuffer(x));
  buffer.destroy();
  await expect(x.mul(2).data()).rejects.toThrow(/cresset: value.*destroyed.*cresset: the kernel mul \(loop\)/s);
});

test("a device of small workgroups is refused by the limit's name", async () => {
  const { device } = await faultyDevice({ maxComputeInvocationsPerWorkgroup: 128 });
  await expect(torch.registerBackend(webgpu({ device }))).rejects.toThrow(
    /up to 256 threads in a workgroup, more than maxComputeInvocationsPerWorkgroup = 128 of /,
  );
});

test("a heap that may not grow: what nothing uses leaves it, and what comes back is what it was", async () => {
  const largest = 2 * 1024 ** 2;
  const { backend } = await onPageDevice({ maxStorageBufferBindingSize: largest }, { heapBytes: 32_768 });
  const weight = torch.ones([128, 64]);
  const kept: torch.Tensor[] = [];
  // 128 values of 32 KiB, of which a page keeps half: twice as much as there is room for.
  for (let i = 0; i < 64; i++) {
    const [a, b] = [weight.mul(i), weight.mul(-i)];
    kept.push(a);
    for (const value of [a, b]) await value.data();
    expect(Number(backend.info().heapUsedBytes)).toBeLessThan(0.8 * largest);
  }
  for (const [i, value] of kept.entries()) expect((await value.add(1).data())[5]).toBe(i + 1);
});

test("values beyond a 1024th of the largest binding have buffers of their own", async () => {
  const { backend } = await onPageDevice({ maxStorageBufferBindingSize: 8 * 1024 ** 2 });
  const [small, large] = [torch.ones([2048]).mul(2), torch.ones([2049]).mul(2)];
  expect((await small.add(large.narrow(0, 0, 2048)).data())[2047]).toBe(4);
  expect((await backend.share(deviceBuffer(small))).buffer.label).toBe("cresset: heap");
  expect((await backend.share(deviceBuffer(large))).buffer.label).toBe("cresset: value");
});
