/** The content of a record of a zip file. */
import { Inflate } from "fflate";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../source.ts";
import { crc32 } from "./crc32.ts";
import { contentStart, type ZipEntry } from "./directory.ts";

/** Compressed bytes that are taken at once: deflate makes at most a thousand times as many of them. */
const portion = 4096;
/** Beyond this ratio content is checked before memory is taken for it. */
const trustedRatio = 4;

/**
 * Reads a record and checks its sum. One that claims to be much larger than what it takes in the file is unpacked twice, so
 * that a false claim takes no memory.
 *
 * @throws FormatError for one that is cut off, damaged, or of another size than the directory says.
 */
export async function readRecord(source: ByteSource, entry: ZipEntry): Promise<Uint8Array<ArrayBuffer>> {
  const at = await contentStart(source, entry);
  const packed = await source.read(at, at + entry.compressedSize);
  if (entry.method === 0) {
    requireSum(entry, crc32(packed));
    return packed;
  }
  if (entry.size > packed.length * trustedRatio) {
    let sum = 0;
    unpack(entry, packed, (part) => {
      sum = crc32(part, sum);
    });
    requireSum(entry, sum);
  }
  const content = new Uint8Array(entry.size);
  let filled = 0;
  unpack(entry, packed, (part) => {
    content.set(part, filled);
    filled += part.length;
  });
  requireSum(entry, crc32(content));
  return content;
}

function requireSum({ name, crc }: ZipEntry, sum: number): void {
  if (sum !== crc) throw new FormatError(`the record "${name}" of the zip file is damaged: its checksum does not fit`);
}

/** Gives the content in parts; never more of it than the directory says. */
function unpack({ name, size }: ZipEntry, packed: Uint8Array, take: (part: Uint8Array) => void): void {
  let total = 0;
  const inflate = new Inflate((part) => {
    total += part.length;
    if (total > size)
      throw new FormatError(`the record "${name}" of the zip file holds more than the ${size} bytes it should`);
    take(part);
  });
  try {
    for (let at = 0; at < packed.length; at += portion)
      inflate.push(packed.subarray(at, at + portion), at + portion >= packed.length);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`the record "${name}" of the zip file cannot be unpacked`, { cause: error });
  }
  if (total !== size)
    throw new FormatError(`the record "${name}" of the zip file holds ${total} bytes, not the ${size} it should`);
}
