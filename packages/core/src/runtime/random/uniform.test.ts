import { describe, expect, test } from "vitest";
import { halfToFloat } from "../../dtype/half.ts";
import { Generator } from "../generator.ts";
import { rand, uniform } from "./uniform.ts";

// The numbers are recorded from PyTorch 1.13 on the cpu.

describe("rand", () => {
  test("float32", () => {
    const generator = new Generator(0);
    expect(rand(generator, "float32", 1)).toEqual(Float32Array.of(0.49625658988952637));
    expect(rand(generator, "float32", 3)).toEqual(
      Float32Array.of(0.7682217955589294, 0.08847743272781372, 0.13203048706054688),
    );
  });

  test("float64 takes two words a number", () => {
    const generator = new Generator(0);
    expect(rand(generator, "float64", 5)).toEqual(
      Float64Array.of(
        0.9700530018065531,
        0.707819864399788,
        0.45938294312745087,
        0.9207476841219603,
        0.6450241201227648,
      ),
    );
    expect(rand(generator, "float32", 1)).toEqual(Float32Array.of(0.3488934636116028));
  });

  test("float16 stays below 1", () => {
    const values = Array.from(rand(new Generator(3), "float16", 20000) as Uint16Array, halfToFloat);
    expect(values.slice(0, 3)).toEqual([0.9267578125, 0.82421875, 0.62158203125]);
    expect(Math.max(...values)).toBe(2047 / 2048);
  });

  test("other dtypes are refused", () => {
    expect(() => rand(new Generator(0), "int64", 1)).toThrow("\"check_uniform_bounds\" not implemented for 'Long'");
  });
});

describe("uniform", () => {
  test("float32 rounds the bounds first and the result once", () => {
    const generator = new Generator(0);
    expect(uniform(generator, "float32", 7, -1, 1)).toEqual(
      Float32Array.of(
        -0.007486820220947266,
        0.5364435911178589,
        -0.8230451345443726,
        -0.7359390258789062,
        -0.3851543664932251,
        0.26815736293792725,
        -0.019813179969787598,
      ),
    );
    expect(uniform(generator, "float32", 3, 2, 5.5)).toEqual(
      Float32Array.of(5.137556552886963, 3.594697952270508, 4.213071823120117),
    );
    expect(uniform(generator, "float32", 4, -0.1, 0.3)).toEqual(
      Float32Array.of(0.03955738618969917, 0.06068692356348038, -0.09106969833374023, -0.032456424087285995),
    );
    expect(uniform(generator, "float64", 3, -2, 0.1)).toEqual(
      Float64Array.of(-1.2626739887727503, -0.7791840684040935, -1.3947046265140846),
    );
  });

  test("float16", () => {
    const values = uniform(new Generator(3), "float16", 3, -0.3, 1.7) as Uint16Array;
    expect(Array.from(values, halfToFloat)).toEqual([1.5537109375, 1.3486328125, 0.943359375]);
  });

  test("bounds out of order are refused", () => {
    expect(() => uniform(new Generator(0), "float32", 3, 2, 1)).toThrow(
      "uniform_ expects to return a [from, to) range, but found from=2 > to=1",
    );
  });
});
