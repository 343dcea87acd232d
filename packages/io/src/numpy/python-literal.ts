/** The part of Python's literals that headers of NumPy's files are made of. It is parsed, never evaluated. */
import { FormatError } from "../errors.ts";

/** Tuples and lists are arrays. */
export type Literal = string | number | boolean | null | readonly Literal[] | ReadonlyMap<string, Literal>;

const deepest = 16;

/**
 * A literal of texts, whole numbers, True, False, None, tuples, lists and dictionaries with texts as keys.
 *
 * @throws FormatError for anything else, or if something follows.
 */
export function parseLiteral(text: string): Literal {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Literal {
    if (depth > deepest) throw this.#wrong();
    this.#space();
    const next = this.#text[this.#at];
    if (next === "{") return this.#dict(depth);
    if (next === "(" || next === "[") return this.#list(depth, next === "(" ? ")" : "]");
    if (next === "'" || next === '"') return this.#string(next);
    const word = this.#match(/[A-Za-z]+|-?\d+L?/y);
    if (word === "True" || word === "False") return word === "True";
    if (word === "None") return null;
    if (word === null || !/^-?\d+L?$/.test(word)) throw this.#wrong();
    // Python 2 wrote sizes beyond 32 bits as 1L.
    return Number(word.replace("L", ""));
  }

  end(): void {
    this.#space();
    if (this.#at !== this.#text.length) throw this.#wrong();
  }

  #wrong(): FormatError {
    return new FormatError(`the array's header is not a Python literal at character ${this.#at}`);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #space(): void {
    this.#match(/[ \t\n\r]*/y);
  }

  /** Takes a character if it is next. */
  #takes(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #require(character: string): void {
    if (!this.#takes(character)) throw this.#wrong();
  }

  #string(quote: "'" | '"'): string {
    const found = this.#match(quote === "'" ? /'[^'\\\n]*'/y : /"[^"\\\n]*"/y);
    if (found === null) throw this.#wrong();
    return found.slice(1, -1);
  }

  #list(depth: number, close: ")" | "]"): Literal[] {
    this.#at++;
    const items: Literal[] = [];
    while (!this.#takes(close)) {
      items.push(this.value(depth + 1));
      if (this.#takes(close)) {
        // (3) is 3 in brackets, where (3,) is a tuple; NumPy writes no such thing.
        if (close === ")" && items.length === 1) throw this.#wrong();
        break;
      }
      this.#require(",");
    }
    return items;
  }

  #dict(depth: number): ReadonlyMap<string, Literal> {
    this.#at++;
    const entries = new Map<string, Literal>();
    while (!this.#takes("}")) {
      this.#space();
      const key = this.value(depth + 1);
      if (typeof key !== "string" || entries.has(key)) throw this.#wrong();
      this.#require(":");
      entries.set(key, this.value(depth + 1));
      if (this.#takes("}")) break;
      this.#require(",");
    }
    return entries;
  }
}
