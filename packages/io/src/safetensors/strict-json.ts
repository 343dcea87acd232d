import { FormatError } from "../errors.ts";

/** JSON with objects as maps, so that no name in a file is special to JavaScript. */
export type StrictJson = string | number | boolean | null | StrictJson[] | Map<string, StrictJson>;

const [quote, backslash] = [0x22, 0x5c];
const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
/** Whether a character may be in a number or a word. */
const isOfWord = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) || // 0-9 A-Z a-z
  code === 0x2b ||
  code === 0x2d ||
  code === 0x2e ||
  code === 0x5f; // + - . _

/** Whether a text is none in Unicode. With `u`, pairs of surrogates are one character, and what is left is alone. */
export const hasHalfCharacter = (text: string): boolean => /\p{Surrogate}/u.test(text);
/** Headers and indexes nest three deep. */
const deepest = 16;
/**
 * Lists and objects take more memory than text: there are at most so many, by the characters. An entry of a header, the
 * densest that is read, has three in fifty at the least.
 */
const charactersOfContainer = 15;
const leastContainers = 64;

export interface StrictJsonOptions {
  /** Whether numbers must be written as whole ones, `2` and not `2.0`; default false. */
  readonly wholeNumbers?: boolean;
}

/**
 * Reads JSON whose outermost value is an object that begins with the first byte. Unlike `JSON.parse` it refuses names that
 * come twice, of which only the last would be seen, and halves of characters.
 *
 * @param what it is called in errors.
 * @throws FormatError for anything else.
 */
export function parseStrictly(
  bytes: Uint8Array,
  what: string,
  { wholeNumbers = false }: StrictJsonOptions = {},
): Map<string, StrictJson> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError(`${what} is not UTF-8`);
  }
  if (text[0] !== "{") throw new FormatError(`${what} is not JSON: it does not begin with {`);
  const reader = new Reader(text, what, wholeNumbers);
  const value = reader.value(0);
  reader.end();
  return value as Map<string, StrictJson>;
}

/** Reads token by token: a string, a number, a word, or one character of structure; "" after the last. */
class Reader {
  /** The token that is next, and where it begins and ends. */
  private token = "";
  private start = 0;
  private at = 0;
  private readonly text: string;
  private readonly what: string;
  private readonly wholeNumbers: boolean;
  private containersLeft: number;

  constructor(text: string, what: string, wholeNumbers: boolean) {
    this.text = text;
    this.containersLeft = text.length / charactersOfContainer + leastContainers;
    this.what = what;
    this.wholeNumbers = wholeNumbers;
    this.advance();
  }

  value(depth: number): StrictJson {
    if (depth > deepest) throw new FormatError(`${this.what} nests more than ${deepest} deep`);
    if (this.skip("{")) return this.object(depth);
    if (this.skip("[")) return this.array(depth);
    return this.scalar();
  }

  end(): void {
    if (this.token !== "") throw this.unexpected();
  }

  private object(depth: number): Map<string, StrictJson> {
    this.countContainer();
    const found = new Map<string, StrictJson>();
    if (this.skip("}")) return found;
    do {
      const name = this.scalar();
      if (typeof name !== "string") throw new FormatError(`${this.what} is not JSON: the name ${name} is no text`);
      if (found.has(name)) throw new FormatError(`${this.what} has the name "${name}" twice`);
      this.expect(":");
      found.set(name, this.value(depth + 1));
    } while (this.skip(","));
    this.expect("}");
    return found;
  }

  private array(depth: number): StrictJson[] {
    this.countContainer();
    if (this.skip("]")) return [];
    const found = [this.value(depth + 1)];
    while (this.skip(",")) found.push(this.value(depth + 1));
    this.expect("]");
    return found;
  }

  private countContainer(): void {
    if (--this.containersLeft < 0)
      throw new FormatError(`${this.what} has more lists and objects than a header of its length`);
  }

  private scalar(): string | number | boolean | null {
    const { token } = this;
    let value: string | number | boolean | null;
    try {
      value = JSON.parse(token);
    } catch {
      throw this.unexpected();
    }
    if (typeof value === "number" && this.wholeNumbers && !/^(?:-[1-9]\d*|\d+)$/.test(token))
      throw new FormatError(`${this.what} has ${token.slice(0, 40)} for a whole number`);
    if (typeof value === "string" && hasHalfCharacter(value))
      throw new FormatError(`${this.what} has a text with half a character (a lone surrogate)`);
    this.advance();
    return value;
  }

  /** Finds the next token. By hand, since regular expressions take memory for each character of a long text. */
  private advance(): void {
    const { text } = this;
    let start = this.at;
    while (isBlank(text.charCodeAt(start))) start++;
    let end = start;
    if (text.charCodeAt(start) === quote) end = this.endOfString(start);
    else {
      while (isOfWord(text.charCodeAt(end))) end++;
      if (end === start && start < text.length) end++;
    }
    this.start = start;
    this.at = end;
    this.token = text.slice(start, end);
  }

  /** Behind the quote that ends a string; the quote alone is no JSON, where there is none. */
  private endOfString(start: number): number {
    for (let at = this.text.indexOf('"', start + 1); at >= 0; at = this.text.indexOf('"', at + 1)) {
      let escapes = 0;
      while (this.text.charCodeAt(at - 1 - escapes) === backslash) escapes++;
      if (escapes % 2 === 0) return at + 1;
    }
    return start + 1;
  }

  private skip(what: string): boolean {
    if (this.token !== what) return false;
    this.advance();
    return true;
  }

  private expect(what: string): void {
    if (!this.skip(what)) throw this.unexpected();
  }

  private unexpected(): FormatError {
    const { token, start } = this;
    const problem = token === "" ? "it ends too early" : `unexpected ${token.slice(0, 40)} at character ${start}`;
    return new FormatError(`${this.what} is not JSON: ${problem}`);
  }
}
