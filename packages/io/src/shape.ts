/** Shapes that files tell of. */
import { FormatError } from "./errors.ts";

/** As many as NumPy's arrays may have, and as PyTorch computes with. */
export const mostDimensions = 64;

/**
 * How many elements a shape has.
 *
 * @param what they are of, in errors.
 * @throws FormatError for more than 64 dimensions; for sizes whose product, from the left, cannot be counted, also where a 0 follows: no program writes such.
 */
export function numelOf(shape: readonly number[], what = "a tensor"): number {
  if (shape.length > mostDimensions) throw new FormatError(`${what} has ${shape.length} dimensions`);
  const numel = shape.reduce((product, n) => (Number.isSafeInteger(product) ? product * n : product), 1);
  if (!Number.isSafeInteger(numel)) throw new FormatError(`${what} of shape [${shape.join(", ")}] is too large`);
  return numel;
}
