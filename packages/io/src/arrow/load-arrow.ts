import type { Tensor } from "@cresset/core/functions";
import { type Field, RecordBatchReader, Table } from "apache-arrow";
import { FormatError } from "../errors.ts";
import { type FileLike, type OpenOptions, openSource } from "../source.ts";
import { chosen } from "../tables/column.ts";
import type { TableOptions } from "../tables/options.ts";
import { arrowTypes } from "./arrow.ts";
import { fromArrow } from "./from-arrow.ts";
import { layoutOf } from "./types.ts";
import { verifyArrow } from "./verify.ts";
import { requireWholeColumns } from "./whole-columns.ts";

/**
 * The columns of an Arrow file (`.arrow`, `.feather` of version 2) or stream as tensors, like `fromArrow`. It may be compressed,
 * by LZ4 (as pandas does it) or Zstandard, if apache-arrow is of version 21 or later.
 *
 * @param file a URL, a path, a `Blob` or `File`, or bytes. It is read whole.
 * @throws FormatError for what is no Arrow file; and as `fromArrow`.
 * @example
 * const { age, income } = await loadArrow("people.feather", { columns: ["age", "income"], nulls: NaN });
 */
export async function loadArrow(
  file: FileLike,
  options: TableOptions & OpenOptions = {},
): Promise<Record<string, Tensor>> {
  const table = await openArrow(file, options, (fields, bytes) => {
    // What cannot be read is refused before anything is unpacked.
    const wanted = new Set(
      chosen(
        fields.map(({ name }) => name),
        options.columns,
      ),
    );
    for (const { name, type } of fields) if (wanted.has(name)) layoutOf(name, type, options.dates ?? "refuse");
    requireWholeColumns(fields, wanted, bytes, { noneMissing: options.nulls === undefined, int64: true });
  });
  return fromArrow(table, options);
}

/**
 * A file as a table of apache-arrow.
 *
 * @param check looks at the columns, and the file, before any of their values are made.
 * @throws FormatError for what is none; what `check` throws.
 */
export async function openArrow(
  file: FileLike,
  options: OpenOptions = {},
  check: (fields: readonly Field[], bytes: Uint8Array) => void = () => undefined,
): Promise<Table> {
  const source = await openSource(file, options);
  try {
    const read = await source.read(0, source.size);
    const bytes = decoding(source.name, () => {
      if (!beginsAsArrow(read)) throw new FormatError("it does not begin like an Arrow file or stream");
      return read.subarray(0, verifyArrow(read));
    });
    const reader = decoding(source.name, () => {
      const opened = RecordBatchReader.from(bytes).open();
      for (const field of opened.schema?.fields ?? []) requireKnownNumbers(field);
      return opened;
    });
    check(reader.schema?.fields ?? [], bytes);
    return decoding(source.name, () => {
      const batches = reader.readAll();
      return batches.length > 0 ? new Table(batches) : new Table(reader.schema);
    });
  } finally {
    await source.close();
  }
}

/** Runs apache-arrow, whose errors have no type. */
export function decoding<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`${name} is not an Arrow file that could be read: ${why}`, { cause });
  }
}

/** @throws FormatError for numbers of a width that there is not; apache-arrow notices when it has unpacked them. */
function requireKnownNumbers({ type }: Field): void {
  const { bitWidth = 0, precision = -1, children } = type as Partial<Widths>;
  if (type.typeId === arrowTypes.int && ![8, 16, 32, 64].includes(bitWidth))
    throw new FormatError(`it has integers of ${bitWidth} bits`);
  if (type.typeId === arrowTypes.float && ![0, 1, 2].includes(precision))
    throw new FormatError(`it has floats of the unknown precision ${precision}`);
  for (const child of children ?? []) requireKnownNumbers(child);
}

/** What types have that have it. */
interface Widths {
  readonly bitWidth: number;
  readonly precision: number;
  readonly children: readonly Field[] | null;
}

/** The mark of a file, or of a stream's message. (Streams of versions before 0.15 have none, and are not read.) */
function beginsAsArrow(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 6));
  return start === "ARROW1" || start.startsWith("\xff\xff\xff\xff");
}
