import type { DType, HostArray } from "../../dtype/dtype.ts";
import { floatToHalf, roundToHalf } from "../../dtype/half.ts";
import { ValueError } from "../../errors.ts";
import type { Generator } from "../generator.ts";
import { fill, fillFromUniforms, requireDType } from "./fill.ts";
import { fma32, log32, MOST_AT_ONCE, sincos32 } from "./float-math.ts";

const fround = Math.fround;

/** The smallest array that is filled block by block. */
const BLOCK = 16;
const HALF_BLOCK = 8;

/**
 * `length` normal numbers. From 16 elements on, contiguous outputs are filled in blocks of 16 uniforms; shorter and
 * non-contiguous ones take one number at a time and share its pairs with later calls.
 *
 * @param contiguous whether the tensor to fill is contiguous; the numbers are in memory order either way
 * @throws ValueError where std < 0
 * @throws DTypeError for a dtype that is not floating
 * @example normal(new Generator(0), "float32", 3, 0, 1) // [1.5409961, -0.2934289, -2.1787894]
 */
export function normal(
  generator: Generator,
  dtype: DType,
  length: number,
  mean = 0,
  std = 1,
  contiguous = true,
): HostArray {
  requireDType("normal_kernel_cpu", dtype);
  if (!(std >= 0)) throw new ValueError(`normal expects std >= 0.0, but found std ${std}`);
  if (length < BLOCK || !contiguous) return fill(dtype, length, () => generator.standardNormal() * std + mean);
  if (dtype === "float64") return normalBlocks64(generator, length, mean, std);
  if (dtype === "float16") return normalBlocks16(generator, length, mean, std);
  return normalBlocks32(generator, length, mean, std);
}

/**
 * `length` numbers whose logarithm is normal, each from one float64 normal.
 *
 * @throws ValueError where std <= 0
 * @throws DTypeError for a dtype that is not floating
 */
export function logNormal(generator: Generator, dtype: DType, length: number, mean = 1, std = 2): HostArray {
  requireDType("log_normal_cpu", dtype);
  if (!(std > 0)) throw new ValueError(`log_normal_ expects std > 0.0, but found std=${std}`);
  return fill(dtype, length, () => Math.exp(generator.standardNormal() * std + mean));
}

function normalBlocks32(generator: Generator, length: number, mean: number, std: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(length);
  const mean32 = fround(mean);
  const std32 = fround(std);
  fillBlocks(
    out,
    (part) => uniforms(generator, part, 24),
    (start, end) => transform32(out, start, end, mean32, std32),
  );
  return out;
}

/**
 * Turns uniforms into normals in place, some blocks at a time. The last 16 are drawn afresh, over part of the block before
 * them.
 */
function fillBlocks<A extends Float32Array | Float64Array>(
  out: A,
  draw: (part: A) => void,
  transform: (start: number, end: number) => void,
): void {
  const { length } = out;
  draw(out);
  const whole = length - (length % BLOCK);
  for (let start = 0; start < whole; start += 2 * MOST_AT_ONCE)
    transform(start, Math.min(start + 2 * MOST_AT_ONCE, whole));
  if (whole === length) return;
  draw(out.subarray(length - BLOCK) as A);
  transform(length - BLOCK, length);
}

/** Fills an array with numbers uniform on [0, 1), each of so many bits from one word. */
function uniforms(generator: Generator, { buffer, byteOffset, length }: Float32Array, bits: number): void {
  const words = new Uint32Array(buffer, byteOffset, length);
  const out = new Float32Array(buffer, byteOffset, length);
  generator.words(words);
  for (let i = 0; i < length; i++) out[i] = (words[i] & (2 ** bits - 1)) * 2 ** -bits;
}

/** Calls `pair` with the places of both uniforms of each pair, and its number. */
function forPairs(start: number, end: number, pair: (first: number, second: number, k: number) => void): void {
  let k = 0;
  for (let block = start; block < end; block += BLOCK)
    for (let j = block; j < block + HALF_BLOCK; j++) pair(j, j + HALF_BLOCK, k++);
}

const radii = new Float32Array(MOST_AT_ONCE);
const angles = new Float32Array(MOST_AT_ONCE);
const sines = new Float32Array(MOST_AT_ONCE);
const cosines = new Float32Array(MOST_AT_ONCE);
const TWO_PI_32 = fround(2 * Math.PI);

/** Box-Muller on blocks of 16 uniforms in place, every step rounded to float32. */
function transform32(values: Float32Array, start: number, end: number, mean: number, std: number): void {
  const count = (end - start) / 2;
  for (let k = 0; k < count; k++) {
    const first = start + k + (k & -HALF_BLOCK);
    radii[k] = 1 - values[first];
    angles[k] = TWO_PI_32 * values[first + HALF_BLOCK];
  }
  log32(radii, count);
  sincos32(angles, sines, cosines, count);
  for (let k = 0; k < count; k++) {
    const first = start + k + (k & -HALF_BLOCK);
    const radius = fround(Math.sqrt(fround(-2 * radii[k])));
    values[first] = fma32(fround(radius * cosines[k]), std, mean);
    values[first + HALF_BLOCK] = fma32(fround(radius * sines[k]), std, mean);
  }
}

function normalBlocks64(generator: Generator, length: number, mean: number, std: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(length);
  fillBlocks(
    out,
    (part) => part.set(fillFromUniforms(generator, "float64", part.length, () => undefined) as Float64Array),
    (start, end) => transform64(out, start, end, mean, std),
  );
  return out;
}

function transform64(values: Float64Array, start: number, end: number, mean: number, std: number): void {
  forPairs(start, end, (first, second) => {
    const radius = Math.sqrt(-2 * Math.log(1 - values[first]));
    const angle = 2 * Math.PI * values[second];
    values[first] = radius * Math.cos(angle) * std + mean;
    values[second] = radius * Math.sin(angle) * std + mean;
  });
}

function normalBlocks16(generator: Generator, length: number, mean: number, std: number): Uint16Array<ArrayBuffer> {
  const values = new Float32Array(length);
  const mean16 = roundToHalf(mean);
  const std16 = roundToHalf(std);
  fillBlocks(
    values,
    (part) => uniforms(generator, part, 11),
    (start, end) => transform16(values, start, end, mean16, std16),
  );
  return Uint16Array.from(values, floatToHalf);
}

/** As transform32, but every variable holds a float16. */
function transform16(values: Float32Array, start: number, end: number, mean: number, std: number): void {
  forPairs(start, end, (first, second) => {
    const u1 = roundToHalf(1 - values[first]);
    const radius = roundToHalf(fround(Math.sqrt(fround(-2 * fround(Math.log(u1))))));
    const angle = roundToHalf(2 * Math.PI * values[second]);
    values[first] = roundToHalf(fma32(fround(radius * fround(Math.cos(angle))), std, mean));
    values[second] = roundToHalf(fma32(fround(radius * fround(Math.sin(angle))), std, mean));
  });
}
