/** Loops that gather at the same places in every row give what they give point by point. */
import { cpu } from "@cresset/backend-cpu";
import {
  apply,
  axis,
  load,
  loop,
  plus,
  reads,
  register,
  runOnce,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import type { DType, Expression, HostArray, Index, LoopKernel, Statement } from "@cresset/core/backend";
import { hostArray } from "@cresset/core/backend";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type WasmOptions, wasm } from "../index.ts";

interface Gather {
  readonly sizes: readonly [batch: number, rows: number, columns: number];
  /** Elements of a row that are chosen among. */
  readonly width: number;
  /** On which axes it depends which of them are chosen, by the number of axes from the last one on. */
  readonly places: 1 | 2 | 3;
  /** Whether rows are chosen, too. */
  readonly chosen: boolean;
  readonly dtype: DType;
  /** Where the first element of a row is. */
  readonly offset: number;
}

const assign = (n: number, value: Expression): Statement => ({ kind: "let", register: n, value });

/** result[b, r, c] = x[b, r, place] · weight[c] + x[b, r, min(place + 1, width − 1)] */
function kernelOf({ sizes, width, places, chosen, dtype, offset }: Gather): { kernel: LoopKernel; lengths: number[] } {
  const [batch, rows, columns] = sizes;
  const [b, r, c] = [0, 1, 2].map(axis);
  const row = width + offset;
  const place = load(
    "int32",
    0,
    [c, times(r, columns), times(b, rows * columns)].slice(0, places).reduce((x, y) => plus(x, y)),
  );
  const one: Expression = { kind: "constant", dtype: "int32", value: 1 };
  const last: Expression = { kind: "constant", dtype: "int32", value: width - 1 };
  const at = (value: Expression): Index =>
    plus(
      times(b, rows * row),
      times(chosen ? { kind: "value", value: register("int32", 2), extent: rows } : r, row),
      { kind: "value", value, extent: width },
      {
        kind: "constant",
        value: offset,
      },
    );
  const first = register("int32", 0);
  const next = apply("min", apply("add", first, one), last);
  const sum = apply(
    "add",
    apply("mul", load(dtype, 1, at(first)), load(dtype, 2, c)),
    load(dtype, 1, at(register("int32", 1))),
  );
  const kernel = loop([...reads("int32", dtype, dtype), writes(dtype)], 3, 3, [
    assign(0, place),
    assign(1, next),
    assign(2, load("int32", 0, r)),
    store(3, plus(times(b, rows * columns), times(r, columns), c), sum),
  ]);
  const count = [columns, rows, batch].slice(0, places).reduce((x, y) => x * y);
  return { kernel, lengths: [Math.max(count, rows), batch * rows * row, columns, batch * rows * columns] };
}

const specials = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-40];

function operandsOf({ width, dtype }: Gather, lengths: readonly number[], seed: number, steps: number): HostArray[] {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
  const places = new Int32Array(lengths[0]);
  // Neighbours as far apart as a resized image has them, or anywhere; some lie outside, which are taken for the first.
  for (let i = 0; i < places.length; i++)
    places[i] = steps > 0 ? Math.floor(i / steps) % width : (next() % (width + 2)) - 1;
  const values = (length: number): HostArray => {
    const array = hostArray(dtype, length) as Float32Array<ArrayBuffer>;
    for (let i = 0; i < length; i++) {
      const n = next();
      array[i] = dtype === "int32" ? (n % 2001) - 1000 : n % 9 === 0 ? specials[n % specials.length] : n / 2 ** 23 - 1;
    }
    return array;
  };
  return [places, values(lengths[1]), values(lengths[2])];
}

const gathers = fc.record<Gather>({
  sizes: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 23 })),
  width: fc.integer({ min: 1, max: 19 }),
  places: fc.constantFrom<Gather["places"]>(1, 1, 2, 3),
  chosen: fc.boolean(),
  dtype: fc.constantFrom<DType>("float32", "float32", "float64", "int32"),
  offset: fc.constantFrom(0, 3),
});

test("places near each other or anywhere, with rows of every kind", () => {
  fc.assert(
    fc.property(
      gathers,
      fc.constantFrom<WasmOptions>({}, { haste: false }, { relaxedSimd: false, haste: false }, { simd: false }),
      fc.nat(1000),
      fc.integer({ min: 0, max: 4 }),
      (gather, options, seed, steps) => {
        const { kernel, lengths } = kernelOf(gather);
        const operands = operandsOf(gather, lengths, seed, steps);
        const run = (backend: ReturnType<typeof cpu>): unknown =>
          runOnce(backend, single(kernel, lengths, [...gather.sizes]), operands).arrays[3];
        expect(run(wasm({ ...options, threads: 1 }))).toEqual(run(cpu()));
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});

test("places are read once for several rows, unless each point has its own", () => {
  const gather = { sizes: [2, 32, 20], width: 9, dtype: "float32", offset: 0, chosen: true } as const;
  /** In how many loops and branches an instruction stands, at most. */
  const depths = (places: Gather["places"]): number[] => {
    const { kernel, lengths } = kernelOf({ ...gather, places });
    const lines = wasm({ threads: 1, haste: false })
      .explain(single(kernel, lengths, [...gather.sizes]))
      .split("\n");
    return ["i32x4.extract_lane", "f32x4.mul"].map((name) =>
      Math.max(...lines.filter((line) => line.includes(name)).map((line) => line.search(/\S/))),
    );
  };
  for (const places of [1, 2] as const) {
    const [chosen, multiplied] = depths(places);
    expect(chosen).toBeLessThan(multiplied);
  }
  const [chosen, multiplied] = depths(3);
  expect(chosen).toBe(multiplied);
});

test("what lies within four neighbours is one vector, if it is float32 or int32", () => {
  const count = (dtype: DType, places: Gather["places"]): number => {
    const gather = { sizes: [2, 32, 20], width: 9, dtype, offset: 0, places, chosen: false } as const;
    const { kernel, lengths } = kernelOf(gather);
    const text = wasm({ threads: 1, haste: false }).explain(single(kernel, lengths, [...gather.sizes]));
    return text.split("i8x16.swizzle").length - 1;
  };
  expect(count("float32", 1)).toBe(2);
  expect(count("int32", 1)).toBe(2);
  expect(count("float64", 1)).toBe(0);
  expect(count("float32", 3)).toBe(0);
});
