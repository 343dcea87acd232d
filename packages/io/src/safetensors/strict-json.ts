import { FormatError } from "../errors.ts";
import { JsonNames } from "./json-names.ts";
import { endOfText, wrong } from "./json-text.ts";

const [quote, backslash] = [0x22, 0x5c];
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
/** Of so many digits each whole number is a double. */
const exactDigits = 15;
const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
/** Whether a character may be in a number or a word. */
const isOfWord = (code: number): boolean =>
  isDigit(code) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) || // 0-9 A-Z a-z
  code === 0x2b ||
  code === 0x2d ||
  code === 0x2e ||
  code === 0x5f; // + - . _

/** Whether a text is none in Unicode. With `u`, pairs of surrogates are one character, and what is left is alone. */
export const hasHalfCharacter = (text: string): boolean => /\p{Surrogate}/u.test(text);

const mostShown = 200;
/** A text for an error: names may be as long as the file. */
export const shortened = (text: string): string =>
  text.length <= mostShown ? text : `${text.slice(0, mostShown).replace(/[\ud800-\udbff]$/, "")}…`;

/** Of what was seen to be UTF-8. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes that are looked at once to see whether they are text. */
const portion = 1 << 16;

export interface StrictJsonOptions {
  /** Whether numbers must be written as whole ones, `2` and not `2.0`; default false. */
  readonly wholeNumbers?: boolean;
  /** Whether all of it was gone through before: then its names are not compared once more. Default false. */
  readonly verified?: boolean;
}

export type JsonScalar = string | number | boolean | null;

/**
 * Goes through JSON whose outermost value is an object that begins with the first byte, and makes nothing of it but what it is
 * asked for: as objects, texts of a few letters take ten times what they take in a file. Unlike `JSON.parse` it refuses names
 * that come twice, of which only the last would be seen, and halves of characters.
 *
 * @example
 * const walk = new JsonWalk(bytes, "the header");
 * walk.object((name) => console.log(walk.text(name), walk.scalar()));
 * walk.end();
 */
export class JsonWalk {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  readonly #wholeNumbers: boolean;
  readonly #verified: boolean;
  #at = 0;

  /**
   * @param what it is called in errors.
   * @throws FormatError, like all methods, for what is no such JSON.
   */
  constructor(bytes: Uint8Array, what: string, { wholeNumbers = false, verified = false }: StrictJsonOptions = {}) {
    this.#bytes = bytes;
    this.#what = what;
    this.#wholeNumbers = wholeNumbers;
    this.#verified = verified;
    if (!verified) this.#requireUtf8();
    if (bytes[0] !== 0x7b) throw new FormatError(`${what} is not JSON: it does not begin with {`);
  }

  #requireUtf8(): void {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    try {
      for (let at = 0; at < this.#bytes.length; at += portion)
        decoder.decode(this.#bytes.subarray(at, at + portion), { stream: true });
      decoder.decode();
    } catch {
      throw new FormatError(`${this.#what} is not UTF-8`);
    }
  }

  /** Whether the next value begins with a character, and so is an object `{`, a list `[` or a text `"`. */
  begins(character: string): boolean {
    const next = this.#next;
    if (next === "") throw this.#unexpected();
    return next === character;
  }

  #skipBlanks(): void {
    while (isBlank(this.#bytes[this.#at])) this.#at++;
  }

  /** The character that is next; "" at the end. */
  get #next(): string {
    this.#skipBlanks();
    return this.#at < this.#bytes.length ? String.fromCharCode(this.#bytes[this.#at]) : "";
  }

  /** Goes through an object; `member` is told where each name is, and goes through its value. */
  object(member: (name: number) => void): void {
    this.#expect("{");
    if (this.#skip("}")) return;
    const names = this.#verified ? null : new JsonNames(this.#bytes);
    do {
      const name = this.string();
      if (names?.add(name) === false)
        throw new FormatError(`${this.#what} has the name "${this.shownText(name)}" twice`);
      this.#expect(":");
      member(name);
    } while (this.#skip(","));
    this.#expect("}");
  }

  /** Goes through a list; `item` goes through each value. */
  array(item: () => void): void {
    this.#expect("[");
    if (this.#skip("]")) return;
    do item();
    while (this.#skip(","));
    this.#expect("]");
  }

  /** Goes through a string. @returns where it begins, for `text`. */
  string(): number {
    if (this.#next !== '"') throw this.#unexpected();
    const start = this.#at + 1;
    this.#at = this.#endOfString(start) + 1;
    return start;
  }

  /** A string's text. */
  text(start: number): string {
    const between = this.#bytes.subarray(start, this.#endOfString(start));
    const text = decoder.decode(between);
    return between.includes(backslash) ? JSON.parse(`"${text}"`) : text;
  }

  /** Whether a string is one of letters only. */
  isText(start: number, letters: string): boolean {
    for (let i = 0; i < letters.length; i++) {
      const byte = this.#bytes[start + i];
      if (byte !== letters.charCodeAt(i)) return byte === backslash && this.text(start) === letters;
    }
    return this.#bytes[start + letters.length] === quote;
  }

  /** A string's text for an error. */
  shownText(start: number): string {
    return shortened(this.text(start));
  }

  /** A value that is neither an object nor a list. */
  scalar(): JsonScalar {
    if (this.#next === '"') return this.text(this.string());
    const size = this.#size();
    if (size !== null) return size;
    const token = this.#word();
    let value: JsonScalar;
    try {
      value = JSON.parse(token);
    } catch {
      throw this.#unexpected();
    }
    if (typeof value === "number" && this.#wholeNumbers && !/^(?:-[1-9]\d*|\d+)$/.test(token))
      throw new FormatError(`${this.#what} has ${token.slice(0, 40)} for a whole number`);
    this.#at += token.length;
    return value;
  }

  /** @throws FormatError if anything follows. */
  end(): void {
    if (this.#next !== "") throw this.#unexpected();
  }

  /** Where the next value begins, for `shown`. */
  get place(): number {
    this.#skipBlanks();
    return this.#at;
  }

  /** The value at a place as it is written, without blanks, for an error; no more of it than that takes. */
  shown(place: number): string {
    let shown = "";
    let depth = 0;
    for (let at = place; at < this.#bytes.length && shown.length < mostShown; at++) {
      const code = this.#bytes[at];
      if (isBlank(code)) continue;
      const closes = code === 0x5d || code === 0x7d;
      if (depth === 0 && (closes || code === 0x2c)) break;
      if (code === quote) {
        const end = endOfText(this.#bytes, at + 1);
        if (end < 0) break;
        shown += shortened(decoder.decode(this.#bytes.subarray(at, Math.min(end + 1, at + 4 * mostShown))));
        at = end;
      } else shown += String.fromCharCode(code);
      if (code === 0x5b || code === 0x7b) depth++;
      if (closes) depth--;
      if (depth === 0 && (code === quote || closes)) break;
    }
    return shortened(shown);
  }

  /** The quote that ends a string. */
  #endOfString(start: number): number {
    const end = endOfText(this.#bytes, start);
    if (end === wrong.character)
      throw new FormatError(`${this.#what} has a text with half a character (a lone surrogate)`);
    if (end === wrong.text) throw this.#unexpected();
    return end;
  }

  /** A whole number from 0 on that is next, as nearly all are; null for another value. */
  #size(): number | null {
    const start = this.#at;
    let value = 0;
    let at = start;
    for (; isDigit(this.#bytes[at]); at++) value = value * 10 + this.#bytes[at] - 0x30;
    const digits = at - start;
    if (digits === 0 || digits > exactDigits || (digits > 1 && this.#bytes[start] === 0x30)) return null;
    if (isOfWord(this.#bytes[at])) return null;
    this.#at = at;
    return value;
  }

  /** Letters and digits that are next. */
  #word(): string {
    let end = this.#at;
    while (isOfWord(this.#bytes[end])) end++;
    return decoder.decode(this.#bytes.subarray(this.#at, end));
  }

  #skip(what: string): boolean {
    if (this.#next !== what) return false;
    this.#at++;
    return true;
  }

  #expect(what: string): void {
    if (!this.#skip(what)) throw this.#unexpected();
  }

  #unexpected(): FormatError {
    const next = this.#next;
    const token = isOfWord(next.charCodeAt(0)) ? this.#word() : next;
    const problem = token === "" ? "it ends too early" : `unexpected ${token.slice(0, 40)} at byte ${this.#at}`;
    return new FormatError(`${this.#what} is not JSON: ${problem}`);
  }
}
