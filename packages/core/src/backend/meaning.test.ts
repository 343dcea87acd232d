import { describe, expect, test } from "vitest";
import { dtypes } from "../dtype/dtype.ts";
import {
  binaryMeaning,
  castArgument,
  castValue,
  digamma,
  erf,
  erfc,
  erfinv,
  lgamma,
  nextafterOf,
  polygamma,
  roundTo,
  scalarMeaning,
  unaryMeaning,
} from "./meaning.ts";
import { binaryOps, compareOps, unaryOps } from "./scalar.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

function expectRelative(got: number, want: number, tolerance = 1e-14): void {
  expect(Math.abs(got - want) / Math.abs(want), `${got} against ${want}`).toBeLessThan(tolerance);
}

// Reference values were computed with 30 digits.
describe("special functions", () => {
  test.each([
    [0.5, 0.5204998778130465],
    [1.25, 0.9229001282564582],
    [-2, -0.9953222650189527],
  ])("erf(%d)", (x, want) => expectRelative(erf(x), want));

  test.each([
    [0.5, 0.4795001221869535],
    [3, 2.209049699858544137e-5],
    [10, 2.088487583762544757e-45],
    [25, 8.300172571196522752e-274],
  ])("erfc(%d)", (x, want) => expectRelative(erfc(x), want));

  test("erf and erfc at the ends", () => {
    expect([erf(inf), erf(-inf), erf(nan), erf(-0)]).toEqual([1, -1, nan, -0]);
    expect([erfc(inf), erfc(-inf), erfc(nan)]).toEqual([0, 2, nan]);
  });

  test.each([
    [0.001, 0.000886227157466552123],
    [-0.75, -0.8134198475976185],
    [0.999999, 3.458910737275499],
    [1e-300, 8.86226925452758e-301],
  ])("erfinv(%d)", (y, want) => expectRelative(erfinv(y), want));

  test("erfinv at the ends", () => {
    expect([erfinv(1), erfinv(-1), erfinv(1.5), erfinv(nan), erfinv(-0)]).toEqual([inf, -inf, nan, nan, -0]);
  });

  test.each([
    [1e-10, 23.02585092988273524],
    [0.3, 1.095797994818075561],
    [1.00001, -5.772074402750482622e-6],
    [7.5, 7.534364236758732955],
    [123.25, 468.6144829505166442],
    [1e20, 4.505170185988091368e21],
    [-0.5, 1.265512123484645396],
    [-3.7, -1.379739904965824496],
    [-1e-200, 460.51701859880916],
  ])("lgamma(%d)", (x, want) => expectRelative(lgamma(x), want));

  test("lgamma at poles and zeros", () => {
    expect([lgamma(0), lgamma(-0), lgamma(-3), lgamma(inf), lgamma(-inf), lgamma(nan)]).toEqual([
      inf,
      inf,
      inf,
      inf,
      inf,
      nan,
    ]);
    expect([lgamma(1), lgamma(2)]).toEqual([0, 0]);
  });

  test.each([
    [0, 1e-5, -100000.5771992156729],
    [0, 0.25, -4.227453533376265408],
    [0, -1.5, 0.7031566406452431872],
    [0, 30, 3.384438132685524877],
    [1, 0.25, 17.19732915450711074],
    [1, 50, 0.02020133322669712581],
    [2, 3.5, -0.108204051641727403],
    [4, 0.125, -786445.9854310637858],
    [1, -1.5, 9.379246644989123754],
    [2, -2.25, 123.8969497740601656],
    [3, -7.7, 769.01731362157347],
    [4, 100, -6.1209999300119967e-8],
    [8, 1.4616, -1337.320244668274],
    [12, -2.3, 3004370635081333.6],
    [20, 11.5, -0.00015749217649049521],
    [33, 3.7, 4.1682587862179782e17],
  ])("polygamma(%d, %d)", (n, x, want) => expectRelative(polygamma(n, x), want));

  test("digamma and polygamma at poles and ends", () => {
    expect([digamma(0), digamma(-0), digamma(-1), digamma(-inf), digamma(inf)]).toEqual([-inf, inf, nan, nan, inf]);
    expect([polygamma(1, 0), polygamma(2, 0), polygamma(1, inf), polygamma(1, nan)]).toEqual([inf, -inf, 0, nan]);
    expect([polygamma(-1, 2), polygamma(1.5, 2), polygamma(inf, 2), polygamma(1e300, 2)]).toEqual([nan, nan, nan, nan]);
  });
});

describe("divisors", () => {
  test.each([
    ["int32", 12, 18, 6],
    ["int32", -12, 18, 6],
    ["int32", 0, -7, 7],
    ["int32", 0, 0, 0],
    ["int32", -(2 ** 31), 6, 2],
    ["int32", 1836311903, 1134903170, 1],
    ["uint8", 255, 85, 85],
    ["int8", -128, 96, 32],
  ] as const)("of %s: %d and %d", (dtype, x, y, want) => expect(scalarMeaning("gcd", dtype)(x, y)).toBe(want));

  test("the magnitude of the least integer wraps", () => {
    expect(scalarMeaning("gcd", "int8")(-128, 0)).toBe(-128);
    expect(scalarMeaning("gcd", "int32")(-(2 ** 31), -(2 ** 31))).toBe(-(2 ** 31));
    expect(scalarMeaning("gcd", "int64")(-(2n ** 63n), 0n)).toBe(-(2n ** 63n));
    expect(scalarMeaning("gcd", "int64")(-(2n ** 63n), 3n * 2n ** 40n)).toBe(2n ** 40n);
  });
});

describe("floats", () => {
  test("round goes half to even and keeps the sign of zero", () => {
    const inputs = [0.5, 1.5, 2.5, -0.5, -1.5, -0.2, 2 ** 52 + 1, inf, nan];
    expect(inputs.map(unaryMeaning.round)).toEqual([0, 2, 2, -0, -2, -0, 2 ** 52 + 1, inf, nan]);
  });

  test("pow as in C", () => {
    expect([
      binaryMeaning.pow(1, nan),
      binaryMeaning.pow(nan, 0),
      binaryMeaning.pow(-1, inf),
      binaryMeaning.pow(-1, -inf),
      binaryMeaning.pow(-8, 1 / 3),
      binaryMeaning.pow(-0, -3),
    ]).toEqual([1, 1, 1, 1, nan, -inf]);
  });

  test("max and min let NaN win and order the zeros; fmod has the dividend's sign", () => {
    const { max, min, fmod, copysign } = binaryMeaning;
    expect([max(nan, 1), max(1, nan), min(nan, -1), max(-0, 0), min(0, -0)]).toEqual([nan, nan, nan, 0, -0]);
    expect([fmod(-7, 3), fmod(7, -3), fmod(-6, 3), fmod(1, inf), fmod(1, 0)]).toEqual([-1, 1, -0, 1, nan]);
    expect([copysign(3, -0), copysign(-3, 0), copysign(0, -1)]).toEqual([-3, 3, -0]);
  });

  test("sign of NaN is 0, as in PyTorch", () => {
    expect([nan, -0, 2, -inf].map(unaryMeaning.sign)).toEqual([0, 0, 1, -1]);
  });

  test("nextafter steps by one bit of the dtype", () => {
    expect(nextafterOf("float64")(1, 2)).toBe(1 + Number.EPSILON);
    expect(nextafterOf("float32")(1, 0)).toBe(1 - 2 ** -24);
    expect(nextafterOf("float32")(0, -1)).toBe(-(2 ** -149));
    expect(nextafterOf("float16")(65504, inf)).toBe(inf);
    expect(nextafterOf("float64")(-1, 0)).toBe(-1 + 2 ** -53);
    expect([nextafterOf("float32")(nan, 1), nextafterOf("float32")(2, 2)]).toEqual([nan, 2]);
  });

  test("float16 and float32 operations round", () => {
    expect(scalarMeaning("add", "float16")(2048, 1)).toBe(2048);
    expect(scalarMeaning("add", "float32")(2 ** 24, 1)).toBe(2 ** 24);
    expect(scalarMeaning("exp", "float32")(1)).toBe(Math.fround(Math.E));
    const third = Math.fround(1 / 3);
    expect(scalarMeaning("fma", "float32")(third, 3, -1)).toBe(third * 3 - 1);
    expect(scalarMeaning("fma", "float16")(2 ** 11 + 2, 2 ** -11, 2 ** -12)).toBe(1 + 2 ** -10);
  });
});

describe("integers", () => {
  test("results wrap", () => {
    expect(scalarMeaning("mul", "int32")(65536, 65537)).toBe(65536);
    expect(scalarMeaning("neg", "int8")(-128)).toBe(-128);
    expect(scalarMeaning("sub", "uint8")(3, 5)).toBe(254);
    expect(scalarMeaning("abs", "int64")(-(2n ** 63n))).toBe(-(2n ** 63n));
    expect(scalarMeaning("add", "bool")(1, 1)).toBe(1);
    expect(scalarMeaning("not", "bool")(1)).toBe(0);
    expect(scalarMeaning("not", "uint8")(1)).toBe(254);
  });

  test("no operation gives a negative zero", () => {
    expect(scalarMeaning("neg", "int32")(0)).toBe(0);
    expect(scalarMeaning("div", "int16")(-1, 2)).toBe(0);
    expect(scalarMeaning("fmod", "int32")(-4, 2)).toBe(0);
  });

  test("pow is exact modulo 2^bits", () => {
    expect(scalarMeaning("pow", "int64")(3n, 40n)).toBe(12157665459056928801n - 2n ** 64n);
    expect(scalarMeaning("pow", "int32")(3, 20)).toBe(-808182895);
    expect([-1, 1, 2, 0].map((base) => scalarMeaning("pow", "int32")(base, -3))).toEqual([-1, 1, 0, 0]);
    expect(scalarMeaning("pow", "int64")(-1n, -2n)).toBe(1n);
  });

  test("shifts out of range", () => {
    expect(scalarMeaning("shl", "int32")(1, 32)).toBe(0);
    expect(scalarMeaning("shl", "int8")(1, 7)).toBe(-128);
    expect(scalarMeaning("shr", "int32")(-5, 40)).toBe(-1);
    expect(scalarMeaning("shr", "int64")(-5n, -1n)).toBe(-1n);
  });

  test("division by zero gives 0", () => {
    expect([scalarMeaning("div", "int32")(5, 0), scalarMeaning("fmod", "int64")(5n, 0n)]).toEqual([0, 0n]);
  });
});

describe("casts", () => {
  test("floats lose the fraction and wrap", () => {
    expect([-1.9, 300.5, nan, inf].map((x) => castValue(x, "float32", "uint8"))).toEqual([255, 44, 0, 0]);
    expect(castValue(2 ** 31 + 5, "float64", "int32")).toBe(-(2 ** 31) + 5);
    expect([1e18, -2.5, nan, 1e30].map((x) => castValue(x, "float64", "int64"))).toEqual([
      10n ** 18n,
      -2n,
      -(2n ** 63n),
      -(2n ** 63n),
    ]);
  });

  test("everything but zero is true", () => {
    expect([0, -0, nan, 0.5].map((x) => castValue(x, "float32", "bool"))).toEqual([0, 0, 1, 1]);
    expect(castValue(2n ** 40n, "int64", "bool")).toBe(1);
  });

  test("integers wrap to smaller ones", () => {
    expect(castValue(300, "int32", "int8")).toBe(44);
    expect(castValue(2n ** 33n - 1n, "int64", "int32")).toBe(-1);
    expect(castValue(-1, "int8", "uint8")).toBe(255);
  });

  test("int64 to float32 rounds once", () => {
    // Just above the middle of two float32; float64 would round to the middle, and then to even.
    expect(castValue(2n ** 60n + 2n ** 36n + 1n, "int64", "float32")).toBe(2 ** 60 + 2 ** 37);
    expect(castValue(-(2n ** 63n), "int64", "float32")).toBe(-(2 ** 63));
    expect(castValue(16777217n, "int64", "float32")).toBe(16777216);
  });

  test("arguments", () => {
    expect(castArgument(0.1, "float32")).toBe(Math.fround(0.1));
    expect(castArgument(2n ** 62n, "int64")).toBe(2n ** 62n);
    expect(castArgument(-1.5, "int64")).toBe(-1n);
    expect(castArgument(2n, "float16")).toBe(2);
  });
});

test("every operation has a meaning in every dtype, whose result is a value of the dtype", () => {
  for (const dtype of dtypes) {
    const [a, b] = dtype === "int64" ? [5n, 1n] : dtype === "bool" ? [1, 1] : [5, 1];
    const round = dtype === "int64" ? BigInt : roundTo(dtype);
    for (const op of unaryOps) {
      const result = scalarMeaning(op, dtype)(a);
      // asin(5) and others are NaN.
      if (!Number.isNaN(result)) expect(round(Number(result)), `${op} ${dtype}`).toEqual(result);
    }
    for (const op of binaryOps) {
      const result = scalarMeaning(op, dtype)(b, a);
      expect(round(Number(result)), `${op} ${dtype}`).toEqual(result);
    }
    for (const op of compareOps) expect([0, 1]).toContain(scalarMeaning(op, dtype)(a, b));
  }
});
