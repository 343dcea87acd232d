import {
  apply,
  axis,
  constant,
  define,
  load,
  loop,
  reads,
  register,
  runOnce,
  single,
  store,
  writes,
} from "@cresset/conformance/kernels";
import type { Expression, Program, Statement } from "@cresset/core/backend";
import { describe, expect, test } from "vitest";
import { type WasmOptions, wasm } from "../../index.ts";

const zero = constant("float32", 0);
const f32 = (n: number): Expression => register("float32", n);
const isPositive = apply("gt", f32(0), zero);

/** An exponential rectifier and its slope: of what is not positive, or of everything, which is then chosen from. */
const rectifier = (part: Expression): Statement[] => [
  store(1, axis(0), apply("where", register("bool", 1), f32(0), apply("expm1", part))),
  store(2, axis(0), apply("where", register("bool", 1), constant("float32", 1), apply("exp", part))),
  store(3, axis(0), apply("expm1", part)),
];

/** Every 4099th bit pattern of float32, what lies around the ends of the exponential's range, and ties of its exponent. */
function samples(): Float32Array<ArrayBuffer> {
  const words: number[] = [];
  for (let word = 0; word < 2 ** 32; word += 4099) words.push(word);
  const values = new Float32Array(new Uint32Array(words).buffer);
  const near = [0, 87.33, 88.03, 88.73, 103.28, 103.97, 104, 0.34657, 1.0397].flatMap((x) => [x, -x]);
  const ties = Array.from({ length: 300 }, (_, i) => (i - 149.5) * Math.LN2);
  const around = [...near, ...ties].flatMap((x) => [-3, -2, -1, 0, 1, 2, 3].map((n) => x * (1 + n * 2 ** -23)));
  const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, -(2 ** -149), 2 ** -149];
  return Float32Array.from([...values, ...around, ...special]);
}

function program(part: Expression, count: number): Program {
  const body = [
    define(0, load("float32", 0, axis(0))),
    define(1, isPositive),
    define(2, apply("where", register("bool", 1), zero, f32(0))),
    ...rectifier(part),
  ];
  const operands = [...reads("float32"), writes("float32"), writes("float32"), writes("float32")];
  return single(loop(operands, 1, 1, body), Array(4).fill(count), [count]);
}

const computed = (options: WasmOptions, part: Expression, x: Float32Array<ArrayBuffer>): Float32Array[] =>
  runOnce(wasm(options), program(part, x.length), [x]).arrays as Float32Array[];

/** The numbers with the sign of zero; NaN is NaN. */
const bits = (values: Float32Array, among: (i: number) => boolean): number[] => {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Array.from(words, (word, i) => (among(i) ? (Number.isNaN(values[i]) ? -1 : word) : 0));
};

describe.each<WasmOptions>([{}, { haste: false }, { relaxedSimd: false }, { simd: false }])("with %o", (options) => {
  const x = samples();
  const [, value, slope] = computed(options, f32(0), x);
  const [, valueOfPart, slopeOfPart, exponential] = computed(options, f32(2), x);

  test("an exponential rectifier of the negative part has the bits of one of everything", () => {
    const all = (): boolean => true;
    expect(bits(valueOfPart, all)).toEqual(bits(value, all));
    expect(bits(slopeOfPart, all)).toEqual(bits(slope, all));
  });

  test("expm1 of the negative part alone, too", () => {
    const [, , , ofAll] = computed(options, f32(0), x);
    const among = (i: number): boolean => !(x[i] > 0);
    expect(bits(exponential, among)).toEqual(bits(ofAll, among));
    expect(exponential.every((y, i) => !(x[i] > 0) || Object.is(y, 0))).toBe(true);
  });
});

test("where it is of the negative part, a vector's value is the greater of two", () => {
  const backend = wasm();
  const count = (part: Expression, instruction: string): number =>
    backend.explain(program(part, 64)).split(instruction).length;
  expect(count(f32(2), "laneselect")).toBeLessThan(count(f32(0), "laneselect"));
});
