/** Numbers made some hundred at a time are those made one by one. */
import { describe, expect, test } from "vitest";
import type { DType, HostArray } from "../../dtype/dtype.ts";
import { dtypes } from "../../dtype/dtype.ts";
import { floatToHalf } from "../../dtype/half.ts";
import { Generator } from "../generator.ts";
import { bernoulli, cauchy, exponential, geometric } from "./distributions.ts";
import { randint, randomIntegers, randperm } from "./integers.ts";

const lengths = [0, 1, 511, 512, 513, 1700];

/** Numbers as `dtype` holds them. */
function held(dtype: DType, numbers: readonly number[]): unknown[] {
  if (dtype === "int64") return numbers.map(BigInt);
  if (dtype === "float16") return numbers.map(floatToHalf);
  return dtype === "float32" ? numbers.map(Math.fround) : [...numbers];
}

/** What is drawn at once, and one by one, from the same place of a stream. */
function expectSame(
  dtype: DType,
  all: (generator: Generator, length: number) => HostArray,
  one: (generator: Generator) => number,
): void {
  for (const length of lengths) {
    const [many, single] = [new Generator(7), new Generator(7)];
    many.random();
    single.random();
    const expected = held(
      dtype,
      Array.from({ length }, () => one(single)),
    );
    expect(Array.from<unknown>(all(many, length))).toEqual(expected);
    expect(many.getState()).toEqual(single.getState());
  }
}

const word = (generator: Generator): number => generator.random();
const u = (generator: Generator): number => generator.uniform53();

describe.each(dtypes.filter((dtype) => dtype !== "bool"))("of %s", (dtype) => {
  test.each([1, 3, 100, 127])("randint: remainders by %d", (width) => {
    expectSame(
      dtype,
      (g, length) => randint(g, dtype, length, 0, width),
      (g) => word(g) % width,
    );
  });

  test("bernoulli", () => {
    for (const p of [0, 2 ** -53, 0.3, 0.5, 1])
      expectSame(
        dtype,
        (g, length) => bernoulli(g, dtype, length, p),
        (g) => Number(u(g) < p),
      );
  });
});

test("bernoulli of bool", () => {
  expectSame(
    "bool",
    (g, length) => bernoulli(g, "bool", length, 0.7),
    (g) => Number(u(g) < 0.7),
  );
});

test.each([2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1, 65537])(
  "remainders by %d, from a negative number on",
  (width) => {
    for (const dtype of ["int64", "float64"] as const)
      expectSame(
        dtype,
        (g, length) => randint(g, dtype, length, -(2 ** 33), width - 2 ** 33),
        (g) => (word(g) % width) - 2 ** 33,
      );
  },
);

test("remainders are exact where quotients are integers, or just below", () => {
  for (const width of [3, 5, 255, 65535, 16711935]) {
    const multiple = Math.floor((2 ** 32 - 1) / width) * width;
    for (const given of [multiple, multiple - 1, 0, width, width - 1]) {
      const stream = { words: (out: Uint32Array) => out.fill(given) } as unknown as Generator;
      expect(randint(stream, "float64", 1, 0, width)).toEqual(Float64Array.of(given % width));
    }
  }
});

test("random_ of uint8", () => {
  expectSame(
    "uint8",
    (g, length) => randomIntegers(g, "uint8", length),
    (g) => word(g) % 256,
  );
});

test("distributions of uniform numbers", () => {
  const scale = Math.log(1 - 0.3);
  for (const dtype of ["float32", "float64", "float16"] as const) {
    expectSame(
      dtype,
      (g, n) => exponential(g, dtype, n, 2),
      (g) => -0.5 * Math.log(1 - u(g)),
    );
    expectSame(
      dtype,
      (g, n) => cauchy(g, dtype, n, 1, 2),
      (g) => 1 + 2 * Math.tan(Math.PI * (u(g) - 0.5)),
    );
    expectSame(
      dtype,
      (g, n) => geometric(g, dtype, n, 0.3),
      (g) => Math.ceil(Math.log(u(g)) / scale),
    );
  }
});

test.each(lengths)("randperm of %d swaps one by one", (n) => {
  const [many, single] = [new Generator(7), new Generator(7)];
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const j = i + (single.random() % (n - i));
    [order[i], order[j]] = [order[j], order[i]];
  }
  for (const dtype of ["int64", "float32", "float16"] as const) {
    const given = new Generator(7);
    expect(Array.from<unknown>(randperm(given, n, dtype))).toEqual(held(dtype, order));
    expect(given.getState()).toEqual(single.getState());
  }
  randperm(many, n);
  expect(many.random()).toBe(single.random());
});
