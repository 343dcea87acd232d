import { draws, type Generator, ValueError } from "@cresset/core/functions";

/** Rows by number, from 0. */
export interface Split {
  readonly train: ArrayLike<number>;
  readonly test: ArrayLike<number>;
}

/** How many of `length` rows a fraction takes for testing: rounded, but at least 1, and at least 1 is left. 0 takes none. */
export function testRows(length: number, fraction: number): number {
  if (!(fraction >= 0 && fraction < 1))
    throw new ValueError(`the part for testing is from 0 to below 1, not ${fraction}`);
  if (fraction === 0) return 0;
  if (length < 2) throw new ValueError(`${length} row cannot be split into rows to train with and to test with`);
  return Math.min(Math.max(Math.round(length * fraction), 1), length - 1);
}

/**
 * Chooses rows for testing at random: the first of `randperm(length)`, as PyTorch draws it, are for testing, the others for
 * training, in that order. Nothing is drawn for a fraction of 0: then all rows train, in their own order.
 *
 * @example
 * const { train, test } = splitRows(table.length, 0.2, new Generator(0));
 */
export function splitRows(length: number, fraction: number, generator: Generator): Split {
  const count = testRows(length, fraction);
  if (count === 0) return { train: Uint32Array.from({ length }, (_, i) => i), test: new Uint32Array() };
  const order = Uint32Array.from(draws.randpermNumbers(generator, length));
  return { train: order.subarray(count), test: order.subarray(0, count) };
}
