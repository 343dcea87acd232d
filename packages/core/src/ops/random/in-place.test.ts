import { beforeAll, describe, expect, test } from "vitest";
import { Generator } from "../../runtime/generator.ts";
import { noGrad } from "../../runtime/mode.ts";
import * as draws from "../../runtime/random/index.ts";
import { float } from "../../runtime/scalar.ts";
import { tensor } from "../../tensor/creation.ts";
import { dataSync, tolistSync } from "../../tensor/reading.ts";
import { useCpu } from "../../testing/cpu.ts";
import { zeros } from "../creation/fill.ts";
import { expand } from "../shape/expand.ts";
import { transpose } from "../shape/permute.ts";
import { narrow } from "../shape/slice.ts";
import { manualSeed } from "./default-generator.ts";
import { bernoulli_, cauchy_, exponential_, geometric_, logNormal_, normal_, random_, uniform_ } from "./in-place.ts";

beforeAll(useCpu);

describe("the numbers of PyTorch's seed 0", () => {
  test("uniform_ of a contiguous and of a transposed tensor", () => {
    manualSeed(0);
    const x = zeros([7]);
    expect(uniform_(x, float(-1), 1)).toBe(x);
    expect(dataSync(x).slice(0, 2)).toEqual(Float32Array.of(-0.007486820220947266, 0.5364435911178589));
    expect(dataSync(uniform_(zeros([3]), 2, 5.5))[0]).toBe(5.137556552886963);
    uniform_(zeros([4]), -0.1, 0.3);
    uniform_(zeros([3], { dtype: "float64" }), -2, 0.1);
    const base = zeros([4, 3]);
    const columns = transpose(base, 0, 1);
    uniform_(columns);
    expect(dataSync(columns).slice(0, 3)).toEqual(
      Float32Array.of(0.6816085577011108, 0.8741558790206909, 0.9527381062507629),
    );
    // Seen through the base, the numbers are in the order they were drawn.
    expect(dataSync(base).slice(0, 3)).toEqual(
      Float32Array.of(0.6816085577011108, 0.9151939749717712, 0.39709991216659546),
    );
  });

  test("normal_ of a transposed tensor takes one normal at a time", () => {
    manualSeed(0);
    const columns = normal_(transpose(zeros([6, 8]), 0, 1));
    const values = dataSync(columns);
    expect([values[0], values[1], values[6]]).toEqual([1.5409960746765137, -0.7192575931549072, -0.293428897857666]);
  });

  test("random_ by one bound, two, none", () => {
    const x = () => zeros([4], { dtype: "int32" });
    const seeded = () => ({ generator: new Generator(3) });
    const expected = (low: number, high: number | null) => draws.randint(new Generator(3), "int32", 4, low, high);
    expect(dataSync(random_(x(), 2, seeded()))).toEqual(expected(0, 2));
    expect(dataSync(random_(x(), 1, 7, seeded()))).toEqual(expected(1, 7));
    expect(dataSync(random_(x(), 5, null, seeded()))).toEqual(expected(5, null));
    expect(dataSync(random_(x(), seeded()))).toEqual(draws.randomIntegers(new Generator(3), "int32", 4));
  });
});

test("parameters by name", () => {
  const generator = () => new Generator(9);
  const x = () => zeros([5]);
  const pairs = [
    [uniform_(x(), { to: 2, generator: generator() }), uniform_(x(), 0, 2, { generator: generator() })],
    [normal_(x(), { std: 0.02, generator: generator() }), normal_(x(), 0, 0.02, { generator: generator() })],
    [normal_(x(), 3, { generator: generator() }), normal_(x(), 3, 1, { generator: generator() })],
    [random_(x(), { from: 1, to: 9, generator: generator() }), random_(x(), 1, 9, { generator: generator() })],
    [bernoulli_(x(), { p: 0.3, generator: generator() }), bernoulli_(x(), 0.3, { generator: generator() })],
    [bernoulli_(x(), { generator: generator() }), bernoulli_(x(), 0.5, { generator: generator() })],
    [exponential_(x(), { lambd: 2, generator: generator() }), exponential_(x(), 2, { generator: generator() })],
    [geometric_(x(), { p: 0.3, generator: generator() }), geometric_(x(), 0.3, { generator: generator() })],
    [cauchy_(x(), { sigma: 2, generator: generator() }), cauchy_(x(), 0, 2, { generator: generator() })],
    [logNormal_(x(), { std: 1, generator: generator() }), logNormal_(x(), 1, 1, { generator: generator() })],
  ];
  for (const [named, positional] of pairs) expect(dataSync(named)).toEqual(dataSync(positional));
  expect(dataSync(pairs[0][0])).not.toEqual(dataSync(pairs[1][0]));
});

test("bernoulli_ by a tensor of probabilities, which broadcasts", () => {
  const p = tensor([0, 1, 1, 0]);
  const x = zeros([2, 4], { dtype: "int64" });
  expect(tolistSync(bernoulli_(x, p))).toEqual([
    [0, 1, 1, 0],
    [0, 1, 1, 0],
  ]);
});

test("a view fills its part of the storage", () => {
  const base = zeros([2, 4]);
  const part = narrow(base, 1, 1, 2);
  uniform_(part, 5, 6);
  const values = dataSync(base);
  expect(Array.from(values, Number).map((v) => v > 0)).toEqual([false, true, true, false, false, true, true, false]);
  expect(base._version).toBe(1);
});

test("leaves that require grad are filled inside noGrad only", () => {
  const weight = zeros([3], { requiresGrad: true });
  expect(() => normal_(weight)).toThrow("a leaf Variable that requires grad is being used in an in-place operation");
  noGrad(() => normal_(weight));
  expect(weight.requiresGrad).toBe(true);
  expect(dataSync(weight)[0]).not.toBe(0);
});

test("bad arguments are refused", () => {
  expect(() => normal_(zeros([2], { dtype: "int64" }))).toThrow("\"normal_kernel_cpu\" not implemented for 'Long'");
  expect(() => uniform_(zeros([2]), 2, 1)).toThrow("uniform_ expects to return a [from, to) range");
  expect(() => bernoulli_(zeros([2]), 1.5)).toThrow("bernoulli_ expects p to be in [0, 1], but got p=1.5");
  expect(() => geometric_(zeros([2]), {})).toThrow("geometric_ needs a probability");
  expect(() => dataSync(bernoulli_(zeros([2]), tensor([0.5, 2])))).toThrow(
    "Expected p_in >= 0 && p_in <= 1 to be true",
  );
  expect(() => uniform_(expand(zeros([1, 2]), 3, 2))).toThrow(
    "more than one element of the written-to tensor refers to a single memory location",
  );
});
