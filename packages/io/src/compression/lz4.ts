/**
 * LZ4: frames, in which Arrow files have their buffers (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), and the blocks
 * in them. They are unpacked here and not by a library, since those in JavaScript take the memory that a frame says it needs.
 */
import { FormatError } from "../errors.ts";

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
  return unpack(frame, null);
}

/** Unpacks a frame; memory is taken for as much as there is in it. @throws FormatError as `lz4Length`. */
export function unpackLz4(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(unpack(frame, null));
  unpack(frame, content);
  return content;
}

function unpack(frame: Uint8Array, into: Uint8Array | null): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  try {
    if (view.getUint32(0, true) !== magic) throw damaged();
    const descriptor = view.getUint8(4);
    if ((descriptor & flags.version) !== version1 || descriptor & flags.dictionary) throw damaged();
    let at = 4 + 2 + (descriptor & flags.contentSize ? 8 : 0) + 1;
    let made = 0;
    for (;;) {
      const header = view.getUint32(at, true);
      at += 4;
      if (header === 0) return made;
      const length = header % isPlain;
      if (at + length > frame.length) throw damaged();
      const block = frame.subarray(at, at + length);
      if (header >= isPlain) {
        into?.set(block, made);
        made += length;
      } else made = unpackBlock(block, into, made);
      at += length + (descriptor & flags.blockChecksum ? 4 : 0);
    }
  } catch (error) {
    // Bytes were to be read from beyond the end.
    throw error instanceof RangeError ? damaged() : error;
  }
}

/** Unpacks a block to where `made` bytes are already, which it may refer to; gives how many there are then. */
function unpackBlock(block: Uint8Array, into: Uint8Array | null, made: number): number {
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
  for (let to = made; ; ) {
    if (at >= block.length) throw damaged();
    const token = block[at++];
    const literals = extended(token >> 4);
    if (at + literals > block.length) throw damaged();
    into?.set(block.subarray(at, at + literals), to);
    to += literals;
    at += literals;
    // The last of a block are literals.
    if (at === block.length) return to;
    if (at + 2 > block.length) throw damaged();
    const distance = block[at] | (block[at + 1] << 8);
    at += 2;
    if (distance === 0 || distance > to) throw damaged();
    const length = extended(token & longer) + shortestMatch;
    if (into !== null) repeat(into, to, distance, length);
    to += length;
  }
}

/** Copies what lies `distance` before; where that is less than `length`, it repeats. */
function repeat(bytes: Uint8Array, to: number, distance: number, length: number): void {
  if (distance >= length) bytes.copyWithin(to, to - distance, to - distance + length);
  else for (let i = to; i < to + length; i++) bytes[i] = bytes[i - distance];
}

/** How many bytes a block alone, without a frame, unpacks to. @throws FormatError as `lz4Length`. */
export function lz4BlockLength(block: Uint8Array): number {
  return unpackBlock(block, null, 0);
}
