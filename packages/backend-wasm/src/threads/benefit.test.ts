import { describe, expect, test } from "vitest";
import { Benefit, Timing } from "./benefit.ts";

describe("sharing", () => {
  /** Runs programs of one millisecond for so long, those that are shared taking `took`; gives how many were. */
  const run = (benefit: Benefit, from: number, milliseconds: number, took: number): number => {
    let shared = 0;
    for (let now = from; now < from + milliseconds; ) {
      if (benefit.allows(now)) {
        shared++;
        now += took;
        benefit.note(took, 1, now);
      } else now += 1;
    }
    return shared;
  };

  test("goes on while it saves time", () => {
    expect(run(new Benefit(), 0, 100, 0.5)).toBe(200);
    expect(new Benefit().allows(0)).toBe(true);
  });

  test("stops when it costs time, for longer and longer", () => {
    const benefit = new Benefit();
    expect(run(benefit, 0, 2000, 2)).toBeLessThan(60);
    const last = run(benefit, 2000, 20_000, 2);
    expect(last).toBeGreaterThan(60);
    expect(last).toBeLessThan(300);
    const failing = new Benefit();
    failing.note(10, 1, 0);
    failing.note(10, 1, 50);
    expect([50, 69, 70].map((now) => failing.allows(now))).toEqual([false, false, true]);
  });

  test("begins again soon when it pays again", () => {
    const benefit = new Benefit();
    run(benefit, 0, 5000, 2);
    run(benefit, 5000, 5000, 0.5);
    expect(run(benefit, 10_000, 100, 0.5)).toBe(200);
    expect(run(benefit, 10_100, 12, 3)).toBeGreaterThan(0);
    expect(benefit.allows(10_130)).toBe(true);
  });

  test("is not judged by programs that never ran alone", () => {
    const benefit = new Benefit();
    for (let now = 0; now < 1000; now += 10) benefit.note(10, new Timing().alone, now);
    expect(benefit.allows(1000)).toBe(true);
  });
});

test("a program runs alone now and then, and its least time counts, of late", () => {
  const timing = new Timing();
  const due = Array.from({ length: 2048 }, () => timing.turn());
  expect(due.slice(0, 8)).toEqual([false, false, false, true, false, false, false, true]);
  expect(due.filter((one) => one).length).toBeLessThan(16);
  timing.tookAlone(3);
  timing.tookAlone(2);
  timing.tookAlone(9);
  expect(timing.alone).toBeCloseTo(2.1);
  for (let i = 0; i < 100; i++) timing.tookAlone(9);
  expect(timing.alone).toBe(9);
});
