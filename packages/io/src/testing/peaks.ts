/**
 * Reads hostile files of a size, in a process of its own, and prints how each was refused and what that took. Of files that
 * are gone through by the same code, one is read, but for `all` after the size.
 */
import { cpu } from "@cresset/backend-cpu";
import { registerBackend } from "@cresset/core";
import { loadArrow } from "../arrow/index.ts";
import { roomOf } from "../compression/content.ts";
import { load, numpy, safetensors } from "../index.ts";
import { loadParquet } from "../parquet/index.ts";
import { bytesTaken } from "./count-bytes.ts";
import { hostileArrow, hostileBuffers, hostileParquet } from "./hostile-columns.ts";
import { hostileFooters } from "./hostile-footers.ts";
import { hostileHeaders, hostileIndexes } from "./hostile-json.ts";
import { hostilePages } from "./hostile-pages.ts";
import { hostilePickles } from "./hostile-pickles.ts";
import { hostileArrays } from "./hostile-tables.ts";
import { peakOf } from "./peak-memory.ts";

registerBackend(cpu());

export interface Peak {
  readonly name: string;
  /** Of the file. */
  readonly size: number;
  /** How many times its size it may take. */
  readonly times: number;
  /** Bytes of what may be unpacked at once to be looked at. */
  readonly unpacked: number;
  /** Bytes of memory at once, the file itself not counted; at least those of all buffers, where a part may be unpacked at once. */
  readonly peak: number;
  readonly message: string;
}

type Reader = (file: Uint8Array) => Promise<unknown>;
type Files = Readonly<Record<string, (size: number) => Uint8Array | Promise<Uint8Array>>>;

const readIndex: Reader = async (file) => {
  const index = await safetensors.safeOpenSharded(file, { shard: () => new Uint8Array() });
  await index.getTensors();
};

const size = Number(process.argv[2]);
const all = process.argv[3] === "all";
/** Of tables, how many bytes their numbers take; one of 16 pieces of them is unpacked at a time, and must be seen beside noise. */
const content = 16 * Math.max(size, 1_000_000);
/** Those that another one, which takes as much or more, stands for. */
const alike: ReadonlySet<string> = new Set([
  "entries, the last of which is of a dtype that is not read",
  "entries, the last of which lies elsewhere",
  "tensors in a file that is not there",
  "empty sets",
  "numbers",
  "dictionaries that calls make",
  "lists, and a storage that is missing",
  "lists, and a storage as a value",
  "a number beyond int64 in the last page's dictionary",
  "a wrong checksum of the last buffer",
  "columns, the last of which has texts",
  "columns, two of which have one name",
  "texts of keys",
  "a statistic of a column",
  "statistics of encodings",
  "counts of levels",
  "orders of a group",
  "groups of rows",
  "a number beyond int64 in a buffer, by Zstandard",
  "lists, nested too deep",
  "tuples",
  "texts for sizes",
]);

/** Of sixteen pieces that are unpacked one after the other, a few are not collected yet. */
const pieces = (6 * content) / 16;
/** Whatever the size of a file, so much of it may be unpacked at once, which is less than any part of these holds. */
const parts = roomOf(0);

const kinds: readonly { files: Files; read: Reader; size: number; times: number; unpacked: number }[] = [
  { files: hostileHeaders, read: safetensors.loadFile, size, times: 4, unpacked: 0 },
  { files: hostileIndexes, read: readIndex, size, times: 4, unpacked: 0 },
  // A file of two bytes for each list: the copy that is read, a word for what it is, and one for its place on the stack.
  { files: hostilePickles, read: load, size, times: 6, unpacked: 0 },
  { files: hostileParquet, read: loadParquet, size: content, times: 4, unpacked: pieces },
  { files: hostileArrow, read: loadArrow, size: content, times: 4, unpacked: pieces },
  { files: hostileFooters, read: loadParquet, size, times: 4, unpacked: 0 },
  { files: hostilePages, read: loadParquet, size: content, times: 4, unpacked: parts },
  { files: hostileBuffers, read: loadArrow, size: content, times: 4, unpacked: parts },
  { files: hostileArrays, read: (file) => numpy.load(file), size: content, times: 4, unpacked: parts },
];

const peaks: Peak[] = [];
for (const { files, read, size, times, unpacked } of kinds)
  for (const [name, make] of Object.entries(files)) {
    if (!all && alike.has(name)) continue;
    // What a first time takes, such as code, is not what a file takes.
    await read(await make(10_000)).catch(() => undefined);
    const file = await make(size);
    let message = "was read";
    const refused = (): Promise<unknown> => read(file).catch((error: unknown) => (message = String(error)));
    // Of buffers without objects, nothing may be collected as long as they are there.
    let buffers = 0;
    const peak = await peakOf(async () => {
      if (unpacked === parts) buffers = await bytesTaken(refused);
      else await refused();
    });
    peaks.push({ name, size: file.length, times, unpacked, peak: Math.max(peak, buffers), message });
  }
console.log(JSON.stringify(peaks));
