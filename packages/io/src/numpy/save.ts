import { describeArgument } from "@cresset/core/extend";
import { Tensor, ValueError } from "@cresset/core/functions";
import { joined } from "../joined.ts";
import { type FileTarget, writeAtomically } from "../target.ts";
import { type ZipRecord, zipped } from "../zip/writer.ts";
import { writeArrayHeader } from "./header.ts";

/**
 * Writes a tensor as an array of NumPy's. The file is replaced when all is written.
 *
 * @param file a path (or a handle, or a stream); as in NumPy, ".npy" is added if it ends otherwise.
 * @throws ValueError for what is no tensor; what the file system throws.
 * @example
 * await numpy.save("x.npy", x);
 */
export async function save(file: FileTarget, tensor: Tensor): Promise<void> {
  requireTensor("the array", tensor);
  await writeAtomically(withEnding(file, ".npy"), parts(tensor));
}

/**
 * A tensor as the bytes of a `.npy` file.
 *
 * @throws ValueError for what is no tensor.
 * @example
 * const blob = new Blob([await numpy.toBytes(x)]);
 */
export async function toBytes(tensor: Tensor): Promise<Uint8Array<ArrayBuffer>> {
  requireTensor("the array", tensor);
  return collected(parts(tensor));
}

/** What an archive is made of: tensors by name, or several without names, which become `arr_0`, `arr_1` …. */
export type Arrays = Readonly<Record<string, Tensor>> | readonly Tensor[];

/**
 * Writes tensors as an archive of NumPy's arrays, one after the other. The file is replaced when all is written.
 *
 * @param file a path (or a handle, or a stream); as in NumPy, ".npz" is added if it ends otherwise.
 * @throws ValueError for what are no tensors; what the file system throws.
 * @example
 * await numpy.savez("data.npz", { train, test });
 */
export async function savez(file: FileTarget, arrays: Arrays): Promise<void> {
  await writeAtomically(withEnding(file, ".npz"), zipped(records(arrays)));
}

/** Like `savez`, each array compressed by deflate. */
export async function savezCompressed(file: FileTarget, arrays: Arrays): Promise<void> {
  await writeAtomically(withEnding(file, ".npz"), zipped(records(arrays), { compress: true }));
}

/** Tensors as the bytes of a `.npz` file. @param options.compress whether by deflate; default false. */
export async function archiveToBytes(
  arrays: Arrays,
  { compress = false }: { readonly compress?: boolean } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return collected(zipped(records(arrays), { compress }));
}

function requireTensor(name: string, value: unknown): asserts value is Tensor {
  if (!(value instanceof Tensor)) throw new ValueError(`${name} to save is ${describeArgument(value)}, not a tensor`);
}

async function collected(from: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array[] = [];
  for await (const part of from) all.push(part);
  return joined(all);
}

async function* parts(tensor: Tensor): AsyncGenerator<Uint8Array> {
  yield writeArrayHeader(tensor.dtype, tensor.shape);
  const { buffer, byteOffset, byteLength } = await tensor.data();
  yield new Uint8Array(buffer, byteOffset, byteLength);
}

function records(arrays: Arrays): ZipRecord[] {
  if (typeof arrays !== "object" || arrays === null || arrays instanceof Tensor)
    throw new ValueError(`arrays to save are a record of tensors by name, not ${describeArgument(arrays)}`);
  const named: [string, Tensor][] = Array.isArray(arrays)
    ? arrays.map((tensor: Tensor, i) => [`arr_${i}`, tensor])
    : Object.entries(arrays as Readonly<Record<string, Tensor>>);
  for (const [name, tensor] of named) requireTensor(`"${name}"`, tensor);
  return named.map(([name, tensor]) => ({ name: `${name}.npy`, content: () => collected(parts(tensor)) }));
}

function withEnding(file: FileTarget, ending: string): FileTarget {
  if (typeof file === "string") return file.endsWith(ending) ? file : file + ending;
  if (!(file instanceof URL)) return file;
  return file.pathname.endsWith(ending) ? file : new URL(file.href + ending);
}
