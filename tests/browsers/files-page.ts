/** A page that keeps its files in the origin-private file system. */
import { cpu } from "@cresset/backend-cpu";
import { full, registerBackend, type Tensor } from "@cresset/core";
import { safetensors, writeAtomically } from "@cresset/io";
import { report } from "./report.ts";

export interface FilesResult {
  /** What is read of what was written, by what it was written to. */
  readonly read: Readonly<Record<string, number>>;
  /** Names in the folder, after each step. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly errors: Readonly<Record<string, string>>;
  /** What was read while other content was being written, and after the writer had been ended in the middle. */
  readonly during: readonly number[];
  readonly kills: number;
}

const path = "models/net.safetensors";
const weights = (value: number): Record<string, Tensor> => ({ w: full([1000], value, { dtype: "float32" }) });
const numberIn = async (file: Parameters<typeof safetensors.loadFile>[0]): Promise<number> => {
  const { w } = await safetensors.loadFile(file);
  const numbers = await w.data();
  return numbers.every((number) => number === numbers[0]) ? Number(numbers[0]) : Number.NaN;
};
const errorOf = (task: Promise<unknown>): Promise<string> => task.then(() => "none", String);

async function namesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  const entries = folder as unknown as { keys(): AsyncIterable<string> };
  for await (const name of entries.keys()) names.push(name);
  return names.sort();
}

/** Ends a worker that writes a file again and again. Gives what is in the file afterwards. */
async function killed(after: number): Promise<number> {
  const worker = new Worker("files-worker.js", { type: "module" });
  await new Promise((resolve) => {
    worker.onmessage = resolve;
  });
  await new Promise((resolve) => setTimeout(resolve, after));
  worker.terminate();
  return numberIn("killed.safetensors");
}

async function run(): Promise<FilesResult> {
  await registerBackend(cpu());
  const read: Record<string, number> = {};
  const names: Record<string, readonly string[]> = {};
  const errors: Record<string, string> = {};

  errors["nothing there"] = await errorOf(safetensors.loadFile(path));
  await safetensors.saveFile(weights(1), path);
  read.path = await numberIn(path);
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("models");
  names["one file"] = await namesIn(folder);

  const handle = await folder.getFileHandle("by-handle.safetensors", { create: true });
  await safetensors.saveFile(weights(2), handle);
  read.handle = await numberIn(handle);
  await safetensors.saveFile(weights(3), await handle.createWritable());
  read.stream = await numberIn("/models/by-handle.safetensors");
  read.blob = await numberIn(await safetensors.saveBlob(weights(4)));

  const broken = { dtype: "float32", shape: [1000], tensor: () => Promise.reject(new Error("lost")) } as const;
  errors["writing over"] = await errorOf(safetensors.saveFile({ w: broken }, path));
  errors["writing anew"] = await errorOf(safetensors.saveFile({ w: broken }, "models/new.safetensors"));
  read["after an error"] = await numberIn(path);
  names["after errors"] = await namesIn(folder);

  const during: number[] = [];
  const bytes = await safetensors.save(weights(5));
  await writeAtomically(
    path,
    (async function* () {
      yield bytes.subarray(0, 2000);
      during.push(await numberIn(path));
      yield bytes.subarray(2000);
      during.push(await numberIn(path));
    })(),
  );
  during.push(await numberIn(path));

  const index = "models/large.safetensors.index.json";
  for (const value of [6, 7]) {
    const tensors = { ...weights(value), v: full([1000], value, { dtype: "float32" }) };
    await safetensors.saveSharded(tensors, index, { maxShardSize: 4000 });
    read[`shards, ${value - 5}`] = await numberIn(index);
  }
  names.shards = await namesIn(folder);

  errors["a path outside"] = await errorOf(safetensors.saveFile(weights(1), "../x.safetensors"));
  errors["a URL"] = await errorOf(safetensors.loadFile(new URL("files-page.js", document.baseURI)));
  let kills = 0;
  for (; kills < 10; kills++) {
    const found = await killed(3 * kills);
    if (!(found >= 0)) throw new Error(`${found} is in the file after kill ${kills}`);
  }
  return { read, names, errors, during, kills };
}

await report(run());
