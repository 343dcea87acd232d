/**
 * Reads pickles without running anything: names are looked up in the reader's own list, and what a pickle "calls" is a
 * function of this library that checks its arguments. https://docs.python.org/3/library/pickle.html
 */
import { FormatError } from "../errors.ts";
import { Budget } from "./budget.ts";
import { Cursor } from "./cursor.ts";
import { integerOf, numberOfLine, textOfLine } from "./numbers.ts";
import { op } from "./opcodes.ts";
import { PickleDict, PickleGlobal, PickleObject, PickleSet, PickleTuple } from "./values.ts";

export interface UnpicklerHooks {
  /** What the pickle names. @throws FormatError for what is not on the list. */
  findGlobal(module: string, name: string): unknown;
  /** What a persistent id stands for: in PyTorch's files, a storage. */
  persistent(id: unknown): unknown;
}

const emptyTuple = new PickleTuple([]);

const opNames = new Map<number, string>(Object.entries(op).map(([name, code]) => [code, name]));

export interface UnpickleOptions {
  /** Where the pickle begins; default 0. */
  readonly start?: number;
  /** The size of the file that it is in, which says what it may take; default that of `bytes`. */
  readonly fileSize?: number;
}

/** Reads a pickle. @throws FormatError for one that is damaged, or would take far more memory than its file. */
export function unpickle(
  bytes: Uint8Array,
  hooks: UnpicklerHooks,
  { start = 0, fileSize = bytes.length }: UnpickleOptions = {},
): { readonly value: unknown; readonly end: number } {
  const unpickler = new Unpickler(new Cursor(bytes, start), hooks, bytes.length, Math.max(fileSize, bytes.length));
  return { value: unpickler.run(), end: unpickler.cursor.at };
}

class Unpickler {
  readonly cursor: Cursor;
  readonly #hooks: UnpicklerHooks;
  readonly #stack: unknown[] = [];
  /** Places of marks in the stack. */
  readonly #marks: number[] = [];
  /** What was noted in order, and out of it. */
  readonly #memo: unknown[] = [];
  readonly #memoApart = new Map<number, unknown>();
  readonly #budget: Budget;

  constructor(cursor: Cursor, hooks: UnpicklerHooks, size: number, fileSize: number) {
    this.cursor = cursor;
    this.#hooks = hooks;
    this.#budget = new Budget(size, fileSize);
  }

  run(): unknown {
    for (;;) {
      const code = this.cursor.uint8();
      if (code === op.STOP) break;
      if (!this.#number(code) && !this.#text(code) && !this.#memory(code) && !this.#container(code)) this.#object(code);
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

  #number(code: number): boolean {
    const { cursor } = this;
    switch (code) {
      case op.NONE:
        return this.#push(null);
      case op.NEWTRUE:
        return this.#push(true);
      case op.NEWFALSE:
        return this.#push(false);
      case op.BININT:
        return this.#push(cursor.int32());
      case op.BININT1:
        return this.#push(cursor.uint8());
      case op.BININT2:
        return this.#push(cursor.uint16());
      case op.LONG1:
        return this.#push(integerOf(cursor, cursor.uint8()));
      case op.LONG4:
        return this.#push(integerOf(cursor, cursor.int32()));
      case op.BINFLOAT:
        return this.#push(cursor.float64());
      case op.INT:
      case op.LONG:
      case op.FLOAT:
        return this.#push(numberOfLine(cursor.line(), code));
      default:
        return false;
    }
  }

  #text(code: number): boolean {
    const { cursor } = this;
    const copied = (length: number): Uint8Array => this.#budget.made(new Uint8Array(cursor.bytes(length)));
    switch (code) {
      case op.BINUNICODE:
        return this.#push(cursor.utf8(cursor.uint32()));
      case op.SHORT_BINUNICODE:
        return this.#push(cursor.utf8(cursor.uint8()));
      case op.BINUNICODE8:
        return this.#push(cursor.utf8(cursor.length64()));
      // `str` of Python 2, which torch.load takes for UTF-8.
      case op.SHORT_BINSTRING:
        return this.#push(cursor.utf8(cursor.uint8()));
      case op.BINSTRING:
        return this.#push(cursor.utf8(cursor.uint32()));
      case op.STRING:
      case op.UNICODE:
        return this.#push(textOfLine(cursor.lineBytes(), code));
      case op.BINBYTES:
        return this.#push(copied(cursor.uint32()));
      case op.SHORT_BINBYTES:
        return this.#push(copied(cursor.uint8()));
      case op.BINBYTES8:
      case op.BYTEARRAY8:
        return this.#push(copied(cursor.length64()));
      default:
        return false;
    }
  }

  #memory(code: number): boolean {
    const { cursor } = this;
    switch (code) {
      case op.BINGET:
        return this.#push(this.#remembered(cursor.uint8()));
      case op.LONG_BINGET:
        return this.#push(this.#remembered(cursor.uint32()));
      case op.GET:
        return this.#push(this.#remembered(Number(cursor.line())));
      case op.BINPUT:
        return this.#note(cursor.uint8());
      case op.LONG_BINPUT:
        return this.#note(cursor.uint32());
      case op.PUT:
        return this.#note(Number(cursor.line()));
      case op.MEMOIZE:
        return this.#note(this.#memo.length + this.#memoApart.size);
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
      case op.PROTO: {
        const protocol = cursor.uint8();
        if (protocol > 5) throw new FormatError(`the pickle is of protocol ${protocol}, which is not known`);
        return true;
      }
      case op.FRAME:
        // A frame says how much there is to read ahead.
        cursor.require(cursor.length64());
        return true;
      default:
        return false;
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
    const { cursor } = this;
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
      default: {
        const name = opNames.get(code);
        throw new FormatError(
          name === undefined
            ? `0x${code.toString(16).padStart(2, "0")} is no instruction of a pickle`
            : `the pickle uses ${name}, which no file of tensors does`,
        );
      }
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
