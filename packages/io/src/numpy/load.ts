import type { Tensor } from "@cresset/core/functions";
import { FormatError } from "../errors.ts";
import { type ByteSource, type FileLike, type OpenOptions, openSource } from "../source.ts";
import { ZipArchive } from "../zip/archive.ts";
import { beginsLikeZip } from "../zip/directory.ts";
import { tensorOfArray } from "./array.ts";
import { type ArrayHeader, beginsLikeArray, dataStartOf, longestPrefix, parseArrayHeader } from "./header.ts";

/** Where tensors are put, and how a file is opened. */
export interface LoadOptions extends OpenOptions {
  /** Name of the device; default: the default device. */
  readonly device?: string;
}

/**
 * Reads a file of NumPy's: an array (`.npy`) as a tensor, an archive of arrays (`.npz`) as tensors by name.
 *
 * The dtype is the array's, in whatever byte order it was written. An array in Fortran order becomes a tensor with the strides
 * that it has in NumPy.
 *
 * @param file a URL, a path, a `Blob` or `File`, or bytes. If the path is written out in the program, the
 *   result's type follows from its ending.
 * @throws FormatError for a damaged file, or a dtype that Cresset lacks (unsigned ones beyond uint8, complex ones, texts,
 *   objects, records), by name; what the file system throws where the file cannot be read.
 * @example
 * const x = await numpy.load("x.npy");
 * const { train, test } = await numpy.load("data.npz");
 */
export function load(file: `${string}.npy`, options?: LoadOptions): Promise<Tensor>;
export function load(file: `${string}.npz`, options?: LoadOptions): Promise<Record<string, Tensor>>;
export function load(file: FileLike, options?: LoadOptions): Promise<Tensor | Record<string, Tensor>>;
export async function load(file: FileLike, options: LoadOptions = {}): Promise<Tensor | Record<string, Tensor>> {
  const source = await openSource(file, options);
  try {
    const start = await source.read(0, Math.min(longestPrefix, source.size));
    const [isArray, isArchive] = [beginsLikeArray(start), beginsLikeZip(start)];
    if (typeof file === "string" && ((isArray && file.endsWith(".npz")) || (isArchive && file.endsWith(".npy"))))
      throw new FormatError(
        `this is ${isArray ? "one array" : "an archive of arrays"}, although its name says otherwise`,
      );
    if (isArray) return await readArray(source, start, options);
    if (isArchive) return await readArchive(source, options);
    throw new FormatError("this is neither an array nor an archive of NumPy's");
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`${source.name}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    await source.close();
  }
}

async function readArray(source: ByteSource, start: Uint8Array, { device }: LoadOptions): Promise<Tensor> {
  const header = parseArrayHeader(await source.read(0, dataStartOf(start, source.size)), source.size);
  const { dataStart, dataBytes } = header;
  return tensorOfArray(header, await source.read(dataStart, dataStart + dataBytes), device);
}

async function readArchive(source: ByteSource, { device }: LoadOptions): Promise<Record<string, Tensor>> {
  const archive = await ZipArchive.open(source);
  // A folder has nothing in it: NumPy has its name among the arrays', for no bytes.
  const names = archive.names().filter((name) => !(name.endsWith("/") && archive.entry(name)?.size === 0));
  const stray = names.find((name) => !name.endsWith(".npy"));
  if (stray !== undefined)
    throw new FormatError(
      names.some((name) => /^[^/]*\/data\.pkl$/.test(name))
        ? "this is a file of PyTorch's: read it with torch.load"
        : `this is no archive of NumPy's: it holds "${stray}", which is no array`,
    );
  const inArray = async <T>(name: string, read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (error instanceof FormatError) throw new FormatError(`"${name}": ${error.message}`, { cause: error });
      throw error;
    }
  };
  // What may be refused is looked at before memory is taken for the first array.
  const headers: ArrayHeader[] = [];
  for (const name of names) headers.push(await inArray(name, () => archivedHeader(archive, name)));
  await archive.verify(names);
  const arrays: [string, Tensor][] = [];
  for (const [i, name] of names.entries()) {
    const elements = (await inArray(name, () => archive.read(name))).slice(headers[i].dataStart);
    arrays.push([name.slice(0, -".npy".length), tensorOfArray(headers[i], elements, device)]);
  }
  // Without a prototype, so that no name is special.
  const record: Record<string, Tensor> = Object.create(null);
  for (const [name, tensor] of arrays) record[name] = tensor;
  return record;
}

/** An array's header, before memory is taken for its elements. */
async function archivedHeader(archive: ZipArchive, name: string): Promise<ArrayHeader> {
  const size = archive.entry(name)?.size ?? 0;
  const dataStart = dataStartOf(await archive.readStart(name, longestPrefix), size);
  return parseArrayHeader(await archive.readStart(name, dataStart), size);
}
