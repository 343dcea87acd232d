/**
 * Zstandard frames: RFC 8878. They are unpacked by the runtime, or by fzstd where it cannot. Both take the memory that a frame
 * says it needs, so that is held against what can be in it first.
 */
import { decompress } from "fzstd";
import { FormatError } from "../errors.ts";
import { EntropyError } from "./entropy.ts";
import { runtimeUnpack, type Unpack } from "./runtime.ts";
import { BlockLengths } from "./zstd-length.ts";

const damaged = (cause?: unknown): FormatError =>
  new FormatError("a compressed part (Zstandard) is damaged", cause === undefined ? {} : { cause });

const magic = 0xfd2fb528;
const kinds = { plain: 0, repeated: 1, compressed: 2 };
/** No block has more content. */
const mostOfBlock = 128 * 1024;
/** Decoders need not support more: RFC 8878, section 3.1.1.1.2. */
const mostOfWindow = 8 * 1024 * 1024;

interface Frame {
  /** How many bytes its blocks can unpack to: a repeated byte says how often, a compressed block has a largest size. */
  readonly most: number;
  /** How many it says they do; null where it does not. */
  readonly length: number | null;
}

/** Up to this ratio a frame is unpacked without having been gone through. */
const trustedRatio = 4;

/**
 * Whether a frame unpacks to so many bytes, as far as that has to be known before memory is taken for them: what is much longer
 * than the frame is gone through.
 *
 * @throws FormatError for what is no single, whole frame.
 */
export function canHoldZstd(frame: Uint8Array, length: number): boolean {
  const { most, length: said } = outlineOfZstd(frame, false);
  if (length > most || length !== (said ?? length)) return false;
  return length <= trustedRatio * frame.length || outlineOfZstd(frame, true).most === length;
}

/** Whether a frame ends with a checksum of its content, which the runtime compares when it unpacks the frame. */
export const hasChecksum = (frame: Uint8Array): boolean => (frame[4] & 4) !== 0;

/** One for all frames, as its tables are larger than many a frame. */
const blockLengths = new BlockLengths();

/** Goes through a frame; through what is compressed in its blocks only to know exactly how long they are. */
export function outlineOfZstd(frame: Uint8Array, exactly: boolean): Frame {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  try {
    if (view.getUint32(0, true) !== magic) throw damaged();
    const descriptor = view.getUint8(4);
    const single = (descriptor >> 5) & 1;
    const sizeFlag = descriptor >> 6;
    // Nothing is unpacked with a dictionary; a bit is reserved.
    if (descriptor & 0b1011) throw damaged();
    let at = 6 - single;
    const length = contentSize(view, at, sizeFlag, single === 1);
    const window = single ? (length ?? 0) : windowOf(view.getUint8(5));
    if (length === null && window > mostOfWindow) throw damaged();
    at += sizeFlag === 0 ? single : 1 << sizeFlag;
    let most = 0;
    if (exactly) blockLengths.begin();
    for (let last = 0; last === 0; ) {
      const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
      at += 3;
      last = header & 1;
      const kind = (header >> 1) & 3;
      const size = header >> 3;
      if (kind > kinds.compressed || size > mostOfBlock) throw damaged();
      if (kind !== kinds.compressed) most += size;
      else if (!exactly) most += mostOfBlock;
      else {
        const made = blockLengths.after(frame.subarray(at, at + size), most);
        if (made - most > Math.min(mostOfBlock, window)) throw damaged();
        most = made;
      }
      at += kind === kinds.repeated ? 1 : size;
    }
    at += (descriptor >> 2) & 1 ? 4 : 0;
    if (at !== frame.length || (length ?? 0) > most || (exactly && (length ?? most) !== most)) throw damaged();
    return { most, length };
  } catch (error) {
    // Bytes were to be read from beyond the end, or say nothing.
    throw error instanceof RangeError || error instanceof EntropyError ? damaged(error) : error;
  }
}

/** The size of the content, which takes 1, 2, 4 or 8 bytes; null where there is none. */
function contentSize(view: DataView, at: number, flag: number, single: boolean): number | null {
  if (flag === 0) return single ? view.getUint8(at) : null;
  if (flag === 1) return view.getUint16(at, true) + 256;
  return flag === 2 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

function windowOf(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

/**
 * Unpacks a frame, of `length` bytes where that is known.
 *
 * @throws FormatError for one that is damaged, or of another length; before memory is taken for it, if it cannot be of that.
 */
export function unpackZstd(frame: Uint8Array, length?: number): Uint8Array<ArrayBuffer> {
  return unpack(frame, length, runtimeUnpack("zstdDecompressSync") ?? unpackByLibrary);
}

/** The same without the runtime's help. */
export function unpackZstdByLibrary(frame: Uint8Array, length?: number): Uint8Array<ArrayBuffer> {
  return unpack(frame, length, unpackByLibrary);
}

function unpack(frame: Uint8Array, length: number | undefined, how: Unpack): Uint8Array<ArrayBuffer> {
  const expected = length ?? outlineOfZstd(frame, false).length ?? outlineOfZstd(frame, true).most;
  if (!canHoldZstd(frame, expected)) throw damaged();
  if (expected === 0) return new Uint8Array();
  let content: Uint8Array;
  try {
    content = how(frame, expected);
  } catch (error) {
    throw damaged(error);
  }
  if (content.length !== expected) throw damaged();
  const { buffer, byteOffset, byteLength } = content;
  return buffer instanceof ArrayBuffer && byteOffset % 8 === 0
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : new Uint8Array(content);
}

const unpackByLibrary: Unpack = (frame) => decompress(frame);
