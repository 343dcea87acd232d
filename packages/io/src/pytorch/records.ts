/** Tensors and storages as a pickle describes them, before anything of them is read. */
import { FormatError } from "../errors.ts";
import { PickleDict, PickleTuple } from "../pickle/values.ts";
import { numelOf } from "../shape.ts";
import type { StorageType } from "./storage-types.ts";

/** A storage of the file: elements of one type, shared by tensors. */
export class StorageRecord {
  readonly key: string;
  readonly type: StorageType;
  readonly numel: number;

  constructor(key: string, type: StorageType, numel: number) {
    this.key = key;
    this.type = type;
    this.numel = numel;
  }
}

/** A storage that is part of another one, as files of old versions have it. */
export class StoragePart {
  readonly whole: StorageRecord;
  readonly offset: number;
  readonly numel: number;

  constructor(whole: StorageRecord, offset: number, numel: number) {
    this.whole = whole;
    this.offset = offset;
    this.numel = numel;
  }
}

export interface TensorRecord {
  readonly storage: StorageRecord;
  /** In elements, as strides are. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly requiresGrad: boolean;
  /** Whether its elements are those of the storage with the other sign, as of the imaginary part of a conjugate. */
  readonly negated: boolean;
}

/** A tensor in the pickle. */
export class PickledTensor {
  readonly record: TensorRecord;
  readonly isParameter: boolean;

  constructor(record: TensorRecord, isParameter = false) {
    this.record = record;
    this.isParameter = isParameter;
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Sizes or strides. @throws FormatError for anything but a tuple of whole numbers from 0 on. */
export function countsOf(value: unknown, what: string): readonly number[] {
  const items = value instanceof PickleTuple ? value.items : undefined;
  if (!items?.every(isCount)) throw new FormatError(`the ${what} of a tensor are not whole numbers from 0 on`);
  return items;
}

/**
 * A tensor's record from the arguments that PyTorch rebuilds it from.
 *
 * @param metadata what PyTorch 2 says besides: bits of a tensor that change the sense of its elements.
 * @throws FormatError where it would reach outside of its storage, or is of a dtype that Cresset lacks.
 */
export function tensorRecord(
  storage: unknown,
  offset: unknown,
  size: unknown,
  stride: unknown,
  requiresGrad: unknown,
  metadata?: unknown,
): TensorRecord {
  if (!(storage instanceof StorageRecord || storage instanceof StoragePart))
    throw new FormatError("a tensor in the file has no storage");
  const shape = countsOf(size, "sizes");
  const strides = countsOf(stride, "strides");
  if (!isCount(offset)) throw new FormatError("the offset of a tensor in its storage is not a whole number from 0 on");
  if (shape.length !== strides.length)
    throw new FormatError(`a tensor in the file has ${shape.length} sizes, but ${strides.length} strides`);
  if (typeof requiresGrad !== "boolean") throw new FormatError("whether a tensor requires grad is neither yes nor no");
  const numel = numelOf(shape);
  const last = shape.reduce((at, n, d) => at + (n - 1) * strides[d], offset);
  if (numel > 0 && !(last < storage.numel))
    throw new FormatError(
      `a tensor of shape [${shape.join(", ")}], strides [${strides.join(", ")}] and offset ${offset} reaches outside of its storage of ${storage.numel} elements`,
    );
  const { whole, start } =
    storage instanceof StoragePart ? { whole: storage.whole, start: storage.offset } : { whole: storage, start: 0 };
  if (whole.type.element === undefined)
    throw new FormatError(`the file holds a tensor of ${whole.type.dtype}, which Cresset has no dtype for`);
  const negated = isNegated(metadata);
  return { storage: whole, offset: numel === 0 ? 0 : start + offset, shape, strides, requiresGrad, negated };
}

/** @throws FormatError for bits that are not known: elements would mean something else. */
function isNegated(metadata: unknown): boolean {
  if (metadata === undefined || metadata === null) return false;
  if (!(metadata instanceof PickleDict)) throw new FormatError("the properties of a tensor are no dictionary");
  for (const [bit, value] of metadata.entries)
    if (typeof value !== "boolean" || (value && bit !== "neg" && bit !== "conj"))
      throw new FormatError(`a tensor in the file has the unknown property ${String(bit)}`);
  // Real numbers are their own conjugates.
  return metadata.entries.get("neg") === true;
}

/**
 * The storage that a persistent id stands for.
 *
 * @param known storages by their key; new ones are added.
 * @throws FormatError for anything but the id of a storage.
 */
export function storageOf(id: unknown, known: Map<string, StorageRecord>): StorageRecord | StoragePart {
  const items = id instanceof PickleTuple ? id.items : [];
  const [kind, named, keyGiven, location, numel, view = null] = items;
  if (kind !== "storage")
    throw new FormatError("the pickle refers to something outside of it that is no storage of a tensor");
  const type = named instanceof NamedStorage ? named.type : undefined;
  // Files of Python 2 have numbers for keys.
  const key = typeof keyGiven === "number" || typeof keyGiven === "bigint" ? String(keyGiven) : keyGiven;
  if (type === undefined || typeof key !== "string" || typeof location !== "string" || !isCount(numel))
    throw new FormatError("a storage in the file lacks its type, its key or its size");
  let storage = known.get(key);
  if (storage === undefined) {
    storage = new StorageRecord(key, type, numel);
    known.set(key, storage);
  } else if (storage.type !== type || storage.numel !== numel)
    throw new FormatError(
      `the storage "${key}" is of ${storage.numel} ${storage.type.dtype} in one place of the file, of ${numel} ${type.dtype} in another`,
    );
  if (view === null) return storage;
  const [, offset, length] = view instanceof PickleTuple ? view.items : [];
  if (!isCount(offset) || !isCount(length) || offset + length > numel)
    throw new FormatError(`a part of the storage "${key}" lies outside of it`);
  return new StoragePart(storage, offset, length);
}

/** The name of a type of storage, where it stands in the pickle. */
export class NamedStorage {
  readonly type: StorageType;

  constructor(type: StorageType) {
    this.type = type;
  }
}
