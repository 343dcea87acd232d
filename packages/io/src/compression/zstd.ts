/**
 * Zstandard frames: RFC 8878. They are unpacked by the runtime, or by fzstd where it cannot. Both take the memory that a frame
 * says it needs, so that is held against what can be in it first.
 */
import { decompress } from "fzstd";
import { FormatError } from "../errors.ts";
import { EntropyError } from "./entropy.ts";
import { count, type Output } from "./output.ts";
import { runtimeUnpack, type Unpack } from "./runtime.ts";
import { Xxh64 } from "./xxh64.ts";
import { BlockDecoder } from "./zstd-blocks.ts";

const damaged = (cause?: unknown): FormatError =>
  new FormatError("a compressed part (Zstandard) is damaged", cause === undefined ? {} : { cause });

const magic = 0xfd2fb528;
const kinds = { plain: 0, repeated: 1, compressed: 2 };
/** No block has more content. */
const mostOfBlock = 128 * 1024;
/** Decoders need not support more: RFC 8878, section 3.1.1.1.2. */
const mostOfWindow = 8 * 1024 * 1024;

interface Header {
  /** How many bytes the frame says it holds; null where it does not. */
  readonly length: number | null;
  /** How much a block may hold. */
  readonly mostOfBlock: number;
  /** Where blocks begin. */
  readonly at: number;
  readonly hasChecksum: boolean;
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
  const { length: said } = headerOf(frame);
  if (length > mostLength(frame) || length !== (said ?? length)) return false;
  return length <= trustedRatio * frame.length || zstdLength(frame) === length;
}

/** How many bytes a frame holds, found by going through it. @throws FormatError for a damaged one. */
export function zstdLength(frame: Uint8Array): number {
  return count(decodeZstd, frame).made;
}

/** Whether a frame ends with a checksum of its content. */
export const hasChecksum = (frame: Uint8Array): boolean => (frame[4] & 4) !== 0;

/** @throws FormatError where the content's checksum is not the one that a frame ends with. */
export function requireChecksum(frame: Uint8Array, content: Iterable<Uint8Array>): void {
  const hash = new Xxh64();
  for (const part of content) hash.add(part);
  const end = new DataView(frame.buffer, frame.byteOffset + frame.length - 4, 4);
  if (hash.lower() !== end.getUint32(0, true)) throw damaged();
}

function headerOf(frame: Uint8Array): Header {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  try {
    if (view.getUint32(0, true) !== magic) throw damaged();
    const descriptor = view.getUint8(4);
    const single = (descriptor >> 5) & 1;
    const sizeFlag = descriptor >> 6;
    // Nothing is unpacked with a dictionary; a bit is reserved.
    if (descriptor & 0b1011) throw damaged();
    const at = 6 - single;
    const length = contentSize(view, at, sizeFlag, single === 1);
    const window = single ? (length ?? 0) : windowOf(view.getUint8(5));
    if (length === null && window > mostOfWindow) throw damaged();
    return {
      length,
      mostOfBlock: Math.min(mostOfBlock, window),
      at: at + (sizeFlag === 0 ? single : 1 << sizeFlag),
      hasChecksum: hasChecksum(frame),
    };
  } catch (error) {
    // Bytes were to be read from beyond the end.
    throw error instanceof RangeError ? damaged(error) : error;
  }
}

interface Block {
  readonly kind: number;
  readonly isLast: boolean;
  /** Of its content, or, of a compressed one, in the frame. */
  readonly size: number;
  readonly start: number;
  readonly end: number;
}

function blockAt(frame: Uint8Array, at: number): Block {
  const start = at + 3;
  if (start > frame.length) throw damaged();
  const header = frame[at] | (frame[at + 1] << 8) | (frame[at + 2] << 16);
  const kind = (header >> 1) & 3;
  const size = header >> 3;
  const end = start + (kind === kinds.repeated ? 1 : size);
  if (kind > kinds.compressed || size > mostOfBlock || end > frame.length) throw damaged();
  return { kind, isLast: (header & 1) === 1, size, start, end };
}

/** How much a frame can hold at most: a repeated byte says how often, a compressed block has a largest size. */
function mostLength(frame: Uint8Array): number {
  const { at: start, length, hasChecksum } = headerOf(frame);
  let most = 0;
  for (let at = start; ; ) {
    const { kind, isLast, size, end } = blockAt(frame, at);
    most += kind === kinds.compressed ? mostOfBlock : size;
    at = end;
    if (!isLast) continue;
    if (at + (hasChecksum ? 4 : 0) !== frame.length || (length ?? 0) > most) throw damaged();
    return most;
  }
}

const counting = new BlockDecoder();

/** Unpacks a frame; its checksum is not looked at. @throws FormatError for a damaged one. */
export function* decodeZstd(frame: Uint8Array, output: Output): Generator<undefined> {
  const header = headerOf(frame);
  const before = output.made;
  // Its tables are larger than many a frame; who only counts does not pause.
  const blocks = output.makes ? new BlockDecoder() : counting;
  blocks.begin();
  for (let at = header.at; ; ) {
    const { kind, isLast, size, start, end } = blockAt(frame, at);
    const wanted = output.made + size;
    const most = output.made + header.mostOfBlock;
    if (kind === kinds.compressed) {
      try {
        yield* blocks.decode(frame.subarray(start, end), output);
      } catch (error) {
        throw error instanceof EntropyError || error instanceof RangeError ? damaged(error) : error;
      }
      if (output.made > most) throw damaged();
    } else if (kind === kinds.plain)
      for (let from = start; from < end; ) {
        from += output.put(frame, from, end);
        if (output.isFull) yield;
      }
    else
      while (output.made < wanted) {
        if (output.made === wanted - size) output.put(frame, start, end);
        else output.repeat(1, wanted - output.made);
        if (output.isFull) yield;
      }
    at = end;
    if (!isLast) continue;
    const { length, hasChecksum } = header;
    const made = output.made - before;
    if (at + (hasChecksum ? 4 : 0) !== frame.length || made !== (length ?? made)) throw damaged();
    return;
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
 * @param inOneChunk as in `runtimeUnpack`.
 * @throws FormatError for one that is damaged, or of another length; before memory is taken for it, if it cannot be of that.
 */
export function unpackZstd(frame: Uint8Array, length?: number, inOneChunk = false): Uint8Array<ArrayBuffer> {
  return unpack(frame, length, runtimeUnpack("zstdDecompressSync", inOneChunk) ?? unpackByLibrary);
}

/** The same without the runtime's help. */
export function unpackZstdByLibrary(frame: Uint8Array, length?: number): Uint8Array<ArrayBuffer> {
  return unpack(frame, length, unpackByLibrary);
}

function unpack(frame: Uint8Array, length: number | undefined, how: Unpack): Uint8Array<ArrayBuffer> {
  const expected = length ?? headerOf(frame).length ?? zstdLength(frame);
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

const unpackByLibrary: Unpack = (frame) => {
  const content = decompress(frame);
  if (hasChecksum(frame)) requireChecksum(frame, [content]);
  return content;
};
