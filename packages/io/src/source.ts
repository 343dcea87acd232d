/** Where the bytes of a file come from. */
import { ValueError } from "@cresset/core/functions";
import { openPath } from "./file-system.ts";

/** Bytes that can be read in parts: a file, a `Blob`, memory. */
export interface ByteSource {
  /** What it is called in errors. */
  readonly name: string;
  readonly size: number;
  /** The bytes from `start` up to `end`, in memory of their own. @throws FormatError where the file has become shorter. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** A path or `file:` URL (in Node, Deno and Bun), a `Blob` or `File` (of a page's input), or the bytes themselves. */
export type FileLike = string | URL | Blob | Uint8Array | ArrayBuffer;

/**
 * Opens a file for reading.
 *
 * @throws ValueError for what is no file, or for a path where there is no file system.
 */
export async function openSource(file: FileLike): Promise<ByteSource> {
  if (file instanceof Uint8Array) return ofBytes(file);
  if (file instanceof ArrayBuffer) return ofBytes(new Uint8Array(file));
  if (typeof Blob !== "undefined" && file instanceof Blob) return ofBlob(file);
  if (typeof file === "string" || file instanceof URL) return openPath(file);
  throw new ValueError(`a file is a path, a file: URL, a Blob or bytes, not ${file === null ? "null" : typeof file}`);
}

const nothing = async (): Promise<void> => undefined;

function ofBytes(bytes: Uint8Array): ByteSource {
  return {
    name: "the bytes given",
    size: bytes.length,
    read: async (start, end) => new Uint8Array(bytes.subarray(start, end)),
    close: nothing,
  };
}

function ofBlob(blob: Blob): ByteSource {
  return {
    name: blob instanceof File ? blob.name : "the Blob given",
    size: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
    close: nothing,
  };
}
