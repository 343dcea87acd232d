/** Snappy: https://github.com/google/snappy/blob/main/format_description.txt */
import { FormatError } from "../errors.ts";
import { Length, type Output, run } from "./output.ts";

const damaged = (): FormatError => new FormatError("a compressed part (Snappy) is damaged");

/**
 * How many bytes it unpacks to, found by going through its elements without unpacking them.
 *
 * @throws FormatError for one that is cut off, or refers to what is not before it.
 */
export function snappyLength(packed: Uint8Array): number {
  const length = new Length();
  run(decodeSnappy, packed, length);
  return length.made;
}

/** Unpacks it. @throws FormatError as `snappyLength`. */
export function* decodeSnappy(packed: Uint8Array, output: Output): Generator<undefined> {
  let at = 0;
  const number = (bytes: number): number => {
    if (at + bytes > packed.length) throw damaged();
    let value = 0;
    for (let i = 0; i < bytes; i++) value += packed[at + i] * 2 ** (8 * i);
    at += bytes;
    return value;
  };
  // The length, which is said first in up to five bytes, is not relied on.
  for (let i = 0; number(1) >= 128; i++) if (i === 4) throw damaged();
  while (at < packed.length) {
    const tag = number(1);
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const end = 1 + (short < 60 ? short : number(short - 59)) + at;
      if (end > packed.length) throw damaged();
      while (at < end) {
        at += output.put(packed, at, end);
        if (output.isFull) yield;
      }
      continue;
    }
    const distance = kind === 1 ? (tag >> 5) * 256 + number(1) : number(kind === 2 ? 2 : 4);
    if (distance === 0 || distance > output.made) throw damaged();
    for (let left = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2); left > 0; ) {
      left -= output.repeat(distance, left);
      if (output.isFull) yield;
    }
  }
}
