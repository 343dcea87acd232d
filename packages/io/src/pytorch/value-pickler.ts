/** Values of JavaScript as the pickle of a PyTorch file. */
import { describeArgument } from "@cresset/core/extend";
import { FloatScalar, Tensor, ValueError } from "@cresset/core/functions";
import { Pickler } from "../pickle/pickler.ts";
import { isIntegerKey, metadataKey, orderedDicts, textKeyed } from "./python-types.ts";
import type { SavedStorages } from "./saved-storages.ts";
import { PythonFunction } from "./scheduler-globals.ts";
import { storageNameOf } from "./storage-types.ts";

/** The deepest nesting that is written, by recursion. */
const deepest = 250;

/** What one value of `tuple` writes. */
type Write = () => void;

export class ValuePickler {
  readonly #storages: SavedStorages;
  readonly #pickler = new Pickler();
  /** Where the value that is written is: keys from the outermost on. */
  readonly #path: string[] = [];
  /** Tuples that are being written: Python has no tuple that contains itself. */
  readonly #openTuples = new Set<object>();

  constructor(storages: SavedStorages) {
    this.#storages = storages;
  }

  /** @throws ValueError for what cannot be saved, saying where it is. */
  pickle(value: unknown): Uint8Array<ArrayBuffer> {
    this.#value(value);
    return this.#pickler.finish();
  }

  #refuse(why: string): never {
    const place = this.#path.length === 0 ? "the value" : `"${this.#path.slice(0, 8).join(".")}"`;
    throw new ValueError(`${place} cannot be saved: ${why}`);
  }

  #value(value: unknown): void {
    const pickler = this.#pickler;
    if (value === null) pickler.none();
    else if (typeof value === "boolean") pickler.boolean(value);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "bigint") this.#integer(value);
    else if (typeof value === "string") this.#text(value);
    else if (value instanceof FloatScalar) pickler.float(value.value);
    else if (typeof value !== "object") this.#refuse(`it is ${describeArgument(value)}${adviceFor(value)}`);
    else this.#object(value);
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.#pickler.integer(value);
    else this.#pickler.float(value);
  }

  #integer(value: bigint): void {
    try {
      this.#pickler.integer(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#refuse("it is an integer of more than 255 bytes");
    }
  }

  #text(value: string): void {
    if (loneSurrogate.test(value)) this.#refuse("it is a text with half a character (a lone surrogate)");
    this.#pickler.text(value);
  }

  #object(value: object): void {
    if (this.#pickler.recalls(value)) return;
    if (this.#path.length >= deepest) this.#refuse(`it is nested more than ${deepest} deep`);
    if (value instanceof Tensor) this.#tensor(value);
    else if (Array.isArray(value)) this.#array(value);
    else if (value instanceof Map) this.#dict(value, [...value]);
    else if (value instanceof Set) this.#set(value);
    else if (value instanceof Uint8Array) this.#bytes(value);
    else if (value instanceof PythonFunction) this.#refuse(`it is the function ${value.name} of Python's`);
    else if (ArrayBuffer.isView(value)) this.#refuse("it is a typed array: make a tensor of it with torch.tensor(…)");
    else if (isRecord(value)) this.#record(value);
    else this.#refuse(`it is ${describeArgument(value)}${adviceFor(value)}`);
  }

  #inside(key: string, write: Write): void {
    this.#path.push(key);
    write();
    this.#path.pop();
  }

  #array(value: readonly unknown[]): void {
    const pickler = this.#pickler;
    const items = Array.from(value, (item, i) => [i, item] as const);
    const write = ([i, item]: readonly [number, unknown]): void => this.#inside(`${i}`, () => this.#value(item));
    if (!Object.isFrozen(value)) {
      pickler.emptyList();
      pickler.note(value);
      pickler.append(items, write);
      return;
    }
    if (this.#openTuples.has(value)) this.#refuse("it is a frozen array, a tuple, that contains itself");
    this.#openTuples.add(value);
    pickler.tuple(items, write);
    this.#openTuples.delete(value);
    pickler.note(value);
  }

  #record(value: Readonly<Record<string, unknown>>): void {
    const entries = Object.entries(value).filter(([, item]) => !(item instanceof PythonFunction));
    const metadata = Object.getOwnPropertyDescriptor(value, metadataKey);
    const isStateDict = metadata !== undefined && !metadata.enumerable;
    const ordered = isStateDict || orderedDicts.has(value);
    const integers =
      !isStateDict && !textKeyed.has(value) && entries.length > 0 && entries.every(([key]) => isIntegerKey(key));
    const keyed = entries.map(([key, item]) => [integers ? Number(key) : key, item] as const);
    this.#dict(value, keyed, ordered);
    if (!isStateDict) return;
    // The attribute by which PyTorch knows which versions of its modules wrote a state dict.
    this.#pickler.emptyDict();
    this.#pickler.setItems([metadata.value], (item: unknown) => {
      this.#pickler.text(metadataKey);
      this.#inside(metadataKey, () => this.#value(item));
    });
    this.#pickler.build();
  }

  #dict(value: object, entries: readonly (readonly [unknown, unknown])[], ordered = false): void {
    const pickler = this.#pickler;
    if (ordered) this.#orderedDict();
    else pickler.emptyDict();
    pickler.note(value);
    pickler.setItems(entries, ([key, item]) =>
      this.#inside(keyText(key), () => {
        this.#key(key);
        this.#value(item);
      }),
    );
  }

  /** Keys are what Python can hash. */
  #key(key: unknown): void {
    const hashable = typeof key !== "object" || key === null || (Array.isArray(key) && Object.isFrozen(key));
    if (!hashable && !(key instanceof FloatScalar)) this.#refuse(`its key is ${describeArgument(key)}`);
    this.#value(key);
  }

  #orderedDict(): void {
    this.#pickler.global("collections", "OrderedDict");
    this.#pickler.emptyTuple();
    this.#pickler.reduce();
  }

  #set(value: ReadonlySet<unknown>): void {
    const pickler = this.#pickler;
    pickler.global("__builtin__", "set");
    const write = (item: unknown): void => this.#inside("item", () => this.#key(item));
    pickler.tuple([[...value]], (items) => {
      pickler.emptyList();
      pickler.append(items, write);
    });
    pickler.reduce();
    pickler.note(value);
  }

  /** As Python writes bytes in protocol 2: as a text of Latin-1. */
  #bytes(value: Uint8Array): void {
    const pickler = this.#pickler;
    pickler.global("_codecs", "encode");
    const latin1: string[] = [];
    for (let from = 0; from < value.length; from += 4096)
      latin1.push(String.fromCharCode(...value.subarray(from, from + 4096)));
    pickler.tuple([latin1.join(""), "latin1"], (text) => pickler.text(text));
    pickler.reduce();
    pickler.note(value);
  }

  #tensor(tensor: Tensor): void {
    if (tensor.isParameter)
      this.#call("_rebuild_parameter", [() => this.#rebuilt(tensor, false), ...this.#ending(tensor)]);
    else this.#rebuilt(tensor, tensor.requiresGrad);
    this.#pickler.note(tensor);
  }

  /** Whether it requires grad, and its hooks, of which there are none. */
  #ending({ requiresGrad }: Tensor): Write[] {
    return [() => this.#pickler.boolean(requiresGrad), () => this.#orderedDict()];
  }

  #call(name: string, args: readonly Write[]): void {
    this.#pickler.global("torch._utils", name);
    this.#pickler.tuple(args, (write) => write());
    this.#pickler.reduce();
  }

  #rebuilt(tensor: Tensor, requiresGrad: boolean): void {
    const pickler = this.#pickler;
    const { storage, offset, strides } = this.#storages.place(tensor);
    const integers = (list: readonly number[]) => () => pickler.tuple(list, (n) => pickler.integer(n));
    this.#call("_rebuild_tensor_v2", [
      () => {
        const id: Write[] = [
          () => pickler.text("storage"),
          () => pickler.global("torch", storageNameOf(tensor.dtype)),
          () => pickler.text(storage.key),
          () => pickler.text("cpu"),
          () => pickler.integer(storage.numel),
        ];
        pickler.tuple(id, (write) => write());
        pickler.persistentId();
      },
      () => pickler.integer(offset),
      integers(tensor.shape),
      integers(strides),
      () => pickler.boolean(requiresGrad),
      () => this.#orderedDict(),
    ]);
  }
}

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function isRecord(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  // Of another realm: a page's frame, a test's sandbox.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "isPrototypeOf");
}

const keyText = (key: unknown): string => (typeof key === "string" ? key : describeArgument(key));

/** What to do about objects that are often meant. */
function adviceFor(value: unknown): string {
  if (value instanceof Promise) return ": await it first";
  return typeof (value as { stateDict?: unknown } | undefined)?.stateDict === "function"
    ? ": save its stateDict()"
    : "";
}
