/** Functions of float32 against their meaning in float64, in units of the last place. */

import { apply, axis, load, loop, reads, runOnceAsync, single, store, writes } from "@cresset/conformance/kernels";
import { type BinaryOp, binaryMeaning, scalarMeaning, type UnaryOp, unaryMeaning } from "@cresset/core/backend";
import { expect, test } from "vitest";
import { webgpu } from "../../index.ts";
import { started } from "../../testing.ts";

const backend = await started(webgpu());

/** Distance between floats in units of the last place of the expected one; subnormal numbers may count as 0. */
function ulps(got: number, expected: number): number {
  const rounded = Math.fround(expected);
  if (Object.is(got, rounded) || got === rounded || (Number.isNaN(got) && Number.isNaN(rounded))) return 0;
  if (!Number.isFinite(rounded) || !Number.isFinite(got)) return Number.POSITIVE_INFINITY;
  const unit = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(expected))), -126) - 23);
  return Math.abs(got - expected) / unit;
}

/** The worst distance over `inputs`, and where. */
async function worst(
  op: UnaryOp | BinaryOp,
  inputs: readonly Float32Array<ArrayBuffer>[],
  meaning: (...x: number[]) => number,
): Promise<{ ulps: number; at: number[]; got: number; expected: number }> {
  const operands = inputs.map((_, i) => load("float32", i, axis(0)));
  const kernel = loop([...reads(...inputs.map(() => "float32" as const)), writes("float32")], 1, 1, [
    store(inputs.length, axis(0), apply(op, ...operands)),
  ]);
  const n = inputs[0].length;
  const { arrays } = await runOnceAsync(backend, single(kernel, new Array(inputs.length + 1).fill(n), [n]), inputs);
  let result = { ulps: 0, at: [Number.NaN], got: 0, expected: 0 };
  for (let i = 0; i < n; i++) {
    const at = inputs.map((input) => input[i]);
    const got = Number(arrays[inputs.length][i]);
    const expected = meaning(...at);
    const distance = ulps(got, expected);
    if (distance > result.ulps) result = { ulps: distance, at, got, expected };
  }
  return result;
}

const special = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -1];
/** Numbers of every size in [low, high], and some of both signs around 0 where that is inside. */
function spread(low: number, high: number, count = 4000): Float32Array<ArrayBuffer> {
  const inside = special.filter(
    (x) => Number.isNaN(x) || Math.abs(x) === Number.POSITIVE_INFINITY || (x >= low && x <= high),
  );
  const linear = Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
  const small = low < 0 ? Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : -1) * 2 ** (-i / 6)) : [];
  return Float32Array.from([...inside, ...linear, ...small.filter((x) => x >= low && x <= high)]);
}

const cases: readonly [UnaryOp, number, number, number][] = [
  ["exp", -110, 95, 2],
  ["exp2", -126, 135, 0.502],
  ["expm1", -30, 95, 3],
  ["log", 1e-30, 5, 2],
  ["log2", 1e-30, 5, 0.502],
  ["log10", 1e-30, 5, 0.502],
  ["log1p", -1, 5, 3],
  ["sin", -1e6, 1e6, 3],
  ["cos", -1e6, 1e6, 3],
  ["sin", -7, 7, 3],
  ["cos", -7, 7, 3],
  ["tan", -7, 7, 5],
  ["asin", -1.1, 1.1, 4],
  ["acos", -1.1, 1.1, 4],
  ["atan", -10, 10, 4],
  ["sinh", -92, 92, 5],
  ["cosh", -92, 92, 5],
  ["tanh", -12, 12, 3],
  ["asinh", -1e5, 1e5, 5],
  ["acosh", 0.5, 1e5, 5],
  ["atanh", -1.1, 1.1, 5],
  ["erf", -5, 5, 3],
  ["erfc", -5, 9, 8],
  ["erfinv", -1.1, 1.1, 6],
  ["sqrt", -1, 100, 0.5],
  ["floor", -5, 5, 0],
  ["round", -5, 5, 0],
];

test.each(cases)("%s over [%f, %f] within %f units", async (op, low, high, allowed) => {
  const found = await worst(op, [spread(low, high)], unaryMeaning[op]);
  expect(found.ulps, JSON.stringify(found)).toBeLessThanOrEqual(allowed + 1e-6);
});

/** Next to 0, subnormal numbers among them. */
const vanishing = Float32Array.from(
  [1e-4, 9e-5, 1e-12, 1e-20, 1e-30, 2 ** -126, 1e-39, 2 ** -149].flatMap((x) => [x, -x]),
);

test.each([
  ["floor", 0],
  ["ceil", 0],
  ["trunc", 0],
  ["round", 0],
  ["sign", 0],
  ["sqrt", 0.5],
  ["log", 2],
  ["lgamma", 2],
] as const)("%s of numbers that vanish within %f units", async (op, allowed) => {
  const found = await worst(op, [vanishing], unaryMeaning[op]);
  expect(found.ulps, JSON.stringify(found)).toBeLessThanOrEqual(allowed + 1e-6);
});

function pairs(make: (i: number) => readonly [number, number], count = 4000): Float32Array<ArrayBuffer>[] {
  const all = Array.from({ length: count }, (_, i) => make(i));
  for (const x of special) for (const y of special) all.push([x, y]);
  return [Float32Array.from(all, ([x]) => x), Float32Array.from(all, ([, y]) => y)];
}

test("division is rounded correctly", async () => {
  const found = await worst(
    "div",
    pairs((i) => [Math.sin(i) * 1.7 ** (i % 60), Math.cos(i * 3) * 1.3 ** (i % 90)]),
    binaryMeaning.div,
  );
  expect(found.ulps, JSON.stringify(found)).toBeLessThanOrEqual(0.500001);
  // Also where the quotient, or an operand, is subnormal.
  const tiny = await worst(
    "div",
    pairs((i) => [(1 + (i % 7)) * 2 ** (-120 - (i % 20)), 1.37 ** (1 + (i % 80))]),
    binaryMeaning.div,
  );
  expect(tiny.ulps, JSON.stringify(tiny)).toBeLessThanOrEqual(0.500001);
});

test("pow", async () => {
  const found = await worst(
    "pow",
    pairs((i) => [Math.abs(Math.sin(i)) * 1.2 ** (i % 60), Math.cos(i * 3) * (i % 40)]),
    binaryMeaning.pow,
  );
  // Subnormal results are rounded twice.
  expect(found.ulps, JSON.stringify(found)).toBeLessThanOrEqual(0.75);
  const whole = await worst(
    "pow",
    pairs((i) => [Math.sin(i) * 3, (i % 13) - 6]),
    binaryMeaning.pow,
  );
  expect(whole.ulps, JSON.stringify(whole)).toBeLessThanOrEqual(0.51);
});

/** Integers of every size with common divisors, next to the ends, and neighbouring Fibonacci numbers, which take longest. */
function integerPairs(bits: number): [bigint, bigint][] {
  const [least, greatest] = [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n];
  const ends = [0n, 1n, -1n, 2n, 6n, least, least + 1n, greatest, least / 2n];
  const fibonacci: bigint[] = [1n, 2n];
  while (fibonacci[0] + fibonacci[1] <= greatest) fibonacci.unshift(fibonacci[0] + fibonacci[1]);
  const spread = Array.from({ length: 500 }, (_, i): [bigint, bigint] => {
    const common = BigInt((i * i * 7919) % 1_000_003) ** BigInt(1 + (i % 3));
    const other = (BigInt(i) * 0x9e3779b97f4a7c15n) >> BigInt(i % 64);
    return [
      BigInt.asIntN(bits, common * BigInt(i + 1)),
      BigInt.asIntN(bits, i % 2 === 0 ? common * 6n : -common * other),
    ];
  });
  return [
    ...ends.flatMap((x) => ends.map((y): [bigint, bigint] => [x, y])),
    ...fibonacci.slice(1).map((x, i): [bigint, bigint] => [x, -fibonacci[i]]),
    ...spread,
  ];
}

test.each([
  ["int64", 64, (values: bigint[]) => BigInt64Array.from(values)],
  ["int32", 32, (values: bigint[]) => Int32Array.from(values, Number)],
  ["int8", 8, (values: bigint[]) => Int8Array.from(values, Number)],
] as const)("greatest common divisors of %s", async (dtype, bits, arrayOf) => {
  const all = integerPairs(bits);
  const inputs = [0, 1].map((n) => arrayOf(all.map((pair) => pair[n])));
  const kernel = loop([...reads(dtype, dtype), writes(dtype)], 1, 1, [
    store(2, axis(0), apply("gcd", load(dtype, 0, axis(0)), load(dtype, 1, axis(0)))),
  ]);
  const n = all.length;
  const { arrays } = await runOnceAsync(backend, single(kernel, [n, n, n], [n]), inputs);
  const gcd = scalarMeaning("gcd", dtype);
  const expected = all.map((_, i) => gcd(inputs[0][i], inputs[1][i]));
  expect(Array.from(arrays[2] as ArrayLike<number | bigint>)).toEqual(expected);
});

test("fmod is exact, atan2 knows its quadrants", async () => {
  const remainders = await worst(
    "fmod",
    pairs((i) => [Math.sin(i) * 1.7 ** (i % 60), Math.cos(i * 3) * 1.1 ** (i % 30)]),
    binaryMeaning.fmod,
  );
  expect(remainders.ulps, JSON.stringify(remainders)).toBe(0);
  const angles = await worst(
    "atan2",
    pairs((i) => [Math.sin(i), Math.cos(i * 3)]),
    binaryMeaning.atan2,
  );
  expect(angles.ulps, JSON.stringify(angles)).toBeLessThanOrEqual(5);
  const tiny = await worst(
    "atan2",
    pairs((i) => [Math.sin(i) * 2 ** -(126 + (i % 8)), Math.cos(i * 3) * 2 ** -(130 - (i % 9))]),
    binaryMeaning.atan2,
  );
  expect(tiny.ulps, JSON.stringify(tiny)).toBeLessThanOrEqual(5);
});
