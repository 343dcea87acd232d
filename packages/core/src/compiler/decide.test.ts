/** What extents decide is not asked at run time. */
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import type { Index } from "../backend/program.ts";
import * as m from "../graph/math.ts";
import { operation } from "../graph/operation.ts";
import type { Tensor } from "../index.ts";
import { call } from "../tensor/call.ts";
import { fromHost } from "../tensor/creation.ts";
import { Recorder } from "../testing/recorder.ts";
import { axisIndex, constantIndex, plus, rangeOf, times } from "./indexing.ts";

let device: Recorder;
beforeEach(() => {
  device = new Recorder();
});

const host = (rows: number): Tensor => fromHost(new Float32Array(2 * rows), [rows, 2], "float32");

/** Rows of three tensors one after another: 0 and 1, 2 to 4, 5 and 6. */
const part = operation<{ at: number; size: number }>("part", ([a, b, c], _, { at, size }) =>
  m.neg(m.slice(m.cat([a, b, c], 0), 0, at, size)),
);

test.each([
  ["of the first", 0, 2, 1],
  ["of the middle one", 2, 2, 1],
  ["of the last", 5, 1, 1],
  ["of two", 3, 3, 2],
  ["of all", 0, 7, 3],
])("a part of a concatenation that is %s reads nothing else", (_, at, size, read) => {
  const [program] = device.during(() => void call(part, [host(2), host(3), host(2)], [], { at, size }).dataSync());
  const [{ kernel }] = program.commands;
  expect(kernel.operands.filter(({ access }) => access === "read").length).toBe(read);
  if (read === 1) expect(kernel.key).not.toMatch(/where|guard/);
});

test("an index lies in its range", () => {
  const index: fc.Arbitrary<Index> = fc.letrec<{ index: Index }>((tie) => ({
    index: fc.oneof(
      { maxDepth: 4 },
      fc.nat(2).map(axisIndex),
      fc.integer({ min: -9, max: 9 }).map(constantIndex),
      fc.tuple(tie("index"), tie("index")).map(([a, b]) => plus(a, b)),
      fc.tuple(tie("index"), fc.integer({ min: -4, max: 4 })).map(([a, by]) => times(a, by)),
    ),
  })).index;
  const extents = [3, 1, 4];
  fc.assert(
    fc.property(index, fc.nat(2), fc.nat(3), (one, i, k) => {
      const [least, most] = rangeOf(one, extents);
      const value = numberOf(one, [i, 0, k]);
      expect(value).toBeGreaterThanOrEqual(least);
      expect(value).toBeLessThanOrEqual(most);
    }),
  );
});

function numberOf(index: Index, axes: readonly number[]): number {
  switch (index.kind) {
    case "constant":
      return index.value;
    case "axis":
      return axes[index.axis];
    case "sum":
      return numberOf(index.left, axes) + numberOf(index.right, axes);
    case "product":
      return numberOf(index.input, axes) * index.by;
    default:
      throw new Error(`no ${index.kind} was made`);
  }
}
