/** Index arithmetic against the numbers it stands for. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Index } from "../backend/program.ts";
import { contiguousStrides, numelOf } from "../graph/type.ts";
import { indicesOf } from "../testing/naive.ts";
import {
  axisIndex,
  constantIndex,
  flatten,
  linear,
  plus,
  quotient,
  remainder,
  reshapeCoordinates,
  times,
} from "./indexing.ts";

function numberOf(index: Index, axes: readonly number[], args: readonly number[] = []): number {
  const go = (part: Index): number => numberOf(part, axes, args);
  switch (index.kind) {
    case "constant":
      return index.value;
    case "axis":
      return axes[index.axis];
    case "argument":
      return args[index.slot];
    case "sum":
      return go(index.left) + go(index.right);
    case "product":
      return go(index.input) * index.by;
    case "quotient":
    case "remainder": {
      const input = go(index.input);
      if (input < 0) throw new Error(`a ${index.kind} of ${input}`);
      return index.kind === "quotient" ? Math.floor(input / index.by) : input % index.by;
    }
    case "value":
      throw new Error("an index from data");
  }
}

const shape = fc.array(fc.constantFrom(1, 2, 3, 4, 6), { maxLength: 4 });

/** Another shape with as many elements. */
function reshaped(from: readonly number[], picks: readonly number[]): number[] {
  const to: number[] = [];
  let left = numelOf(from);
  for (const pick of picks) {
    const divisors = Array.from({ length: left }, (_, i) => i + 1).filter((n) => left % n === 0);
    to.push(divisors[pick % divisors.length]);
    left /= to[to.length - 1];
  }
  return [...to, left];
}

const positionIn = (index: readonly number[], sizes: readonly number[]): number => {
  const strides = contiguousStrides(sizes);
  return index.reduce((at, i, d) => at + i * strides[d], 0);
};

describe("reshaped coordinates", () => {
  test("name the same element, in any shape", () => {
    fc.assert(
      fc.property(shape, fc.array(fc.nat(20), { maxLength: 4 }), (from, picks) => {
        const to = reshaped(from, picks);
        const out = reshapeCoordinates(
          from.map((_, d) => axisIndex(d)),
          from,
          to,
          from,
        );
        for (const axes of indicesOf(from)) {
          const at = out.map((index) => numberOf(index, axes));
          expect(at.every((i, d) => i >= 0 && i < to[d])).toBe(true);
          expect(positionIn(at, to)).toBe(positionIn(axes, from));
        }
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test("twice, there and back, are coordinates again", () => {
    fc.assert(
      fc.property(shape, fc.array(fc.nat(20), { maxLength: 4 }), (from, picks) => {
        const to = reshaped(from, picks);
        const there = reshapeCoordinates(
          from.map((_, d) => axisIndex(d)),
          from,
          to,
          from,
        );
        const back = reshapeCoordinates(there, to, from, from);
        for (const axes of indicesOf(from)) expect(back.map((index) => numberOf(index, axes))).toEqual(axes);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test("of slices, whose coordinates start somewhere", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(11), fc.nat(3), (size, start, pick) => {
        // The part [start, start + size) of 24 elements, seen as a matrix.
        const to = reshaped([24], [pick + 1]);
        const at = reshapeCoordinates([plus(axisIndex(0), constantIndex(start))], [24], to, [size]);
        const dynamic = reshapeCoordinates([plus({ kind: "argument", slot: 0 }, axisIndex(0))], [24], to, [size]);
        for (let i = 0; i < size; i++) {
          expect(
            positionIn(
              at.map((index) => numberOf(index, [i])),
              to,
            ),
          ).toBe(start + i);
          expect(dynamic.map((index) => numberOf(index, [i], [start]))).toEqual(
            at.map((index) => numberOf(index, [i])),
          );
        }
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  test("merging dimensions and splitting them again leaves no division", () => {
    const merged = reshapeCoordinates([axisIndex(0), axisIndex(1), axisIndex(2)], [2, 3, 4], [6, 4], [2, 3, 4]);
    const split = reshapeCoordinates(merged, [6, 4], [2, 3, 2, 2], [2, 3, 4]);
    expect(split.slice(0, 2)).toEqual([axisIndex(0), axisIndex(1)]);
  });
});

describe("quotients and remainders", () => {
  /** Sums of axes, constants (also negative ones) and an argument. */
  const part = fc.oneof(
    fc
      .record({ axis: fc.nat(2), by: fc.constantFrom(1, 2, 3, 4, 6, 12) })
      .map(({ axis, by }) => times(axisIndex(axis), by)),
    fc.integer({ min: -8, max: 20 }).map(constantIndex),
    fc.constant<Index>({ kind: "argument", slot: 0 }),
  );
  const sums = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.reduce(plus));

  test("are those of the number, wherever it is not negative", () => {
    const extents = [3, 4, 2];
    fc.assert(
      fc.property(sums, fc.constantFrom(1, 2, 3, 4, 6, 8), fc.nat(9), (index, by, argument) => {
        const q = quotient(index, by, extents);
        const r = remainder(index, by, extents);
        for (const axes of indicesOf(extents)) {
          const value = numberOf(index, axes, [argument]);
          if (value < 0) continue;
          expect(numberOf(q, axes, [argument])).toBe(Math.floor(value / by));
          expect(numberOf(r, axes, [argument])).toBe(value % by);
        }
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  test("linear forms add up to the index", () => {
    fc.assert(
      fc.property(sums, fc.nat(9), (index, argument) => {
        const form = linear(index);
        if (form === null) throw new Error("a sum of axes is linear");
        for (const axes of indicesOf([3, 4, 2])) {
          let total = numberOf(form.rest, axes, [argument]);
          for (const [axis, by] of form.coefficients) total += axes[axis] * by;
          expect(total).toBe(numberOf(index, axes, [argument]));
        }
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});

test("flattened coordinates are row-major positions", () => {
  for (const axes of indicesOf([2, 3, 4]))
    expect(numberOf(flatten([axisIndex(0), axisIndex(1), axisIndex(2)], [2, 3, 4]), axes)).toBe(
      positionIn(axes, [2, 3, 4]),
    );
});
