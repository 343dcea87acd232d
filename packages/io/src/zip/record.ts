/** The content of a record of a zip file. */
import { Inflate } from "fflate";
import { FormatError } from "../errors.ts";
import { joined } from "../joined.ts";
import type { ByteSource } from "../source.ts";
import { crc32 } from "./crc32.ts";
import { contentStart, type ZipEntry } from "./directory.ts";

/** Deflate makes no more bytes than this of one. */
const mostRatio = 1032;
/** Compressed bytes that are taken at once. */
const portion = 1024;
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
  let filled = 0;
  unpack(entry, packed, (part) => {
    content.set(part, filled);
    filled += part.length;
    return true;
  });
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
  unpack(entry, packed, (part) => {
    sum = crc32(part, sum);
    return true;
  });
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
  const parts: Uint8Array[] = [];
  let missing = Math.min(length, entry.size);
  unpack(entry, await packedOf(source, entry), (part) => {
    parts.push(part.subarray(0, missing));
    missing -= Math.min(part.length, missing);
    return missing > 0;
  });
  return joined(parts);
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

/** Gives the content in parts, never more of it than the directory says, until `take` gives false. */
function unpack({ name, size }: ZipEntry, packed: Uint8Array, take: (part: Uint8Array) => boolean): void {
  let total = 0;
  let going = true;
  const inflate = new Inflate((part) => {
    total += part.length;
    if (total > size)
      throw new FormatError(`the record "${name}" of the zip file holds more than the ${size} bytes it should`);
    going = going && take(part);
  });
  try {
    for (let at = 0; going && at < packed.length; at += portion)
      inflate.push(packed.subarray(at, at + portion), at + portion >= packed.length);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`the record "${name}" of the zip file cannot be unpacked`, { cause: error });
  }
  if (going && total !== size)
    throw new FormatError(`the record "${name}" of the zip file holds ${total} bytes, not the ${size} it should`);
}
