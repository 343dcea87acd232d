/**
 * LZ4: frames, in which Arrow files have their buffers (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), and the blocks
 * in them. They are unpacked here and not by a library, since those in JavaScript take the memory that a frame says it needs.
 */
import { FormatError } from "../errors.ts";
import { count, Length, type Output, unpackWhole } from "./output.ts";

const damaged = (): FormatError => new FormatError("a compressed part (LZ4) is damaged");

const magic = 0x184d2204;
/** Bits of the frame's descriptor. */
const flags = { version: 0xc0, blockChecksum: 0x10, contentSize: 0x08, dictionary: 0x01 };
const version1 = 0x40;
/** Of a block's length: whether it is not compressed. */
const isPlain = 0x80000000;
/** A length of which more follows, in the half of a byte. */
const longer = 15;
const shortestMatch = 4;

/**
 * How many bytes a frame unpacks to, found by going through it without unpacking.
 *
 * @throws FormatError for what is no frame, or refers to what is not before it.
 */
export function lz4Length(frame: Uint8Array): number {
  return count(decodeLz4, frame).made;
}

/** Unpacks a frame; memory is taken for as much as there is in it. @throws FormatError as `lz4Length`. */
export function unpackLz4(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  return unpackWhole(decodeLz4, frame, lz4Length(frame));
}

/** Unpacks a frame. @throws FormatError as `lz4Length`. */
export function* decodeLz4(frame: Uint8Array, output: Output): Generator<undefined> {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  try {
    if (view.getUint32(0, true) !== magic) throw damaged();
    const descriptor = view.getUint8(4);
    if ((descriptor & flags.version) !== version1 || descriptor & flags.dictionary) throw damaged();
    let at = 4 + 2 + (descriptor & flags.contentSize ? 8 : 0) + 1;
    for (;;) {
      const header = view.getUint32(at, true);
      at += 4;
      if (header === 0) return;
      const end = at + (header % isPlain);
      if (end > frame.length) throw damaged();
      if (header < isPlain) yield* decodeLz4Block(frame.subarray(at, end), output);
      else
        while (at < end) {
          at += output.put(frame, at, end);
          if (output.isFull) yield;
        }
      at = end + (descriptor & flags.blockChecksum ? 4 : 0);
    }
  } catch (error) {
    // Bytes were to be read from beyond the end.
    throw error instanceof RangeError ? damaged() : error;
  }
}

/** Unpacks a block alone, without a frame, which may refer to what is there already. @throws FormatError as `lz4Length`. */
export function* decodeLz4Block(block: Uint8Array, output: Output): Generator<undefined> {
  let at = 0;
  const extended = (length: number): number => {
    if (length !== longer) return length;
    let total = length;
    for (let byte = 255; byte === 255; total += byte) {
      if (at >= block.length) throw damaged();
      byte = block[at++];
    }
    return total;
  };
  for (;;) {
    if (at >= block.length) throw damaged();
    const token = block[at++];
    const end = extended(token >> 4) + at;
    if (end > block.length) throw damaged();
    while (at < end) {
      at += output.put(block, at, end);
      if (output.isFull) yield;
    }
    // The last of a block are literals.
    if (at === block.length) return;
    if (at + 2 > block.length) throw damaged();
    const distance = block[at] | (block[at + 1] << 8);
    at += 2;
    if (distance === 0 || distance > output.made) throw damaged();
    for (let left = extended(token & longer) + shortestMatch; left > 0; ) {
      left -= output.repeat(distance, left);
      if (output.isFull) yield;
    }
  }
}

/** How many bytes a block alone, without a frame, unpacks to. @throws FormatError as `lz4Length`. */
export function lz4BlockLength(block: Uint8Array): number {
  return count(decodeLz4Block, block).made;
}

/** What stands before each part in files of Hadoop: how long it is, unpacked and packed. */
const hadoopHeader = 8;

/**
 * Unpacks blocks as Hadoop has them, or a block alone: files of Parquet do not say which of them they have.
 *
 * @throws FormatError as `lz4Length`.
 */
export function* decodeLz4OfHadoop(packed: Uint8Array, output: Output): Generator<undefined> {
  if (!isOfHadoop(packed)) return yield* decodeLz4Block(packed, output);
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  for (let at = 0; at < packed.length; ) {
    const start = at + hadoopHeader;
    at = start + view.getUint32(at + 4);
    yield* decodeLz4Block(packed.subarray(start, at), output);
  }
}

/** Whether there is a block of the length that it says after each header, and nothing else. */
function isOfHadoop(packed: Uint8Array): boolean {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const length = new Length();
  let at = 0;
  try {
    while (at < packed.length) {
      const [wanted, size] = [length.made + view.getUint32(at), view.getUint32(at + 4)];
      const start = at + hadoopHeader;
      at = start + size;
      if (at > packed.length) return false;
      count(decodeLz4Block, packed.subarray(start, at), length);
      if (length.made !== wanted) return false;
    }
  } catch {
    return false;
  }
  return at > 0;
}
