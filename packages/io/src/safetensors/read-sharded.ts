import { IndexError, type Tensor, ValueError } from "@cresset/core/functions";
import { FormatError } from "../errors.ts";
import { type FileLike, openSource } from "../source.ts";
import { type LoadOptions, type SafetensorsFile, safeOpen } from "./read.ts";
import { IndexText, requireIndexLength, type ShardIndex } from "./shard-index.ts";
import type { DeferredTensor } from "./write.ts";

export interface ShardedLoadOptions extends LoadOptions {
  /** The file of a shard, by the name that the index has for it. Default: the one beside the index. */
  readonly shard?: (name: string) => FileLike;
}

/**
 * Opens tensors that are spread over several files (`model.safetensors.index.json`), reading nothing but the index: a shard is
 * opened when one of its tensors is asked for.
 *
 * @param index a path or URL, beside which the shards are; or anything else that can be read, with `options.shard`.
 * @throws FormatError for a malformed index, or one that names files elsewhere.
 * @example
 * const model = await safetensors.safeOpenSharded("https://example.org/model.safetensors.index.json");
 * const weight = await model.getTensor("0.weight");
 * await model.close();
 */
export async function safeOpenSharded(index: FileLike, options: ShardedLoadOptions = {}): Promise<ShardedSafetensors> {
  const source = await openSource(index, options);
  try {
    requireIndexLength(source.size);
    const text = new IndexText(await source.read(0, source.size));
    const { shard } = options;
    if (shard === undefined && typeof index !== "string" && !(index instanceof URL))
      throw new ValueError(
        "an index that is not read from a path or URL needs the option shard, which says where shards are",
      );
    return new ShardedSafetensors(
      source.name,
      text,
      shard ?? ((name) => besideOf(index as string | URL, name)),
      options,
    );
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`${source.name}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    await source.close();
  }
}

/** The file of a name in the folder of another one. */
export function besideOf(file: string | URL, name: string): string | URL {
  if (file instanceof URL || /^https?:\/\//i.test(file)) return new URL(encodeURIComponent(name), file);
  const folder = /^.*[/\\]/.exec(file)?.[0] ?? "";
  return folder + name;
}

/** Open tensors in several files. */
export class ShardedSafetensors {
  readonly #name: string;
  readonly #text: IndexText;
  #content: ShardIndex | null = null;
  readonly #find: (name: string) => FileLike;
  readonly #options: LoadOptions;
  readonly #shards = new Map<string, Promise<SafetensorsFile>>();

  /** @internal */
  constructor(name: string, text: IndexText, find: (name: string) => FileLike, options: LoadOptions) {
    this.#name = name;
    this.#text = text;
    this.#find = find;
    this.#options = options;
  }

  /** Names of the tensors, in the order of the index. */
  keys(): string[] {
    return [...this.#index().weightMap.keys()];
  }

  /** What the index says besides, as texts: `total_size`, in bytes. */
  metadata(): Record<string, string> {
    return { ...this.#index().metadata };
  }

  /** Names of the files, in the order of the index. */
  shards(): string[] {
    return [...this.#text.files()];
  }

  /** A tensor's dtype and shape, without reading it; its shard is opened. */
  async getInfo(name: string): Promise<{ readonly dtype: string; readonly shape: readonly number[] }> {
    return (await this.#fileOf(name)).getInfo(name);
  }

  /**
   * Reads one tensor.
   *
   * @throws IndexError if the index has none of that name; FormatError if its shard has none, or is not there.
   */
  async getTensor(name: string): Promise<Tensor> {
    return (await this.#fileOf(name)).getTensor(name);
  }

  /**
   * Reads several tensors, shard by shard.
   *
   * @param names default: all.
   * @throws as `getTensor`, before any tensor is read.
   */
  async getTensors(names?: Iterable<string>): Promise<Record<string, Tensor>> {
    if (names === undefined) await this.#requireAll();
    const asked = new Set(names ?? this.keys());
    const byFile = new Map<SafetensorsFile, string[]>();
    for (const name of asked) {
      const file = await this.#fileOf(name);
      byFile.set(file, [...(byFile.get(file) ?? []), name]);
    }
    const found = new Map<string, Tensor>();
    for (const [file, own] of byFile)
      for (const [name, tensor] of Object.entries(await file.getTensors(own))) found.set(name, tensor);
    const record: Record<string, Tensor> = Object.create(null);
    for (const name of asked) record[name] = found.get(name) as Tensor;
    return record;
  }

  /** Names and tensors that are read when they are asked for: what `saveFile` takes. Opens all shards. */
  async entries(): Promise<[name: string, tensor: DeferredTensor][]> {
    const entries: [string, DeferredTensor][] = [];
    for (const name of this.keys()) {
      const own = (await this.#fileOf(name)).entries().find(([other]) => other === name);
      if (own !== undefined) entries.push(own);
    }
    return entries;
  }

  /** Gives the files back to the system. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#shards.values());
    this.#shards.clear();
    for (const shard of opened) if (shard.status === "fulfilled") await shard.value.close();
  }

  /** What the index says, as objects. */
  #index(): ShardIndex {
    this.#content ??= this.#text.content();
    return this.#content;
  }

  /** Opens all shards. @throws FormatError for one that cannot be opened, or lacks a tensor, before the index is kept. */
  async #requireAll(): Promise<void> {
    const files = new Map<string, SafetensorsFile>();
    for (const shard of this.#text.files()) files.set(shard, await this.#opened(shard));
    this.#text.forEach((name, shard) => {
      if (files.get(shard)?.has(name) !== true) throw this.#lacking(name, shard);
    });
  }

  #lacking(name: string, shard: string): FormatError {
    return new FormatError(`${this.#name} says that "${name}" is in ${shard}, which has no tensor of that name`);
  }

  #opened(shard: string): Promise<SafetensorsFile> {
    let opened = this.#shards.get(shard);
    if (opened === undefined) {
      opened = this.#open(shard);
      this.#shards.set(shard, opened);
    }
    return opened;
  }

  async #fileOf(name: string): Promise<SafetensorsFile> {
    const shard = this.#index().weightMap.get(name);
    if (shard === undefined)
      throw new IndexError(`${this.#name} has no tensor "${name}"; it has ${this.keys().join(", ")}`);
    const file = await this.#opened(shard);
    if (!file.has(name)) throw this.#lacking(name, shard);
    return file;
  }

  async #open(shard: string): Promise<SafetensorsFile> {
    try {
      return await safeOpen(this.#find(shard), this.#options);
    } catch (cause) {
      this.#shards.delete(shard);
      this.#options.signal?.throwIfAborted();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new FormatError(`the shard ${shard} of ${this.#name} cannot be opened: ${why}`, { cause });
    }
  }
}
