/** What a pickle holds where JavaScript has no value that says the same. Texts, numbers, lists (arrays) and bytes are themselves. */

export class PickleTuple {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** What is empty takes no memory of its own: files may be made of nothing else. */
const noEntries: ReadonlyMap<unknown, unknown> = new Map();
const noItems: ReadonlySet<unknown> = new Set();

/** A dictionary: `dict`, or another type that is one. */
export class PickleDict {
  #entries: Map<unknown, unknown> | null = null;
  readonly type: "dict" | "OrderedDict" | "defaultdict" | "Counter";
  /** Attributes of an OrderedDict. */
  attributes: PickleDict | null = null;

  constructor(type: PickleDict["type"] = "dict") {
    this.type = type;
  }

  get entries(): ReadonlyMap<unknown, unknown> {
    return this.#entries ?? noEntries;
  }

  set(key: unknown, value: unknown): void {
    this.#entries ??= new Map();
    this.#entries.set(key, value);
  }
}

export class PickleSet {
  #items: Set<unknown> | null = null;
  /** Whether it is a frozenset, which may be a key. */
  readonly frozen: boolean;

  constructor(frozen = false) {
    this.frozen = frozen;
  }

  get items(): ReadonlySet<unknown> {
    return this.#items ?? noItems;
  }

  add(item: unknown): void {
    this.#items ??= new Set();
    this.#items.add(item);
  }
}

/** What a pickle makes by a call and completes later. */
export abstract class PickleObject {
  /** @throws FormatError for a state that it cannot have. */
  abstract build(state: unknown): void;
}

/** Something that a pickle names. Nothing is looked up by the name but what the reader itself lists. */
export interface Global {
  /** Such as "collections.OrderedDict". */
  readonly name: string;
  /** What calling it in the pickle makes. @throws FormatError for arguments that it does not take. */
  readonly make?: (args: readonly unknown[]) => unknown;
}

export class PickleGlobal {
  readonly global: Global;

  constructor(global: Global) {
    this.global = global;
  }
}

/** Python integers: numbers where those are exact, else bigints. */
export function pythonInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
