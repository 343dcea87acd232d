/** Snappy and LZ4 of what is nearly nothing but runs of one byte: no package here compresses by them. */
import { joined } from "../joined.ts";
import { varint } from "./thrift.ts";

/** Shorter ones are literals. */
const leastRun = 64;

interface Piece {
  /** The last of them is the byte that follows many times. */
  readonly literals: Uint8Array;
  readonly run: number;
}

function* pieces(bytes: Uint8Array): Generator<Piece> {
  let start = 0;
  for (let at = 1; at <= bytes.length; ) {
    let end = at;
    while (end < bytes.length && bytes[end] === bytes[at - 1]) end++;
    if (end - at >= leastRun) {
      yield { literals: bytes.subarray(start, at), run: end - at };
      start = end;
    }
    at = end + 1;
  }
  yield { literals: bytes.subarray(start), run: 0 };
}

export function snappy(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.from(varint(bytes.length))];
  for (const { literals, run } of pieces(bytes)) {
    if (literals.length > 0) parts.push(Uint8Array.of(62 << 2, ...lengthOf(literals.length - 1, 3)), literals);
    const copies = new Uint8Array(3 * Math.ceil(run / 64));
    for (let i = 0, left = run; left > 0; i += 3, left -= 64)
      copies.set([((Math.min(64, left) - 1) << 2) | 2, 1, 0], i);
    parts.push(copies);
  }
  return joined(parts);
}

/** A block. Its last five bytes must be no run. */
export function lz4Block(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { literals, run } of pieces(bytes)) {
    parts.push(
      Uint8Array.of((Math.min(15, literals.length) << 4) | (run > 0 ? 15 : 0)),
      more(literals.length),
      literals,
    );
    if (run > 0) parts.push(Uint8Array.of(1, 0), more(run - 4));
  }
  return joined(parts);
}

/** A frame of one block. */
export function lz4Frame(bytes: Uint8Array): Uint8Array {
  const block = lz4Block(bytes);
  const start = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x40, 0x70, 0);
  return joined([start, Uint8Array.from(lengthOf(block.length, 4)), block, new Uint8Array(4)]);
}

const lengthOf = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 255);

/** What follows a length of 15. */
function more(length: number): Uint8Array {
  if (length < 15) return new Uint8Array();
  const bytes = new Uint8Array(Math.floor((length - 15) / 255) + 1).fill(255);
  bytes[bytes.length - 1] = (length - 15) % 255;
  return bytes;
}
