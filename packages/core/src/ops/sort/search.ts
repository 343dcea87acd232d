/** Where values belong in sorted sequences: a binary search in a fixed number of steps, each a gather. */
import { typeName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { isScalar, type Scalar } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { requireNames } from "../../tensor/keywords.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { commonDtype } from "../elementwise/operands.ts";

interface Attributes extends Record<string, unknown> {
  readonly right: boolean;
  readonly dtype: "int32" | "int64";
}

/**
 * The position of each value in its row of the sequence: all before it are less (not greater, with `right`). `sequence`
 * [R, N], `values` [R, V], `sorter` [R, N] the positions that sort the sequence.
 */
function positions(sequence: Term, values: Term, sorter: Term | undefined, right: boolean): Term {
  const size = sequence.shape[1];
  // Half as many bits where they do, and twice as many values at once.
  const like = { dtype: size < 2 ** 30 ? "int32" : "int64", shape: values.shape } as const;
  let low = m.zerosLike(like);
  if (size === 0) return low;
  let high = m.add(low, size);
  for (let left = size; left > 0; left >>= 1) {
    const middle = m.shr(m.add(low, high), 1);
    // Once low meets high nothing changes any more; the index must exist all the same.
    const at = m.minimum(middle, size - 1);
    const found = m.gather(sequence, 1, sorter === undefined ? at : m.gather(sorter, 1, at));
    // Written so that NaN goes to the end.
    const before = m.and(m.lt(low, high), m.not(right ? m.gt(found, values) : m.ge(found, values)));
    low = m.where(before, m.add(middle, 1), low);
    high = m.where(before, high, middle);
  }
  return low;
}

const searchOp = operation<Attributes>(
  "searchsorted",
  ([sequence, ...rest], scalars, { right, dtype }) => {
    const rows = m.reshape(sequence, [count(sequence.shape.slice(0, -1)), sequence.shape[sequence.rank - 1]]);
    const input = scalars.length > 0 ? m.cast(scalars[0], sequence.dtype) : rest[0];
    const sorter = rest[scalars.length > 0 ? 0 : 1];
    // One sequence for all values, or one for each row of values.
    const shape = sequence.rank === 1 ? [1, input.numel] : [rows.shape[0], input.shape[input.rank - 1]];
    const order = sorter === undefined ? undefined : m.reshape(m.cast(sorter, "int64"), rows.shape);
    const found = positions(rows, m.reshape(input, shape), order, right);
    return m.cast(m.reshape(found, input.shape), dtype);
  },
  { half: "keep" },
);

const count = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * size, 1);

/** Keyword arguments of `searchsorted` and `bucketize`. */
export interface SearchOptions {
  /** int32 positions instead of int64. */
  outInt32?: boolean;
  /** Where values are equal: the position after them, not the one before. */
  right?: boolean;
  /** "right" is `right: true`. */
  side?: "left" | "right" | null;
  /** The positions that sort the sequence, which then need not be sorted; of `searchsorted` only. */
  sorter?: Tensor | null;
}

function search(boundaries: Tensor, values: Tensor | Scalar, options: SearchOptions): Tensor {
  // Compared in the dtype that both promote to.
  const dtype = values instanceof Tensor ? commonDtype(boundaries, values) : boundaries.dtype;
  const sequence = boundaries.to(dtype);
  const input = values instanceof Tensor ? values.to(dtype) : values;
  const { side, sorter, outInt32 } = options;
  if (side !== undefined && side !== null && side !== "left" && side !== "right")
    throw new ValueError(`torch.searchsorted(): side can only be 'left' or 'right' but got ${side}`);
  if (side === "left" && options.right === true)
    throw new ValueError(
      "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True",
    );
  if (sequence.ndim === 0)
    throw new ShapeError("torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension");
  if (input instanceof Tensor) requireComparable(sequence, input);
  else if (sequence.ndim !== 1)
    throw new ShapeError(
      `torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim(${sequence.ndim})`,
    );
  if (sorter) {
    if (sorter.shape.join() !== sequence.shape.join())
      throw new ShapeError(
        `torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor [${sequence.shape.join(", ")}] and got sorter tensor [${sorter.shape.join(", ")}]`,
      );
    if (sorter.dtype !== "int64")
      throw new DTypeError(
        `torch.searchsorted(): sorter must be a tensor of long dtype but got dtype ${typeName(sorter.dtype)}`,
      );
  }
  const attributes = {
    right: options.right === true || side === "right",
    dtype: outInt32 ? "int32" : "int64",
  } as const;
  const given = input instanceof Tensor ? [input] : [];
  return call(searchOp, [sequence, ...given, ...(sorter ? [sorter] : [])], isScalar(input) ? [input] : [], attributes);
}

function requireComparable(sequence: Tensor, input: Tensor): void {
  const [rows, values] = [sequence.shape.slice(0, -1), input.shape.slice(0, -1)];
  if (sequence.ndim !== 1 && (input.ndim !== sequence.ndim || rows.some((n, d) => n !== values[d])))
    throw new ShapeError(
      `torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor [${sequence.shape.join(", ")}] and input value tensor [${input.shape.join(", ")}]`,
    );
}

/**
 * The positions at which values would be inserted into a sorted sequence so that it stays sorted.
 *
 * @param sortedSequence [N], or [*, N] with a row for each row of the values.
 * @param input values [*, V], or a number.
 * @returns int64 (int32 with `outInt32`), of the shape of the values.
 * @example
 * torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([3, 6])) // tensor([1, 3])
 */
export function searchsorted(sortedSequence: Tensor, input: Tensor | Scalar, options: SearchOptions = {}): Tensor {
  requireNames(options, ["outInt32", "right", "side", "sorter"]);
  return search(sortedSequence, input, options);
}

/**
 * The number of the bucket that each value falls into, between sorted boundaries [N].
 *
 * @example
 * torch.bucketize(torch.tensor([3, 6]), torch.tensor([1, 3, 5])) // tensor([1, 3])
 */
export function bucketize(
  input: Tensor | Scalar,
  boundaries: Tensor,
  options: Pick<SearchOptions, "outInt32" | "right"> = {},
): Tensor {
  requireNames(options, ["outInt32", "right"]);
  if (boundaries.ndim !== 1)
    throw new ShapeError(`boundaries tensor must be 1 dimension, but got dim(${boundaries.ndim})`);
  return search(boundaries, input, options);
}
