import { IndexError, type Tensor } from "@cresset/core/functions";
import { FormatError } from "../errors.ts";
import { toDevice } from "../host-tensor.ts";
import { type ByteSource, type FileLike, type OpenOptions, openSource } from "../source.ts";
import { cressetDType, decode, requireReadable } from "./dtypes.ts";
import { type Entry, type Header, headerLength, parseHeader } from "./header.ts";
import { safeOpenSharded } from "./read-sharded.ts";
import type { DeferredTensor } from "./write.ts";

/** Where tensors are put, and how a file is opened. */
export interface LoadOptions extends OpenOptions {
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
  const { entries, dataStart } = parseHeader(file.subarray(8, 8 + length), file.length, requireReadable);
  return named(entries, (entry) => {
    const own = new Uint8Array(file.subarray(dataStart + entry.begin, dataStart + entry.end));
    return toDevice(decode(entry, own), options.device);
  });
}

/**
 * The tensors of a safetensors file, by name.
 *
 * @param file a URL, a path, a `Blob` or `File`, or bytes; also the URL or path of an index (`….safetensors.index.json`) of
 *   files beside it.
 * @throws FormatError, DTypeError as `load`; FetchError for a URL that does not give the file; what the file system throws
 *   where the file cannot be read.
 * @example
 * model.loadStateDict(await safetensors.loadFile("model.safetensors"));
 */
export async function loadFile(file: FileLike, options: LoadOptions = {}): Promise<Record<string, Tensor>> {
  const opened = await (isIndex(file) ? safeOpenSharded(file, options) : openWith(file, options, requireReadable));
  try {
    return await opened.getTensors();
  } finally {
    await opened.close();
  }
}

/**
 * Opens a safetensors file, reading nothing but its header: tensors are read one by one when they are asked for, from a web
 * server too, where each is a request for a range. A server that gives no ranges sends the whole file at once.
 *
 * @throws FormatError for a malformed header; FetchError for a URL that does not give the file.
 * @example
 * const file = await safetensors.safeOpen("https://example.org/model.safetensors");
 * const weight = await file.getTensor("0.weight");
 * await file.close();
 */
export async function safeOpen(file: FileLike, options: LoadOptions = {}): Promise<SafetensorsFile> {
  return openWith(file, options);
}

/** @param require refuses entries that are not to be read. */
async function openWith(
  file: FileLike,
  options: LoadOptions,
  require?: (entry: Entry) => void,
): Promise<SafetensorsFile> {
  const source = await openSource(file, options);
  try {
    const length = headerLength(await source.read(0, Math.min(8, source.size)), source.size);
    return new SafetensorsFile(source, parseHeader(await source.read(8, 8 + length), source.size, require), options);
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
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #options: LoadOptions;

  /** @internal */
  constructor(source: ByteSource, header: Header, options: LoadOptions) {
    this.#source = source;
    this.#header = header;
    this.#entries = new Map(header.entries.map((entry) => [entry.name, entry]));
    this.#options = options;
  }

  /** Names of the tensors, in the order of the file. */
  keys(): string[] {
    return this.#header.entries.map(({ name }) => name);
  }

  /** Whether there is a tensor of that name. */
  has(name: string): boolean {
    return this.#entries.has(name);
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
    return (await this.#read([this.#entry(name)]))[0];
  }

  /**
   * Reads several tensors, those that lie together at once.
   *
   * @param names default: all.
   * @throws IndexError, FormatError as `getTensor`, before anything is read.
   */
  async getTensors(names?: Iterable<string>): Promise<Record<string, Tensor>> {
    const asked = names === undefined ? null : new Set(Array.from(names, (name) => this.#entry(name)));
    const entries = this.#header.entries.filter((entry) => asked === null || asked.has(entry));
    for (const entry of entries) requireReadable(entry);
    const tensors = new Map<Entry, Tensor>();
    for (const together of neighbours(entries, this.#source.atOnce ?? 0))
      for (const [i, tensor] of (await this.#read(together)).entries()) tensors.set(together[i], tensor);
    return named(entries, (entry) => tensors.get(entry) as Tensor);
  }

  /** Names and tensors that are read when they are asked for: what `saveFile` takes. BF16 becomes float32. */
  entries(): [name: string, tensor: DeferredTensor][] {
    return this.#header.entries.map((entry) => {
      const tensor = (): Promise<Tensor> => this.getTensor(entry.name);
      return [entry.name, { dtype: cressetDType(entry), shape: entry.shape, tensor }];
    });
  }

  /** Gives the file back to the system. */
  close(): Promise<void> {
    return this.#source.close();
  }

  #entry(name: string): Entry {
    const found = this.#entries.get(name);
    if (found === undefined)
      throw new IndexError(`${this.#source.name} has no tensor "${name}"; it has ${this.keys().join(", ")}`);
    return found;
  }

  /** Reads tensors that lie one after the other. */
  async #read(entries: readonly Entry[]): Promise<Tensor[]> {
    for (const entry of entries) requireReadable(entry);
    const { dataStart } = this.#header;
    const first = entries[0].begin;
    const bytes = await this.#source.read(dataStart + first, dataStart + entries[entries.length - 1].end);
    return entries.map((entry) => {
      const own = entries.length === 1 ? bytes : bytes.slice(entry.begin - first, entry.end - first);
      return toDevice(decode(entry, own), this.#options.device);
    });
  }
}

/** Groups of entries that lie one after the other, each of at most so many bytes, or of one entry. */
function neighbours(entries: readonly Entry[], most: number): Entry[][] {
  const groups: Entry[][] = [];
  let group: Entry[] = [];
  for (const entry of entries) {
    if (group.length > 0 && group[group.length - 1].end === entry.begin && entry.end - group[0].begin <= most)
      group.push(entry);
    else {
      group = [entry];
      groups.push(group);
    }
  }
  return groups;
}

/** Whether a file is the index of several, by its name. */
function isIndex(file: FileLike): boolean {
  const name = file instanceof URL ? file.pathname : typeof file === "string" ? file.replace(/[?#].*$/, "") : "";
  return name.endsWith(".safetensors.index.json");
}

/** A record in which no name is special to JavaScript. */
function named(entries: readonly Entry[], tensor: (entry: Entry) => Tensor): Record<string, Tensor> {
  const record: Record<string, Tensor> = Object.create(null);
  for (const entry of entries) record[entry.name] = tensor(entry);
  return record;
}
