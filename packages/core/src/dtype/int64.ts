/**
 * 64-bit integers as numbers, read and written by their halves (of which platforms with typed arrays store the low one
 * first): a BigInt for each element takes ten times as long, and more where it meets numbers.
 */
import type { HostArray } from "./dtype.ts";

const TWO_32 = 2 ** 32;

/** The halves of all elements: that of element i with the low bits at 2 i, the other one after it. */
export function halvesOf({ buffer, byteOffset, length }: BigInt64Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  return new Int32Array(buffer, byteOffset, 2 * length);
}

/** Element i; beyond 2^53 the nearest float64. */
export function numberAt(halves: Int32Array, i: number): number {
  return halves[2 * i + 1] * TWO_32 + (halves[2 * i] >>> 0);
}

/** Sets element i to an integer of at most 53 bits. */
export function storeNumber(halves: Int32Array, i: number, value: number): void {
  halves[2 * i] = value;
  halves[2 * i + 1] = Math.floor(value * 2 ** -32);
}

/** Elements that can be read as numbers, int64 rounded to float64. float16 stays bit patterns. */
export function asNumbers(host: HostArray): Exclude<HostArray, BigInt64Array<ArrayBuffer>> {
  if (!(host instanceof BigInt64Array)) return host;
  const halves = halvesOf(host);
  const out = new Float64Array(host.length);
  for (let i = 0; i < out.length; i++) out[i] = numberAt(halves, i);
  return out;
}
