/** Numbers and texts of a pickle that need more than a byte order. */
import { FormatError } from "../errors.ts";
import { type Cursor, decodeUtf8 } from "./cursor.ts";
import { op } from "./opcodes.ts";
import { pythonInteger } from "./values.ts";

/** The longest integer that is read, in bytes and in decimal digits (as Python limits those). */
const mostBytes = 4096;
const mostDigits = 4300;

/** An integer of `length` bytes in two's complement, least significant first. */
export function integerOf(cursor: Cursor, length: number): number | bigint {
  requireIntegerLength(length);
  if (length === 0) return 0;
  const bytes = cursor.bytes(length);
  let hex = "";
  for (let i = length - 1; i >= 0; i--) hex += bytes[i].toString(16).padStart(2, "0");
  return pythonInteger(BigInt.asIntN(8 * length, BigInt(`0x${hex}`)));
}

/** @throws FormatError for more bytes than integers have. */
export function requireIntegerLength(length: number): void {
  if (length < 0 || length > mostBytes) throw new FormatError(`the pickle holds an integer of ${length} bytes`);
}

/** A number of protocol 0, written in decimal; there, True and False are `01` and `00`. */
export function numberOfLine(line: string, code: number): number | bigint | boolean {
  if (line.length > mostDigits) throw new FormatError(`the pickle holds a number of ${line.length} digits`);
  if (code === op.FLOAT) return floatOf(line);
  if (code === op.INT && (line === "00" || line === "01")) return line === "01";
  const digits = code === op.LONG ? line.replace(/L$/, "") : line;
  if (!/^[+-]?\d+$/.test(digits)) throw new FormatError(`the pickle holds "${line}" for an integer`);
  return pythonInteger(BigInt(digits.replace(/^\+/, "")));
}

function floatOf(line: string): number {
  const special = /^([+-]?)(inf|nan)$/.exec(line);
  if (special !== null) return special[2] === "nan" ? Number.NaN : special[1] === "-" ? -Infinity : Infinity;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(line))
    throw new FormatError(`the pickle holds "${line}" for a float`);
  return Number(line);
}

/** A text of protocol 0: STRING is bytes of UTF-8 in quotes, with Python's escapes; UNICODE is Latin-1 with `\uXXXX`. */
export function textOfLine(bytes: Uint8Array, code: number): string {
  const parts: string[] = [];
  for (let from = 0; from < bytes.length; from += 4096)
    parts.push(String.fromCharCode(...bytes.subarray(from, from + 4096)));
  const line = parts.join("");
  if (code === op.UNICODE)
    return line.replaceAll(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) =>
      character(Number.parseInt(short ?? long ?? "", 16)),
    );
  const quote = line[0];
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line.at(-1) !== quote)
    throw new FormatError("a text in the pickle has no quotes");
  const unescaped = line
    .slice(1, -1)
    .replaceAll(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (all: string, hex?: string, one?: string) =>
      hex === undefined ? (escapes.get(one ?? "") ?? all) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return decodeUtf8(Uint8Array.from(unescaped, (character) => character.charCodeAt(0)));
}

const escapes: ReadonlyMap<string, string> = new Map(
  Object.entries({ n: "\n", r: "\r", t: "\t", "\\": "\\", "'": "'", '"': '"' }),
);

function character(code: number): string {
  if (code > 0x10ffff) throw new FormatError("a text in the pickle has a character beyond Unicode");
  return String.fromCodePoint(code);
}
