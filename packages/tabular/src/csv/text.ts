import { TableError } from "../errors.ts";

/** A CSV file: a `Blob` or `File`, a stream or an iterable of bytes, or the text itself. */
export type CsvSource = string | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Characters of a text that are handed on at a time. */
const piece = 1 << 16;

/**
 * The text of a source, piece by piece: UTF-8, or UTF-16 where its mark says so. The mark at the beginning is left out.
 *
 * @throws TableError for bytes that are no text.
 */
export async function* textOf(source: CsvSource): AsyncGenerator<string> {
  if (typeof source === "string") {
    const start = source.startsWith("\uFEFF") ? 1 : 0;
    for (let at = start; at < source.length; at += piece) yield checked(source.slice(at, at + piece));
    return;
  }
  let decoder: TextDecoder | null = null;
  for await (const bytes of bytesOf(source)) {
    decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
    yield decoded(decoder, bytes);
  }
  if (decoder !== null) yield decoded(decoder, null);
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

function decoded(decoder: TextDecoder, bytes: Uint8Array | null): string {
  let text: string;
  try {
    text = bytes === null ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (error) {
    throw new TableError(
      `not a text in ${decoder.encoding.toUpperCase()}: save the table as CSV in UTF-8`,
      {},
      { cause: error },
    );
  }
  return checked(text);
}

function checked(text: string): string {
  if (text.includes("\0")) throw new TableError("not a text: there are NUL characters in it");
  return text;
}

/** `ReadableStream` has no iterator of its own in every browser. */
async function* bytesOf(source: Exclude<CsvSource, string>): AsyncGenerator<Uint8Array> {
  const stream = source instanceof Blob ? source.stream() : source;
  if (!("getReader" in stream)) {
    for await (const bytes of stream) if (bytes.length > 0) yield bytes;
    return;
  }
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value.length > 0) yield value;
    }
  } finally {
    await reader.cancel();
  }
}
