/** Identity matrices and the positions of triangles. */
import type { DType } from "../../dtype/dtype.ts";
import { hostArray } from "../../dtype/dtype.ts";
import { getDefaultDtype } from "../../dtype/promotion.ts";
import { ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { describeArgument } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import { fromHost, type TensorOptions, withGradOption } from "../../tensor/creation.ts";
import { type ByName, keywords } from "../../tensor/keywords.ts";
import { storeNested } from "../../tensor/nested.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { created } from "./size.ts";

const eyeOp = operation<{ shape: readonly number[]; dtype: DType }>("eye", (_, __, { shape, dtype }) =>
  m.cast(m.eq(m.iota(shape, 0), m.iota(shape, 1)), dtype),
);

/**
 * Ones on the diagonal of an n × m matrix (m defaults to n), zeros elsewhere; dtype default float32.
 *
 * @example torch.eye(3)
 */
export function eye(n: number, options?: TensorOptions): Tensor;
export function eye(n: number, m?: number, options?: TensorOptions): Tensor;
export function eye(n: number, second?: number | TensorOptions, third?: TensorOptions): Tensor {
  const columns = second === undefined || typeof second === "object" ? n : second;
  const options = (typeof second === "object" ? second : third) ?? {};
  for (const size of [n, columns])
    if (typeof size !== "number")
      throw new ShapeError(`eye: a size must be an integer, but got ${describeArgument(size)}`);
  if (n < 0) throw new ShapeError(`n must be greater or equal to 0, got ${n}`);
  if (columns < 0) throw new ShapeError(`m must be greater or equal to 0, got ${columns}`);
  const dtype = options.dtype ?? getDefaultDtype();
  return created(options, () => call(eyeOp, [], [], { shape: [n, columns], dtype }));
}

interface OffsetOption extends TensorOptions {
  readonly offset?: number;
}

interface TriangleParameters extends OffsetOption {
  readonly row: number;
  readonly col: number;
}

/** Sizes in their places or by name. */
export type TriangleArguments =
  | readonly [row: number, col: number, offset?: number | OffsetOption, options?: OffsetOption]
  | ByName<TriangleParameters, ["row", "col"]>;

/**
 * Row and column numbers, as a [2, count] tensor, of a row × col matrix's elements on and below diagonal `offset`,
 * row by row; dtype default int64.
 *
 * @example torch.trilIndices(3, 3) // [[0, 1, 1, 2, 2, 2], [0, 0, 1, 0, 1, 2]]
 */
export function trilIndices(...given: TriangleArguments): Tensor {
  return triangle(given, (r, c, offset) => c - r <= offset);
}

/** Like `trilIndices`, of the elements on and above diagonal `offset`. */
export function triuIndices(...given: TriangleArguments): Tensor {
  return triangle(given, (r, c, offset) => c - r >= offset);
}

function triangle(given: TriangleArguments, inside: (r: number, c: number, offset: number) => boolean): Tensor {
  const names = ["row", "col", "offset", "dtype", "device", "requiresGrad"] as const;
  const { row, col, offset = 0, ...options } = keywords<TriangleParameters>(names, given, 2);
  if (row < 0) throw new ShapeError(`row must be non-negative, got${row}`);
  if (col < 0) throw new ShapeError(`col must be non-negative, got${col}`);
  const rows: number[] = [];
  const columns: number[] = [];
  for (let r = 0; r < row; r++)
    for (let c = 0; c < col; c++)
      if (inside(r, c, offset)) {
        rows.push(r);
        columns.push(c);
      }
  const dtype = options.dtype ?? "int64";
  const shape = [2, rows.length];
  const host = hostArray(dtype, 2 * rows.length);
  storeNested(host, dtype, [rows, columns], shape);
  return withGradOption(fromHost(host, shape, dtype, options.device), options);
}
