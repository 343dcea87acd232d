/** What reading a pickle would take, found by going through its instructions without making anything. */
import { FormatError } from "../errors.ts";
import { recalledNumber } from "./atoms.ts";
import type { Budget } from "./budget.ts";
import type { Cursor } from "./cursor.ts";
import { requireIntegerLength } from "./numbers.ts";
import { op } from "./opcodes.ts";
import { RecalledNotes } from "./recalled-notes.ts";

export interface Outline {
  /** Where the pickle ends. */
  readonly end: number;
  /** About how many bytes its values take in JavaScript, until they are what the program gets. */
  readonly cost: number;
  /** The most values on the stack at once. */
  readonly deepest: number;
  /** The notes that are recalled. */
  readonly recalled: RecalledNotes;
  /** How many containers and calls there are, without tuples of one number or text, and how many items tuples have. */
  readonly made: number;
  readonly tupled: number;
}

/** Each level of nesting sets a few marks; what is nested deeper is refused in the end. */
const mostMarks = 1 << 14;

/** What follows an instruction: bytes of a fixed number, as many as are said in 1, 4 or 8 bytes, or lines. */
type Argument = number | "counted1" | "counted4" | "counted8" | "line" | "lines";

interface Effect {
  readonly argument: Argument;
  /** How many values must stand above the last mark (after `toMark`, above the one before), and how many are left of them. */
  readonly needs: number;
  readonly leaves: number;
  /** Whether it takes what stands above the last mark. */
  readonly toMark: boolean;
  /** Bytes in memory, besides what an item takes. */
  readonly cost: number;
  /** Whether it makes a container, of which there may be so many. */
  readonly makes: boolean;
}

/** Bytes in memory, rounded up, measured in V8: of the pickle's value and of what it becomes. */
const costs = { item: 40, list: 250, dictionary: 700, entries: 300, tuple: 300, text: 40, bytes: 200, call: 400 };

const effects = new Map<number, Effect>();
interface Rest {
  argument?: Argument;
  cost?: number;
  makes?: boolean;
  toMark?: boolean;
}
function effect(codes: readonly number[], needs: number, leaves: number, rest: Rest = {}): void {
  for (const code of codes)
    effects.set(code, { argument: 0, cost: 0, makes: false, toMark: false, needs, leaves, ...rest });
}
const { text } = costs;
effect([op.NONE, op.NEWTRUE, op.NEWFALSE, op.EMPTY_TUPLE], 0, 1);
effect([op.BININT1], 0, 1, { argument: 1 });
effect([op.BININT2], 0, 1, { argument: 2 });
effect([op.BININT], 0, 1, { argument: 4 });
effect([op.BINFLOAT], 0, 1, { argument: 8 });
effect([op.LONG1], 0, 1, { argument: "counted1", cost: text });
effect([op.LONG4], 0, 1, { argument: "counted4", cost: text });
effect([op.INT, op.LONG, op.FLOAT, op.STRING, op.UNICODE, op.PERSID], 0, 1, { argument: "line", cost: text });
effect([op.SHORT_BINUNICODE, op.SHORT_BINSTRING], 0, 1, { argument: "counted1", cost: text });
effect([op.BINUNICODE, op.BINSTRING], 0, 1, { argument: "counted4", cost: text });
effect([op.BINUNICODE8], 0, 1, { argument: "counted8", cost: text });
effect([op.SHORT_BINBYTES], 0, 1, { argument: "counted1", cost: costs.bytes, makes: true });
effect([op.BINBYTES], 0, 1, { argument: "counted4", cost: costs.bytes, makes: true });
effect([op.BINBYTES8, op.BYTEARRAY8], 0, 1, { argument: "counted8", cost: costs.bytes, makes: true });
effect([op.BINGET], 0, 1, { argument: 1 });
effect([op.LONG_BINGET], 0, 1, { argument: 4 });
effect([op.GET], 0, 1, { argument: "line" });
effect([op.BINPUT], 1, 1, { argument: 1 });
effect([op.LONG_BINPUT], 1, 1, { argument: 4 });
effect([op.PUT], 1, 1, { argument: "line" });
effect([op.MEMOIZE], 1, 1);
effect([op.DUP], 1, 2);
effect([op.POP_MARK], 0, 0, { toMark: true });
effect([op.PROTO], 0, 0, { argument: 1 });
effect([op.EMPTY_LIST], 0, 1, { cost: costs.list, makes: true });
effect([op.EMPTY_DICT, op.EMPTY_SET], 0, 1, { cost: costs.dictionary, makes: true });
effect([op.LIST], 0, 1, { toMark: true, cost: costs.list, makes: true });
effect([op.DICT, op.FROZENSET], 0, 1, { toMark: true, cost: costs.dictionary, makes: true });
effect([op.TUPLE], 0, 1, { toMark: true, cost: costs.tuple, makes: true });
effect([op.TUPLE1], 1, 1, { cost: costs.tuple, makes: true });
effect([op.TUPLE2], 2, 1, { cost: costs.tuple, makes: true });
effect([op.TUPLE3], 3, 1, { cost: costs.tuple, makes: true });
effect([op.APPEND], 2, 1);
effect([op.SETITEM], 3, 1, { cost: costs.entries });
effect([op.APPENDS], 1, 1, { toMark: true });
effect([op.SETITEMS, op.ADDITEMS], 1, 1, { toMark: true, cost: costs.entries });
effect([op.GLOBAL], 0, 1, { argument: "lines", cost: text });
effect([op.STACK_GLOBAL], 2, 1, { cost: text });
effect([op.INST], 0, 1, { argument: "lines", toMark: true, cost: costs.call, makes: true });
effect([op.OBJ], 0, 1, { toMark: true, cost: costs.call, makes: true });
effect([op.REDUCE, op.NEWOBJ], 2, 1, { cost: costs.call, makes: true });
effect([op.BUILD], 2, 1, { cost: costs.call });
effect([op.BINPERSID], 1, 1, { cost: costs.call });

const notes: ReadonlySet<number> = new Set([op.BINPUT, op.LONG_BINPUT, op.PUT, op.MEMOIZE]);
/** Of what `atomOf` reads, what tuples mostly hold. */
const atoms: ReadonlySet<number> = new Set([
  ...[op.NONE, op.NEWTRUE, op.NEWFALSE, op.BININT, op.BININT1, op.BININT2, op.BINFLOAT, op.LONG1],
  ...[op.BINUNICODE, op.SHORT_BINUNICODE, op.SHORT_BINBYTES],
]);
const tuples: ReadonlyMap<number, number> = new Map([
  [op.TUPLE1, 1],
  [op.TUPLE2, 2],
  [op.TUPLE3, 3],
]);

/** @throws FormatError for an instruction that does not exist, or takes values that are not there. */
export function outlineOf(cursor: Cursor, budget: Budget): Outline {
  const marks: number[] = [];
  const recalled = new RecalledNotes(cursor.size);
  let [depth, deepest, cost, made, tupled] = [0, 0, 0, 0, 0];
  let atomOnTop = false;
  const unmarked = (): number => {
    const mark = marks.pop();
    if (mark === undefined) throw new FormatError("the pickle goes back to a mark that was not set");
    const above = depth - mark;
    depth = mark;
    return above;
  };
  for (;;) {
    const code = cursor.uint8();
    if (code === op.STOP) break;
    if (code === op.MARK) {
      if (marks.push(depth) > mostMarks) throw new FormatError("the pickle is nested too deep");
    } else if (code === op.FRAME) cursor.require(cursor.length64());
    else if (code === op.POP) {
      if (depth > (marks.at(-1) ?? 0)) depth--;
      else unmarked();
    } else {
      const found = effects.get(code) ?? unknown(code);
      const from = cursor.at;
      const note = recalledNumber(cursor, code);
      if (note !== undefined) recalled.add(note);
      const bytes = note === undefined ? skip(cursor, code, found.argument) : cursor.at - from;
      const items = found.toMark ? unmarked() : 0;
      requireValues(depth, marks, found.needs);
      if (found.makes) {
        budget.made(null);
        if (code !== op.TUPLE1 || !atomOnTop) {
          made++;
          tupled += code === op.TUPLE ? items : (tuples.get(code) ?? 0);
        }
      }
      if (!notes.has(code)) atomOnTop = atoms.has(code);
      depth += found.leaves - found.needs;
      if (depth > deepest) deepest = depth;
      cost += found.cost + costs.item * Math.max(0, found.leaves - found.needs) + 2 * bytes;
    }
  }
  requireValues(depth, marks, 1);
  if (depth > 1 || marks.length > 0) throw new FormatError("the pickle ends with more than one value");
  return { end: cursor.at, cost, deepest, recalled, made, tupled };
}

function requireValues(depth: number, marks: readonly number[], count: number): void {
  if (count > 0 && depth - count < (marks.at(-1) ?? 0))
    throw new FormatError("the pickle takes a value where there is none");
}

/** Goes on behind an instruction's argument; gives how many bytes it has. */
function skip(cursor: Cursor, code: number, argument: Argument): number {
  const from = cursor.at;
  if (argument === "line") cursor.lineBytes();
  else if (argument === "lines") {
    cursor.lineBytes();
    cursor.lineBytes();
  } else if (typeof argument === "number") cursor.skip(argument);
  else {
    const length =
      argument === "counted1" ? cursor.uint8() : argument === "counted4" ? cursor.uint32() : cursor.length64();
    if (code === op.LONG4) requireIntegerLength(length | 0);
    cursor.skip(length);
  }
  return cursor.at - from;
}

const opNames = new Map<number, string>(Object.entries(op).map(([name, code]) => [code, name]));

/** @throws FormatError always, saying what is wrong with an instruction. */
export function unknown(code: number): never {
  const name = opNames.get(code);
  throw new FormatError(
    name === undefined
      ? `0x${code.toString(16).padStart(2, "0")} is no instruction of a pickle`
      : `the pickle uses ${name}, which no file of tensors does`,
  );
}
