/**
 * The central directory at the end of a zip file, which says where its records are. It is read here and not by a library, so
 * that single records of a large file are read by range. Format: APPNOTE.TXT of PKWARE, sections 4.3.7 to 4.3.16.
 */
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../source.ts";

export interface ZipEntry {
  readonly name: string;
  /** How it is compressed: 0 not at all, 8 by deflate. */
  readonly method: number;
  readonly crc: number;
  /** Bytes in the file, and bytes of the content. */
  readonly compressedSize: number;
  readonly size: number;
  /** Where the record's own header begins. */
  readonly headerAt: number;
  /** Where the record must have ended: at the next one, or at the directory. */
  readonly endsBefore: number;
}

const endLength = 22;
const longestComment = 0xffff;
const locatorLength = 20;
const end64Length = 56;
const entryLength = 46;
export const localHeaderLength = 30;

const signatures = { end: 0x06054b50, locator: 0x07064b50, end64: 0x06064b50, entry: 0x02014b50, local: 0x04034b50 };

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Whether a file begins as a zip file does, with a record or (an empty one) with its end. */
export function beginsLikeZip(start: Uint8Array): boolean {
  if (start.length < 4) return false;
  const signature = viewOf(start).getUint32(0, true);
  return signature === signatures.local || signature === signatures.end;
}

/**
 * The records of a zip file, in the order of the directory.
 *
 * @throws FormatError for a directory that is missing, cut off, or says what cannot be: records outside of the file, over
 * one another, encrypted, or two of one name.
 */
export async function readDirectory(source: ByteSource): Promise<ZipEntry[]> {
  const { count, at, length } = await findDirectory(source);
  const bytes = await source.read(at, at + length);
  const entries = parseEntries(bytes, count, at);
  const names = new Set<string>();
  for (const { name } of entries) {
    if (names.has(name)) throw new FormatError(`two records of the zip file are called "${name}"`);
    names.add(name);
  }
  return bounded(entries, at);
}

interface Place {
  readonly count: number;
  readonly at: number;
  readonly length: number;
}

async function findDirectory(source: ByteSource): Promise<Place> {
  const tailAt = Math.max(0, source.size - endLength - longestComment);
  const tail = await source.read(tailAt, source.size);
  const view = viewOf(tail);
  let end = tail.length - endLength;
  const isEnd = (i: number): boolean =>
    view.getUint32(i, true) === signatures.end && view.getUint16(i + 20, true) === tail.length - i - endLength;
  while (end >= 0 && !isEnd(end)) end--;
  if (end < 0) throw new FormatError("the zip file has no end: it is cut off, or something else follows it");
  let count = view.getUint16(end + 10, true);
  let length = view.getUint32(end + 12, true);
  let at = view.getUint32(end + 16, true);
  let directoryEnd = tailAt + end;
  const onDisk = view.getUint16(end + 4, true);
  if (onDisk !== 0 && onDisk !== 0xffff) throw new FormatError("the zip file is one of several parts");
  if (end >= locatorLength && view.getUint32(end - locatorLength, true) === signatures.locator) {
    const end64At = counted(view.getBigUint64(end - locatorLength + 8, true));
    if (end64At + end64Length > directoryEnd) throw new FormatError("the zip file's 64-bit end lies outside of it");
    const end64 = viewOf(await source.read(end64At, end64At + end64Length));
    if (end64.getUint32(0, true) !== signatures.end64) throw new FormatError("the zip file's 64-bit end is not there");
    count = counted(end64.getBigUint64(32, true));
    length = counted(end64.getBigUint64(40, true));
    at = counted(end64.getBigUint64(48, true));
    directoryEnd = end64At;
  }
  if (at + length !== directoryEnd)
    throw new FormatError(
      `the zip file's directory should end at byte ${at + length}, but its end is at ${directoryEnd}: bytes are missing or too many`,
    );
  if (count * entryLength > length)
    throw new FormatError(`the zip file's directory of ${length} bytes is too short for ${count} records`);
  return { count, at, length };
}

function counted(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new FormatError(`the zip file tells of ${value} bytes`);
  return Number(value);
}

type Parsed = Omit<ZipEntry, "endsBefore"> & { readonly shortest: number };

function parseEntries(bytes: Uint8Array, count: number, directoryAt: number): Parsed[] {
  const view = viewOf(bytes);
  const entries: Parsed[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + entryLength > bytes.length || view.getUint32(at, true) !== signatures.entry)
      throw new FormatError(`record ${i} of the zip file's directory is not there`);
    const flags = view.getUint16(at + 8, true);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + entryLength + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > bytes.length) throw new FormatError(`record ${i} of the zip file's directory is cut off`);
    const nameAt = at + entryLength;
    const name = nameOf(bytes.subarray(nameAt, nameAt + nameLength));
    if (flags & 1) throw new FormatError(`the record "${name}" of the zip file is encrypted`);
    const sizes = wideSizes(view, at, nameAt + nameLength, extraLength, name);
    const method = view.getUint16(at + 10, true);
    if (method !== 0 && method !== 8)
      throw new FormatError(`the record "${name}" of the zip file is compressed by the unknown method ${method}`);
    if (method === 0 && sizes.size !== sizes.compressedSize)
      throw new FormatError(
        `the record "${name}" of the zip file is not compressed, but said to take ${sizes.compressedSize} bytes for ${sizes.size}`,
      );
    const shortest = sizes.headerAt + localHeaderLength + nameLength + sizes.compressedSize;
    if (shortest > directoryAt) throw new FormatError(`the record "${name}" lies outside of the zip file`);
    entries.push({ name, method, crc: view.getUint32(at + 16, true), ...sizes, shortest });
    at = next;
  }
  if (at !== bytes.length) throw new FormatError("the zip file's directory has more in it than it says");
  return entries;
}

/** Sizes and place of a record, from its 64-bit extra field where 32 bits are not enough. */
function wideSizes(
  view: DataView,
  at: number,
  extraAt: number,
  extraLength: number,
  name: string,
): Pick<ZipEntry, "compressedSize" | "size" | "headerAt"> {
  const wide: number[] = [];
  for (let field = extraAt; field + 4 <= extraAt + extraLength; field += 4 + view.getUint16(field + 2, true)) {
    const length = view.getUint16(field + 2, true);
    if (field + 4 + length > extraAt + extraLength)
      throw new FormatError(`an extra field of the record "${name}" of the zip file is cut off`);
    if (view.getUint16(field, true) !== 1) continue;
    for (let i = 0; i + 8 <= length && wide.length < 3; i += 8)
      wide.push(counted(view.getBigUint64(field + 4 + i, true)));
  }
  const read = (narrow: number): number => {
    if (narrow !== 0xffffffff) return narrow;
    const found = wide.shift();
    if (found === undefined) throw new FormatError(`the record "${name}" of the zip file lacks its 64-bit sizes`);
    return found;
  };
  const size = read(view.getUint32(at + 24, true));
  const compressedSize = read(view.getUint32(at + 20, true));
  const headerAt = read(view.getUint32(at + 42, true));
  return { compressedSize, size, headerAt };
}

function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Names of old archivers are in some other encoding; none of those that matter here is.
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
}

/** @throws FormatError if two records share bytes. */
function bounded(entries: readonly Parsed[], directoryAt: number): ZipEntry[] {
  const sorted = [...entries].sort((a, b) => a.headerAt - b.headerAt);
  const ends = new Map<Parsed, number>();
  for (const [i, entry] of sorted.entries()) {
    const end = i + 1 < sorted.length ? sorted[i + 1].headerAt : directoryAt;
    if (entry.shortest > end)
      throw new FormatError(`the record "${entry.name}" of the zip file overlaps "${sorted[i + 1].name}"`);
    ends.set(entry, end);
  }
  return entries.map(({ shortest: _, ...entry }, i) => ({ ...entry, endsBefore: ends.get(entries[i]) ?? directoryAt }));
}

/**
 * Where a record's content begins, from its own header.
 *
 * @throws FormatError for a header that is not there, is another record's, or reaches into the next record.
 */
export async function contentStart(source: ByteSource, entry: ZipEntry): Promise<number> {
  const start = await source.read(entry.headerAt, entry.headerAt + localHeaderLength);
  const view = viewOf(start);
  if (start.length < localHeaderLength || view.getUint32(0, true) !== signatures.local)
    throw new FormatError(`the record "${entry.name}" of the zip file does not begin where its directory says`);
  const nameLength = view.getUint16(26, true);
  const at = entry.headerAt + localHeaderLength + nameLength + view.getUint16(28, true);
  if (at + entry.compressedSize > entry.endsBefore)
    throw new FormatError(`the record "${entry.name}" of the zip file overlaps what follows it`);
  const nameAt = entry.headerAt + localHeaderLength;
  if (nameOf(await source.read(nameAt, nameAt + nameLength)) !== entry.name)
    throw new FormatError(`the record "${entry.name}" of the zip file is called otherwise in its own header`);
  return at;
}
