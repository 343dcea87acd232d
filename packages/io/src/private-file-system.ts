/** Files of a page's origin that only its scripts see: https://fs.spec.whatwg.org */
import { ValueError } from "@cresset/core/functions";
import { writeInto } from "./write-into.ts";

/** Whether this is a browser that has such files. Deno and Bun have a `navigator` too, but real files. */
export function hasPrivateFiles(): boolean {
  const { process, navigator } = globalThis as {
    process?: { getBuiltinModule?: unknown };
    navigator?: { storage?: { getDirectory?: unknown } };
  };
  return process?.getBuiltinModule === undefined && navigator?.storage?.getDirectory !== undefined;
}

interface Place {
  readonly folders: readonly string[];
  readonly name: string;
}

function placeOf(path: string): Place {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const name = parts.pop();
  if (name === undefined || name === ".." || parts.includes(".."))
    throw new ValueError(`"${path}" is no path of a file in the origin-private file system`);
  return { folders: parts, name };
}

async function folderOf({ folders }: Place, create: boolean): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const name of folders) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}

const isAbsent = (error: unknown): boolean => error instanceof DOMException && error.name === "NotFoundError";

/** @throws ValueError where there is no such file. */
export async function openPrivate(path: string): Promise<File> {
  const place = placeOf(path);
  try {
    const folder = await folderOf(place, false);
    return await (await folder.getFileHandle(place.name)).getFile();
  } catch (cause) {
    if (!isAbsent(cause)) throw cause;
    throw new ValueError(
      `there is no file "${path}" in the origin-private file system, where paths lead in a browser. A file of the site is read by its URL: new URL("${path}", document.baseURI)`,
      { cause },
    );
  }
}

/** Writes a file, and the folders to it. The file is what it was until all is written. */
export async function replacePrivate(path: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
  const place = placeOf(path);
  const isNew = !(await privateFileExists(path));
  const folder = await folderOf(place, true);
  const handle = await folder.getFileHandle(place.name, { create: true });
  try {
    await replaceHandle(handle, parts);
  } catch (error) {
    if (isNew) await folder.removeEntry(place.name).catch(() => undefined);
    throw error;
  }
}

/** What is written goes to a copy, which takes the file's place when it is closed. */
export async function replaceHandle(handle: FileSystemFileHandle, parts: AsyncIterable<Uint8Array>): Promise<void> {
  await writeInto(await handle.createWritable(), parts);
}

export async function privateFileExists(path: string): Promise<boolean> {
  const place = placeOf(path);
  try {
    await (await folderOf(place, false)).getFileHandle(place.name);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

export async function removePrivate(path: string): Promise<void> {
  const place = placeOf(path);
  try {
    await (await folderOf(place, false)).removeEntry(place.name);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}
