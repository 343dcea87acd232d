/** Reads hostile files of a size, in a process of its own, and prints how each was refused and what that took. */
import { cpu } from "@cresset/backend-cpu";
import { registerBackend } from "@cresset/core";
import { loadArrow } from "../arrow/index.ts";
import { safetensors } from "../index.ts";
import { loadParquet } from "../parquet/index.ts";
import { hostileArrow, hostileParquet } from "./hostile-columns.ts";
import { hostileHeaders, hostileIndexes } from "./hostile-json.ts";
import { peakOf } from "./peak-memory.ts";

registerBackend(cpu());

export interface Peak {
  readonly name: string;
  /** Of the file. */
  readonly size: number;
  /** Bytes of what is unpacked at once to be looked at. */
  readonly unpacked: number;
  /** Bytes of memory at once, the file itself not counted. */
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
/** Of tables, how many bytes their numbers take; one of 16 pieces of them is unpacked at a time. */
const content = 32 * size;

const kinds: readonly { files: Files; read: Reader; size: number; unpacked: number }[] = [
  { files: hostileHeaders, read: safetensors.loadFile, size, unpacked: 0 },
  { files: hostileIndexes, read: readIndex, size, unpacked: 0 },
  { files: hostileParquet, read: loadParquet, size: content, unpacked: content / 16 },
  { files: hostileArrow, read: loadArrow, size: content, unpacked: content / 16 },
];

const peaks: Peak[] = [];
for (const { files, read, size, unpacked } of kinds)
  for (const [name, make] of Object.entries(files)) {
    // What a first time takes, such as code, is not what a file takes.
    await read(await make(10_000)).catch(() => undefined);
    const file = await make(size);
    let message = "was read";
    const peak = await peakOf(() => read(file).catch((error: unknown) => (message = String(error))));
    peaks.push({ name, size: file.length, unpacked, peak, message });
  }
console.log(JSON.stringify(peaks));
