/**
 * Goes through a pickle as reading it would, calls included, without keeping what it makes: a value is the place of its
 * instruction, or a few words. So a pickle of nothing but containers that is refused in its last instruction has not become
 * fifty times its size in JavaScript by then. Where this is stricter than reading, the pickle is none that Python writes.
 */
import { FormatError } from "../errors.ts";
import { atomOf, isPreface, notAtom, notedNumber, recalledNumber } from "./atoms.ts";
import type { Budget } from "./budget.ts";
import { Cursor } from "./cursor.ts";
import { op } from "./opcodes.ts";
import { type Outline, unknown } from "./outline.ts";
import type { RecalledNotes } from "./recalled-notes.ts";
import { flag, kind, type Reference, ValueWords } from "./value-words.ts";
import { PickleDict, PickleGlobal, PickleObject, PickleSet, PickleTuple } from "./values.ts";

export interface RehearsalHooks {
  findGlobal(module: string, name: string): unknown;
  persistent(id: unknown): unknown;
  /** What stands for a value that a call made, so that it need not be kept. */
  standIn?(made: unknown): unknown;
  /** Whether it may be part of what is read. */
  isValue?(made: unknown): boolean;
}

/** Notes with large numbers and in no order, which nobody writes. */
const mostApart = 1024;
/** The deepest nesting that is read. */
const deepest = 1000;
/** No value's reference. */
const unset = 2 ** 32 - 1;

export class Rehearsal {
  readonly #bytes: Uint8Array;
  readonly #cursor: Cursor;
  readonly #hooks: RehearsalHooks;
  readonly #budget: Budget;
  readonly #words: ValueWords;
  readonly #stack: Uint32Array;
  #depth = 0;
  readonly #marks: number[] = [];
  /** What was noted in order, of what is recalled. */
  readonly #memo: Uint32Array;
  readonly #recalledNotes: RecalledNotes;
  #noted = 0;
  readonly #apart = new Map<number, Reference>();
  /** What stands for bytes that a call made: of them only their number matters. */
  #zeros = new Uint8Array();

  constructor(bytes: Uint8Array, start: number, hooks: RehearsalHooks, budget: Budget, outline: Outline) {
    this.#bytes = bytes;
    this.#cursor = new Cursor(bytes, start);
    this.#hooks = hooks;
    this.#budget = budget;
    this.#stack = new Uint32Array(outline.deepest);
    this.#recalledNotes = outline.recalled;
    this.#memo = new Uint32Array(outline.recalled.count).fill(unset);
    this.#words = new ValueWords(outline, bytes.length, hooks.isValue ?? (() => true));
  }

  /** @throws FormatError for what reading would refuse. */
  run(): void {
    for (;;) {
      const at = this.#cursor.at;
      const code = this.#cursor.uint8();
      if (code === op.STOP) break;
      if (atomOf(this.#cursor, code) !== notAtom) this.#push(at);
      else if (!this.#memory(code) && !this.#container(code)) this.#object(code, at);
    }
    const root = this.#pop();
    if (this.#words.isBare(root)) throw new FormatError("the file holds a value of an unknown kind");
    if (this.#words.depthOf(root) + this.#words.hiddenDepth > deepest)
      throw new FormatError(`the file is nested more than ${deepest} deep`);
  }

  #push(value: Reference): true {
    this.#stack[this.#depth++] = value;
    return true;
  }

  // Whether there are so many values was seen in the outline.
  #pop(): Reference {
    return this.#stack[--this.#depth];
  }

  #top(): Reference {
    return this.#stack[this.#depth - 1];
  }

  #popMark(): Uint32Array {
    const mark = this.#marks.pop() ?? 0;
    const items = this.#stack.subarray(mark, this.#depth);
    this.#depth = mark;
    return items;
  }

  #memory(code: number): boolean {
    const cursor = this.#cursor;
    const recalled = recalledNumber(cursor, code);
    if (recalled !== undefined) return this.#push(this.#recalled(recalled));
    const noted = notedNumber(cursor, code, this.#noted + this.#apart.size);
    if (noted !== undefined) return this.#note(noted);
    switch (code) {
      case op.MARK:
        this.#marks.push(this.#depth);
        return true;
      case op.POP:
        if (this.#depth > (this.#marks.at(-1) ?? 0)) this.#words.drop(this.#pop());
        else this.#dropMarked();
        return true;
      case op.POP_MARK:
        this.#dropMarked();
        return true;
      case op.DUP:
        return this.#push(this.#words.again(this.#top()));
      default:
        return isPreface(cursor, code);
    }
  }

  #dropMarked(): void {
    for (const item of this.#popMark()) this.#words.drop(item);
  }

  #note(index: number): true {
    const value = this.#top();
    // Python 2 counts from 1.
    if (index === 1 && this.#noted === 0) this.#noted = 1;
    const next = index === this.#noted && !this.#apart.has(index);
    if (next || (index >= 0 && index < this.#noted)) {
      if (next) this.#noted++;
      const place = this.#recalledNotes.placeOf(index);
      if (place >= 0) this.#memo[place] = value;
    } else {
      this.#apart.set(index, value);
      if (this.#apart.size > mostApart) throw new FormatError("the pickle notes very many values out of order");
    }
    return true;
  }

  #recalled(index: number): Reference {
    const inOrder = index >= 0 && index < this.#noted && Number.isInteger(index);
    const value = inOrder ? this.#memo[this.#recalledNotes.placeOf(index)] : this.#apart.get(index);
    if (value === undefined || value === unset)
      throw new FormatError(`the pickle recalls value ${index}, which it did not note`);
    return this.#words.again(value);
  }

  #container(code: number): boolean {
    const words = this.#words;
    switch (code) {
      case op.EMPTY_LIST:
        return this.#push(words.make(kind.list));
      case op.EMPTY_TUPLE:
        return this.#push(words.emptyTuple);
      case op.EMPTY_DICT:
        return this.#push(words.make(kind.dict));
      case op.EMPTY_SET:
        return this.#push(words.make(kind.set));
      case op.LIST:
        return this.#filled(kind.list);
      case op.DICT:
        return this.#filled(kind.dict);
      case op.FROZENSET:
        return this.#filled(kind.frozenset);
      case op.TUPLE:
        return this.#push(words.tuple(this.#popMark()));
      case op.TUPLE1:
      case op.TUPLE2:
      case op.TUPLE3: {
        this.#depth -= code - op.TUPLE1 + 1;
        return this.#push(words.tuple(this.#stack.subarray(this.#depth, this.#depth + code - op.TUPLE1 + 1)));
      }
      case op.APPEND:
        return this.#add(this.#stack.subarray(--this.#depth, this.#depth + 1), kind.list);
      case op.APPENDS:
        return this.#add(this.#popMark(), kind.list);
      case op.SETITEM:
        this.#depth -= 2;
        return this.#add(this.#stack.subarray(this.#depth, this.#depth + 2), kind.dict);
      case op.SETITEMS:
        return this.#add(this.#popMark(), kind.dict);
      case op.ADDITEMS:
        return this.#add(this.#popMark(), kind.set);
      default:
        return false;
    }
  }

  #filled(made: number): true {
    const items = this.#popMark();
    const container = this.#words.make(made);
    this.#fill(container, items);
    return this.#push(container);
  }

  #add(items: Uint32Array, expected: number): true {
    const container = this.#top();
    const found = this.#words.kindOf(container);
    if (expected === kind.list && found !== kind.list) throw new FormatError("the pickle appends to what is no list");
    if (expected === kind.dict && found !== kind.dict && found !== kind.orderedDict)
      throw new FormatError("the pickle sets items of what is no dictionary");
    if (expected === kind.set && found !== kind.set && found !== kind.frozenset)
      throw new FormatError("the pickle adds items to what is no set");
    this.#fill(container, items);
    return true;
  }

  #fill(container: Reference, items: Uint32Array): void {
    const words = this.#words;
    const found = words.kindOf(container);
    const pairs = found === kind.dict || found === kind.orderedDict;
    if (pairs && items.length % 2 !== 0)
      throw new FormatError("the pickle sets an item of a dictionary without a value");
    for (const [i, item] of items.entries()) {
      const isKey = pairs ? i % 2 === 0 : found !== kind.list;
      if (isKey && words.isUnhashable(item))
        throw new FormatError("a key of a dictionary in the pickle is a list, a dictionary or a set");
      if (found === kind.list && !words.isPair(item)) words.raise(container, flag.notPairs);
      if (pairs && !isKey && !this.#isPropertyOfTensor(items[i - 1], item)) words.raise(container, flag.notProperties);
      words.put(container, item);
    }
  }

  /** Whether an item can be one of the bits that PyTorch 2 says of tensors, which are the only contents that matter here. */
  #isPropertyOfTensor(key: Reference, value: Reference): boolean {
    const said = this.#content(value, 0);
    if (said !== true) return said === false;
    const name = this.#content(key, 0);
    // What elements of a tensor are the negative of is a tensor all the same.
    return name === "neg" || name === "conj";
  }

  #object(code: number, at: number): void {
    const cursor = this.#cursor;
    switch (code) {
      case op.GLOBAL: {
        const module = cursor.line();
        this.#hooks.findGlobal(module, cursor.line());
        this.#push(at);
        return;
      }
      case op.STACK_GLOBAL: {
        const name = this.#content(this.#pop(), 0);
        const module = this.#content(this.#pop(), 0);
        if (typeof name !== "string" || typeof module !== "string")
          throw new FormatError("the pickle names something by what is no text");
        this.#push(this.#words.hold(this.#hooks.findGlobal(module, name)));
        return;
      }
      case op.INST: {
        const module = cursor.line();
        const global = this.#hooks.findGlobal(module, cursor.line());
        this.#call(global, this.#words.tuple(this.#popMark()));
        return;
      }
      case op.OBJ: {
        const items = this.#popMark();
        if (items.length === 0) throw new FormatError("the pickle calls what is no function");
        this.#call(this.#content(items[0], 0), this.#words.tuple(items.subarray(1)));
        return;
      }
      case op.REDUCE:
      case op.NEWOBJ: {
        const args = this.#pop();
        if (this.#words.kindOf(args) !== kind.tuple)
          throw new FormatError("the pickle calls something with what is no tuple");
        this.#call(this.#content(this.#pop(), 0), args);
        return;
      }
      case op.BUILD:
        this.#build();
        return;
      case op.BINPERSID: {
        const id = this.#pop();
        this.#push(this.#words.hold(this.#hooks.persistent(this.#content(id, 2))));
        return;
      }
      case op.PERSID:
        this.#push(this.#words.hold(this.#hooks.persistent(cursor.line())));
        return;
      default:
        unknown(code);
    }
  }

  #call(callee: unknown, args: Reference): void {
    if (!(callee instanceof PickleGlobal)) throw new FormatError("the pickle calls what is no function");
    const { name, make } = callee.global;
    if (make === undefined) throw new FormatError(`the pickle calls ${name}, which is no function`);
    const given = this.#content(args, 3);
    this.#chargeFor(args);
    const made = make((given as PickleTuple).items);
    this.#push(this.#result(made, args));
  }

  /** What stands for what a call made: of containers, that they hold what the arguments do. */
  #result(made: unknown, args: Reference): Reference {
    const words = this.#words;
    // Calls that give a tuple give one that they were given.
    if (made instanceof PickleTuple)
      return words.items(args).find((item) => words.kindOf(item) === kind.tuple) ?? words.emptyTuple;
    if (made instanceof PickleDict)
      return words.makeFrom(made.type === "OrderedDict" ? kind.orderedDict : kind.dict, args);
    if (made instanceof PickleSet) return words.makeFrom(made.frozen ? kind.frozenset : kind.set, args);
    words.drop(args);
    if (made instanceof Uint8Array) return words.make(kind.bytes, made.length);
    if (typeof made !== "object" || made === null) return words.plain;
    return words.hold(this.#hooks.standIn?.(made) ?? made);
  }

  #build(): void {
    const state = this.#pop();
    const words = this.#words;
    const object = this.#content(this.#top(), 0);
    if (words.kindOf(state) === kind.tuple) this.#chargeFor(state);
    if (object instanceof PickleObject) object.build(this.#content(state, 2));
    else if (words.kindOf(this.#top()) === kind.orderedDict && words.isDict(state)) words.put(this.#top(), state);
    else throw new FormatError("the pickle sets attributes of what has none");
    words.drop(state);
  }

  #chargeFor(args: Reference): void {
    for (const item of this.#words.items(args)) this.#budget.spend(this.#words.sizeOf(item) ?? this.#sizeAt(item));
  }

  /** How much a call may do with a text or bytes. */
  #sizeAt(at: Reference): number {
    const value = this.#content(at, 0);
    return typeof value === "string" || value instanceof Uint8Array ? value.length : 1;
  }

  /** A value for a call to look at: tuples to a depth, and of lists and dictionaries what matters of their contents. */
  #content(value: Reference, depth: number): unknown {
    const words = this.#words;
    const place = words.placeOf(value);
    if (place !== null) {
      const cursor = new Cursor(this.#bytes, place);
      const code = cursor.uint8();
      if (code !== op.GLOBAL) return atomOf(cursor, code);
      const module = cursor.line();
      return this.#hooks.findGlobal(module, cursor.line());
    }
    switch (words.kindOf(value)) {
      case kind.tuple: {
        const items = depth > 0 ? words.items(value) : [];
        this.#budget.spend(items.length);
        return new PickleTuple(Array.from(items, (item) => this.#content(item, depth - 1)));
      }
      case kind.list:
        return words.has(value, flag.notPairs) || words.pairsChanged ? [null] : [];
      case kind.dict:
      case kind.orderedDict: {
        const dict = new PickleDict(words.kindOf(value) === kind.dict ? "dict" : "OrderedDict");
        if (words.has(value, flag.notProperties)) dict.set(null, null);
        return dict;
      }
      case kind.set:
      case kind.frozenset:
        return new PickleSet(words.kindOf(value) === kind.frozenset);
      case kind.bytes:
        return this.#zerosOf(words.countOf(value));
      default:
        return words.held(value);
    }
  }
  #zerosOf(count: number): Uint8Array {
    if (this.#zeros.length < count) this.#zeros = new Uint8Array(count);
    return this.#zeros.subarray(0, count);
  }
}
