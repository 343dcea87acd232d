import { bytesOf } from "@cresset/core/backend";
import { describeArgument } from "@cresset/core/extend";
import { type DType, Tensor, ValueError } from "@cresset/core/functions";
import { blobOf, type FileTarget, writeAtomically } from "../target.ts";
import { fileDType } from "./dtypes.ts";
import { writeHeader } from "./header.ts";

export interface SaveOptions {
  /** Texts to travel along: a program's settings, a model's architecture. Default: none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A tensor that is made, or read from somewhere, when its turn to be written comes, and let go of after that. */
export interface DeferredTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Makes it, once. */
  tensor(): Tensor | Promise<Tensor>;
}

/** Tensors by name: a record such as `model.stateDict()`, a `Map`, or whatever gives pairs of name and tensor. */
export type NamedTensors =
  | Readonly<Record<string, Tensor | DeferredTensor>>
  | Iterable<readonly [name: string, tensor: Tensor | DeferredTensor]>;

/**
 * Tensors as the bytes of a safetensors file. Each is written whole, also where several show the same memory.
 *
 * @throws ValueError for what are no named tensors, metadata that is not text, or a deferred tensor that turns out to be of
 *   another dtype or shape; FormatError for names that the format cannot hold.
 * @example
 * const bytes = await safetensors.save(model.stateDict(), { metadata: { epochs: "20" } });
 */
export async function save(tensors: NamedTensors, options: SaveOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const part of contents(entriesOf(tensors), options)) parts.push(part);
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Tensors as a `Blob`, for a page to offer as a download; what is written need not be in memory all at once.
 *
 * @throws as `save`.
 * @example
 * link.href = URL.createObjectURL(await safetensors.saveBlob(model.stateDict()));
 */
export async function saveBlob(tensors: NamedTensors, options: SaveOptions = {}): Promise<Blob> {
  return blobOf(contents(entriesOf(tensors), options));
}

/**
 * Writes tensors to a safetensors file, one after the other. The file is replaced when all is written: if anything fails, or
 * the process dies, the old one stays as it was.
 *
 * @param file a path (in browsers one in the origin-private file system), a handle, a stream.
 * @throws as `save`; what the file system throws.
 * @example
 * await safetensors.saveFile(model.stateDict(), "model.safetensors");
 *
 * // Without holding more than one of them at a time.
 * const doubled = opened.entries().map(([name, each]) => [name, { ...each, tensor: async () => mul(await each.tensor(), 2) }]);
 * await safetensors.saveFile(doubled, "doubled.safetensors");
 */
export async function saveFile(tensors: NamedTensors, file: FileTarget, options: SaveOptions = {}): Promise<void> {
  await writeAtomically(file, contents(entriesOf(tensors), options));
}

/** A file's bytes, as they are needed. */
export async function* contents(given: readonly Named[], { metadata = {} }: SaveOptions): AsyncGenerator<Uint8Array> {
  for (const [key, text] of Object.entries(metadata))
    if (typeof text !== "string")
      throw new ValueError(`the metadata "${key}" of a safetensors file must be a text, not ${describeArgument(text)}`);
  // In the order of the reference implementation: the widest first, so that each lies at a multiple of its element size.
  const entries = given.toSorted(([a, x], [b, y]) => bytesOf(y.dtype) - bytesOf(x.dtype) || (a < b ? -1 : 1));
  yield writeHeader(
    entries.map(([name, { dtype, shape }]) => ({ name, dtype: fileDType(dtype), shape })),
    metadata,
  );
  for (const [name, each] of entries) {
    const { buffer, byteOffset, byteLength } = await (await made(name, each)).data();
    yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

export type Named = readonly [name: string, tensor: Tensor | DeferredTensor];

async function made(name: string, each: Tensor | DeferredTensor): Promise<Tensor> {
  if (each instanceof Tensor) return each;
  const tensor = await each.tensor();
  if (!(tensor instanceof Tensor))
    throw new ValueError(`"${name}" cannot be saved: its tensor() gives ${describeArgument(tensor)}, not a tensor`);
  if (tensor.dtype !== each.dtype || tensor.shape.join() !== each.shape.join())
    throw new ValueError(
      `"${name}" was to be ${each.dtype} [${each.shape.join(", ")}], and is ${tensor.dtype} [${tensor.shape.join(", ")}]`,
    );
  return tensor;
}

const isDeferred = (value: unknown): value is DeferredTensor =>
  typeof value === "object" &&
  value !== null &&
  "tensor" in value &&
  typeof value.tensor === "function" &&
  "dtype" in value &&
  "shape" in value;

/** What is to be saved, checked. */
export function entriesOf(tensors: NamedTensors): Named[] {
  if (typeof tensors !== "object" || tensors === null || tensors instanceof Tensor)
    throw new ValueError(`tensors to save are a record of them by name, not ${describeArgument(tensors)}`);
  const entries: readonly (readonly unknown[])[] =
    Symbol.iterator in tensors ? [...(tensors as Iterable<Named>)] : Object.entries(tensors);
  const seen = new Set<string>();
  return entries.map((pair) => {
    const [name, tensor] = Array.isArray(pair) ? pair : [pair];
    if (typeof name !== "string")
      throw new ValueError(
        `tensors to save are pairs of a name and a tensor, and a name is not ${describeArgument(name)}`,
      );
    if (!(tensor instanceof Tensor) && !isDeferred(tensor))
      throw new ValueError(`"${name}" cannot be saved to safetensors: it is ${describeArgument(tensor)}, not a tensor`);
    if (seen.has(name)) throw new ValueError(`there are two tensors called "${name}" to save`);
    seen.add(name);
    return [name, tensor] as const;
  });
}
