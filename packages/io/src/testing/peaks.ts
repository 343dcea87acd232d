/** Reads hostile files of a size, in a process of its own, and prints how each was refused and what that took. */
import { cpu } from "@cresset/backend-cpu";
import { registerBackend } from "@cresset/core";
import { safetensors } from "../index.ts";
import { hostileHeaders, hostileIndexes } from "./hostile-json.ts";
import { peakOf } from "./peak-memory.ts";

registerBackend(cpu());

export interface Peak {
  readonly name: string;
  /** Of the file. */
  readonly size: number;
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

const kinds: readonly (readonly [Files, Reader])[] = [
  [hostileHeaders, safetensors.loadFile],
  [hostileIndexes, readIndex],
];

const size = Number(process.argv[2]);
const peaks: Peak[] = [];
for (const [files, read] of kinds)
  for (const [name, make] of Object.entries(files)) {
    // What a first time takes, such as code, is not what a file takes.
    await read(await make(1000)).catch(() => undefined);
    const file = await make(size);
    let message = "was read";
    const peak = await peakOf(() => read(file).catch((error: unknown) => (message = String(error))));
    peaks.push({ name, size: file.length, peak, message });
  }
console.log(JSON.stringify(peaks));
