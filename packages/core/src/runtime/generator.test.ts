import { describe, expect, test } from "vitest";
import { Generator } from "./generator.ts";

describe("words", () => {
  test("are those of the 32-bit Mersenne Twister", () => {
    const generator = new Generator(0);
    const words = Array.from({ length: 10 }, () => generator.random());
    expect(words).toEqual([
      2357136044, 2546248239, 3071714933, 3626093760, 2588848963, 3684848379, 2340255427, 3638918503, 1819583497,
      2678185683,
    ]);
  });

  test("the ten thousandth of the reference seed is the published one", () => {
    const generator = new Generator(5489);
    for (let i = 0; i < 9999; i++) generator.random();
    expect(generator.random()).toBe(4123659995);
  });

  test("are the same one by one and many at once, wherever these begin and end", () => {
    const [one, many] = [new Generator(3), new Generator(3)];
    for (const count of [0, 1, 623, 624, 625, 5, 2000, 619, 1]) {
      const words = new Uint32Array(count);
      many.words(words);
      expect(Array.from(words)).toEqual(Array.from(words, () => one.random()));
      expect(many.getState()).toEqual(one.getState());
    }
    const restored = new Generator(0).setState(one.getState());
    expect(restored.random()).toBe(one.random());
  });

  test("a state may end before its last word", () => {
    const generator = new Generator(3);
    generator.random();
    const state = generator.getState();
    const view = new DataView(state.buffer);
    view.setInt32(8, 3, true);
    const other = new Generator(0).setState(state);
    expect(other.getState()).toEqual(state);
    expect([other.random(), other.random()]).toEqual([generator.random(), generator.random()]);
    other.random();
    expect(new DataView(other.getState().buffer).getInt32(8, true)).toBe(624);
  });

  test("two make a 64-bit number, the first of them the high half", () => {
    expect(new Generator(0).random64()).toBe((2357136044n << 32n) | 2546248239n);
  });

  test("uniforms take the low bits of one or two words", () => {
    expect(new Generator(0).uniform24()).toBe(0.49625658988952637);
    expect(new Generator(0).uniform53()).toBe(0.9700530018065531);
  });
});

describe("seeds", () => {
  test("use their low 32 bits, negative ones modulo 2^64", () => {
    const first = (seed: number | bigint) => new Generator(seed).random();
    expect(first(-1)).toBe(first(2 ** 32 - 1));
    expect(first(-1)).toBe(first(2n ** 64n - 1n));
    expect(first(2 ** 32 + 7)).toBe(first(7));
    expect(first(-(2n ** 63n))).toBe(first(0));
  });

  test("are kept in full", () => {
    expect(new Generator().initialSeed()).toBe(67280421310721n);
    expect(new Generator(2 ** 40 + 7).initialSeed()).toBe(1099511627783n);
    expect(new Generator(-1).initialSeed()).toBe(2n ** 64n - 1n);
  });

  test("that are no integers or out of range are refused", () => {
    expect(() => new Generator(1.5)).toThrow("must be an integer");
    expect(() => new Generator(Number.NaN)).toThrow("must be an integer");
    expect(() => new Generator(2n ** 64n)).toThrow("[-2**63, 2**64)");
    expect(() => new Generator(-(2n ** 63n) - 1n)).toThrow("[-2**63, 2**64)");
  });

  test("from entropy differ, and repeat the stream", () => {
    const generator = new Generator(0);
    const seeds = [generator.seed(), generator.seed()];
    expect(seeds[0]).not.toBe(seeds[1]);
    expect(generator.initialSeed()).toBe(seeds[1]);
    expect(generator.random()).toBe(new Generator(seeds[1]).random());
  });
});

describe("normals", () => {
  test("come in pairs; the second survives other draws, and manualSeed drops it", () => {
    const generator = new Generator(0);
    expect(Math.fround(generator.standardNormal())).toBe(1.5409960746765137);
    generator.random();
    expect(Math.fround(generator.standardNormal())).toBe(-0.293428897857666);
    generator.standardNormal();
    expect(Math.fround(generator.manualSeed(0).standardNormal())).toBe(1.5409960746765137);
  });
});

describe("state", () => {
  /** Tells any change of a byte or of its place, as recorded from PyTorch 1.13. */
  const fingerprint = (state: Uint8Array) => state.reduce((sum, byte, i) => sum + (i + 1) * byte, 0);

  test("has PyTorch's layout after torch.manual_seed(5); torch.rand(3); torch.randn(1)", () => {
    const generator = new Generator(5);
    for (let i = 0; i < 3; i++) generator.random();
    generator.standardNormal();
    const state = generator.getState();
    const view = new DataView(state.buffer);
    expect(state.length).toBe(5056);
    expect([view.getBigUint64(0, true), view.getInt32(8, true), view.getInt32(12, true)]).toEqual([5n, 618, 1]);
    expect(view.getFloat64(5024, true)).toBe(-0.8483762629967013);
    expect(fingerprint(state)).toBe(826305192);
  });

  test("has PyTorch's layout before the first draw", () => {
    expect(fingerprint(new Generator(2 ** 40 + 7).getState())).toBe(807915812);
  });

  test("restores the stream, the cached normal and the seed", () => {
    const generator = new Generator(3);
    for (let i = 0; i < 1000; i++) generator.random();
    generator.standardNormal();
    const state = generator.getState();
    const draw = (from: Generator) => [from.standardNormal(), ...Array.from({ length: 700 }, () => from.random())];
    const expected = draw(generator);
    const other = new Generator(9).setState(state);
    expect(draw(other)).toEqual(expected);
    expect(other.initialSeed()).toBe(3n);
  });

  test("a state that lies inside a larger buffer is read at its offset", () => {
    const larger = new Uint8Array(6000);
    larger.set(new Generator(3).getState(), 100);
    expect(new Generator(9).setState(larger.subarray(100, 5156)).random()).toBe(new Generator(3).random());
  });

  test("bytes that are no state are refused", () => {
    expect(() => new Generator(0).setState(new Uint8Array(5))).toThrow(
      "of size 5056 but found the input RNG state size to be 5",
    );
    expect(() => new Generator(0).setState(new Uint8Array(5056))).toThrow("Invalid mt19937 state");
    const state = new Generator(0).getState();
    new DataView(state.buffer).setInt32(8, 625, true);
    expect(() => new Generator(0).setState(state)).toThrow("Invalid mt19937 state");
  });
});
