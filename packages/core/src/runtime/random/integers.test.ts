import { describe, expect, test } from "vitest";
import { halfToFloat } from "../../dtype/half.ts";
import { Generator } from "../generator.ts";
import { randint, randomIntegers, randperm, randpermNumbers } from "./integers.ts";
import { rand } from "./uniform.ts";

// The numbers are recorded from PyTorch 1.13 on the cpu.

describe("randint", () => {
  test("every dtype", () => {
    const generator = new Generator(0);
    expect(randint(generator, "int64", 8, 0, 10)).toEqual(BigInt64Array.of(4n, 9n, 3n, 0n, 3n, 9n, 7n, 3n));
    expect(randint(generator, "int64", 6, -5, 5)).toEqual(BigInt64Array.of(2n, -2n, -4n, 1n, 1n, 4n));
    expect(randint(generator, "int64", 4, 0, 2 ** 31)).toEqual(
      BigInt64Array.of(1682652230n, 243580376n, 1991416408n, 1171049868n),
    );
    expect(randint(generator, "int64", 4, 0, 2 ** 40)).toEqual(
      BigInt64Array.of(251159659201n, 991330716199n, 375723641006n, 379644119889n),
    );
    expect(randint(generator, "int32", 12, 0, 2)).toEqual(Int32Array.of(1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1));
    expect(randint(generator, "float32", 4, 0, 7)).toEqual(Float32Array.of(1, 4, 4, 0));
  });

  test("takes two words a number from a range of 2^32 on", () => {
    const generator = new Generator(0);
    expect(randint(generator, "int64", 3, 0, 2 ** 32)).toEqual(BigInt64Array.of(2546248239n, 3626093760n, 3684848379n));
    expect(randint(generator, "int64", 3, 0, 2 ** 32 - 1)).toEqual(
      BigInt64Array.of(2340255427n, 3638918503n, 1819583497n),
    );
    expect(randint(generator, "int64", 3, -(2n ** 62n), 2n ** 62n)).toEqual(
      BigInt64Array.of(-2332338131407646443n, 2478904981663889188n, 876858701620395078n),
    );
    expect(randint(generator, "int64", 3, 3, 4)).toEqual(BigInt64Array.of(3n, 3n, 3n));
    expect(rand(generator, "float32", 1)).toEqual(Float32Array.of(0.16102945804595947));
  });

  test("reaches the end of the dtype where there is no upper bound", () => {
    expect(randint(new Generator(3), "int8", 3, 1, null)).toEqual(Int8Array.of(15, 36, 46));
    expect(randint(new Generator(3), "int64", 2, -(2n ** 63n), null)).toEqual(
      BigInt64Array.of(-8286316095047268712n, -5383722427978684797n),
    );
  });

  test("rounds bounds that a float cannot hold into the range, and each number once", () => {
    expect(randint(new Generator(3), "float32", 3, -(2 ** 40), 2 ** 60)).toEqual(
      Float32Array.of(9.370466214247137e17, 3.808726489277399e17, 7.545541482124411e17),
    );
    const halves = randint(new Generator(3), "float16", 3, -60000, 60000) as Uint16Array;
    expect(Array.from(halves, halfToFloat)).toEqual([-50016, -57920, -16992]);
  });

  test("bad bounds are refused", () => {
    const generator = new Generator(0);
    expect(() => randint(generator, "int64", 2, 3, 3)).toThrow(
      "random_ expects 'from' to be less than 'to', but got from=3 >= to=3",
    );
    expect(() => randint(generator, "int8", 2, 0, 129)).toThrow("to - 1 is out of bounds for signed char");
    expect(() => randint(generator, "uint8", 2, -1, 5)).toThrow("from is out of bounds for unsigned char");
    expect(() => randint(generator, "bool", 2, 0, 3)).toThrow("to - 1 is out of bounds for bool");
    expect(() => randint(generator, "int64", 2, 0, 1.5)).toThrow("'to' to be an integer");
  });
});

test("randomIntegers covers each dtype's range", () => {
  const generator = new Generator(0);
  expect(randomIntegers(generator, "float32", 3)).toEqual(Float32Array.of(8325664, 12888472, 1484222));
  expect(randomIntegers(generator, "int64", 3)).toEqual(
    BigInt64Array.of(6350582077163746115n, 6602931244009092803n, 6405663928159085577n),
  );
  expect(randomIntegers(generator, "int32", 3)).toEqual(Int32Array.of(530702035, 626610453, 1650906866));
  expect(randomIntegers(generator, "uint8", 3)).toEqual(Uint8Array.of(36, 87, 70));
  expect(randomIntegers(generator, "bool", 5)).toEqual(Uint8Array.of(0, 0, 0, 0, 1));
  expect(randomIntegers(generator, "float64", 2)).toEqual(Float64Array.of(4079079958135762, 1592468560659571));
  expect(randomIntegers(generator, "int16", 2)).toEqual(Int16Array.of(24152, 2897));
  expect(randomIntegers(new Generator(3), "int8", 3)).toEqual(Int8Array.of(106, 24, 121));
  const halves = randomIntegers(new Generator(3), "float16", 3) as Uint16Array;
  expect(Array.from(halves, halfToFloat)).toEqual([379, 896, 1705]);
});

describe("randperm", () => {
  test("draws n - 1 words", () => {
    const generator = new Generator(0);
    expect(randperm(generator, 1)).toEqual(BigInt64Array.of(0n));
    expect(randperm(generator, 2)).toEqual(BigInt64Array.of(0n, 1n));
    expect(randpermNumbers(generator, 10)).toEqual([9, 3, 2, 4, 7, 1, 0, 8, 6, 5]);
    expect(randperm(generator, 0)).toEqual(new BigInt64Array(0));
    expect(randpermNumbers(generator, 33).slice(0, 8)).toEqual([20, 19, 18, 12, 32, 9, 24, 21]);
    expect(rand(generator, "float32", 1)).toEqual(Float32Array.of(0.584592342376709));
  });

  test("other dtypes", () => {
    expect(randperm(new Generator(3), 5, "int32")).toEqual(Int32Array.of(1, 0, 3, 4, 2));
    const halves = randperm(new Generator(3), 5, "float16") as Uint16Array;
    expect(Array.from(halves, halfToFloat)).toEqual([1, 0, 3, 4, 2]);
    expect(() => randperm(new Generator(3), 5, "bool")).toThrow("\"randperm\" not implemented for 'Bool'");
  });

  test("bad lengths are refused", () => {
    expect(() => randperm(new Generator(0), -1)).toThrow("Trying to create tensor with negative dimension -1: [-1]");
    expect(() => randperm(new Generator(0), 1.5)).toThrow("must be an integer");
  });
});
