import { beforeAll, describe, expect, test } from "vitest";
import { Generator } from "../../runtime/generator.ts";
import * as draws from "../../runtime/random/index.ts";
import { dataSync, tolistSync } from "../../tensor/reading.ts";
import { useCpu } from "../../testing/cpu.ts";
import { zeros } from "../creation/fill.ts";
import { transpose } from "../shape/permute.ts";
import { narrow } from "../shape/slice.ts";
import { rand, randint, randintLike, randLike, randn, randnLike, randperm } from "./creation.ts";
import { defaultGenerator, getRngState, initialSeed, manualSeed, seed, setRngState } from "./default-generator.ts";

beforeAll(useCpu);

describe("the numbers of PyTorch's seed 0", () => {
  test("rand, of a shape as an array or as numbers", () => {
    manualSeed(0);
    expect(dataSync(rand(1))).toEqual(Float32Array.of(0.49625658988952637));
    const x = rand([3, 1]);
    expect(x.shape).toEqual([3, 1]);
    expect(dataSync(x)).toEqual(Float32Array.of(0.7682217955589294, 0.08847743272781372, 0.13203048706054688));
    manualSeed(0);
    const y = rand(2, 1, { dtype: "float64", requiresGrad: true });
    expect([y.shape, y.dtype, y.requiresGrad]).toEqual([[2, 1], "float64", true]);
    expect(dataSync(y)).toEqual(Float64Array.of(0.9700530018065531, 0.707819864399788));
  });

  test("randn", () => {
    manualSeed(0);
    const x = randn(3);
    expect(dataSync(x)).toEqual(Float32Array.of(1.5409960746765137, -0.293428897857666, -2.1787893772125244));
    expect(dataSync(randn([]))).toEqual(Float32Array.of(0.5684312582015991));
  });

  test("randint", () => {
    manualSeed(0);
    const x = randint(10, [8]);
    expect([x.dtype, x.shape]).toEqual(["int64", [8]]);
    expect(dataSync(x)).toEqual(BigInt64Array.of(4n, 9n, 3n, 0n, 3n, 9n, 7n, 3n));
    const y = randint(-5, 5, [2, 3], { dtype: "int32" });
    expect([y.dtype, y.shape]).toEqual(["int32", [2, 3]]);
    expect(Math.min(...(dataSync(y) as Int32Array))).toBeGreaterThanOrEqual(-5);
  });

  test("randperm", () => {
    manualSeed(0);
    randperm(1);
    randperm(2);
    expect(dataSync(randperm(10, { dtype: "int32" }))).toEqual(Int32Array.of(9, 3, 2, 4, 7, 1, 0, 8, 6, 5));
    expect(randperm(0).shape).toEqual([0]);
  });
});

test("numbers are drawn at the call, in the order of the calls", () => {
  manualSeed(0);
  const first = rand(1);
  const second = rand(1);
  expect(dataSync(second)).toEqual(Float32Array.of(0.7682217955589294));
  expect(dataSync(first)).toEqual(Float32Array.of(0.49625658988952637));
});

test("a generator of one's own leaves the default one alone", () => {
  manualSeed(5);
  const before = defaultGenerator.getState();
  const generator = new Generator(0);
  expect(dataSync(rand([1], { generator }))).toEqual(Float32Array.of(0.49625658988952637));
  expect(dataSync(rand([1], { generator }))).toEqual(Float32Array.of(0.7682217955589294));
  expect(defaultGenerator.getState()).toEqual(before);
});

describe("like another tensor", () => {
  test("shape, dtype and device are its own, unless the options say otherwise", () => {
    const like = zeros([2, 3], { dtype: "float64" });
    expect(randLike(like).dtype).toBe("float64");
    expect(randnLike(like, { dtype: "float32" }).dtype).toBe("float32");
    const integers = randintLike(zeros([50]), 3, 9);
    expect(integers.dtype).toBe("float32");
    expect(new Set(tolistSync(integers) as number[])).toEqual(new Set([3, 4, 5, 6, 7, 8]));
    expect(dataSync(randintLike(zeros([9], { dtype: "int64" }), 2, { generator: new Generator(4) }))).toEqual(
      draws.randint(new Generator(4), "int64", 9, 0, 2),
    );
  });

  test("the order is that of its memory", () => {
    const columns = transpose(zeros([3, 2]), 0, 1);
    const flat = dataSync(rand([6], { generator: new Generator(1) }));
    const drawn = dataSync(randLike(columns, { generator: new Generator(1) }));
    expect(drawn).toEqual(Float32Array.from([0, 2, 4, 1, 3, 5], (i) => Number(flat[i])));
    const three = transpose(zeros([2, 3, 4]), 0, 2);
    const all = dataSync(rand([24], { generator: new Generator(1) }));
    const expected = Array.from({ length: 24 }, (_, i) => {
      const [a, b, c] = [Math.floor(i / 6), Math.floor(i / 2) % 3, i % 2];
      return Number(all[c * 12 + b * 4 + a]);
    });
    expect(dataSync(randLike(three, { generator: new Generator(1) }))).toEqual(Float32Array.from(expected));
  });

  test("randnLike of a transposed tensor takes one normal at a time, of a slice it does not", () => {
    const single = draws.normal(new Generator(1), "float32", 20, 0, 1, false);
    const columns = dataSync(randnLike(transpose(zeros([10, 2]), 0, 1), { generator: new Generator(1) }));
    expect([columns[0], columns[10], columns[1]]).toEqual([single[0], single[1], single[2]]);
    const blocks = draws.normal(new Generator(1), "float32", 20);
    const slice = narrow(zeros([10, 4]), 1, 1, 2);
    expect(dataSync(randnLike(slice, { generator: new Generator(1) }))).toEqual(blocks);
  });
});

describe("the default generator", () => {
  test("state is saved and restored", () => {
    manualSeed(0);
    rand(3);
    const state = getRngState();
    expect([state.dtype, state.shape]).toEqual(["uint8", [5056]]);
    const [uniform, normal] = [dataSync(rand(2)), dataSync(randn(1))];
    setRngState(state);
    expect([dataSync(rand(2)), dataSync(randn(1))]).toEqual([uniform, normal]);
    expect(() => setRngState(zeros([5056]))).toThrow("RNG state must be a torch.ByteTensor");
    expect(() => setRngState(new Uint8Array(3))).toThrow("Expected a CPUGeneratorImplState of size 5056");
  });

  test("seeds", () => {
    expect(manualSeed(7)).toBe(defaultGenerator);
    expect(initialSeed()).toBe(7);
    manualSeed(-1);
    expect(initialSeed()).toBe(2n ** 64n - 1n);
    const chosen = seed();
    expect(initialSeed()).toBe(chosen);
  });
});

test("bad arguments are refused", () => {
  expect(() => rand(-1)).toThrow("Trying to create tensor with negative dimension -1: [-1]");
  expect(() => rand([2], { dtype: "int64" })).toThrow("\"check_uniform_bounds\" not implemented for 'Long'");
  expect(() => randint(5, 5, [1])).toThrow("random_ expects 'from' to be less than 'to', but got from=5 >= to=5");
  expect(() => randperm(-1)).toThrow("Trying to create tensor with negative dimension -1: [-1]");
});
