/** The content of a record of a zip file. */
import { crc32 } from "../compression/crc32.ts";
import { decodeDeflate, mostDistance, mostRatio } from "../compression/deflate.ts";
import { unpackInParts, unpackInto } from "../compression/output.ts";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../source.ts";
import { contentStart, type ZipEntry } from "./directory.ts";

/** Beyond this ratio content is checked before memory is taken for it. */
export const trustedRatio = 4;

/**
 * Reads a record and checks its sum. One that claims to be much larger than what it takes in the file is unpacked twice, so
 * that a false claim takes no memory.
 *
 * @param verified whether it was unpacked before.
 * @throws FormatError for one that is cut off, damaged, or of another size than the directory says.
 */
export async function readRecord(
  source: ByteSource,
  entry: ZipEntry,
  verified = false,
): Promise<Uint8Array<ArrayBuffer>> {
  const packed = await packedOf(source, entry);
  if (entry.method === 0) {
    requireSum(entry, crc32(packed));
    return packed;
  }
  if (!verified && entry.size > packed.length * trustedRatio) verifyPacked(entry, packed);
  const content = new Uint8Array(entry.size);
  requireLength(entry, unpackStart(entry, packed, content));
  requireSum(entry, crc32(content));
  return content;
}

/** Unpacks and checks a record without keeping it. @throws FormatError as `readRecord`. */
export async function verifyRecord(source: ByteSource, entry: ZipEntry): Promise<void> {
  const packed = await packedOf(source, entry);
  if (entry.method === 0) requireSum(entry, crc32(packed));
  else verifyPacked(entry, packed);
}

function verifyPacked(entry: ZipEntry, packed: Uint8Array): void {
  let sum = 0;
  for (const part of unpacked(entry, packed)) sum = crc32(part, sum);
  requireSum(entry, sum);
}

/**
 * The first bytes of a record's content, or all of it if it is shorter; unchecked.
 *
 * @throws FormatError for one that is cut off, or cannot be unpacked.
 */
export async function readRecordStart(
  source: ByteSource,
  entry: ZipEntry,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (entry.method === 0) {
    const at = await contentStart(source, entry);
    return source.read(at, at + Math.min(length, entry.size));
  }
  const start = new Uint8Array(Math.min(length, entry.size));
  const total = unpackStart(entry, await packedOf(source, entry), start);
  if (total < start.length || start.length === entry.size) requireLength(entry, total);
  return start;
}

/** Fills memory with the start of the content. @returns how long that is; of more, one more than there is room for. */
function unpackStart({ name }: ZipEntry, packed: Uint8Array, start: Uint8Array): number {
  try {
    return unpackInto(start, decodeDeflate, packed);
  } catch (cause) {
    throw cannotUnpack(name, cause);
  }
}

async function packedOf(source: ByteSource, entry: ZipEntry): Promise<Uint8Array<ArrayBuffer>> {
  const at = await contentStart(source, entry);
  if (entry.size > entry.compressedSize * mostRatio)
    throw new FormatError(
      `the record "${entry.name}" of the zip file cannot hold ${entry.size} bytes in ${entry.compressedSize}`,
    );
  return source.read(at, at + entry.compressedSize);
}

function requireSum({ name, crc }: ZipEntry, sum: number): void {
  if (sum !== crc) throw new FormatError(`the record "${name}" of the zip file is damaged: its checksum does not fit`);
}

/** The content in parts, never more of it than the directory says; each is good until the next one. */
function* unpacked(entry: ZipEntry, packed: Uint8Array): Generator<Uint8Array> {
  let total = 0;
  for (const part of inflated(entry, packed)) {
    total += part.length;
    if (total > entry.size) break;
    yield part;
  }
  requireLength(entry, total);
}

function* inflated({ name, size }: ZipEntry, packed: Uint8Array): Generator<Uint8Array> {
  try {
    yield* unpackInParts(decodeDeflate, packed, mostDistance, size, false);
  } catch (cause) {
    throw cannotUnpack(name, cause);
  }
}

const cannotUnpack = (name: string, cause: unknown): FormatError =>
  new FormatError(`the record "${name}" of the zip file cannot be unpacked`, { cause });

function requireLength({ name, size }: ZipEntry, total: number): void {
  if (total > size)
    throw new FormatError(`the record "${name}" of the zip file holds more than the ${size} bytes it should`);
  if (total < size)
    throw new FormatError(`the record "${name}" of the zip file holds ${total} bytes, not the ${size} it should`);
}
