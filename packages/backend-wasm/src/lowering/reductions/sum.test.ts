/** What a sum's last bits may depend on: dtype and number of points, nothing else. */
import {
  apply,
  axis,
  constant,
  load,
  loop,
  plus,
  reads,
  reduce,
  register,
  runOnce,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import {
  type DType,
  type Expression,
  floatToHalf,
  hostArray,
  type Index,
  type Reduction,
  type Statement,
} from "@cresset/core/backend";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type WasmOptions, wasm } from "../../index.ts";

interface Lowering {
  /** Whether sums run along memory, or across it. */
  readonly along: boolean;
  /** Whether the points of a sum have two axes. */
  readonly nested: boolean;
  readonly options: WasmOptions;
}

type Body = "plain" | "long" | "chain" | "two";

const bodies: Readonly<Record<Body, (x: Expression) => Expression>> = {
  plain: (x) => x,
  two: (x) => apply("mul", x, x),
  // Not among the cheap operations that are repeated within a turn.
  long: (x) => apply("div", x, constant(x.dtype, 3)),
  chain: (x) => apply("exp", x),
};

let keys = 0;

/** The sums of `count` values for each of `outer` points. */
function sums(
  dtype: DType,
  outer: number,
  [major, minor]: readonly [number, number],
  body: Body,
  how: Lowering,
): number[] {
  const count = major * minor;
  const array = hostArray(dtype, outer * count);
  const value = (o: number, i: number): number => (((o * 7919 + i * 104_729) % 1009) / 1009 - 0.3) * (1 + (i % 5));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const at = how.along ? o * count + i : i * outer + o;
      array[at] = dtype === "float16" ? floatToHalf(value(o, i)) : value(o, i);
    }
  }
  const position: Index = how.nested ? plus(times(axis(1), minor), axis(2)) : axis(1);
  const at = how.along ? plus(times(axis(0), count), position) : plus(times(position, outer), axis(0));
  const inner = how.nested ? [1, 2] : [1];
  const sum: Reduction = { register: 0, op: "sum", dtype, value: bodies[body](load(dtype, 0, at)) };
  const greatest: Reduction = { register: 1, op: "max", dtype, value: load(dtype, 0, at) };
  const statement: Statement = {
    kind: "inner",
    axes: inner,
    body: [],
    reductions: body === "two" ? [sum, greatest] : [sum],
  };
  const kernel = {
    ...loop([...reads(dtype), writes(dtype)], 1 + inner.length, 1, [statement, store(1, axis(0), register(dtype, 0))]),
    key: `sum ${keys++}`,
  };
  const extents = how.nested ? [outer, major, minor] : [outer, count];
  return [
    ...runOnce(wasm({ threads: 1, ...how.options }), single(kernel, [array.length, outer], extents), [array]).arrays[1],
  ].map(Number);
}

const sizes = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })),
  fc.constantFrom<[number, number]>(
    [1, 63],
    [1, 64],
    [1, 65],
    [1, 127],
    [1, 128],
    [1, 129],
    [1, 513],
    [16, 33],
    [32, 32],
    [7, 100],
    [100, 7],
    [3, 1001],
    [2, 16],
    [5, 16],
    [41, 16],
  ),
);

test("sums along memory or across it, of one axis or two, in vectors or not, have the same bits", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<DType>("float32", "float32", "float16", "float64"),
      fc.integer({ min: 1, max: 70 }),
      sizes,
      fc.constantFrom<Body>("plain", "two", "long", "chain"),
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom<WasmOptions>({}, { haste: false }, { relaxedSimd: false, haste: false }, { simd: false }),
      (dtype, outer, size, body, along, nested, options) => {
        // Without multiply-add, functions have the same bits in scalar code.
        const usual = body === "chain" && options.simd === undefined ? options : { relaxedSimd: false };
        const expected = sums(dtype, outer, size, body, { along: true, nested: false, options: usual });
        expect(sums(dtype, outer, size, body, { along, nested, options })).toEqual(expected);
      },
    ),
    { numRuns: 150, seed: 1 },
  );
});

test("rounding errors of many terms do not add up", () => {
  // A third, a million times: adding in float32 alone gives 333 339.1.
  const count = 1 << 20;
  const array = new Float32Array(count).fill(1 / 3);
  const kernel = loop([...reads("float32"), writes("float32")], 1, 0, [
    reduce([0], 0, "sum", load("float32", 0, axis(0)), []),
    store(1, { kind: "constant", value: 0 }, register("float32", 0)),
  ]);
  const [, [sum]] = runOnce(wasm({ threads: 1 }), single(kernel, [count, 1], [count]), [array]).arrays;
  expect(Math.abs(Number(sum) - count * Math.fround(1 / 3))).toBeLessThan(0.04);
});
