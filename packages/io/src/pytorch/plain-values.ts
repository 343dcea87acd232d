/** Values of a pickle as values of JavaScript. */
import type { Tensor } from "@cresset/core/functions";
import { FormatError } from "../errors.ts";
import { PickleDict, PickleGlobal, PickleObject, PickleSet, PickleTuple } from "../pickle/values.ts";
import { isIntegerKey, metadataKey, orderedDicts, textKeyed } from "./python-types.ts";
import { NamedStorage, PickledTensor, StoragePart, StorageRecord } from "./records.ts";

/** The deepest nesting that is read; Python itself does not write deeper than this. */
const deepest = 1000;

/**
 * Turns a pickle's value into plain ones: dictionaries into records (or Maps), tuples into frozen arrays. What occurs in
 * several places is one value here too.
 *
 * @throws FormatError for what is no value: a function, half of a tensor.
 */
export function plainValue(value: unknown, tensorOf: (pickled: PickledTensor) => Tensor): unknown {
  const known = new Map<unknown, unknown>();
  return convert(value, 0);

  function convert(value: unknown, depth: number): unknown {
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    if (value instanceof PickleGlobal) return value.global.name;
    if (known.has(value)) return known.get(value);
    if (depth > deepest) throw new FormatError(`the file is nested more than ${deepest} deep`);
    if (value instanceof PickledTensor) return note(value, tensorOf(value));
    if (Array.isArray(value)) return fill(note(value, []), value, depth);
    if (value instanceof PickleTuple) return Object.freeze(fill(note(value, []), value.items, depth));
    if (value instanceof PickleSet) {
      const set = note(value, new Set());
      for (const item of value.items) set.add(convert(item, depth + 1));
      return set;
    }
    if (value instanceof PickleDict) return dictionary(value, depth);
    if (value instanceof NamedStorage) return `torch.${value.type.dtype}`;
    if (value instanceof StorageRecord || value instanceof StoragePart)
      throw new FormatError("the file holds a storage that is no tensor: save the tensor instead");
    if (value instanceof PickleObject) throw new FormatError("the file holds a dtype of NumPy's as a value");
    throw new FormatError("the file holds a value of an unknown kind");
  }

  function note<T>(value: object, plain: T): T {
    known.set(value, plain);
    return plain;
  }

  function fill(list: unknown[], items: readonly unknown[], depth: number): unknown[] {
    for (const item of items) list.push(convert(item, depth + 1));
    return list;
  }

  function dictionary(dict: PickleDict, depth: number): unknown {
    const keys = [...dict.entries.keys()];
    const texts = keys.every((key) => typeof key === "string");
    // A Map keeps what a record cannot: keys of other types, and the difference between 0 and "0".
    if (!texts && !keys.every((key) => Number.isSafeInteger(key) && !((key as number) < 0))) {
      const map = note(dict, new Map());
      for (const [key, item] of dict.entries) map.set(convert(key, depth + 1), convert(item, depth + 1));
      return map;
    }
    // Without a prototype, so that no name is special, `__proto__` included.
    const record = note(dict, Object.create(null) as Record<string, unknown>);
    for (const [key, item] of dict.entries) record[key as string] = convert(item, depth + 1);
    if (dict.type === "OrderedDict") orderedDicts.add(record);
    if (texts && keys.every((key) => isIntegerKey(key as string))) textKeyed.add(record);
    const metadata = dict.attributes?.entries.get(metadataKey);
    if (metadata instanceof PickleDict && !Object.hasOwn(record, metadataKey))
      Object.defineProperty(record, metadataKey, { value: convert(metadata, depth + 1), writable: true });
    return record;
  }
}
