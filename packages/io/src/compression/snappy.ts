/** Snappy: https://github.com/google/snappy/blob/main/format_description.txt */
import { FormatError } from "../errors.ts";
import { count, type Output } from "./output.ts";

const damaged = (): FormatError => new FormatError("a compressed part (Snappy) is damaged");

/**
 * How many bytes it unpacks to, found by going through its elements without unpacking them.
 *
 * @throws FormatError for one that is cut off, or refers to what is not before it.
 */
export function snappyLength(packed: Uint8Array): number {
  return count(decodeSnappy, packed).made;
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
  let length = 0;
  for (let i = 0, byte = 128; byte >= 128; i++) {
    if (i === 5) throw damaged();
    byte = number(1);
    length += (byte & 127) * 2 ** (7 * i);
  }
  const end = output.made + length;
  while (at < packed.length) {
    const tag = number(1);
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const last = 1 + (short < 60 ? short : number(short - 59)) + at;
      if (last > packed.length) throw damaged();
      while (at < last) {
        at += output.put(packed, at, last);
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
  if (output.made !== end) throw damaged();
}
