/** The storages of the tensors that are saved. */
import { Tensor, ValueError } from "@cresset/core/functions";

/** How a tensor lies in a storage of the file. */
export interface Placement {
  readonly storage: SavedStorage;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A storage of the file: what several tensors share, or one tensor's elements in row-major order. */
export class SavedStorage {
  readonly key: string;
  readonly numel: number;
  readonly #source: Tensor;
  /** Its version when the pickle was written that describes it. */
  readonly #version: number;

  constructor(key: string, source: Tensor) {
    this.key = key;
    this.numel = source.numel();
    this.#source = source;
    this.#version = source._version;
  }

  async bytes(): Promise<Uint8Array> {
    this.#requireUnchanged();
    const reading = this.#source.data();
    const { buffer, byteOffset, byteLength } = await reading;
    this.#requireUnchanged();
    return new Uint8Array(buffer, byteOffset, byteLength);
  }

  #requireUnchanged(): void {
    if (this.#source._version !== this.#version)
      throw new ValueError("a tensor was changed in place while it was being saved: await save() before going on");
  }
}

type Storage = Tensor["storage"];

/** Which storages a value's tensors have, and which of them are written whole. */
export class SavedStorages {
  readonly #whole = new Map<Storage, SavedStorage>();
  readonly #own = new Map<Tensor, SavedStorage>();
  readonly #shared: ReadonlySet<Storage>;
  readonly #all: SavedStorage[] = [];

  constructor(value: unknown) {
    this.#shared = sharedStorages(value);
  }

  all(): readonly SavedStorage[] {
    return this.#all;
  }

  /** Where a tensor is in the file. */
  place(tensor: Tensor): Placement {
    const { storage, layout } = tensor;
    const base = storage.current;
    // A storage that only one tensor shows is written as that tensor shows it, unless that would take more room.
    if (!this.#shared.has(storage) && tensor.numel() <= base.type.numel) {
      const own = this.#own.get(tensor) ?? this.#add(tensor);
      this.#own.set(tensor, own);
      return { storage: own, offset: 0, strides: contiguousStrides(tensor.shape) };
    }
    const whole = this.#whole.get(storage) ?? this.#add(new Tensor(storage, null, base, null, { edge: null }));
    this.#whole.set(storage, whole);
    return { storage: whole, offset: layout.offset, strides: layout.strides };
  }

  #add(source: Tensor): SavedStorage {
    const added = new SavedStorage(String(this.#all.length), source);
    this.#all.push(added);
    return added;
  }
}

function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= Math.max(1, shape[d]);
  }
  return strides;
}

/** Storages that several of a value's tensors show. */
function sharedStorages(value: unknown): Set<Storage> {
  const shared = new Set<Storage>();
  const once = new Set<Storage>();
  const seen = new Set<unknown>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    if (next instanceof Tensor) (once.has(next.storage) ? shared : once).add(next.storage);
    else if (next instanceof Map) for (const [key, item] of next) open.push(key, item);
    else if (next instanceof Set || Array.isArray(next)) for (const item of next) open.push(item);
    else if (!ArrayBuffer.isView(next)) for (const item of Object.values(next)) open.push(item);
  }
  return shared;
}
