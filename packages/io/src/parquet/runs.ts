/**
 * Runs of small numbers, in which Parquet has levels and places in dictionaries: some bits each, or one number many times. They
 * are gone through before hyparquet does, which believes every count.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#run-length-encoding--bit-packing-hybrid-rle--3
 */
import { bits } from "../compression/bits.ts";
import type { Content } from "../compression/content.ts";
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
}

/**
 * Goes through runs of `count` numbers of `width` bits.
 *
 * @param look is given each number, with how many came before it; of equal ones in a row the first.
 * @throws FormatError if there are fewer, or a run is of more than are left.
 */
export function readRuns(
  content: Content,
  width: number,
  count: number,
  wanted: number,
  look?: (value: number, i: number) => void,
): Runs {
  let seen = 0;
  let [most, equal, firstOther] = [-1, 0, -1];
  const next = (): number => nextOf(content);
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
    const end = Math.min(count, seen + 8 * times);
    if (width === 0 ? 8 * times > count - seen + 7 : times * width > content.left) throw damaged();
    if (width === 0) while (seen < end) add(0, 1);
    for (let left = times * width; left > 0; ) {
      const part = content.some(width, left);
      left -= part.length;
      for (let bit = 0; bit < 8 * part.length && seen < end; bit += width) add(bits(part, bit, width), 1);
    }
  }
  return { most, wanted: equal, firstOther };
}

function nextOf(content: Content): number {
  if (content.left === 0) throw damaged();
  return content.next();
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
export function readDifferences(content: Content, count: number, each?: (value: bigint, i: number) => void): void {
  const next = (): number => nextOf(content);
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
    if (content.left < miniblocks) throw damaged();
    const widths = content.some(miniblocks, miniblocks).slice();
    for (let i = 0; i < miniblocks && seen < count; i++, seen += perMiniblock) {
      const width = widths[i];
      if (width > 64) throw damaged();
      const size = (perMiniblock / 8) * width;
      // The last one may end with the word that its last number is in.
      const length = Math.min(size, content.left);
      if (length < 4 * Math.ceil((Math.min(perMiniblock, count - seen) * width) / 32)) throw damaged();
      if (each === undefined || length === 0) {
        content.skip(length);
        continue;
      }
      const part = content.some(length, length);
      for (let k = 0; k < perMiniblock && seen + k < count; k++) {
        value = BigInt.asIntN(64, value + least + wideBits(part, k * width, width));
        each(value, seen + k);
      }
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
