/** Texts of the command line as values; commander says which option an error is about. */
import { InvalidArgumentError } from "commander";

export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`It must be a whole number from ${least}.`);
    return value;
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
  return text === "none" ? [] : text.split(",").map(wholeNumber(1));
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
