import { apply, axis, constant, load, loop, runOnceAsync, single, store, updates } from "@cresset/conformance/kernels";
import type { KernelTiming } from "@cresset/core/backend";
import * as torch from "cresset";
import { expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { started, useSoftwareDriver } from "./testing.ts";

/** Of sums of milliseconds. */
const rounding = 1e-6;

/** A product, a sort, and what is left pending; kernels before and after are not of the profile. */
async function profiled() {
  const ones = torch.ones([64, 64]);
  await ones.exp().data();
  const before = performance.now();
  const seen = await torch.profile(async () => {
    await Promise.all([ones.matmul(ones).data(), ones.sort().indices.data()]);
    ones.add(1);
  });
  const after = performance.now();
  await ones.exp().data();
  return { events: seen.events, before, after };
}

test("each dispatch is timed by the device, on the host's clock", async () => {
  useSoftwareDriver();
  const backend = webgpu({ cooperative: false });
  await torch.registerBackend(backend);
  torch.setDefaultDevice("webgpu");
  if (!backend.device.features.has("timestamp-query")) {
    console.log(`not tested: ${backend.info().adapter} has no timestamp-query`);
    return;
  }
  expect(backend.info().timestamps).toBe(true);
  const dispatches = Number(backend.info().dispatches);
  const { events, before, after } = await profiled();
  // Those outside of the profile are the exponentials, one each.
  expect(events).toHaveLength(Number(backend.info().dispatches) - dispatches - 2);
  expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["contraction", "sort"]));
  expect(events.filter(({ name }) => name.includes("exp"))).toEqual([]);
  events.forEach(({ start, duration, calls, device }, i) => {
    expect([device, calls]).toEqual(["webgpu", 1]);
    expect(duration).toBeGreaterThan(0);
    expect(start).toBeGreaterThanOrEqual((i === 0 ? before : events[i - 1].start + events[i - 1].duration) - rounding);
    expect(start + duration).toBeLessThanOrEqual(after);
  });
});

test("where the device cannot tell, each program is timed by the host", async () => {
  useSoftwareDriver();
  const backend = webgpu({ cooperative: false, timestamps: false });
  await torch.registerBackend(backend);
  torch.setDefaultDevice("webgpu");
  expect(backend.info().timestamps).toBe(false);
  const { events, before, after } = await profiled();
  expect(events.length).toBeGreaterThan(0);
  expect(events.filter(({ name }) => name.includes("exp"))).toEqual([]);
  events.forEach(({ start, duration }, i) => {
    expect(duration).toBeGreaterThan(0);
    expect(start).toBeGreaterThanOrEqual((i === 0 ? before : events[i - 1].start + events[i - 1].duration) - rounding);
    expect(start + duration).toBeLessThanOrEqual(after);
  });
});

test("a program of more dispatches than one set of queries has room for", async () => {
  const backend = await started(webgpu({ cooperative: false }));
  const next = apply("add", load("float32", 0, axis(0)), constant("float32", 1));
  const increment = loop([updates("float32")], 1, 1, [store(0, axis(0), next)]);
  const once = single(increment, [4], [4]);
  const often = { ...once, commands: Array.from({ length: 2100 }, () => once.commands[0]) };
  const timings: KernelTiming[] = [];
  await backend.profile?.((timing) => timings.push(timing));
  const { arrays } = await runOnceAsync(backend, often, [Float32Array.of(0, 1, 2, 3)]);
  await backend.profile?.(undefined);
  expect(arrays[0]).toEqual(Float32Array.of(2100, 2101, 2102, 2103));
  expect(timings).toHaveLength(2100);
});

test("a profile ends when the device is lost", async () => {
  useSoftwareDriver();
  const backend = webgpu();
  await torch.registerBackend(backend);
  torch.setDefaultDevice("webgpu");
  const lost = torch.profile(async () => {
    const read = torch.ones([64]).exp().data();
    backend.device.destroy();
    await read;
  });
  await expect(lost).rejects.toThrow(/the device was lost/);
});
