/** Texts of the command line as values; commander says which option an error is about. */
import { InvalidArgumentError } from "commander";

function isWholeNumber(text: string, least: number): boolean {
  return /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) && Number(text) >= least;
}

export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    if (!isWholeNumber(text, least)) {
      const bound = least === Number.MIN_SAFE_INTEGER ? "" : ` from ${least}`;
      throw new InvalidArgumentError(`It must be a whole number${bound}.`);
    }
    return Number(text);
  };
}

/** A number in `(above, below)`, the ends included where so said. */
export function number(accept: (value: number) => boolean, what: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!accept(value)) throw new InvalidArgumentError(`It must be ${what}.`);
    return value;
  };
}

/** `full`, or rows in a batch. */
export function batchSize(text: string): number | null {
  return text === "full" ? null : wholeNumber(1)(text);
}

/** `100`, `64,32`, or `none`. */
export function hiddenWidths(text: string): number[] {
  if (text === "none") return [];
  const widths = text.split(",");
  if (!widths.every((width) => isWholeNumber(width, 1)))
    throw new InvalidArgumentError("It must be whole numbers from 1, such as 100 or 64,32, or none.");
  return widths.map(Number);
}

/** A name from a list, in any case. */
export function oneOf<T extends string>(names: readonly T[]): (text: string) => T {
  return (text) => {
    const found = names.find((name) => name.toLowerCase() === text.toLowerCase());
    if (found === undefined) throw new InvalidArgumentError(`It must be one of ${names.join(", ")}.`);
    return found;
  };
}

/** For options that may be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
