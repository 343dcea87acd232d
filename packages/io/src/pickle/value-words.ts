/** Values of a pickle in few words: what matters of them where nothing but calls looks into them. */
import { FormatError } from "../errors.ts";
import type { Outline } from "./outline.ts";

/**
 * Where a value's instruction is; with `single`, of a tuple of one item, where that of the item is; or, from `inWords` on, where
 * its words are, with `recalled` where it is there once more.
 */
export type Reference = number;

const single = 2 ** 30;

const inWords = 2 ** 31;
const recalled = 2 ** 30;

/**
 * The lowest bits of a value's word; its highest ones are how many items it has. The items of a tuple follow in words of their
 * own, and of what is held, which it is.
 */
export const kind = { tuple: 0, list: 1, dict: 2, orderedDict: 3, set: 4, frozenset: 5, bytes: 6, held: 7 } as const;
const kinds = 7;

/** Bits of the word, after the kind. */
export const flag = {
  /** Of a list: holds something else than pairs. */
  notPairs: 1 << 3,
  /** Of a dictionary: holds something else than bits that PyTorch 2 says of tensors. */
  notProperties: 1 << 4,
  /** Holds what is no value. */
  bare: 1 << 5,
  /** Is in another container, or let go of: nothing will be told of what is added later. */
  placed: 1 << 6,
  /** Was put somewhere while it was still being filled. */
  early: 1 << 7,
} as const;

/** The bits after these are how deep it is nested. */
const depthShift = 8;
/** Deeper than all that is read; of what is nested deeper still, no more is known. */
const mostDepth = 2 ** 10 - 1;
const countShift = 18;
/** Values of more items have their number elsewhere. */
const manyItems = 2 ** (32 - countShift) - 1;

/** What is in a word besides the number of items. */
const headBits = 2 ** countShift - 1;

export class ValueWords {
  /** An empty tuple; and a number, or a text that a call made, which no call takes. */
  readonly emptyTuple: Reference;
  readonly plain: Reference;
  /** Depth that may be where it was not added up. */
  hiddenDepth = 0;
  /** Whether a list that may count as a pair grew. */
  pairsChanged = false;
  #words: Uint32Array;
  #length = 0;
  /** How many items those have that have many: there are few such, as each item takes a byte. */
  readonly #many = new Map<number, number>();
  readonly #held: unknown[] = [];
  readonly #known = new Map<unknown, Reference>();
  readonly #mostHeld: number;
  readonly #isValue: (made: unknown) => boolean;
  #bareLater = false;

  constructor({ made, tupled }: Outline, size: number, isValue: (made: unknown) => boolean) {
    // A few more for what pickles refer to.
    this.#words = new Uint32Array(made + 64 + tupled);
    if (size >= single) throw new FormatError("the pickle is too large");
    this.#mostHeld = size / 16 + 1024;
    this.#isValue = isValue;
    this.emptyTuple = this.make(kind.tuple);
    this.plain = this.hold(Symbol("a number or text"));
  }

  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#words.length) {
      const larger = new Uint32Array(Math.ceil(1.25 * this.#length));
      larger.set(this.#words);
      this.#words = larger;
    }
    if (this.#length >= recalled) throw new FormatError("the pickle is too large");
    return at;
  }

  make(made: number, count = 0): Reference {
    const at = this.#reserve(1);
    this.#words[at] = made;
    this.#setCount(at, count);
    return inWords + at;
  }

  tuple(items: Uint32Array): Reference {
    if (items.length === 0) return this.emptyTuple;
    if (items.length === 1 && items[0] < single) return single + items[0];
    const at = this.#reserve(1 + items.length);
    const tuple = inWords + at;
    this.#words[at] = kind.tuple;
    for (const [i, item] of items.entries()) {
      this.#words[at + 1 + i] = item;
      this.#hold(tuple, item);
    }
    this.#setCount(at, items.length);
    return tuple;
  }

  /** A container that holds what the arguments of a call do. */
  makeFrom(made: number, args: Reference): Reference {
    const container = this.make(made);
    for (const item of this.items(args)) {
      this.#hold(container, item);
      this.#setCount(this.#at(container), this.countOf(container) + (this.sizeOf(item) ?? 1));
      this.raise(container, flag.notProperties);
    }
    this.drop(args);
    return container;
  }

  /** Keeps an object. @throws FormatError for very many of them. */
  hold(object: unknown): Reference {
    const known = this.#known.get(object);
    if (known !== undefined) return known;
    if (this.#held.length > this.#mostHeld)
      throw new FormatError("the pickle refers to more things outside of it than a file of its size does");
    const at = this.#reserve(2);
    this.#words[at] = kind.held;
    this.#words[at + 1] = this.#held.length;
    const reference = inWords + at;
    this.#held.push(object);
    this.#known.set(object, reference);
    if (!this.#isValue(object)) this.raise(reference, flag.bare);
    return reference;
  }

  held(value: Reference): unknown {
    return this.#held[this.#words[this.#at(value) + 1]];
  }

  /** The place of the instruction that is the value; null for those in words. */
  placeOf(value: Reference): number | null {
    return value < single ? value : null;
  }

  #at(value: Reference): number {
    return (value - inWords) % recalled;
  }

  /** The value, once more. */
  again(value: Reference): Reference {
    return value < inWords ? value : inWords + recalled + this.#at(value);
  }

  /** The kind of a value; -1 of those that are at a place. */
  kindOf(value: Reference): number {
    if (value < inWords) return value < single ? -1 : kind.tuple;
    return this.#words[this.#at(value)] & kinds;
  }

  countOf(value: Reference): number {
    return value < inWords ? 1 : this.#count(this.#at(value));
  }

  #count(at: number): number {
    const count = this.#words[at] >>> countShift;
    return count < manyItems ? count : (this.#many.get(at) ?? manyItems);
  }

  #setCount(at: number, count: number): void {
    if (count >= manyItems) this.#many.set(at, count);
    this.#words[at] = ((this.#words[at] & headBits) | (Math.min(count, manyItems) << countShift)) >>> 0;
  }

  items(tuple: Reference): Uint32Array {
    if (tuple < inWords) return Uint32Array.of(tuple - single);
    const at = this.#at(tuple) + 1;
    return this.#words.subarray(at, at + this.countOf(tuple));
  }

  has(value: Reference, bit: number): boolean {
    return value >= inWords && (this.#words[this.#at(value)] & bit) !== 0;
  }

  raise(value: Reference, bit: number): void {
    this.#words[this.#at(value)] |= bit;
  }

  isDict(value: Reference): boolean {
    const found = this.kindOf(value);
    return found === kind.dict || found === kind.orderedDict;
  }

  isUnhashable(value: Reference): boolean {
    const found = this.kindOf(value);
    return found === kind.list || found === kind.set || this.isDict(value);
  }

  isPair(value: Reference): boolean {
    const found = this.kindOf(value);
    return (found === kind.list || found === kind.tuple) && this.countOf(value) === 2;
  }

  /** How much a call may do with a value; null for those that are at a place. */
  sizeOf(value: Reference): number | null {
    if (value < single) return null;
    return this.kindOf(value) === kind.held ? 1 : this.countOf(value);
  }

  depthOf(value: Reference): number {
    if (value < inWords) return value < single ? 0 : 1;
    return this.#depth(this.#at(value));
  }

  isBare(value: Reference): boolean {
    return this.#bareLater || this.has(value, flag.bare);
  }

  /** Puts an item into a list, a dictionary or a set. */
  put(container: Reference, item: Reference): void {
    const at = this.#at(container);
    if (this.has(container, flag.placed) && this.kindOf(container) === kind.list && this.#count(at) >= 2)
      this.pairsChanged = true;
    this.#setCount(at, this.#count(at) + 1);
    this.#hold(container, item);
  }

  /** What becomes of a container by an item in it. */
  #hold(container: Reference, item: Reference): void {
    if (item < inWords) {
      this.#deepen(container, 1 + this.depthOf(item));
      return;
    }
    if (this.has(item, flag.bare)) {
      if (this.has(container, flag.placed)) this.#bareLater = true;
      this.raise(container, flag.bare);
    }
    const found = this.kindOf(item);
    const grows = found >= kind.list && found <= kind.frozenset;
    // A list that is still being filled, and refers to itself from within: it has its own place further down the stack.
    if (grows && this.#isRecalled(item) && !this.has(item, flag.placed)) this.raise(item, flag.early);
    else {
      this.#deepen(container, 1 + this.depthOf(item));
      if (grows) this.#place(item);
    }
  }

  #isRecalled(value: Reference): boolean {
    return value >= inWords + recalled;
  }

  #place(value: Reference): void {
    if (this.has(value, flag.placed)) return;
    this.raise(value, flag.placed);
  }

  #deepen(container: Reference, depth: number): void {
    const at = this.#at(container);
    const before = this.#depth(at);
    if (depth <= before) return;
    if (this.has(container, flag.placed)) this.hiddenDepth += depth - before;
    const others = this.#words[at] & ~(mostDepth << depthShift);
    this.#words[at] = (others | (Math.min(depth, mostDepth) << depthShift)) >>> 0;
  }

  #depth(at: number): number {
    return (this.#words[at] >>> depthShift) & mostDepth;
  }

  /** Notes that a value leaves the stack other than into a container. */
  drop(value: Reference): void {
    const found = this.kindOf(value);
    if (found < kind.list || found > kind.frozenset || this.#isRecalled(value) || this.has(value, flag.placed)) return;
    if (this.has(value, flag.early)) {
      this.hiddenDepth += 1 + this.depthOf(value);
      if (this.has(value, flag.bare)) this.#bareLater = true;
    }
    this.#place(value);
  }
}
