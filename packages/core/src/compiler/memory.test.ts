import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Lifetime, placeBySize, placeInTime, planMemory } from "./memory.ts";

const lifetime: fc.Arbitrary<Lifetime> = fc
  .record({ bytes: fc.nat(1000), first: fc.nat(12), length: fc.nat(6) })
  .map(({ bytes, first, length }) => ({ bytes, first, last: first + length }));

/** Lifetimes as a recurrent network's: most are short, every fourth is kept until the way back. */
function recurrentLifetimes(steps: number): Lifetime[] {
  return Array.from({ length: steps }, (_, t) => ({
    bytes: [64, 100, 4096, 10_000][(t >> 1) % 4],
    first: t,
    last: t % 4 === 0 ? 2 * steps - t : t + (t % 5),
  }));
}

describe.each([
  ["placeBySize", placeBySize],
  ["placeInTime", placeInTime],
])("%s", (_, place) => {
  test("what lives at the same time never overlaps, and all of it lies in the arena, aligned", () => {
    fc.assert(
      fc.property(fc.array(lifetime, { maxLength: 30 }), (lifetimes) => {
        const { offsets, bytes } = place(lifetimes);
        for (const [i, a] of lifetimes.entries()) {
          expect(offsets[i] % 64).toBe(0);
          expect(offsets[i] + a.bytes).toBeLessThanOrEqual(bytes);
          for (const [j, b] of lifetimes.slice(0, i).entries()) {
            const together = a.first <= b.last && b.first <= a.last;
            const apart = offsets[i] + a.bytes <= offsets[j] || offsets[j] + b.bytes <= offsets[i];
            if (together && a.bytes > 0 && b.bytes > 0) expect(apart).toBe(true);
          }
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("what does not live at the same time shares its place", () => {
    const chain = Array.from({ length: 10 }, (_, i): Lifetime => ({ bytes: 640, first: i, last: i + 1 }));
    expect(place(chain).bytes).toBe(2 * 640);
  });

  test("a small one fits between two large ones", () => {
    const lifetimes: Lifetime[] = [
      { bytes: 640, first: 0, last: 2 },
      { bytes: 640, first: 0, last: 4 },
      { bytes: 320, first: 3, last: 4 },
    ];
    expect(place(lifetimes)).toEqual({ offsets: [0, 640, 0], bytes: 1280 });
  });

  test("what is never touched takes no place beside others", () => {
    const lifetimes = [
      { bytes: 64, first: 0, last: 1 },
      { bytes: 64, first: 2, last: -1 },
    ];
    expect(place(lifetimes)).toEqual({ offsets: [0, 0], bytes: 64 });
  });

  test("a recurrent network's arena is little larger than what lives at one time", () => {
    const lifetimes = recurrentLifetimes(400);
    const living = lifetimes.map(({ first: t }) =>
      lifetimes.filter(({ first, last }) => first <= t && t <= last).reduce((sum, { bytes }) => sum + bytes, 0),
    );
    expect(place(lifetimes).bytes).toBeLessThan(1.25 * Math.max(...living));
  });
});

test("the temporaries of a long program are placed in near-linear time", () => {
  const lifetimes = recurrentLifetimes(20_000);
  const before = performance.now();
  planMemory(lifetimes);
  // Comparing each with all others takes more than ten times as long.
  expect(performance.now() - before).toBeLessThan(1000);
});
