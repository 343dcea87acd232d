import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { DataSource } from "../read/manifest.ts";

/** The order in which areas are run; others follow by name. */
const order = (
  "repr creation unary binary promotion reductions shape indexing linalg nnfunc modules losses optim schedulers init rng " +
  "autograd e2e opinfo"
).split(" ");

/** Recorded data in a folder. @throws Error if there is no such folder, or no data in it. */
export async function folderSource(folder: string): Promise<DataSource> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined || !found.isDirectory()) throw new Error(`there is no folder ${folder}`);
  const files = new Set(await readdir(folder));
  const names = [...files]
    .filter((file) => file.endsWith(".safetensors") && files.has(file.replace(/safetensors$/, "json")))
    .map((file) => file.replace(/\.safetensors$/, ""));
  if (names.length === 0) throw new Error(`${folder} holds no <area>.json with <area>.safetensors`);
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  names.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  return {
    areas: async () => names,
    read: (file) => readFile(join(folder, file)),
  };
}

/** The folder that was asked for, or the copy of the data that the package ships. */
export function dataFolder(asked?: string): string {
  if (asked !== undefined) return resolve(asked);
  // The data lies beside the built files' folder, or two above this file's.
  const built = fileURLToPath(new URL("../golden", import.meta.url));
  return existsSync(built) ? built : fileURLToPath(new URL("../../golden", import.meta.url));
}
