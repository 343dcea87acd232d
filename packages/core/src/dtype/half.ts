const doubles = new Float64Array(1);
const words = new Uint32Array(doubles.buffer);
// Word order of a float64 on this machine: typed arrays have the platform's endianness.
doubles[0] = 1;
const highWord = words[1] === 0x3ff00000 ? 1 : 0;
const lowWord = 1 - highWord;

/** The value of every bit pattern, made when the first is asked for. */
let decoded: Float32Array | undefined;

function decodeAll(): Float32Array {
  const table = new Float32Array(0x10000);
  for (let bits = 0; bits < 0x8000; bits++) {
    const exponent = bits >>> 10;
    const fraction = bits & 0x3ff;
    let value: number;
    if (exponent === 0) value = fraction * 2 ** -24;
    else if (exponent < 31) value = (1024 + fraction) * 2 ** (exponent - 25);
    else value = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    table[bits] = value;
    table[bits | 0x8000] = -value;
  }
  return table;
}

/**
 * The value of a float16 bit pattern (IEEE 754 binary16).
 *
 * @param bits an integer in [0, 65535]
 * @example halfToFloat(0x3e00) // 1.5
 */
export function halfToFloat(bits: number): number {
  decoded ??= decodeAll();
  return decoded[bits];
}

/**
 * The bit pattern of the float16 nearest to `value`, ties to the even one. The float64 is rounded once, not through
 * float32. From 65520 on the result is infinity; NaN gives 0x7e00.
 *
 * @example floatToHalf(1.5) // 0x3e00
 */
export function floatToHalf(value: number): number {
  doubles[0] = value;
  const high = words[highWord];
  const sign = (high >>> 16) & 0x8000;
  const exponent = ((high >>> 20) & 0x7ff) - 1023;
  if (exponent >= -14 && exponent < 16) {
    const kept = ((exponent + 15) << 10) | ((high & 0xfffff) >>> 10);
    const dropped = high & 0x3ff;
    const tie = dropped === 0x200 && words[lowWord] === 0;
    const up = tie ? kept & 1 : dropped >>> 9;
    // A carry out of the fraction increments the exponent, up to and including infinity.
    return sign | (kept + up);
  }
  if (exponent < -14) {
    // Subnormals are multiples of 2^-24; adding and subtracting 2^52 rounds to an integer, ties to even.
    const scaled = Math.abs(value) * 2 ** 24;
    return sign | (scaled + 2 ** 52 - 2 ** 52);
  }
  return Number.isNaN(value) ? 0x7e00 : sign | 0x7c00;
}

/**
 * The float16 nearest to `value`, as a number.
 *
 * @example roundToHalf(0.1) // 0.0999755859375
 */
export function roundToHalf(value: number): number {
  return halfToFloat(floatToHalf(value));
}
