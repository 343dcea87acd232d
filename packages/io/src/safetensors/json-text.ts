/** Texts where they stand in JSON, between their quotes, as bytes in UTF-8. */

const [quote, backslash, letterU] = [0x22, 0x5c, 0x75];

/** What letters stand for behind a backslash: `"`, `\`, `/`, b, f, n, r, t. */
const meanings = new Uint8Array(128);
for (const [letter, code] of [[34, 34], [92, 92], [47, 47], [98, 8], [102, 12], [110, 10], [114, 13], [116, 9]]) meanings[letter] = code; // biome-ignore format: a table

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

/** What the escape whose backslash is at `at` stands for; -1 where there is none. Those of four digits take 6 bytes, others 2. */
function unitAt(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1];
  if (letter !== letterU) return meanings[letter] || -1;
  let unit = 0;
  for (let i = at + 2; i < at + 6; i++) {
    const digit = bytes[i];
    if (digit >= 0x30 && digit <= 0x39) unit = unit * 16 + digit - 0x30;
    else if ((digit >= 0x41 && digit <= 0x46) || (digit >= 0x61 && digit <= 0x66)) unit = unit * 16 + (digit & 15) + 9;
    else return -1;
  }
  return unit;
}

const lengthAt = (bytes: Uint8Array, at: number): number => (bytes[at + 1] === letterU ? 6 : 2);

/** Where the quote is that ends a text; or what is wrong with it: there is none, or half a character. */
export const wrong = { text: -1, character: -2 } as const;

export function endOfText(bytes: Uint8Array, start: number): number {
  let high = false;
  for (let at = start; at < bytes.length; ) {
    const code = bytes[at];
    let unit = code;
    if (code === backslash) {
      unit = unitAt(bytes, at);
      if (unit < 0) return wrong.text;
      at += lengthAt(bytes, at);
    } else if (code < 0x20) return wrong.text;
    else at++;
    // Halves are written as escapes only: in UTF-8 there are none.
    if (high !== isLow(unit)) return wrong.character;
    if (code === quote) return at - 1;
    high = isHigh(unit);
  }
  return wrong.text;
}

/** The bytes of a text, escaped characters included. */
class TextBytes {
  readonly #bytes: Uint8Array;
  #at: number;
  /** Bytes of an escaped character that are still to come, the next one lowest. */
  #rest = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** The next byte; -1 at the end. */
  next(): number {
    if (this.#rest > 0) {
      const byte = this.#rest & 255;
      this.#rest >>>= 8;
      return byte;
    }
    const byte = this.#bytes[this.#at];
    if (byte === quote) return -1;
    if (byte === backslash) return this.#escape();
    this.#at++;
    return byte;
  }

  #unit(): number {
    const unit = unitAt(this.#bytes, this.#at);
    this.#at += lengthAt(this.#bytes, this.#at);
    return unit;
  }

  #escape(): number {
    let code = this.#unit();
    if (isHigh(code)) code = 0x10000 + (code - 0xd800) * 0x400 + (this.#unit() - 0xdc00);
    if (code < 0x80) return code;
    const more = (shift: number): number => 0x80 | ((code >> shift) & 63);
    if (code < 0x800) this.#rest = more(0);
    else if (code < 0x10000) this.#rest = more(6) | (more(0) << 8);
    else this.#rest = more(12) | (more(6) << 8) | (more(0) << 16);
    return code < 0x800 ? 0xc0 | (code >> 6) : code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
  }
}

/** A hash is a polynomial of the bytes modulo 2³¹ − 1, of which nobody knows where it was taken. */
export const hashFactors = 2 ** 21;
const half = 2 ** 31;

function hashed(hash: number, factor: number, byte: number): number {
  const value = hash * factor + byte + 1;
  const upper = Math.floor(value / half);
  return value - upper * half + upper;
}

/** A number for a text, the same whichever of its characters are escaped. */
export function hashOfText(bytes: Uint8Array, start: number, factor: number): number {
  let hash = 0;
  let at = start;
  for (; bytes[at] !== quote && bytes[at] !== backslash; at++) hash = hashed(hash, factor, bytes[at]);
  if (bytes[at] === quote) return hash;
  const rest = new TextBytes(bytes, at);
  for (let byte = rest.next(); byte >= 0; byte = rest.next()) hash = hashed(hash, factor, byte);
  return hash;
}

/** Whether two texts are the same. */
export function isSameText(bytes: Uint8Array, a: number, b: number): boolean {
  let same = 0;
  for (; bytes[a + same] === bytes[b + same]; same++) {
    if (bytes[a + same] === quote) return true;
    if (bytes[a + same] === backslash) break;
  }
  if (bytes[a + same] !== backslash && bytes[b + same] !== backslash) return false;
  const [one, other] = [new TextBytes(bytes, a + same), new TextBytes(bytes, b + same)];
  for (;;) {
    const byte = one.next();
    if (byte !== other.next()) return false;
    if (byte < 0) return true;
  }
}
