import type { Tensor } from "@cresset/core/functions";
import { type Table, tableFromIPC } from "apache-arrow";
import { FormatError } from "../errors.ts";
import { type FileLike, type OpenOptions, openSource } from "../source.ts";
import type { TableOptions } from "../tables/options.ts";
import { fromArrow } from "./from-arrow.ts";
import { verifyArrow } from "./verify.ts";

/**
 * The columns of an Arrow file (`.arrow`, `.feather` of version 2) or stream as tensors, like `fromArrow`.
 *
 * @param file a URL, a path, a `Blob` or `File`, or bytes. It is read whole.
 * @throws FormatError for what is no Arrow file, or is compressed in a way that apache-arrow has been given no codec for; and
 *   as `fromArrow`.
 * @example
 * const { age, income } = await loadArrow("people.feather", { columns: ["age", "income"], nulls: NaN });
 */
export async function loadArrow(
  file: FileLike,
  options: TableOptions & OpenOptions = {},
): Promise<Record<string, Tensor>> {
  return fromArrow(await openArrow(file, options), options);
}

/** A file as a table of apache-arrow. @throws FormatError for what is none. */
export async function openArrow(file: FileLike, options: OpenOptions = {}): Promise<Table> {
  const source = await openSource(file, options);
  try {
    const bytes = await source.read(0, source.size);
    try {
      if (!beginsAsArrow(bytes)) throw new FormatError("it does not begin like an Arrow file or stream");
      verifyArrow(bytes);
      return tableFromIPC(bytes);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new FormatError(`${source.name} is not an Arrow file that could be read: ${why}`, { cause });
    }
  } finally {
    await source.close();
  }
}

/** The mark of a file, or of a stream's message. (Streams of versions before 0.15 have none, and are not read.) */
function beginsAsArrow(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 6));
  return start === "ARROW1" || start.startsWith("\xff\xff\xff\xff");
}
