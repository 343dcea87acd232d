/**
 * Reads pickles without running anything: names are looked up in the reader's own list, and what a pickle "calls" is a
 * function of this library that checks its arguments. https://docs.python.org/3/library/pickle.html
 */
import { FormatError } from "../errors.ts";
import { atomOf, isPreface, notAtom, notedNumber, recalledNumber } from "./atoms.ts";
import { Budget } from "./budget.ts";
import { Cursor } from "./cursor.ts";
import { op } from "./opcodes.ts";
import { outlineOf, unknown } from "./outline.ts";
import { Rehearsal, type RehearsalHooks } from "./rehearsal.ts";
import { PickleDict, PickleGlobal, PickleObject, PickleSet, PickleTuple } from "./values.ts";

export interface UnpicklerHooks extends RehearsalHooks {
  /** What the pickle names. @throws FormatError for what is not on the list. */
  findGlobal(module: string, name: string): unknown;
  /** What a persistent id stands for: in PyTorch's files, a storage. Asked for the same id twice, it must give the same. */
  persistent(id: unknown): unknown;
}

/** A pickle that takes no more memory than so many times its file, and so many bytes, is read at once. */
const smallRatio = 8;
const smallSize = 1 << 16;

const emptyTuple = new PickleTuple([]);

export interface UnpickleOptions {
  /** Where the pickle begins; default 0. */
  readonly start?: number;
  /** The size of the file that it is in, which says what it may take; default that of `bytes`. */
  readonly fileSize?: number;
}

/** A pickle that was looked at, and can be read. */
export interface Pickle {
  /** Where it ends. */
  readonly end: number;
  /** Whether its value would take many times as much memory as the file, so that it was not made yet. */
  readonly large: boolean;
  /** Its value. */
  read(): unknown;
}

/**
 * Looks at a pickle. If its value takes many times as much memory as the file, as one of nothing but small lists does, whatever
 * may be wrong with it is found before anything is made.
 *
 * @throws FormatError for one that is damaged, or would take far more memory than its file.
 */
export function openPickle(
  bytes: Uint8Array,
  hooks: UnpicklerHooks,
  { start = 0, fileSize = bytes.length }: UnpickleOptions = {},
): Pickle {
  const size = Math.max(fileSize, bytes.length);
  const budget = (): Budget => new Budget(bytes.length, size);
  const outline = outlineOf(new Cursor(bytes, start), budget());
  const read = (): unknown => new Unpickler(new Cursor(bytes, start), hooks, budget()).run();
  if (outline.cost <= smallRatio * size + smallSize) {
    const value = read();
    return { end: outline.end, large: false, read: () => value };
  }
  new Rehearsal(bytes, start, hooks, budget(), outline).run();
  return { end: outline.end, large: true, read };
}

/** Reads a pickle. @throws FormatError as `openPickle`. */
export function unpickle(bytes: Uint8Array, hooks: UnpicklerHooks, options: UnpickleOptions = {}): unknown {
  return openPickle(bytes, hooks, options).read();
}

class Unpickler {
  readonly #cursor: Cursor;
  readonly #hooks: UnpicklerHooks;
  readonly #stack: unknown[] = [];
  /** Places of marks in the stack. */
  readonly #marks: number[] = [];
  /** What was noted in order, and out of it. */
  readonly #memo: unknown[] = [];
  readonly #memoApart = new Map<number, unknown>();
  readonly #budget: Budget;

  constructor(cursor: Cursor, hooks: UnpicklerHooks, budget: Budget) {
    this.#cursor = cursor;
    this.#hooks = hooks;
    this.#budget = budget;
  }

  run(): unknown {
    for (;;) {
      const code = this.#cursor.uint8();
      if (code === op.STOP) break;
      if (!this.#atom(code) && !this.#memory(code) && !this.#container(code)) this.#object(code);
    }
    const value = this.#pop();
    if (this.#stack.length > 0 || this.#marks.length > 0)
      throw new FormatError("the pickle ends with more than one value");
    return value;
  }

  #push(value: unknown): true {
    this.#stack.push(value);
    return true;
  }

  /** @throws FormatError where nothing stands above the last mark. */
  #requireValue(): void {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0))
      throw new FormatError("the pickle takes a value where there is none");
  }

  #pop(): unknown {
    this.#requireValue();
    return this.#stack.pop();
  }

  #top(): unknown {
    this.#requireValue();
    return this.#stack[this.#stack.length - 1];
  }

  /** What stands above the last mark. */
  #popMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new FormatError("the pickle goes back to a mark that was not set");
    return this.#stack.splice(mark);
  }

  #atom(code: number): boolean {
    const value = atomOf(this.#cursor, code);
    if (value === notAtom) return false;
    return this.#push(value instanceof Uint8Array ? this.#budget.made(new Uint8Array(value)) : value);
  }

  #memory(code: number): boolean {
    const cursor = this.#cursor;
    const recalled = recalledNumber(cursor, code);
    if (recalled !== undefined) return this.#push(this.#remembered(recalled));
    const noted = notedNumber(cursor, code, this.#memo.length + this.#memoApart.size);
    if (noted !== undefined) return this.#note(noted);
    switch (code) {
      case op.MARK:
        this.#marks.push(this.#stack.length);
        return true;
      case op.POP:
        if (this.#stack.length > (this.#marks.at(-1) ?? 0)) this.#stack.pop();
        else this.#popMark();
        return true;
      case op.POP_MARK:
        this.#popMark();
        return true;
      case op.DUP:
        return this.#push(this.#top());
      default:
        return isPreface(cursor, code);
    }
  }

  #note(index: number): true {
    const value = this.#top();
    if (index === this.#memo.length && !this.#memoApart.has(index)) this.#memo.push(value);
    else if (index >= 0 && index < this.#memo.length) this.#memo[index] = value;
    else this.#memoApart.set(index, this.#budget.made(value));
    return true;
  }

  #remembered(index: number): unknown {
    if (index >= 0 && index < this.#memo.length && Number.isInteger(index)) return this.#memo[index];
    if (!this.#memoApart.has(index)) throw new FormatError(`the pickle recalls value ${index}, which it did not note`);
    return this.#memoApart.get(index);
  }

  #container(code: number): boolean {
    switch (code) {
      case op.EMPTY_LIST:
        return this.#push(this.#budget.made([]));
      case op.EMPTY_TUPLE:
        return this.#push(emptyTuple);
      case op.EMPTY_DICT:
        return this.#push(this.#budget.made(new PickleDict()));
      case op.EMPTY_SET:
        return this.#push(this.#budget.made(new PickleSet()));
      case op.LIST:
        return this.#push(this.#budget.made(this.#popMark()));
      case op.TUPLE:
        return this.#push(this.#tuple(this.#popMark()));
      case op.TUPLE1:
        return this.#push(this.#tuple([this.#pop()]));
      case op.TUPLE2: {
        const second = this.#pop();
        return this.#push(this.#tuple([this.#pop(), second]));
      }
      case op.TUPLE3: {
        const third = this.#pop();
        const second = this.#pop();
        return this.#push(this.#tuple([this.#pop(), second, third]));
      }
      case op.DICT: {
        const items = this.#popMark();
        this.#push(this.#budget.made(new PickleDict()));
        return this.#setItems(items);
      }
      case op.FROZENSET: {
        const items = this.#popMark();
        this.#push(this.#budget.made(new PickleSet(true)));
        return this.#addItems(items);
      }
      case op.APPEND:
        return this.#append([this.#pop()]);
      case op.APPENDS:
        return this.#append(this.#popMark());
      case op.SETITEM: {
        const value = this.#pop();
        return this.#setItems([this.#pop(), value]);
      }
      case op.SETITEMS:
        return this.#setItems(this.#popMark());
      case op.ADDITEMS:
        return this.#addItems(this.#popMark());
      default:
        return false;
    }
  }

  #tuple(items: readonly unknown[]): PickleTuple {
    return this.#budget.made(new PickleTuple(items));
  }

  #append(items: readonly unknown[]): true {
    const list = this.#top();
    if (!Array.isArray(list)) throw new FormatError("the pickle appends to what is no list");
    for (const item of items) list.push(item);
    return true;
  }

  #setItems(items: readonly unknown[]): true {
    const dict = this.#top();
    if (!(dict instanceof PickleDict)) throw new FormatError("the pickle sets items of what is no dictionary");
    if (items.length % 2 !== 0) throw new FormatError("the pickle sets an item of a dictionary without a value");
    for (let i = 0; i < items.length; i += 2) dict.set(hashable(items[i]), items[i + 1]);
    return true;
  }

  #addItems(items: readonly unknown[]): true {
    const set = this.#top();
    if (!(set instanceof PickleSet)) throw new FormatError("the pickle adds items to what is no set");
    for (const item of items) set.add(hashable(item));
    return true;
  }

  #object(code: number): void {
    const cursor = this.#cursor;
    switch (code) {
      case op.GLOBAL: {
        const module = cursor.line();
        this.#push(this.#hooks.findGlobal(module, cursor.line()));
        return;
      }
      case op.STACK_GLOBAL: {
        const name = this.#pop();
        const module = this.#pop();
        if (typeof name !== "string" || typeof module !== "string")
          throw new FormatError("the pickle names something by what is no text");
        this.#push(this.#hooks.findGlobal(module, name));
        return;
      }
      case op.INST: {
        const module = cursor.line();
        const global = this.#hooks.findGlobal(module, cursor.line());
        this.#call(global, this.#popMark());
        return;
      }
      case op.OBJ: {
        const [global, ...args] = this.#popMark();
        this.#call(global, args);
        return;
      }
      case op.REDUCE:
      case op.NEWOBJ: {
        const args = this.#pop();
        if (!(args instanceof PickleTuple)) throw new FormatError("the pickle calls something with what is no tuple");
        this.#call(this.#pop(), args.items);
        return;
      }
      case op.BUILD:
        this.#build();
        return;
      case op.BINPERSID:
        this.#push(this.#hooks.persistent(this.#pop()));
        return;
      case op.PERSID:
        this.#push(this.#hooks.persistent(cursor.line()));
        return;
      default:
        unknown(code);
    }
  }

  #call(callee: unknown, args: readonly unknown[]): void {
    if (!(callee instanceof PickleGlobal)) throw new FormatError("the pickle calls what is no function");
    const { name, make } = callee.global;
    if (make === undefined) throw new FormatError(`the pickle calls ${name}, which is no function`);
    this.#budget.charge(args);
    this.#push(this.#budget.made(make(args)));
  }

  /** Attributes of an object that was made before; those of state dicts say which versions of modules wrote them. */
  #build(): void {
    const state = this.#pop();
    const object = this.#top();
    if (state instanceof PickleTuple) this.#budget.charge(state.items);
    if (object instanceof PickleObject) object.build(state);
    else if (object instanceof PickleDict && object.type === "OrderedDict" && state instanceof PickleDict)
      object.attributes = state;
    else throw new FormatError("the pickle sets attributes of what has none");
  }
}

/** What may be a key of a dictionary, or in a set. */
function hashable(key: unknown): unknown {
  if (Array.isArray(key) || key instanceof PickleDict || (key instanceof PickleSet && !key.frozen))
    throw new FormatError("a key of a dictionary in the pickle is a list, a dictionary or a set");
  return key;
}
