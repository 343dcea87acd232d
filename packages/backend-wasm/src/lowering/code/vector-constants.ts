/** Bytes of vectors: the lanes that shuffles take, and constants. */
import type { Kind } from "./lanes.ts";

/** Words of two vectors, of the first 0 … 3, of the second 4 … 7: as shuffles name their bytes. */
export const wordsOf = (words: readonly number[]): number[] =>
  words.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte));

/** The low words of two vectors of 64-bit lanes. */
export const lowWords = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
/** The high half of a vector, twice. */
export const highHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
/** The low halves of two vectors. */
export const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

const made = new Map<string, Uint8Array>();

/** The sixteen bytes of a constant in every lane; the same array for the same constant. */
export function repeated(kind: Kind, value: number | bigint): Uint8Array {
  const key = `${kind} ${Object.is(value, -0) ? "-0" : value}`;
  const known = made.get(key);
  if (known) return known;
  const bytes = filled(kind, value);
  made.set(key, bytes);
  return bytes;
}

function filled(kind: Kind, value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < 16; at += kind === "f64" || kind === "i64" ? 8 : 4) {
    if (kind === "f64") view.setFloat64(at, Number(value), true);
    else if (kind === "i64") view.setBigInt64(at, BigInt(value), true);
    else if (kind === "f32") view.setFloat32(at, Number(value), true);
    else view.setInt32(at, kind === "mask" ? -Number(value) : Number(value), true);
  }
  return bytes;
}
