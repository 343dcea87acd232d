import { axis, load, loop, reads, store, writes } from "@cresset/conformance/kernels";
import { bytesOf, type Call, type Kernel, type Program } from "@cresset/core/backend";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { everything, large, type Schedule, schedule } from "./schedule.ts";

const copy: Kernel = loop([...reads("float32"), writes("float32")], 1, 1, [
  store(1, axis(0), load("float32", 0, axis(0))),
]);

/** A program of commands that copy [from, to, length] within buffers of 2,000 elements; the arena's may overlap. */
function program(commands: readonly (readonly [number, number, number])[][], stateFrom = commands.length): Program {
  const inArena = (offset: number) => ({ dtype: "float32", length: 2000, role: "temporary", offset }) as const;
  return {
    buffers: [
      { dtype: "float32", length: 2000, role: "input", offset: 0 },
      ...[0, 8000, 16_000, 4000].map(inArena),
      { dtype: "float32", length: 2000, role: "output", offset: 0 },
    ],
    arenaBytes: 24_000,
    arguments: 0,
    checks: 1,
    commands: commands.map((calls) => ({
      kernel: copy,
      calls: calls.map(
        ([from, to, length]): Call => ({ buffers: [from, to], arguments: [], extents: [length], checks: [] }),
      ),
    })),
    stateFrom,
  };
}

const made = (p: Program, threads: number): Schedule => {
  const found = schedule(p, p.stateFrom, threads, everything);
  if (!found) throw new Error("no schedule");
  return found;
};

describe("a schedule", () => {
  test("is not made where one thread is as fast", () => {
    const one = program([[[0, 1, 2000]]]);
    expect(schedule(one, 1, 2, large)).toBeUndefined();
  });

  test("cuts large calls at multiples of sixteen", () => {
    const { before } = made(program([[[0, 1, 1000]]]), 2);
    expect(before).toEqual([
      [[{ call: 0, part: { axis: 0, start: 0, end: 496 } }], [{ call: 0, part: { axis: 0, start: 496, end: 1000 } }]],
    ]);
  });

  test("has commands in one phase that have nothing to do with each other", () => {
    expect(made(program([[[0, 1, 1000]], [[0, 2, 1000]]]), 2).before).toHaveLength(1);
    expect(made(program([[[0, 1, 1000]], [[1, 2, 1000]]]), 2).before).toHaveLength(2);
  });

  test("does every point once, in an order that the program allows", () => {
    const call = fc.tuple(
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 2000 }),
    );
    const commands = fc.array(fc.array(call, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(commands, fc.integer({ min: 2, max: 5 }), fc.nat(12), (list, threads, stateFrom) => {
        const given = program(list, Math.min(stateFrom, list.length));
        const made = schedule(given, given.stateFrom, threads, everything);
        if (made !== undefined) expectSound(given, made, threads);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

function expectSound(given: Program, { before, state }: Schedule, threads: number): void {
  const calls = given.commands.flatMap((command) => command.calls);
  const commandOf = given.commands.flatMap((command, i) => command.calls.map(() => i));
  const covered = calls.map(({ extents }) => new Uint8Array(extents[0]));
  for (const phases of [before, state]) {
    for (const phase of phases) {
      expect(phase).toHaveLength(threads);
      const here = phase.flatMap((share, thread) => share.map((step) => ({ thread, step })));
      for (const [i, a] of here.entries()) {
        for (const b of here.slice(i + 1)) {
          const sameCommand = commandOf[a.step.call] === commandOf[b.step.call];
          if (a.thread !== b.thread && !sameCommand)
            expect(conflict(given, calls[a.step.call], calls[b.step.call])).toBe(false);
        }
      }
      for (const { step } of here) {
        const { start, end } = step.part ?? { start: 0, end: calls[step.call].extents[0] };
        for (let at = start; at < end; at++) covered[step.call][at]++;
      }
    }
    for (let thread = 0; thread < threads; thread++) {
      const order = phases.flatMap((phase) => phase[thread].map(({ call }) => call));
      expect(order).toEqual([...order].sort((x, y) => x - y));
    }
  }
  for (const points of covered) expect(points.every((times) => times === 1)).toBe(true);
}

function conflict(given: Program, a: Call, b: Call): boolean {
  const overlaps = (x: number, y: number): boolean => {
    const [one, other] = [given.buffers[x], given.buffers[y]];
    if (one.role !== "temporary" || other.role !== "temporary") return x === y;
    const bytes = 2000 * bytesOf("float32");
    return one.offset < other.offset + bytes && other.offset < one.offset + bytes;
  };
  const [aFrom, aTo] = a.buffers;
  const [bFrom, bTo] = b.buffers;
  return overlaps(aTo, bFrom) || overlaps(aTo, bTo) || overlaps(aFrom, bTo);
}
