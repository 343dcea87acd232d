/**
 * Runs of small numbers, in which Parquet has levels and places in dictionaries: some bits each, or one number many times. They
 * are gone through before hyparquet does, which believes every count.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#run-length-encoding--bit-packing-hybrid-rle--3
 */
import { bits } from "../compression/bits.ts";
import { FormatError } from "../errors.ts";

const damaged = (): FormatError =>
  new FormatError("the Parquet file is damaged: a page has not as many values as it says");

export interface Runs {
  /** The largest of the numbers; −1 where there are none. */
  readonly most: number;
  /** How many are `wanted`. */
  readonly wanted: number;
  /** Where the first other one is; −1 where there is none. */
  readonly firstOther: number;
  readonly end: number;
}

/**
 * Goes through runs of `count` numbers of `width` bits.
 *
 * @param look is given each number, with how many came before it; of equal ones in a row the first.
 * @throws FormatError if there are fewer, or a run is of more than are left.
 */
export function readRuns(
  bytes: Uint8Array,
  start: number,
  width: number,
  count: number,
  wanted: number,
  look?: (value: number, i: number) => void,
): Runs {
  let at = start;
  let seen = 0;
  let [most, equal, firstOther] = [-1, 0, -1];
  const next = (): number => {
    if (at >= bytes.length) throw damaged();
    return bytes[at++];
  };
  const add = (value: number, times: number): void => {
    look?.(value, seen);
    most = Math.max(most, value);
    if (value === wanted) equal += times;
    else if (firstOther < 0) firstOther = seen;
    seen += times;
  };
  if (width > 31) throw damaged();
  while (seen < count) {
    const header = varint(next);
    const times = Math.floor(header / 2);
    if (header % 2 === 0) {
      if (times > count - seen) throw damaged();
      let value = 0;
      for (let i = 0; i < width; i += 8) value += next() * 2 ** i;
      if (times > 0) add(value, times);
      continue;
    }
    // Groups of eight, the last of which may be filled up.
    const left = count - seen;
    if (times > bytes.length || (width === 0 && 8 * times > left + 7)) throw damaged();
    if (at + times * width > bytes.length) throw damaged();
    for (let i = 0, bit = 8 * at; i < Math.min(left, 8 * times); i++, bit += width) add(bits(bytes, bit, width), 1);
    at += times * width;
  }
  return { most, wanted: equal, firstOther, end: at };
}

function varint(next: () => number): number {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = next();
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) {
      if (value >= 2 ** 31) break;
      return value;
    }
  }
  throw damaged();
}

/**
 * Goes through `count` numbers that are written as differences.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#delta-encoding-delta_binary_packed--5
 *
 * @param each is given them, modulo 2⁶⁴.
 * @throws FormatError if there are fewer.
 */
export function readDifferences(
  bytes: Uint8Array,
  start: number,
  count: number,
  each?: (value: bigint, i: number) => void,
): void {
  let at = start;
  const next = (): number => {
    if (at >= bytes.length) throw damaged();
    return bytes[at++];
  };
  /** A number of up to 64 bits, with its sign in the lowest; made only where it is asked for. */
  const signed = (): bigint => {
    let value = 0n;
    for (let i = 0; ; i++) {
      const byte = next();
      if (each !== undefined) value |= BigInt(byte & 127) << BigInt(7 * i);
      if (byte < 128) return (value >> 1n) ^ -(value & 1n);
      if (i === 9) throw damaged();
    }
  };
  const block = varint(next);
  const miniblocks = varint(next);
  const perMiniblock = block / miniblocks;
  // Writers take blocks of 128 or 256 numbers.
  if (!Number.isInteger(perMiniblock) || perMiniblock === 0 || perMiniblock % 8 !== 0 || block > 1 << 16)
    throw damaged();
  varintOf64(next);
  let value = signed();
  each?.(value, 0);
  for (let seen = 1; seen < count; ) {
    const least = signed();
    const widths = bytes.subarray(at, at + miniblocks);
    if (widths.length < miniblocks) throw damaged();
    at += miniblocks;
    for (let i = 0; i < miniblocks && seen < count; i++, seen += perMiniblock) {
      const width = widths[i];
      if (width > 64) throw damaged();
      const end = at + (perMiniblock / 8) * width;
      // The last one may end where its last number does.
      if (end > bytes.length && seen + perMiniblock < count) throw damaged();
      for (let k = 0; each !== undefined && k < perMiniblock && seen + k < count; k++) {
        value = BigInt.asIntN(64, value + least + wideBits(bytes, 8 * at + k * width, width));
        each(value, seen + k);
      }
      at = end;
    }
  }
}

function varintOf64(next: () => number): void {
  for (let i = 0; next() >= 128; i++) if (i === 9) throw damaged();
}

/** Up to 64 bits from a place on. */
function wideBits(bytes: Uint8Array, bit: number, width: number): bigint {
  let value = 0n;
  for (let got = 0; got < width; got += 31)
    value |= BigInt(bits(bytes, bit + got, Math.min(31, width - got))) << BigInt(got);
  return value;
}
