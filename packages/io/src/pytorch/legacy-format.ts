/**
 * Files of PyTorch before 1.6: pickles one after the other, then the storages in a row. What follows those is not looked at, as
 * in PyTorch, where a program may write more to the file and read on from there.
 */
import { FormatError } from "../errors.ts";
import { EndOfPickle } from "../pickle/cursor.ts";
import { openPickle, type Pickle } from "../pickle/unpickler.ts";
import { PickleDict, PickleTuple } from "../pickle/values.ts";
import type { ByteSource } from "../source.ts";
import type { PickledFile } from "./file.ts";
import { pickleHooks } from "./pickle-hooks.ts";
import { type StorageRecord, storageOf } from "./records.ts";

const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

/** How much is read at first in search of the pickles; then twice as much, and so on. */
const firstRead = 1 << 20;

interface Pickles {
  readonly pickle: Pickle;
  readonly keys: readonly string[];
  readonly storages: ReadonlyMap<string, StorageRecord>;
  readonly end: number;
}

export async function openLegacyFormat(source: ByteSource): Promise<PickledFile> {
  const { pickle, keys, storages, end } = await readPickles(source);
  const places = await findStorages(source, keys, storages, end);
  for (const key of storages.keys()) if (!places.has(key)) throw new FormatError(`the file lacks the storage "${key}"`);
  return {
    pickle,
    storages: [...storages.values()],
    // Whatever machine wrote them: old versions of PyTorch always turned bytes around.
    swapped: false,
    read({ key, numel, type }) {
      const at = places.get(key) as number;
      return source.read(at, at + numel * type.bytes);
    },
  };
}

async function readPickles(source: ByteSource): Promise<Pickles> {
  for (let length = firstRead; ; length *= 2) {
    const bytes = await source.read(0, Math.min(length, source.size));
    try {
      return parsePickles(bytes, source.size);
    } catch (error) {
      if (!(error instanceof EndOfPickle) || length >= source.size) throw error;
    }
  }
}

function parsePickles(bytes: Uint8Array, fileSize: number): Pickles {
  let end = 0;
  const storages = new Map<string, StorageRecord>();
  const open = (): Pickle => {
    const hooks = pickleHooks((id) => persistent(id, storages));
    const opened = openPickle(bytes, hooks, { start: end, fileSize });
    end = opened.end;
    return opened;
  };
  const next = (): unknown => open().read();
  if (next() !== magic) throw new FormatError("the pickle was not written by torch.save");
  const version = next();
  if (version !== protocol) throw new FormatError(`the file is of the unknown version ${String(version)}`);
  if (!(next() instanceof PickleDict)) throw new FormatError("the file does not say what wrote it");
  const pickle = open();
  const keys = next();
  if (!Array.isArray(keys)) throw new FormatError("the file does not list its storages");
  return { pickle, keys: keys.map(String), storages, end };
}

/** Modules are referred to with their source text; the module that is given beside it was refused already. */
function persistent(id: unknown, storages: Map<string, StorageRecord>): unknown {
  if (id instanceof PickleTuple && id.items[0] === "module") return id.items[1];
  return storageOf(id, storages);
}

/** Where each storage's elements begin. */
async function findStorages(
  source: ByteSource,
  keys: readonly string[],
  storages: ReadonlyMap<string, StorageRecord>,
  start: number,
): Promise<Map<string, number>> {
  const places = new Map<string, number>();
  let at = start;
  for (const key of keys) {
    const storage = storages.get(key);
    if (storage === undefined) throw new FormatError(`the file lists the storage "${key}", which no tensor has`);
    if (places.has(key)) throw new FormatError(`the file lists the storage "${key}" twice`);
    if (at + 8 > source.size) throw new FormatError(`the file ends before the storage "${key}"`);
    const head = await source.read(at, at + 8);
    const numel = new DataView(head.buffer).getBigInt64(0, true);
    if (numel !== BigInt(storage.numel))
      throw new FormatError(`the storage "${key}" holds ${numel} elements, not the ${storage.numel} that tensors have`);
    places.set(key, at + 8);
    at += 8 + storage.numel * storage.type.bytes;
    if (at > source.size) throw new FormatError(`the file ends within the storage "${key}"`);
  }
  return places;
}
