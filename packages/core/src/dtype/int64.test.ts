import { expect, test } from "vitest";
import { asNumbers, halvesOf, numberAt, storeNumber } from "./int64.ts";

const integers = [
  0,
  1,
  -1,
  7,
  -(2 ** 31),
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  -(2 ** 32),
  2 ** 40 + 3,
  1 - 2 ** 53,
  2 ** 53 - 1,
];

test("numbers are stored as the int64 of their value", () => {
  const host = new BigInt64Array(integers.length + 1).subarray(1);
  const halves = halvesOf(host);
  for (const [i, value] of integers.entries()) storeNumber(halves, i, value);
  expect(host).toEqual(BigInt64Array.from(integers, BigInt));
});

test("elements are read as the nearest numbers", () => {
  const exact = [
    ...integers.map(BigInt),
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 53n + 1n,
    2n ** 53n + 3n,
    2n ** 62n + 257n,
  ];
  const host = BigInt64Array.from(exact);
  expect(asNumbers(host)).toEqual(Float64Array.from(exact, Number));
  expect(numberAt(halvesOf(host), 4)).toBe(-(2 ** 31));
  const small = Int8Array.of(1, -2);
  expect(asNumbers(small)).toBe(small);
});
