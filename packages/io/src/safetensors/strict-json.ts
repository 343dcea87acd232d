import { FormatError } from "../errors.ts";

/** JSON with objects as maps, so that no name in a file is special to JavaScript. */
export type StrictJson = string | number | boolean | null | StrictJson[] | Map<string, StrictJson>;

/** A string, a number, a word, or one character of structure. */
const token = /"(?:[^"\\]|\\.)*"|[-+.\w]+|[{}[\]:,]/gy;
const blank = /[ \t\r\n]*/y;
/** Whether a text is none in Unicode. With `u`, pairs of surrogates are one character, and what is left is alone. */
export const hasHalfCharacter = (text: string): boolean => /\p{Surrogate}/u.test(text);
/** Headers and indexes nest three deep. */
const deepest = 16;

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

class Reader {
  private at = 0;
  private readonly text: string;
  private readonly what: string;
  private readonly wholeNumbers: boolean;

  constructor(text: string, what: string, wholeNumbers: boolean) {
    this.text = text;
    this.what = what;
    this.wholeNumbers = wholeNumbers;
  }

  value(depth: number): StrictJson {
    if (depth > deepest) throw new FormatError(`${this.what} nests more than ${deepest} deep`);
    const found = this.next();
    if (found === "{") return this.object(depth);
    if (found === "[") return this.array(depth);
    return this.scalar(found);
  }

  end(): void {
    if (this.peek() !== "") throw this.unexpected(this.peek());
  }

  private object(depth: number): Map<string, StrictJson> {
    const found = new Map<string, StrictJson>();
    if (this.skip("}")) return found;
    do {
      const name = this.scalar(this.next());
      if (typeof name !== "string") throw new FormatError(`${this.what} is not JSON: the name ${name} is no text`);
      if (found.has(name)) throw new FormatError(`${this.what} has the name "${name}" twice`);
      this.expect(":");
      found.set(name, this.value(depth + 1));
    } while (this.skip(","));
    this.expect("}");
    return found;
  }

  private array(depth: number): StrictJson[] {
    const found: StrictJson[] = [];
    if (this.skip("]")) return found;
    do found.push(this.value(depth + 1));
    while (this.skip(","));
    this.expect("]");
    return found;
  }

  private scalar(found: string): string | number | boolean | null {
    let value: string | number | boolean | null;
    try {
      value = JSON.parse(found);
    } catch {
      throw this.unexpected(found);
    }
    if (typeof value === "number" && this.wholeNumbers && !/^(?:-[1-9]\d*|\d+)$/.test(found))
      throw new FormatError(`${this.what} has ${found.slice(0, 40)} for a whole number`);
    if (typeof value === "string" && hasHalfCharacter(value))
      throw new FormatError(`${this.what} has a text with half a character (a lone surrogate)`);
    return value;
  }

  private peek(): string {
    blank.lastIndex = this.at;
    blank.exec(this.text);
    token.lastIndex = blank.lastIndex;
    const match = token.exec(this.text);
    if (match !== null) return match[0];
    return blank.lastIndex === this.text.length ? "" : this.text[blank.lastIndex];
  }

  private next(): string {
    const found = this.peek();
    this.at = blank.lastIndex + found.length;
    return found;
  }

  private skip(what: string): boolean {
    if (this.peek() !== what) return false;
    this.next();
    return true;
  }

  private expect(what: string): void {
    const found = this.next();
    if (found !== what) throw this.unexpected(found);
  }

  private unexpected(found: string): FormatError {
    const problem = found === "" ? "it ends too early" : `unexpected ${found.slice(0, 40)} before character ${this.at}`;
    return new FormatError(`${this.what} is not JSON: ${problem}`);
  }
}
