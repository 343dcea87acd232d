import { describe, expect, test } from "vitest";
import { floatToHalf, halfToFloat, roundToHalf } from "./half.ts";

describe("halfToFloat", () => {
  test.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
    [0xffff, Number.NaN],
  ])("bits %i are %d", (bits, value) => {
    expect(halfToFloat(bits)).toBe(value);
  });
});

describe("floatToHalf", () => {
  test("gives back every bit pattern", () => {
    const changed: number[] = [];
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = halfToFloat(bits);
      const expected = Number.isNaN(value) ? 0x7e00 : bits;
      if (floatToHalf(value) !== expected) changed.push(bits);
    }
    expect(changed).toEqual([]);
  });

  test("rounds between every two neighbours to the nearest, ties to the even bit pattern", () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x7bff; bits++) {
      const low = halfToFloat(bits);
      const middle = (low + halfToFloat(bits + 1)) / 2;
      const gap = middle * 2 ** -52;
      const even = bits + (bits & 1);
      if (floatToHalf(middle) !== even || floatToHalf(-middle) !== (even | 0x8000)) wrong.push(bits);
      if (floatToHalf(middle - gap) !== bits || floatToHalf(middle + gap) !== bits + 1) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  test("rounds once: not through float32", () => {
    // 1 + 2^-11 is a tie between 1 and the next float16; the last term decides, and float32 would lose it.
    expect(floatToHalf(1 + 2 ** -11 + 2 ** -40)).toBe(0x3c01);
    expect(floatToHalf(Math.fround(1 + 2 ** -11 + 2 ** -40))).toBe(0x3c00);
  });

  test("overflows to infinity from 65520 on, and underflows to a signed zero", () => {
    expect(floatToHalf(65519.99)).toBe(0x7bff);
    expect(floatToHalf(65520)).toBe(0x7c00);
    expect(floatToHalf(-1e300)).toBe(0xfc00);
    expect(floatToHalf(2 ** -25)).toBe(0);
    expect(floatToHalf(2 ** -25 * (1 + 2 ** -52))).toBe(1);
    expect(floatToHalf(-5e-324)).toBe(0x8000);
    expect(floatToHalf(Number.NaN)).toBe(0x7e00);
    expect(floatToHalf(Number.NEGATIVE_INFINITY)).toBe(0xfc00);
  });
});

test("roundToHalf", () => {
  expect(roundToHalf(0.1)).toBe(0.0999755859375);
  expect(roundToHalf(2049)).toBe(2048);
  expect(roundToHalf(-0)).toBe(-0);
  expect(roundToHalf(70000)).toBe(Number.POSITIVE_INFINITY);
});
