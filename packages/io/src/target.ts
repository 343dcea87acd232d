/** Where the bytes of a file go. */
import { ValueError } from "@cresset/core/functions";
import { replaceFile } from "./file-system.ts";
import { isWebUrl } from "./http.ts";
import { replaceHandle } from "./private-file-system.ts";
import { writeInto } from "./write-into.ts";

/**
 * What can be written: a path or `file:` URL in Node, Deno and Bun; a path in the origin-private file system in browsers; a
 * handle of a file, which a page has from there or from a file picker; a stream that takes bytes.
 */
export type FileTarget = string | URL | FileSystemFileHandle | WritableStream<Uint8Array>;

/**
 * Writes a file so that at every moment it has its old content or the whole new one. If anything fails, or the process dies,
 * the old file stays as it was. Of a stream, which has no old content, that is said only in part: it is closed when all is
 * written, and aborted where anything fails.
 *
 * @throws ValueError for what cannot be written to; what the file system throws.
 */
export async function writeAtomically(target: FileTarget, parts: AsyncIterable<Uint8Array>): Promise<void> {
  if (isWebUrl(target)) throw new ValueError("a URL of a web server cannot be written to: send a Blob with fetch()");
  if (typeof target === "string" || target instanceof URL) return replaceFile(target, parts);
  if (typeof FileSystemFileHandle !== "undefined" && target instanceof FileSystemFileHandle)
    return replaceHandle(target, parts);
  if (typeof WritableStream !== "undefined" && target instanceof WritableStream) return writeInto(target, parts);
  throw new ValueError(
    `a file to write is a path, a handle or a stream, not ${target === null ? "null" : typeof target}`,
  );
}

/** Bytes that are put together before they are handed over: the browser may keep what it has on the disk. */
const handedOver = 16 * 1024 * 1024;

/** Parts as a `Blob`, for a page to offer as a download, without all of them in JavaScript's memory at once. */
export async function blobOf(parts: AsyncIterable<Uint8Array>, type = "application/octet-stream"): Promise<Blob> {
  let whole = new Blob([], { type });
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const hand = (): void => {
    whole = new Blob([whole, ...waiting], { type });
    waiting = [];
    bytes = 0;
  };
  for await (const part of parts) {
    waiting.push(part as Uint8Array<ArrayBuffer>);
    bytes += part.length;
    if (bytes >= handedOver) hand();
  }
  hand();
  return whole;
}
