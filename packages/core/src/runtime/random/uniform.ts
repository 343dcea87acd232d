import type { DType, HostArray } from "../../dtype/dtype.ts";
import { floatToHalf, roundToHalf } from "../../dtype/half.ts";
import { ValueError } from "../../errors.ts";
import type { Generator } from "../generator.ts";
import { requireDType } from "./fill.ts";
import { fma32, fma64 } from "./float-math.ts";

/**
 * `length` numbers uniform on [0, 1): multiples of 2^-24 for float32, 2^-53 for float64, 2^-11 for float16.
 *
 * @throws DTypeError for a dtype that is not floating
 * @example rand(new Generator(0), "float32", 2) // [0.4962566, 0.7682218]
 */
export function rand(generator: Generator, dtype: DType, length: number): HostArray {
  return uniform(generator, dtype, length, 0, 1);
}

/**
 * `length` numbers uniform on [from, to).
 *
 * @throws ValueError where from > to
 * @throws DTypeError for a dtype that is not floating
 */
export function uniform(generator: Generator, dtype: DType, length: number, from = 0, to = 1): HostArray {
  requireDType("check_uniform_bounds", dtype);
  if (!(from <= to)) {
    throw new ValueError(`uniform_ expects to return a [from, to) range, but found from=${from} > to=${to}`);
  }
  if (dtype === "float64") {
    const out = new Float64Array(length);
    for (let i = 0; i < length; i++) out[i] = fma64(generator.uniform53(), to - from, from);
    return out;
  }
  const half = dtype === "float16";
  const round = half ? roundToHalf : Math.fround;
  const base = round(from);
  const width = round(round(to) - base);
  if (half) {
    const out = new Uint16Array(length);
    for (let i = 0; i < length; i++) out[i] = floatToHalf(uniform11(generator) * width + base);
    return out;
  }
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) out[i] = fma32(generator.uniform24(), width, base);
  return out;
}

/** As many bits as a float16 holds, from one word, so that rounding cannot reach 1. */
function uniform11(generator: Generator): number {
  return (generator.random() & 0x7ff) * 2 ** -11;
}
