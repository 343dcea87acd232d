/** Shapes that files tell of. */
import { FormatError } from "./errors.ts";

/**
 * How many elements a shape has.
 *
 * @param what they are of, in errors.
 * @throws FormatError for sizes whose product, from the left, cannot be counted, also where a 0 follows: no program writes such.
 */
export function numelOf(shape: readonly number[], what = "a tensor"): number {
  const numel = shape.reduce((product, n) => (Number.isSafeInteger(product) ? product * n : product), 1);
  if (!Number.isSafeInteger(numel)) throw new FormatError(`${what} of shape [${shape.join(", ")}] is too large`);
  return numel;
}
