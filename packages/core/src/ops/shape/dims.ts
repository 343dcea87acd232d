import { IndexError, ShapeError, ValueError } from "../../errors.ts";
import { describeArgument } from "../../tensor/argument.ts";

/** A list of integers, also as separate arguments: `x.permute(2, 0, 1)` or `x.permute([2, 0, 1])`. */
export type Integers = readonly number[] | readonly [readonly number[]];

/** The numbers of either form. */
export function integers(list: Integers): readonly number[] {
  if (!Array.isArray(list)) throw notAnInteger(list);
  const first: unknown = list[0];
  const numbers = Array.isArray(first) ? first : (list as readonly number[]);
  for (const n of numbers) if (typeof n !== "number") throw notAnInteger(n);
  return numbers;
}

function notAnInteger(value: unknown): ValueError {
  return new ValueError(`expected integers, but got ${describeArgument(value)}`);
}

/** A shape as PyTorch's messages print it: "[2, 3]". */
export function sizeText(sizes: readonly number[]): string {
  return `[${sizes.join(", ")}]`;
}

/**
 * A dimension counted from the front; negative ones count from the end. A tensor of no dimension takes 0 and -1.
 *
 * @throws IndexError if there is no such dimension.
 */
export function normalizeDim(dim: number, rank: number): number {
  const count = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -count || dim >= count)
    throw new IndexError(
      `Dimension out of range (expected to be in range of [${-count}, ${count - 1}], but got ${dim})`,
    );
  return dim < 0 ? dim + count : dim;
}

/** Like `normalizeDim`, but a tensor of no dimension has none. */
export function existingDim(dim: number, rank: number): number {
  if (rank === 0) throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`);
  return normalizeDim(dim, rank);
}

/** Several different dimensions. @throws IndexError for one that does not exist; ShapeError for one given twice. */
export function normalizeDims(dims: readonly number[], rank: number): number[] {
  if (!Array.isArray(dims)) throw notAnInteger(dims);
  const normalized = dims.map((dim) => normalizeDim(dim, rank));
  for (const [i, dim] of normalized.entries())
    if (normalized.indexOf(dim) !== i) throw new ShapeError(`dim ${dim} appears multiple times in the list of dims`);
  return normalized;
}

/** A shape with its one -1 replaced by what `numel` elements need. @throws ShapeError with PyTorch's messages. */
export function inferShape(shape: readonly number[], numel: number): number[] {
  let inferred = -1;
  let known = 1;
  for (const [d, size] of shape.entries()) {
    if (size === -1) {
      if (inferred >= 0) throw new ShapeError("only one dimension can be inferred");
      inferred = d;
    } else if (size >= 0 && Number.isInteger(size)) known *= size;
    else throw new ShapeError(`invalid shape dimension ${size}`);
  }
  if (inferred < 0 ? known === numel : known > 0 && numel % known === 0)
    return shape.map((size) => (size === -1 ? numel / known : size));
  if (inferred >= 0 && known === 0 && numel === 0)
    throw new ShapeError(
      `cannot reshape tensor of 0 elements into shape ${sizeText(shape)} because the unspecified dimension size -1 can be any value and is ambiguous`,
    );
  throw new ShapeError(`shape '${sizeText(shape)}' is invalid for input of size ${numel}`);
}
