import { apply, axis, load, loop, reads, runOnce, single, store, writes } from "@cresset/conformance/kernels";
import {
  type BinaryOp,
  type DType,
  hostArray,
  isBinary,
  type Scalar,
  scalarMeaning,
  type UnaryOp,
} from "@cresset/core/backend";
import { describe, expect, test } from "vitest";
import { type WasmOptions, wasm } from "../../index.ts";

type Floats = "float32" | "float64";

const float64 = new Float64Array(1);
const word64 = new BigInt64Array(float64.buffer);
const float32 = new Float32Array(1);
const word32 = new Int32Array(float32.buffer);

/** The place of a float among all of its dtype. */
const place: Readonly<Record<Floats, (x: number) => bigint>> = {
  float32(x) {
    float32[0] = x;
    return BigInt(word32[0] < 0 ? -(word32[0] & 0x7fffffff) : word32[0]);
  },
  float64(x) {
    float64[0] = x;
    return word64[0] < 0n ? -(word64[0] & (2n ** 63n - 1n)) : word64[0];
  },
};

/** Distance in units of the last place; zeros of different signs are apart. */
function distance(dtype: Floats, a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a) || Number.isNaN(b) || a === b) return Number.POSITIVE_INFINITY;
  return Math.abs(Number(place[dtype](a) - place[dtype](b)));
}

const ends = [
  ...[
    0, 1, 0.5, 2, 3, 4, 10, 88.72, 88.73, 103.9, 104.1, 16.6356, 709.78, 709.79, 710.47, 745.1, 745.2, 1e6, 1e7, 1e22,
  ],
  ...[2 ** -149, 2 ** -126, 2 ** -1022, Number.MIN_VALUE, Number.MAX_VALUE, 3.4028234663852886e38],
  ...[Number.POSITIVE_INFINITY, Number.NaN],
].flatMap((x) => [x, -x]);

/** Bit patterns in regular steps, from the smallest to NaN, numbers of ordinary size, and neighbours of 1. */
function samples(dtype: Floats, count: number, seed = 1): number[] {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  const result = [...ends];
  while (result.length < count) {
    const sign = random() < 0.5 ? -1 : 1;
    if (dtype === "float32") {
      word32[0] = Math.floor(random() * 0x7f800000);
      result.push(sign * float32[0]);
    } else {
      word64[0] = BigInt(Math.floor(random() * 0x7ff00000)) * 2n ** 32n + BigInt(Math.floor(random() * 2 ** 32));
      result.push(sign * float64[0]);
    }
    result.push(...[1, 10, 100, 1000].map((size) => sign * size * (random() + random() * 2 ** -32)));
    result.push(1 + sign * 2 ** (-52 * random()), sign * 2 ** (60 * random() - 40));
  }
  return dtype === "float32" ? result.map(Math.fround) : result;
}

function computed(
  op: UnaryOp | BinaryOp,
  dtype: DType,
  inputs: readonly number[][],
  options: WasmOptions = {},
): number[] {
  const count = inputs[0].length;
  const operands = inputs.map((_, i) => load(dtype, i, axis(0)));
  const kernel = loop([...inputs.flatMap(() => reads(dtype)), writes(dtype)], 1, 1, [
    store(inputs.length, axis(0), apply(op, ...operands)),
  ]);
  const data = inputs.map((values) => {
    const array = hostArray(dtype, count) as Float64Array<ArrayBuffer>;
    array.set(values);
    return array;
  });
  const lengths = [...inputs.map(() => count), count];
  const { arrays } = runOnce(wasm({ haste: false, ...options }), single(kernel, lengths, [count]), data);
  return Array.from(arrays[inputs.length] as Float64Array);
}

/** Operands for a function: dense samples; of two operands also every pair of ends. */
function operands(op: UnaryOp | BinaryOp, dtype: Floats, count = 20_000): number[][] {
  const first = samples(dtype, count);
  if (!isBinary(op)) return [first];
  const second = samples(dtype, count, 2).slice(0, first.length).reverse();
  const special = dtype === "float32" ? ends.map(Math.fround) : ends;
  return [
    [...first, ...special.flatMap((x) => special.map(() => x))],
    [...second, ...special.flatMap(() => special)],
  ];
}

/**
 * The largest distance from core's meaning, in units of the last place of the result (`floor`: of that, if the result is
 * smaller), and where.
 */
function worst(
  op: UnaryOp | BinaryOp,
  dtype: Floats,
  inputs: number[][],
  floor = 0,
  options: WasmOptions = {},
): [number, string] {
  const meaning = scalarMeaning(op, dtype) as (...values: Scalar[]) => Scalar;
  const results = computed(op, dtype, inputs, options);
  let most = 0;
  let where = "";
  results.forEach((result, i) => {
    const values = inputs.map((all) => all[i]);
    const expected = Number(meaning(...values));
    const close = Math.abs(expected) < floor;
    const unit = close ? floor * (dtype === "float32" ? 2 ** -23 : 2 ** -52) : 0;
    const off = close && result !== expected ? Math.abs(result - expected) / unit : distance(dtype, result, expected);
    if (off > most) {
      most = off;
      where = `${op}(${values.join()}) = ${result}, not ${expected}`;
    }
  });
  return [most, where];
}

/**
 * Units in the last place that each function may be off core's meaning: in float32, in float64. Some are core's own: of its
 * erfc 20 and of its lgamma 4.
 */
const bounds: readonly (readonly [UnaryOp | BinaryOp, number, number])[] = [
  ["exp", 0, 1],
  ["exp2", 0, 1],
  ["expm1", 1, 1],
  ["log", 1, 1],
  ["log2", 0, 1],
  ["log10", 0, 2],
  ["log1p", 1, 1],
  ["sin", 1, 1],
  ["cos", 1, 1],
  ["tan", 1, 2],
  ["asin", 1, 2],
  ["acos", 1, 1],
  ["atan", 1, 1],
  ["sinh", 1, 2],
  ["cosh", 1, 2],
  ["tanh", 1, 3],
  ["asinh", 1, 2],
  ["acosh", 1, 2],
  ["atanh", 1, 2],
  ["erf", 2, 4],
  ["erfc", 1, 25],
  ["erfinv", 1, 6],
  ["pow", 1, 1],
  ["atan2", 1, 2],
  ["fmod", 0, 0],
  ["nextafter", 0, 0],
  ["copysign", 0, 0],
];

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  test.each(bounds)("%s is close to its meaning everywhere", (op, single, double) => {
    const [most, where] = worst(op, dtype, operands(op, dtype));
    expect(most, where).toBeLessThanOrEqual(dtype === "float32" ? single : double);
  });

  test("lgamma is", () => {
    const [most, where] = worst("lgamma", dtype, operands("lgamma", dtype), 1);
    expect(most, where).toBeLessThanOrEqual(dtype === "float32" ? 1 : 16);
  });

  test("polygamma is", () => {
    const x = samples(dtype, 4000);
    const orders = x.map((_, i) => i % 9);
    const digamma = worst("polygamma", dtype, [x.map(() => 0), x], 1);
    expect(...digamma).toBeLessThanOrEqual(dtype === "float32" ? 1 : 16);
    const positive = worst("polygamma", dtype, [orders, x.map(Math.abs)], 1);
    expect(...positive).toBeLessThanOrEqual(dtype === "float32" ? 1 : 16);
  });
});

test.each([
  ["exp", 1],
  ["expm1", 2],
  ["log", 1],
  ["log1p", 2],
  ["tanh", 2],
  ["erf", 2],
  ["sin", 1],
  ["cos", 1],
] as const)("%s of float32 is close to its meaning without fused multiply-add", (op, units) => {
  const [most, where] = worst(op, "float32", operands(op, "float32"), 0, { relaxedSimd: false });
  expect(most, where).toBeLessThanOrEqual(units);
});

const all = [...bounds.map(([op]) => op), "lgamma", "polygamma"] as const;

test.each(all)("%s has the same bits for one value and for four, fused or not in float64", (op) => {
  for (const dtype of ["float32", "float64"] as const) {
    const inputs = operands(op, dtype, op === "polygamma" ? 2000 : 8000);
    const scalar = computed(op, dtype, inputs, { simd: false });
    expect(computed(op, dtype, inputs, { relaxedSimd: false })).toEqual(scalar);
    if (dtype === "float64") expect(computed(op, dtype, inputs)).toEqual(scalar);
  }
});

test("a sigmoid of float32 saturates where PyTorch's does", () => {
  const x = load("float32", 0, axis(0));
  const one = { kind: "constant", dtype: "float32", value: 1 } as const;
  const sigmoid = apply("div", one, apply("add", one, apply("exp", apply("neg", x))));
  const kernel = loop([...reads("float32"), writes("float32")], 1, 1, [store(1, axis(0), sigmoid)]);
  const data = Float32Array.of(16.6356, 16.635, 100, -104, 0, Number.NaN);
  const { arrays } = runOnce(wasm(), single(kernel, [6, 6], [6]), [data]);
  expect([...arrays[1]]).toEqual([1, 1 - 2 ** -23, 1, 0, 0.5, Number.NaN]);
});

test("x · y + z of float32 is rounded once where vectors can, for one value as for four", () => {
  // One more than half a unit of 1 by less than float64 has beside it.
  const operands = [(1 + 2 ** -12) * 2 ** -24, 1 - 2 ** -12 + 2 ** -24, 1];
  const [x, y, z] = operands.map((_, i) => load("float32", i, axis(0)));
  const kernel = loop([...reads("float32", "float32", "float32"), writes("float32")], 1, 1, [
    store(3, axis(0), apply("fma", x, y, z)),
  ]);
  const program = single(kernel, [5, 5, 5, 5], [5]);
  const inputs = operands.map((value) => new Float32Array(5).fill(value));
  for (const options of [{}, { haste: false }, { relaxedSimd: false }, { simd: false }]) {
    const backend = wasm(options);
    const result = backend.info().relaxedSimd === true ? 1 + 2 ** -23 : 1;
    expect([...runOnce(backend, program, inputs).arrays[3]], JSON.stringify(options)).toEqual(Array(5).fill(result));
  }
});
