/** Values of a pickle as values of JavaScript. */
import type { Tensor } from "@cresset/core/functions";
import { FormatError } from "../errors.ts";
import { PickleDict, PickleGlobal, PickleObject, PickleSet, PickleTuple } from "../pickle/values.ts";
import { NumpyArray } from "./numpy-globals.ts";
import { isIntegerKey, metadataKey, orderedDicts, textKeyed } from "./python-types.ts";
import { NamedStorage, PickledTensor, StoragePart, StorageRecord } from "./records.ts";
import { PythonFunction, WholeObject } from "./scheduler-globals.ts";

/** The deepest nesting that is read; Python itself does not write deeper than this. */
const deepest = 1000;

/** A container of the pickle, with what it becomes, empty at first. */
interface Pending {
  readonly fill: () => void;
  readonly items: readonly unknown[];
}

/**
 * Turns a pickle's value into plain ones: dictionaries into records (or Maps), tuples into frozen arrays. What occurs in
 * several places is one value here too.
 *
 * @throws FormatError for what is no value: a function, half of a tensor; or nesting without end.
 */
export function plainValue(value: unknown, tensorOf: (pickled: PickledTensor | NumpyArray) => Tensor): unknown {
  const known = new Map<unknown, unknown>();
  /** What a value becomes; known for all but values that stay as they are. */
  const plain = (item: unknown): unknown => (known.has(item) ? known.get(item) : item);
  // Level by level and not by recursion: first everything is made, empty, then filled.
  const made: Pending[] = [];
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) throw new FormatError(`the file is nested more than ${deepest} deep`);
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== "object" || item === null || known.has(item) || staysItself(item)) continue;
      const pending = make(item);
      if (pending === null) continue;
      made.push(pending);
      for (const inner of pending.items) if (typeof inner === "object" && inner !== null) next.push(inner);
    }
    level = next;
  }
  for (const { fill } of made) fill();
  return plain(value);

  /** Notes what a value becomes; gives how to fill it, or null if it holds no others. */
  function make(item: object): Pending | null {
    if (Array.isArray(item)) return list(item, item, false);
    if (item instanceof PickleTuple) return list(item, item.items, true);
    if (item instanceof PickleDict) return dictionary(item);
    if (item instanceof PickleSet) {
      const set = new Set();
      known.set(item, set);
      const fill = (): void => {
        for (const inner of item.items) set.add(plain(inner));
      };
      return { items: [...item.items], fill };
    }
    const isTensor = item instanceof PickledTensor || item instanceof NumpyArray;
    known.set(item, isTensor ? tensorOf(item) : nameOf(item));
    return null;
  }

  function list(key: object, items: readonly unknown[], frozen: boolean): Pending {
    const array: unknown[] = [];
    known.set(key, array);
    const fill = (): void => {
      for (const inner of items) array.push(plain(inner));
      if (frozen) Object.freeze(array);
    };
    return { items, fill };
  }

  function dictionary(dict: PickleDict): Pending {
    const keys = [...dict.entries.keys()];
    const values = [...dict.entries.values()];
    const texts = keys.every((key) => typeof key === "string");
    // A Map keeps what a record cannot: keys of other types, and the difference between 0 and "0".
    if (!texts && !keys.every((key) => Number.isSafeInteger(key) && !((key as number) < 0))) {
      const map = new Map();
      known.set(dict, map);
      const fill = (): void => {
        for (const [key, inner] of dict.entries) map.set(plain(key), plain(inner));
      };
      return { items: [...keys, ...values], fill };
    }
    // Without a prototype, so that no name is special, `__proto__` included.
    const record: Record<string, unknown> = Object.create(null);
    known.set(dict, record);
    if (dict.type === "OrderedDict") orderedDicts.add(record);
    if (texts && keys.every((key) => isIntegerKey(key as string))) textKeyed.add(record);
    const metadata = dict.attributes?.entries.get(metadataKey);
    const fill = (): void => {
      for (const [key, inner] of dict.entries) record[key as string] = plain(inner);
      if (metadata instanceof PickleDict && !Object.hasOwn(record, metadataKey))
        Object.defineProperty(record, metadataKey, { value: plain(metadata), writable: true });
    };
    return { items: metadata instanceof PickleDict ? [...values, metadata] : values, fill };
  }
}

const staysItself = (item: object): boolean => item instanceof Uint8Array || item instanceof PythonFunction;

/** What stands for something that a file names and that is a value itself: a type. */
function nameOf(item: object): string {
  if (item instanceof PickleGlobal) return item.global.name;
  if (item instanceof NamedStorage) return `torch.${item.type.dtype}`;
  if (item instanceof StorageRecord || item instanceof StoragePart)
    throw new FormatError("the file holds a storage that is no tensor: save the tensor instead");
  if (item instanceof WholeObject)
    throw new FormatError(`the file holds a whole ${item.type}: save its state_dict() in Python instead`);
  if (item instanceof PickleObject) throw new FormatError("the file holds a dtype of NumPy's as a value");
  throw new FormatError("the file holds a value of an unknown kind");
}
