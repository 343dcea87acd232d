import { bytesOf } from "@cresset/core/backend";
import { describeArgument } from "@cresset/core/extend";
import { Tensor, ValueError } from "@cresset/core/functions";
import { writeAtomically } from "../file-system.ts";
import { fileDType } from "./dtypes.ts";
import { writeHeader } from "./header.ts";

export interface SaveOptions {
  /** Texts to travel along: a program's settings, a model's architecture. Default: none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Tensors as the bytes of a safetensors file. Each is written whole, also where several show the same memory.
 *
 * @param tensors by name; `model.stateDict()` is such a record.
 * @throws ValueError for what is no record of tensors, or metadata that is not text.
 * @example
 * const bytes = await safetensors.save(model.stateDict(), { metadata: { epochs: "20" } });
 * const blob = new Blob([bytes]); // for a page to offer as a download
 */
export async function save(
  tensors: Readonly<Record<string, Tensor>>,
  options: SaveOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const part of contents(tensors, options)) parts.push(part);
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Writes tensors to a safetensors file, one after the other, in Node, Deno and Bun. The file is replaced when all is
 * written: if anything fails, or the process dies, the old one stays as it was.
 *
 * @throws ValueError as `save`, or where there is no file system; what the file system throws.
 * @example
 * await safetensors.saveFile(model.stateDict(), "model.safetensors");
 */
export async function saveFile(
  tensors: Readonly<Record<string, Tensor>>,
  file: string | URL,
  options: SaveOptions = {},
): Promise<void> {
  await writeAtomically(file, contents(tensors, options));
}

async function* contents(
  tensors: Readonly<Record<string, Tensor>>,
  { metadata = {} }: SaveOptions,
): AsyncGenerator<Uint8Array> {
  const entries = checked(tensors);
  for (const [key, text] of Object.entries(metadata))
    if (typeof text !== "string")
      throw new ValueError(`the metadata "${key}" of a safetensors file must be a text, not ${describeArgument(text)}`);
  // In the order of the reference implementation: the widest first, so that each lies at a multiple of its element size.
  entries.sort(([a, x], [b, y]) => bytesOf(y.dtype) - bytesOf(x.dtype) || (a < b ? -1 : 1));
  yield writeHeader(
    entries.map(([name, { dtype, shape }]) => ({ name, dtype: fileDType(dtype), shape })),
    metadata,
  );
  for (const [, tensor] of entries) {
    const { buffer, byteOffset, byteLength } = await tensor.data();
    yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

function checked(tensors: Readonly<Record<string, Tensor>>): [string, Tensor][] {
  if (typeof tensors !== "object" || tensors === null || tensors instanceof Tensor)
    throw new ValueError(`tensors to save are a record of them by name, not ${describeArgument(tensors)}`);
  const entries = Object.entries(tensors);
  for (const [name, tensor] of entries)
    if (!(tensor instanceof Tensor))
      throw new ValueError(`"${name}" cannot be saved to safetensors: it is ${describeArgument(tensor)}, not a tensor`);
  return entries;
}
