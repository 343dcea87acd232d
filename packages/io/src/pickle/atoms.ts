/** What instructions hold: whole values (numbers, texts, bytes), numbers of notes, and what is said of the pickle. */
import { FormatError } from "../errors.ts";
import type { Cursor } from "./cursor.ts";
import { integerOf, numberOfLine, textOfLine } from "./numbers.ts";
import { op } from "./opcodes.ts";

/** What stands for "no such instruction". */
export const notAtom = Symbol("not an atom");

/**
 * The value of an instruction whose code was just read; `notAtom` for those of other kinds. Bytes are not copied.
 *
 * @throws FormatError for a number or text that is none.
 */
export function atomOf(cursor: Cursor, code: number): unknown {
  switch (code) {
    case op.NONE:
      return null;
    case op.NEWTRUE:
      return true;
    case op.NEWFALSE:
      return false;
    case op.BININT:
      return cursor.int32();
    case op.BININT1:
      return cursor.uint8();
    case op.BININT2:
      return cursor.uint16();
    case op.LONG1:
      return integerOf(cursor, cursor.uint8());
    case op.LONG4:
      return integerOf(cursor, cursor.int32());
    case op.BINFLOAT:
      return cursor.float64();
    case op.INT:
    case op.LONG:
    case op.FLOAT:
      return numberOfLine(cursor.line(), code);
    case op.BINUNICODE:
      return cursor.utf8(cursor.uint32());
    case op.SHORT_BINUNICODE:
      return cursor.utf8(cursor.uint8());
    case op.BINUNICODE8:
      return cursor.utf8(cursor.length64());
    // `str` of Python 2, which torch.load takes for UTF-8.
    case op.SHORT_BINSTRING:
      return cursor.utf8(cursor.uint8());
    case op.BINSTRING:
      return cursor.utf8(cursor.uint32());
    case op.STRING:
    case op.UNICODE:
      return textOfLine(cursor.lineBytes(), code);
    case op.BINBYTES:
      return cursor.bytes(cursor.uint32());
    case op.SHORT_BINBYTES:
      return cursor.bytes(cursor.uint8());
    case op.BINBYTES8:
    case op.BYTEARRAY8:
      return cursor.bytes(cursor.length64());
    default:
      return notAtom;
  }
}

/** The number under which an instruction recalls a value; undefined for those of other kinds. */
export function recalledNumber(cursor: Cursor, code: number): number | undefined {
  switch (code) {
    case op.BINGET:
      return cursor.uint8();
    case op.LONG_BINGET:
      return cursor.uint32();
    case op.GET:
      return Number(cursor.line());
    default:
      return undefined;
  }
}

/** The number under which an instruction notes a value, `next` where it does not say; undefined for those of other kinds. */
export function notedNumber(cursor: Cursor, code: number, next: number): number | undefined {
  switch (code) {
    case op.BINPUT:
      return cursor.uint8();
    case op.LONG_BINPUT:
      return cursor.uint32();
    case op.PUT:
      return Number(cursor.line());
    case op.MEMOIZE:
      return next;
    default:
      return undefined;
  }
}

/** Whether an instruction only says something of the pickle. @throws FormatError for a pickle that cannot be read. */
export function isPreface(cursor: Cursor, code: number): boolean {
  if (code === op.PROTO) {
    const protocol = cursor.uint8();
    if (protocol > 5) throw new FormatError(`the pickle is of protocol ${protocol}, which is not known`);
    return true;
  }
  if (code !== op.FRAME) return false;
  // A frame says how much there is to read ahead.
  cursor.require(cursor.length64());
  return true;
}
