import { describe, expect, test } from "vitest";
import { fma32, fma64, log32, MOST_AT_ONCE, sincos32 } from "./float-math.ts";

const { fround } = Math;

/** A float64 as an exact multiple of 2^-1100. */
function exact(value: number): bigint {
  let scaled = value;
  let shift = 1100n;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    shift--;
  }
  return BigInt(scaled) << shift;
}

describe("fma32", () => {
  test("rounds once where the float64 sum is a tie of float32", () => {
    // (1 + 2^-23) * 1 + 2^-24 is a tie, and the smaller term below a float64's reach decides it.
    const a = fround(1 + 2 ** -23);
    expect(fma32(2 ** -30, 2 ** -30, 1 + 2 ** -23)).toBe(a);
    expect(fma32(fround(2 ** -12 + 2 ** -35), 2 ** -12, 1)).toBe(fround(1 + 2 ** -23));
    expect(fma32(2 ** -12, 2 ** -12, 1)).toBe(1);
    expect(fma32(-(2 ** -12), 2 ** -12, 1 + 3 * 2 ** -23)).toBe(1 + 2 * 2 ** -23);
  });

  test("is the nearest float32 to the exact result on random operands", () => {
    let state = 1;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return fround((state / 2 ** 32 - 0.5) * 2 ** ((state % 61) - 30));
    };
    for (let i = 0; i < 3000; i++) {
      const [a, b, c] = [next(), next(), next()];
      const got = fma32(a, b, c);
      const wanted = exact(a * b) + exact(c);
      const distance = (value: number) => {
        const difference = exact(value) - wanted;
        return difference < 0n ? -difference : difference;
      };
      const step = 2 ** (Math.floor(Math.log2(Math.abs(got))) - 24);
      expect(distance(got) <= distance(fround(got + 2 * step)), `${a} * ${b} + ${c}`).toBe(true);
      expect(distance(got) <= distance(fround(got - 2 * step)), `${a} * ${b} + ${c}`).toBe(true);
    }
  });

  test("keeps infinities and NaN", () => {
    expect(fma32(Number.POSITIVE_INFINITY, 1, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(fma32(Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY)).toBeNaN();
  });
});

test("fma64 compensates the rounding of the product", () => {
  const a = 1 + 2 ** -30;
  expect(a * a - 1 - 2 ** -29).toBe(0);
  expect(fma64(a, a, -1 - 2 ** -29)).toBe(2 ** -60);
  expect(fma64(1e300, 0.5, 1)).toBe(5e299);
});

test("log32 and sincos32 stay within 2 units of the last place of the true values", () => {
  const uniforms = Float32Array.from({ length: MOST_AT_ONCE }, (_, i) => (i + 1) / MOST_AT_ONCE);
  const logarithms = uniforms.slice();
  log32(logarithms, MOST_AT_ONCE);
  const angles = uniforms.map((u) => u * 2 * Math.PI);
  const [sines, cosines] = [angles.slice(), angles.slice()];
  sincos32(angles, sines, cosines, MOST_AT_ONCE);
  for (const [i, u] of uniforms.entries()) {
    const log = Math.log(u);
    expect(Math.abs(logarithms[i] - log)).toBeLessThanOrEqual(Math.abs(log) * 2 ** -22);
    expect(Math.abs(sines[i] - Math.sin(angles[i]))).toBeLessThanOrEqual(2 ** -22);
    expect(Math.abs(cosines[i] - Math.cos(angles[i]))).toBeLessThanOrEqual(2 ** -22);
  }
});
