import { describe, expect, test } from "vitest";
import { fma32, fma64, log32, sincos32 } from "./float-math.ts";

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
  const out = new Float32Array(2);
  for (let i = 1; i <= 4096; i++) {
    const u = fround(i / 4096);
    const log = Math.log(u);
    expect(Math.abs(log32(u) - log)).toBeLessThanOrEqual(Math.abs(log) * 2 ** -22);
    const angle = fround(u * 2 * Math.PI);
    sincos32(angle, out);
    expect(Math.abs(out[0] - Math.sin(angle))).toBeLessThanOrEqual(2 ** -22);
    expect(Math.abs(out[1] - Math.cos(angle))).toBeLessThanOrEqual(2 ** -22);
  }
});
