/** Grids and combinations of the elements of vectors. */
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import { fromHost } from "../../tensor/creation.ts";
import { keywords, requireNames } from "../../tensor/keywords.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { indexSelect } from "../indexing/index-select.ts";
import { sizeText } from "./dims.ts";
import { expand } from "./expand.ts";
import { stack } from "./join.ts";
import { ravel, reshape } from "./reshape.ts";

export interface MeshgridOptions {
  /** Whether the first vector runs along rows ("ij", the default) or columns ("xy"). */
  readonly indexing?: "ij" | "xy";
}

/**
 * For n vectors, n views of shape [size of the first, …, size of the last]: the i-th holds the i-th vector along
 * dimension i. With `indexing: "xy"` the first two dimensions are exchanged.
 *
 * @throws ShapeError for a tensor of more than one dimension; DTypeError if dtypes differ.
 * @example const [y, x] = torch.meshgrid(rows, columns, { indexing: "ij" });
 */
export function meshgrid(...args: readonly (Tensor | readonly Tensor[] | MeshgridOptions)[]): Tensor[] {
  const tensors = args.flatMap((a): readonly Tensor[] => (Array.isArray(a) ? a : a instanceof Tensor ? [a] : []));
  const options = (args.find((a) => !Array.isArray(a) && !(a instanceof Tensor)) ?? {}) as MeshgridOptions;
  requireNames(options, ["indexing"]);
  const { indexing = "ij" } = options;
  if (tensors.length === 0) throw new ShapeError("meshgrid expects a non-empty TensorList");
  for (const x of tensors) {
    if (x.ndim > 1)
      throw new ShapeError(
        `torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: a tensor of shape ${sizeText(x.shape)}`,
      );
    if (x.dtype !== tensors[0].dtype) throw new DTypeError("torch.meshgrid expects all tensors to have the same dtype");
  }
  if (indexing !== "ij" && indexing !== "xy")
    throw new ValueError(`torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${String(indexing)}`);
  const exchange = indexing === "xy" && tensors.length >= 2;
  const ordered = exchange ? [tensors[1], tensors[0], ...tensors.slice(2)] : tensors;
  const shape = ordered.map((x) => x.numel());
  const grids = ordered.map((x, i) =>
    expand(
      reshape(
        x,
        shape.map((size, d) => (d === i ? size : 1)),
      ),
      shape,
    ),
  );
  return exchange ? [grids[1], grids[0], ...grids.slice(2)] : grids;
}

/**
 * All rows with one element of each vector, the last one varying fastest: [n₁·n₂·…, number of vectors]. Of one vector
 * itself.
 */
export function cartesianProd(...tensors: readonly Tensor[]): Tensor {
  for (const x of tensors)
    if (x.ndim !== 1) throw new ShapeError(`Expect a 1D vector, but got shape ${sizeText(x.shape)}`);
  if (tensors.length === 1) return tensors[0];
  return stack(
    meshgrid(...tensors).map((x) => ravel(x)),
    1,
  );
}

/** What `combinations` chooses, by name. */
export interface CombinationsOptions {
  /** Default 2. */
  readonly r?: number;
  /** Default false. */
  readonly withReplacement?: boolean;
}

/**
 * All choices of `r` elements of a vector, in order, one a row; with replacement an element may be chosen again.
 *
 * @throws ShapeError unless `input` is a vector; ValueError for negative `r`.
 */
export function combinations(
  input: Tensor,
  r?: number | CombinationsOptions,
  withReplacement?: boolean | CombinationsOptions,
): Tensor {
  const given = keywords<CombinationsOptions>(["r", "withReplacement"], [r, withReplacement]);
  const size = given.r ?? 2;
  if (input.ndim !== 1) throw new ShapeError(`Expect a 1D vector, but got shape ${sizeText(input.shape)}`);
  if (size < 0) throw new ValueError(`Expect a non-negative number, but got ${size}`);
  if (size === 0) return indexSelect(input, 0, fromHost(new BigInt64Array(0), [0], "int64", input.device));
  const rows: number[][] = [];
  const choose = (row: number[], from: number): void => {
    if (row.length === size) {
      rows.push(row);
      return;
    }
    for (let i = from; i < input.shape[0]; i++) choose([...row, i], given.withReplacement ? i : i + 1);
  };
  choose([], 0);
  const places = fromHost(BigInt64Array.from(rows.flat(), BigInt), [rows.length * size], "int64", input.device);
  return reshape(indexSelect(input, 0, places), [rows.length, size]);
}
