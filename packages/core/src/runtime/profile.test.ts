import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { ones } from "../ops/creation/index.ts";
import "../tensor/methods.ts";
import { registerBackend, setDefaultDevice } from "./device.ts";
import { Profile, type ProfileEvent, profile } from "./profile.ts";

beforeAll(async () => {
  await registerBackend(cpu());
  await registerBackend(wasm());
});

describe.each(["cpu", "wasm"])("profile on %s", (device) => {
  test("tells of every kernel that ran, and of nothing else", async () => {
    setDefaultDevice(device);
    await ones(8).exp().data();
    const { events } = await profile(async () => {
      await ones(64, 64).matmul(ones(64, 64)).data();
      ones(3).add(1);
    });
    await ones(8).exp().data();
    const kinds = events.map(({ kind }) => kind);
    expect(kinds).toContain("contraction");
    expect(events.every((event) => event.device === device && event.duration >= 0 && event.calls === 1)).toBe(true);
    expect(events.every(({ start }, i) => i === 0 || start >= events[i - 1].start)).toBe(true);
    expect(events.filter(({ name }) => name.includes("exp"))).toEqual([]);
  });

  test("ends when the function throws", async () => {
    setDefaultDevice(device);
    const failing = profile(() => {
      throw new RangeError("mine");
    });
    await expect(failing).rejects.toThrow("mine");
    expect((await profile(() => ones(2).add(ones(2)).dataSync())).events.length).toBeGreaterThan(0);
  });
});

test("one at a time", async () => {
  const first = profile(() => new Promise((resolve) => setTimeout(resolve, 5)));
  await expect(profile(() => undefined)).rejects.toThrow("another profile");
  await first;
});

const event = (name: string, duration: number, start: number): ProfileEvent => ({
  device: "cpu",
  name,
  kind: "loop",
  calls: 1,
  start,
  duration,
});

test("averages, the table and the trace add up", () => {
  const seen = new Profile([event("add", 1, 0), event("mul", 6, 1), event("add", 3, 7)]);
  expect(seen.keyAverages()).toEqual([
    { device: "cpu", name: "mul", kind: "loop", calls: 1, total: 6, average: 6, share: 0.6 },
    { device: "cpu", name: "add", kind: "loop", calls: 2, total: 4, average: 2, share: 0.4 },
  ]);
  expect(seen.table().split("\n")).toEqual([
    "kernel  kind  device  calls  total ms  average µs  share",
    "mul     loop  cpu         1     6.000      6000.0  60.0%",
    "add     loop  cpu         2     4.000      2000.0  40.0%",
    "3 kernels ran in 10.000 ms",
  ]);
  expect(seen.table({ rowLimit: 1 })).toContain("and 1 more");
  const { traceEvents } = JSON.parse(seen.exportChromeTrace());
  expect(traceEvents[0]).toEqual({ name: "thread_name", ph: "M", pid: 0, tid: 0, args: { name: "cpu" } });
  expect(traceEvents[2]).toMatchObject({ name: "mul", ph: "X", ts: 1000, dur: 6000 });
});
