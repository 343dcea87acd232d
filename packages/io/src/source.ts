/** Where the bytes of a file come from. */
import { ValueError } from "@cresset/core/functions";
import { FormatError } from "./errors.ts";
import { openPath } from "./file-system.ts";
import { isWebUrl, openUrl } from "./http.ts";

/** Bytes that can be read in parts: a file, a `Blob`, a web server's answers, memory. */
export interface ByteSource {
  /** What it is called in errors. */
  readonly name: string;
  readonly size: number;
  /** Where each read takes a round trip: up to how many bytes that lie together are better read at once. */
  readonly atOnce?: number;
  /** The bytes from `start` up to `end`, in memory of their own. @throws FormatError where the file has become shorter. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/**
 * What can be read: an `http:` or `https:` URL, as text or `URL`; a path or `file:` URL in Node, Deno and Bun; a path in the
 * origin-private file system in browsers; a `Blob` or `File` (of a page's input), or a handle of a file; the bytes themselves.
 */
export type FileLike = string | URL | Blob | FileSystemFileHandle | Uint8Array | ArrayBuffer;

/** How a file is opened. */
export interface OpenOptions {
  /**
   * What requests for a URL say besides the range: `{ authorization: "Bearer …" }`. As always with `fetch`, where a server
   * sends on to another one, that one does not get `authorization`.
   */
  readonly headers?: HeadersInit;
  /** Ends reading, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a file for reading.
 *
 * @throws ValueError for what is no file, or for a path where there is no file system; FetchError for a URL that leads to none.
 */
export async function openSource(file: FileLike, options: OpenOptions = {}): Promise<ByteSource> {
  const { signal } = options;
  if (signal === undefined) return opened(file, options);
  signal.throwIfAborted();
  const source = await opened(file, options);
  return {
    ...source,
    async read(start, end) {
      signal.throwIfAborted();
      return source.read(start, end);
    },
  };
}

async function opened(file: FileLike, options: OpenOptions): Promise<ByteSource> {
  if (file instanceof Uint8Array) return sourceOfBytes(file, "the bytes given");
  if (file instanceof ArrayBuffer) return sourceOfBytes(new Uint8Array(file), "the bytes given");
  if (typeof Blob !== "undefined" && file instanceof Blob) return ofBlob(file);
  if (typeof FileSystemFileHandle !== "undefined" && file instanceof FileSystemFileHandle)
    return ofBlob(await file.getFile());
  if (isWebUrl(file)) return openUrl(new URL(file), options);
  if (typeof file === "string" || file instanceof URL) {
    const found = await openPath(file);
    return found instanceof Blob ? ofBlob(found) : found;
  }
  throw new ValueError(`a file is a path, a URL, a Blob or bytes, not ${file === null ? "null" : typeof file}`);
}

const nothing = async (): Promise<void> => undefined;

/** Bytes in memory as a source. */
export function sourceOfBytes(bytes: Uint8Array, name: string): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (start, end) => new Uint8Array(bytes.subarray(start, end)),
    close: nothing,
  };
}

function ofBlob(blob: Blob): ByteSource {
  const name = blob instanceof File ? blob.name : "the Blob given";
  return {
    name,
    size: blob.size,
    async read(start, end) {
      try {
        return new Uint8Array(await blob.slice(start, end).arrayBuffer());
      } catch (cause) {
        throw new FormatError(`${name} was changed or removed while it was read`, { cause });
      }
    },
    close: nothing,
  };
}
