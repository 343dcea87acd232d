import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A `pause` of its own, and the clock that it reads. */
async function withClock() {
  vi.resetModules();
  const { pause } = await import("./pause.ts");
  const clock = { time: 1000 };
  vi.spyOn(performance, "now").mockImplementation(() => clock.time);
  return { pause, clock };
}

test("the first read does not wait, however long the program has run", async () => {
  const { pause } = await withClock();
  expect(pause()).toBeNull();
});

test.each<[string, readonly string[]]>([
  ["as an immediate", []],
  ["as a message", ["setImmediate"]],
])("a thread that was held too long lets others run: %s", async (_, missing) => {
  const { pause, clock } = await withClock();
  for (const name of missing) vi.stubGlobal(name, undefined);
  expect(pause()).toBeNull();
  clock.time += 49;
  expect(pause()).toBeNull();
  clock.time += 1;
  let timed = false;
  setTimeout(() => {
    timed = true;
  }, 0);
  while (!timed) {
    const waiting = pause();
    expect(waiting).not.toBeNull();
    await waiting;
    expect(pause()).toBeNull();
    clock.time += 50;
  }
  expect(timed).toBe(true);
});
