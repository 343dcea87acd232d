/**
 * Files by path: of the system in Node, Deno and Bun, of the origin-private file system in browsers. The modules of the former
 * are asked for at run time, not imported: bundlers for browsers need not know of them, and nothing has to be configured.
 */
import { ValueError } from "@cresset/core/functions";
import { FormatError } from "./errors.ts";
import {
  hasPrivateFiles,
  openPrivate,
  privateFileExists,
  removePrivate,
  replacePrivate,
} from "./private-file-system.ts";
import type { ByteSource } from "./source.ts";

type Promises = typeof import("node:fs/promises");
type FileHandle = import("node:fs/promises").FileHandle;
type Stats = import("node:fs").Stats;
type Path = typeof import("node:path");
type Url = typeof import("node:url");

interface Builtin {
  getBuiltinModule?(name: string): unknown;
}

function builtin<T>(name: string): T {
  const { process } = globalThis as { process?: Builtin };
  const found = process?.getBuiltinModule?.(name);
  if (found === undefined)
    throw new ValueError(
      "there is no file system here to find a path in. In a browser read a URL, a Blob (a File of an <input>) or bytes, and offer what is written as a Blob",
    );
  return found as T;
}

function pathOf(file: string | URL): string {
  if (typeof file === "string") return file;
  if (file.protocol !== "file:")
    throw new ValueError(`${file.protocol} URLs lead to no file that could be read or written here`);
  return builtin<Url>("node:url").fileURLToPath(file);
}

/** Whether paths are those of the browser's private file system. */
const isPrivate = (file: string | URL): file is string => typeof file === "string" && hasPrivateFiles();

/** Bytes that a system reads or writes in one call: none does 2 GiB. */
const mostAtOnce = 2 ** 30;

/** Opens the file at a path. */
export async function openPath(file: string | URL): Promise<ByteSource | Blob> {
  if (isPrivate(file)) return openPrivate(file);
  const name = pathOf(file);
  const handle = await builtin<Promises>("node:fs/promises").open(name, "r");
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new FormatError(`${name} is ${stats.isDirectory() ? "a directory" : "no regular file"}`);
    return {
      name,
      size: stats.size,
      async read(start, end) {
        const bytes = new Uint8Array(end - start);
        let at = 0;
        while (at < bytes.length) {
          const { bytesRead } = await handle.read(bytes, at, Math.min(bytes.length - at, mostAtOnce), start + at);
          if (bytesRead === 0)
            throw new FormatError(`${name} ends at byte ${start + at}: it was cut off while it was read`);
          at += bytesRead;
        }
        return bytes;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Writes a file so that at every moment the path names the old content or the whole new one: to a temporary file beside it,
 * flushed to the disk, and renamed. If anything fails, the temporary file is removed and the old file stays.
 */
export async function replaceFile(file: string | URL, parts: AsyncIterable<Uint8Array>): Promise<void> {
  if (isPrivate(file)) return replacePrivate(file, parts);
  const fs = builtin<Promises>("node:fs/promises");
  const { basename, dirname, join } = builtin<Path>("node:path");
  const given = pathOf(file);
  // Through a link the file it leads to is replaced, not the link.
  const target = await fs.realpath(given).catch(() => given);
  const before = await fs.stat(target).catch(() => null);
  if (before !== null && !before.isFile()) throw new ValueError(`${given} is not a file that could be written`);
  const folder = dirname(target);
  const temporary = join(folder, temporaryName(basename(target)));
  const handle = await fs.open(temporary, "wx", before === null ? 0o666 : before.mode & 0o777);
  try {
    try {
      for await (const part of parts) {
        let at = 0;
        while (at < part.length)
          at += (await handle.write(part, at, Math.min(part.length - at, mostAtOnce))).bytesWritten;
      }
      if (before !== null) await keepOwner(handle, before);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renamed(fs, temporary, target);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
  await flushFolder(fs, folder);
}

/**
 * A name that nothing else has: not what another thread writes, nor what a process left that was killed and that had the same
 * number, as in containers all have. It says whose it is, but is not longer than names may be.
 */
function temporaryName(name: string): string {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0"));
  return `.${Array.from(name).slice(0, 32).join("")}.${random.join("")}.tmp`;
}

/** The file's mode, which what processes may write by default (umask) would change, and its owner, where that can be had. */
async function keepOwner(handle: FileHandle, { mode, uid, gid }: Stats): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid).catch(() => undefined);
  if (own.mode !== mode) await handle.chmod(mode & 0o7777).catch(() => undefined);
}

/** How often and how long (in milliseconds) to wait for a file that something else has open, where that is in the way. */
const [tries, between] = [10, 20];

/** Windows refuses to replace a file that a virus scanner or an indexer is looking at, for a moment. */
async function renamed(fs: Promises, from: string, to: string): Promise<void> {
  for (let left = tries; ; left--)
    try {
      await fs.rename(from, to);
      return;
    } catch (error) {
      if (left === 0 || process.platform !== "win32" || !isInTheWay(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, between * (tries - left + 1)));
    }
}

const isInTheWay = (error: unknown): boolean =>
  ["EPERM", "EACCES", "EBUSY"].includes((error as { code?: string }).code ?? "");

/** Whether there is something at a path. */
export async function fileExists(file: string | URL): Promise<boolean> {
  if (isPrivate(file)) return privateFileExists(file);
  return (
    (await builtin<Promises>("node:fs/promises")
      .stat(pathOf(file))
      .catch(() => null)) !== null
  );
}

/** Removes the file at a path, if there is one. */
export async function removeFile(file: string | URL): Promise<void> {
  if (isPrivate(file)) return removePrivate(file);
  await builtin<Promises>("node:fs/promises").rm(pathOf(file), { force: true });
}

/** So that the new name survives a power cut too, where folders can be flushed. */
async function flushFolder(fs: Promises, folder: string): Promise<void> {
  try {
    const handle = await fs.open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The file is whole under its name; some systems do not open folders.
  }
}
