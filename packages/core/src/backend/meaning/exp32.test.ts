import { expect, test } from "vitest";
import { exp32 } from "./exp32.ts";

test("agrees with PyTorch's float32 exp where a correctly rounded result does not", () => {
  // torch.exp(torch.tensor([4.])) is 54.598152160644531 on CPUs with AVX2; the nearest float32 is 54.598148345947266.
  expect(exp32(4)).toBe(54.598152160644531);
  expect(Math.fround(Math.exp(4))).toBe(54.598148345947266);
});

test("ends of the range", () => {
  expect([exp32(0), exp32(-0), exp32(Number.NEGATIVE_INFINITY), exp32(Number.POSITIVE_INFINITY)]).toEqual([
    1,
    1,
    0,
    Number.POSITIVE_INFINITY,
  ]);
  expect(exp32(Number.NaN)).toBeNaN();
  expect(exp32(89)).toBe(Number.POSITIVE_INFINITY);
  expect(exp32(-104)).toBe(0);
  expect(exp32(-103)).toBeGreaterThan(0);
});
