/** What stands between the brackets of `x[…]`. */
import type { Tensor } from "../../tensor/tensor.ts";

/** A range of a dimension, as Python's `start:stop:step`. */
export class Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number;

  constructor(start: number | null, stop: number | null, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/**
 * Python's `start:stop:step` for `x.index(…)`: null leaves a bound open, negative bounds count from the end.
 *
 * @example x.index(slice(1, null), slice(null, -1)) // x[1:, :-1]
 */
export function slice(start: number | null = null, stop: number | null = null, step: number | null = null): Slice {
  return new Slice(start, stop, step ?? 1);
}

class Ellipsis {
  readonly ellipsis = true;

  toString(): string {
    return "...";
  }
}

export type { Ellipsis };

/** Python's `...` for `x.index(…)`: all dimensions that the other items leave. */
export const ellipsis = new Ellipsis();

/** An item whose meaning does not depend on the values of a tensor. */
export type PlainItem = number | boolean | null | Slice | Ellipsis | NumberList;

/** Numbers as an index list, or booleans as a mask. */
export type NumberList = readonly (number | boolean | NumberList)[];

/**
 * An item of an index: a number picks an element, a `slice` a range, `null` adds a dimension, `ellipsis` stands for the
 * dimensions not named, an int64 tensor (or a list) picks by indices, a bool tensor is a mask.
 */
export type IndexItem = PlainItem | Tensor;

export function isEllipsis(item: unknown): item is Ellipsis {
  return item instanceof Ellipsis;
}
