/** Triangles and diagonals of matrices. */
import { isFloat } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import type { Scalar } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";
import { clone } from "./convert.ts";
import { existingDim, normalizeDim } from "./dims.ts";
import { type Named, numberOf } from "./named.ts";
import { reshape } from "./reshape.ts";

/** Column minus row of each element of the last two dimensions. */
const diagonalNumber = (x: Term): Term => m.sub(m.iota(x.shape, x.rank - 1), m.iota(x.shape, x.rank - 2));

const trilOp = operation("tril", ([x], [k]) => m.where(m.le(diagonalNumber(x), k), x, m.zerosLike(x)), {
  half: "keep",
});
const triuOp = operation("triu", ([x], [k]) => m.where(m.ge(diagonalNumber(x), k), x, m.zerosLike(x)), {
  half: "keep",
});

/** A vector without elements as it is. @throws IndexError for others: they have no dimension -2. */
function withoutMatrices(input: Tensor): Tensor {
  if (input.numel() !== 0) existingDim(-2, input.ndim);
  return clone(input);
}

/**
 * The matrices of the last two dimensions with zeros above diagonal `diagonal`.
 *
 * @throws IndexError for fewer than 2 dimensions.
 */
export function tril(input: Tensor, diagonal: Named<"diagonal"> = 0): Tensor {
  if (input.ndim < 2) return withoutMatrices(input);
  return call(trilOp, [input], [numberOf(diagonal, "diagonal", 0)]);
}

/** The matrices of the last two dimensions with zeros below diagonal `diagonal`. */
export function triu(input: Tensor, diagonal: Named<"diagonal"> = 0): Tensor {
  if (input.ndim < 2) return withoutMatrices(input);
  return call(triuOp, [input], [numberOf(diagonal, "diagonal", 0)]);
}

const fillDiagonalOp = operation<{ count: number; step: number }>(
  "fill_diagonal",
  ([x], [value], { count, step }) => {
    const place = m.reshape(m.iota([x.numel], 0), x.shape);
    const on = m.and(m.eq(m.fmod(place, step), 0), m.lt(place, count * step));
    return m.where(on, m.cast(value, x.dtype), x);
  },
  { half: "keep" },
);

/**
 * `input` with `value` at the places whose indices are all equal.
 *
 * @param wrap whether the diagonal of a tall matrix begins anew below its last column, after one row; default false.
 * @throws ShapeError for fewer than two dimensions, or more than two that are not of one size.
 */
export function fillDiagonal(
  input: Tensor,
  value: Scalar,
  wrap: boolean | { readonly wrap?: boolean } = false,
): Tensor {
  if (input.ndim < 2) throw new ShapeError("dimensions must larger than 1");
  if (input.ndim > 2 && input.shape.some((size) => size !== input.shape[0]))
    throw new ShapeError("all dimensions of input must be of equal length");
  if (input.numel() === 0) return input;
  const given = keywords<{ wrap?: boolean }>(["wrap"], [wrap]).wrap ?? false;
  const step = input.shape.reduceRight(([sum, size], n) => [sum + size, size * n], [0, 1])[0];
  const count = given && input.ndim === 2 ? Math.ceil(input.numel() / step) : Math.min(...input.shape);
  return call(fillDiagonalOp, [input], [value], { count, step });
}

interface DiagonalAttributes extends Readonly<Record<string, unknown>> {
  readonly offset: number;
  readonly dim1: number;
  readonly dim2: number;
}

/** Row and column of a diagonal's first element, and its length. */
function extent(rows: number, columns: number, offset: number) {
  const row = Math.max(0, -offset);
  const column = Math.max(0, offset);
  return { row, column, length: Math.max(0, Math.min(rows - row, columns - column)) };
}

const others = (rank: number, dim1: number, dim2: number): number[] =>
  Array.from({ length: rank }, (_, d) => d).filter((d) => d !== dim1 && d !== dim2);

function takeDiagonal(x: Term, { offset, dim1, dim2 }: DiagonalAttributes): Term {
  const [rows, columns] = [x.shape[dim1], x.shape[dim2]];
  const { row, column, length } = extent(rows, columns, offset);
  const kept = others(x.rank, dim1, dim2);
  const moved = m.permute(x, [...kept, dim1, dim2]);
  const flat = m.reshape(moved, [...kept.map((d) => x.shape[d]), rows * columns]);
  return m.slice(flat, kept.length, length === 0 ? 0 : row * columns + column, length, columns + 1);
}

const diagonalOp = operation<DiagonalAttributes>("diagonal", ([x], _, attributes) => takeDiagonal(x, attributes), {
  half: "keep",
  view: ({ shape, strides, offset: at }, { offset, dim1, dim2 }) => {
    const { row, column, length } = extent(shape[dim1], shape[dim2], offset);
    const kept = others(shape.length, dim1, dim2);
    return {
      shape: [...kept.map((d) => shape[d]), length],
      strides: [...kept.map((d) => strides[d]), strides[dim1] + strides[dim2]],
      offset: length === 0 ? at : at + row * strides[dim1] + column * strides[dim2],
    };
  },
});
const diagOp = operation<DiagonalAttributes>("diag", ([x], _, attributes) => takeDiagonal(x, attributes), {
  half: "keep",
});

/** Vectors of the last dimension of `x` as diagonals of square matrices in dimensions dim1 and dim2. */
function embed(x: Term, { offset, dim1, dim2 }: DiagonalAttributes): Term {
  const length = x.shape[x.rank - 1];
  const size = length + Math.abs(offset);
  const { row, column } = extent(size, size, offset);
  const flat = m.pad(x, x.rank - 1, row * size + column, size * size, size + 1);
  const matrices = m.reshape(flat, [...x.shape.slice(0, -1), size, size]);
  const rank = x.rank + 1;
  const kept = others(rank, dim1, dim2);
  const order = new Array<number>(rank);
  for (const [i, d] of kept.entries()) order[d] = i;
  order[dim1] = rank - 2;
  order[dim2] = rank - 1;
  return m.permute(matrices, order);
}

const diagEmbedOp = operation<DiagonalAttributes>("diag_embed", ([x], _, attributes) => embed(x, attributes), {
  gradName: "DiagEmbedBackward0",
  half: "keep",
});

function plane(
  input: { readonly ndim: number },
  offset: number,
  dim1: number,
  dim2: number,
  rank = input.ndim,
): DiagonalAttributes {
  const attributes = { offset, dim1: normalizeDim(dim1, rank), dim2: normalizeDim(dim2, rank) };
  if (attributes.dim1 === attributes.dim2)
    throw new ShapeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
  return attributes;
}

/** Which diagonal of which dimensions, by name. */
export interface DiagonalOptions {
  /** Default 0, the main one. */
  readonly offset?: number;
  /** Default 0; of `diagEmbed` -2. */
  readonly dim1?: number;
  /** Default 1; of `diagEmbed` -1. */
  readonly dim2?: number;
}

/**
 * A view of diagonal `offset` (above the main one if positive) of the matrices in dimensions `dim1` and `dim2`, in a last
 * dimension.
 *
 * @throws ShapeError if the dimensions are equal; IndexError if they do not exist.
 */
export function diagonal(
  input: Tensor,
  offset?: number | DiagonalOptions,
  dim1?: number | DiagonalOptions,
  dim2?: number | DiagonalOptions,
): Tensor {
  const given = keywords<DiagonalOptions>(["offset", "dim1", "dim2"], [offset, dim1, dim2]);
  return call(diagonalOp, [input], [], plane(input, given.offset ?? 0, given.dim1 ?? 0, given.dim2 ?? 1));
}

/**
 * Square matrices, in dimensions `dim1` (default -2) and `dim2` (default -1) of the result, with the last dimension of `input` on
 * diagonal `offset` (default 0) and zeros elsewhere. All three may be given by name.
 */
export function diagEmbed(
  input: Tensor,
  offset?: number | DiagonalOptions,
  dim1?: number | DiagonalOptions,
  dim2?: number | DiagonalOptions,
): Tensor {
  const given = keywords<DiagonalOptions>(["offset", "dim1", "dim2"], [offset, dim1, dim2]);
  const { ndim } = input;
  return call(diagEmbedOp, [input], [], plane(input, given.offset ?? 0, given.dim1 ?? -2, given.dim2 ?? -1, ndim + 1));
}

/** Of a vector the matrix with it on diagonal `diagonal`; of a matrix a copy of that diagonal. */
export function diag(input: Tensor, diagonal: Named<"diagonal"> = 0): Tensor {
  const offset = numberOf(diagonal, "diagonal", 0);
  if (input.ndim === 1) return call(diagEmbedOp, [input], [], plane(input, offset, 0, 1, 2));
  if (input.ndim === 2) {
    const [rows, columns] = input.shape;
    if (offset > columns || -offset > rows) throw new ShapeError("numel: integer multiplication overflow");
    return call(diagOp, [input], [], plane(input, offset, 0, 1));
  }
  throw new ShapeError("matrix or a vector expected");
}

/** The matrix with all elements of `input` on diagonal `offset`. */
export function diagflat(input: Tensor, offset: Named<"offset"> = 0): Tensor {
  return diag(reshape(input, [-1]), numberOf(offset, "offset", 0));
}

const traceOp = operation("trace", ([x]) => {
  const main = takeDiagonal(x, { offset: 0, dim1: 0, dim2: 1 });
  return m.sum(isFloat(x.dtype) ? main : m.cast(main, "int64"));
});

/** Sum of the main diagonal of a matrix; int64 for integers. @throws ShapeError unless it has 2 dimensions. */
export function trace(input: Tensor): Tensor {
  if (input.ndim !== 2) throw new ShapeError(`trace: expected a matrix, but got tensor with dim ${input.ndim}`);
  if (input.dtype === "bool" || input.dtype === "float16")
    throw new DTypeError(`"trace" not implemented for '${pytorchName(input.dtype)}'`);
  return call(traceOp, [input]);
}
