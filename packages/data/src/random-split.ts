import { describeArgument } from "@cresset/core/extend";
import { defaultGenerator, draws, type GeneratorOption, ValueError } from "@cresset/core/functions";
import { asDataset, type DatasetLike, Subset } from "./dataset.ts";

/**
 * Splits a data set at random into parts that do not overlap.
 *
 * @param lengths how many samples each part has; or fractions that sum to 1, where what rounding leaves over goes to the
 *   parts in turn.
 * @param options `generator`: the stream to draw from.
 * @throws ValueError where the lengths do not sum to the data set's.
 * @example
 * const [train, test] = randomSplit(dataset, [0.8, 0.2], { generator: new torch.Generator(42) });
 */
export function randomSplit<T>(
  dataset: DatasetLike<T>,
  lengths: readonly number[],
  options: GeneratorOption = {},
): Subset<T>[] {
  const whole = asDataset(dataset);
  if (!Array.isArray(lengths))
    throw new ValueError(`lengths must be an array of numbers, but got ${describeArgument(lengths)}`);
  const sum = lengths.reduce((total, length) => total + length, 0);
  const fractional = Math.abs(sum - 1) <= 1e-9 && sum <= 1;
  const sizes = fractional ? sizesOf(lengths, whole.length) : lengths;
  for (const [i, size] of sizes.entries()) {
    if (!Number.isInteger(size) || size < 0)
      throw new ValueError(`length ${size} at index ${i} is not a count of samples`);
    if (size === 0) console.warn(`Length of split at index ${i} is 0. This might result in an empty dataset.`);
  }
  const total = sizes.reduce((n, size) => n + size, 0);
  if (total !== whole.length)
    throw new ValueError("Sum of input lengths does not equal the length of the input dataset!");
  const order = draws.randpermNumbers(options.generator ?? defaultGenerator, total);
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return new Subset(whole, order.slice(at - size, at));
  });
}

function sizesOf(fractions: readonly number[], length: number): number[] {
  const sizes = fractions.map((fraction, i) => {
    if (fraction < 0 || fraction > 1) throw new ValueError(`Fraction at index ${i} is not between 0 and 1`);
    return Math.floor(length * fraction);
  });
  const rest = length - sizes.reduce((n, size) => n + size, 0);
  for (let i = 0; i < rest; i++) sizes[i % sizes.length]++;
  return sizes;
}
