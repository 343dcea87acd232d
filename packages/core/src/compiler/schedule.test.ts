import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Accesses, schedule } from "./schedule.ts";

interface Step extends Accesses {
  readonly name: string;
}

const step = (name: string, read: readonly number[], written: readonly number[]): Step => ({
  name,
  read: new Set(read),
  written: new Set(written),
});

const names = (steps: readonly Step[], bytes: Readonly<Record<number, number>>): string =>
  schedule(steps, (b) => bytes[b] ?? 0)
    .map(({ name }) => name)
    .join(" ");

describe("schedule", () => {
  test("what makes a temporary waits for the first that reads it", () => {
    const steps = [step("make", [0], [1]), step("other", [0], [2]), step("use", [1], [3])];
    expect(names(steps, { 1: 100 })).toBe("other make use");
  });

  test("what ends more bytes than it makes does not wait", () => {
    const steps = [step("first", [0], [1]), step("turn", [1], [2]), step("other", [0], [3]), step("use", [2], [4])];
    expect(names(steps, { 1: 200, 2: 100 })).toBe("first turn other use");
    expect(names(steps, { 1: 100, 2: 100 })).toBe("other first turn use");
  });

  test("outputs and inputs make nobody wait", () => {
    const steps = [step("make", [0], [1]), step("other", [0], [2]), step("use", [1], [3])];
    expect(names(steps, {})).toBe("make other use");
  });

  test("every step runs once, and after those that it shares a written buffer with", () => {
    const buffers = fc.uniqueArray(fc.nat(7), { maxLength: 3 });
    const accesses = fc.array(fc.tuple(buffers, buffers), { maxLength: 12 });
    const bytes = fc.array(fc.nat(3), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(accesses, bytes, (all, sizes) => {
        const steps = all.map(([read, written], n) => step(String(n), read, written));
        const ordered = schedule(steps, (b) => sizes[b]);
        expect(new Set(ordered)).toEqual(new Set(steps));
        expect(ordered.length).toBe(steps.length);
        const at = new Map(ordered.map((one, n) => [one, n]));
        for (const [n, one] of steps.entries()) {
          for (const before of steps.slice(0, n)) {
            const depends =
              [...one.read, ...one.written].some((b) => before.written.has(b)) ||
              [...one.written].some((b) => before.read.has(b));
            if (depends) expect(at.get(before)).toBeLessThan(at.get(one) ?? -1);
          }
        }
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});
