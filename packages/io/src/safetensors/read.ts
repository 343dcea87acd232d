import { IndexError, type Tensor } from "@cresset/core/functions";
import { FormatError } from "../errors.ts";
import { toDevice } from "../host-tensor.ts";
import { type ByteSource, type FileLike, openSource } from "../source.ts";
import { decode, requireReadable } from "./dtypes.ts";
import { type Entry, type Header, headerLength, parseHeader } from "./header.ts";

/** Where tensors are put. */
export interface LoadOptions {
  /** Name of the device; default: the default device. */
  readonly device?: string;
}

/**
 * The tensors of a safetensors file that is in memory, by name, in the order of the file. BF16 becomes float32.
 *
 * @param bytes the whole file; it is copied.
 * @throws FormatError for a malformed file, or a dtype that Cresset lacks; DTypeError for one that the device lacks.
 * @example
 * model.loadStateDict(safetensors.load(await file.bytes()));
 */
export function load(bytes: Uint8Array | ArrayBuffer, options: LoadOptions = {}): Record<string, Tensor> {
  const file = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  const length = headerLength(file, file.length);
  const { entries, dataStart } = parseHeader(file.subarray(8, 8 + length), file.length);
  for (const entry of entries) requireReadable(entry);
  return named(entries, (entry) => {
    const own = new Uint8Array(file.subarray(dataStart + entry.begin, dataStart + entry.end));
    return toDevice(decode(entry, own), options.device);
  });
}

/**
 * The tensors of a safetensors file, by name.
 *
 * @param file a path (in Node, Deno and Bun), a `Blob` or `File`, or bytes.
 * @throws FormatError, DTypeError as `load`; what the file system throws where the file cannot be read.
 * @example
 * model.loadStateDict(await safetensors.loadFile("model.safetensors"));
 */
export async function loadFile(file: FileLike, options: LoadOptions = {}): Promise<Record<string, Tensor>> {
  const opened = await safeOpen(file, options);
  try {
    return await opened.getTensors();
  } finally {
    await opened.close();
  }
}

/**
 * Opens a safetensors file, reading nothing but its header: tensors are read one by one when they are asked for.
 *
 * @throws FormatError for a malformed header.
 * @example
 * const file = await safetensors.safeOpen("model.safetensors");
 * const weight = await file.getTensor("0.weight");
 * await file.close();
 */
export async function safeOpen(file: FileLike, options: LoadOptions = {}): Promise<SafetensorsFile> {
  const source = await openSource(file);
  try {
    const length = headerLength(await source.read(0, Math.min(8, source.size)), source.size);
    return new SafetensorsFile(source, parseHeader(await source.read(8, 8 + length), source.size), options);
  } catch (error) {
    await source.close();
    if (error instanceof FormatError) throw new FormatError(`${source.name}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** An open file of tensors. */
export class SafetensorsFile {
  readonly #source: ByteSource;
  readonly #header: Header;
  readonly #options: LoadOptions;

  /** @internal */
  constructor(source: ByteSource, header: Header, options: LoadOptions) {
    this.#source = source;
    this.#header = header;
    this.#options = options;
  }

  /** Names of the tensors, in the order of the file. */
  keys(): string[] {
    return this.#header.entries.map(({ name }) => name);
  }

  /** Texts that were saved along with the tensors. */
  metadata(): Record<string, string> {
    return { ...this.#header.metadata };
  }

  /** A tensor's dtype (by the name that the format has for it, such as "F32") and shape, without reading it. */
  getInfo(name: string): { readonly dtype: string; readonly shape: readonly number[] } {
    const { dtype, shape } = this.#entry(name);
    return { dtype, shape };
  }

  /**
   * Reads one tensor.
   *
   * @throws IndexError if there is none of that name; FormatError for a dtype that Cresset lacks.
   */
  async getTensor(name: string): Promise<Tensor> {
    return this.#read(this.#entry(name));
  }

  /** Reads all tensors. @throws FormatError for a dtype that Cresset lacks, before anything is read. */
  async getTensors(): Promise<Record<string, Tensor>> {
    const { entries } = this.#header;
    for (const entry of entries) requireReadable(entry);
    const tensors = new Map<Entry, Tensor>();
    for (const entry of entries) tensors.set(entry, await this.#read(entry));
    return named(entries, (entry) => tensors.get(entry) as Tensor);
  }

  /** Gives the file back to the system. */
  close(): Promise<void> {
    return this.#source.close();
  }

  #entry(name: string): Entry {
    const found = this.#header.entries.find((entry) => entry.name === name);
    if (found === undefined)
      throw new IndexError(`${this.#source.name} has no tensor "${name}"; it has ${this.keys().join(", ")}`);
    return found;
  }

  async #read(entry: Entry): Promise<Tensor> {
    requireReadable(entry);
    const { dataStart } = this.#header;
    const bytes = await this.#source.read(dataStart + entry.begin, dataStart + entry.end);
    return toDevice(decode(entry, bytes), this.#options.device);
  }
}

/** A record in which no name is special to JavaScript. */
function named(entries: readonly Entry[], tensor: (entry: Entry) => Tensor): Record<string, Tensor> {
  const record: Record<string, Tensor> = Object.create(null);
  for (const entry of entries) record[entry.name] = tensor(entry);
  return record;
}
