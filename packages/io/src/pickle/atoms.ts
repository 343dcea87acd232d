/** Values that one instruction holds whole: numbers, texts, bytes. */
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
