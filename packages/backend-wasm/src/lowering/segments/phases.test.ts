/** Loops over coordinates that are divided by a small number give what they give uncut. */
import { cpu } from "@cresset/backend-cpu";
import {
  apply,
  axis,
  constant,
  guard,
  load,
  loop,
  plus,
  reads,
  runOnce,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import { type Backend, hostArray, type Index, type Statement } from "@cresset/core/backend";
import { describe, expect, test } from "vitest";
import { type WasmOptions, wasm } from "../../index.ts";
import { phaseOf, phasesOf } from "./phases.ts";

const number = (value: number): Index => ({ kind: "constant", value });
const quotient = (input: Index, by: number): Index => ({ kind: "quotient", input, by });
const remainder = (input: Index, by: number): Index => ({ kind: "remainder", input, by });
const index = (at: Index) => ({ kind: "index", dtype: "float32", index: at }) as const;

const columns = 50;
const at = plus(times(axis(0), columns), axis(1));
/** What lies `by` apart along axis 1, `before` elements further, of rows of 50. */
const spread = (by: number, before: number, extent = columns): Statement => {
  const place = plus(axis(1), number(before));
  const value = load("float32", 0, plus(times(axis(0), columns), quotient(place, by)));
  const kept = guard(place, extent, by, value, constant("float32", -7));
  return store(1, at, apply("add", kept, index(remainder(axis(1), by))));
};

/** The result of a body, for rows of 50 numbers. */
function run(backend: Backend, body: Statement[], rows: number): number[] {
  const kernel = loop([...reads("float32"), writes("float32")], 2, 2, body);
  const x = hostArray("float32", rows * columns) as Float32Array<ArrayBuffer>;
  for (let i = 0; i < x.length; i++) x[i] = [i, -0, Number.NaN, Number.NEGATIVE_INFINITY][i % 9 > 2 ? 0 : (i % 9) + 1];
  const { arrays } = runOnce(backend, single(kernel, [x.length, x.length], [rows, columns]), [x]);
  return Array.from(arrays[1] as Float32Array);
}

describe.each([
  { threads: 1, haste: false },
  { threads: 1, haste: false, simd: false },
  { threads: 1, haste: false, relaxedSimd: false },
] satisfies WasmOptions[])("with %j, bits are those of the cpu backend", (options) => {
  test.each([
    [2, 0],
    [2, -1],
    [2, 3],
    [3, -2],
    [3, 1],
    [4, -7],
    [5, -1],
  ])("divided by %i, %i further", (by, before) => {
    for (const rows of [1, 3, 200]) {
      const body = [spread(by, before)];
      expect(run(wasm(options), body, rows)).toEqual(run(cpu(), body, rows));
    }
  });
});

describe("phases of an axis", () => {
  test("are those of what divides it", () => {
    for (const by of [2, 3, 4]) expect(phasesOf([spread(by, -1)], 1)).toBe(by);
    expect(phasesOf([spread(2, -1)], 0)).toBe(1);
  });

  test("are left where they are many, several, or nothing is settled by them", () => {
    expect(phasesOf([spread(5, 0)], 1)).toBe(1);
    expect(phasesOf([spread(2, 0), spread(3, 0)], 1)).toBe(1);
    const both = quotient(plus(axis(1), axis(0)), 2);
    expect(phasesOf([store(1, at, load("float32", 0, both))], 1)).toBe(1);
    expect(phasesOf([store(1, at, load("float32", 0, quotient(quotient(axis(1), 2), 2)))], 1)).toBe(2);
  });

  test("are left where more is read in the order of memory", () => {
    const divided = load("float32", 0, quotient(axis(1), 2));
    const plain = load("float32", 0, at);
    expect(phasesOf([store(1, at, divided)], 1)).toBe(2);
    expect(phasesOf([store(1, at, apply("add", divided, plain))], 1)).toBe(1);
    expect(phasesOf([store(1, at, apply("add", divided, apply("add", plain, index(quotient(axis(1), 2)))))], 1)).toBe(
      1,
    );
  });

  test("know where steps lie, and quotients as neighbours", () => {
    const place = plus(axis(1), number(-1));
    const kept = guard(place, 9, 2, load("float32", 0, quotient(place, 2)), constant("float32", 0));
    const body = [store(1, axis(1), kept)];
    const even = phaseOf(body, { axis: 1, count: 2, first: 0 });
    expect(even).toMatchObject([{ value: constant("float32", 0) }]);
    const [odd] = phaseOf(body, { axis: 1, count: 2, first: 1 });
    expect(odd).toMatchObject({ value: { kind: "guard", bounds: [{ extent: 9, step: 1 }] } });
    expect(JSON.stringify(odd)).not.toMatch(/quotient/);
  });
});
