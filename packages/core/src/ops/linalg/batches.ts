/** What the operations of `torch.linalg` that run on the host share: checks of their operands, and loops over batches. */
import { isFloat } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { AutogradError, DTypeError, LinAlgError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { isGradEnabled } from "../../runtime/mode.ts";
import type { HostTensor } from "../../tensor/host.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { toDtype } from "../shape/convert.ts";
import { type Matrix, matrix } from "./host/matrix.ts";

/** @throws DTypeError or ShapeError with PyTorch's text unless `a` holds matrices of floats. */
export function requireMatrices(name: string, a: Tensor, letter = "A"): void {
  if (!isFloat(a.dtype))
    throw new DTypeError(`${name}: Expected a floating point or complex tensor as input. Got ${pytorchName(a.dtype)}`);
  if (a.dtype === "float16")
    throw new DTypeError(`${name}: Low precision dtypes not supported. Got ${pytorchName(a.dtype)}`);
  if (a.ndim < 2) throw new ShapeError(`${name}: The input tensor ${letter} must have at least 2 dimensions.`);
}

/** @throws as `requireMatrices`, and for matrices that are not square. */
export function requireSquare(name: string, a: Tensor, letter = "A"): void {
  requireMatrices(name, a, letter);
  const [rows, columns] = a.shape.slice(-2);
  if (rows !== columns)
    throw new ShapeError(
      `${name}: ${letter} must be batches of square matrices, but they are ${rows} by ${columns} matrices`,
    );
}

/**
 * Applies `body` to each matrix of a batch and joins its results: matrices, vectors or numbers. It gets copies, in the same memory
 * for each, and may overwrite them.
 */
export function eachMatrix(
  operands: readonly HostTensor[],
  results: readonly (readonly number[])[],
  body: (matrices: readonly Matrix[], batch: number) => readonly ArrayLike<number>[],
): HostTensor[] {
  const batch = operands[0].shape.slice(0, -2);
  const count = batch.reduce((n, size) => n * size, 1);
  const sizes = results.map((shape) => shape.reduce((n, size) => n * size, 1));
  const matrices = operands.map(({ shape, data, own }) => {
    const [rows, columns] = shape.slice(-2);
    return own && count === 1 ? matrix(rows, columns, data) : matrix(rows, columns);
  });
  // What is computed for a single matrix is there already.
  const out = sizes.map((size) => (count === 1 ? new Float64Array() : new Float64Array(count * size)));
  for (let b = 0; b < count; b++) {
    for (let i = 0; i < matrices.length; i++) {
      const { data } = matrices[i];
      if (data !== operands[i].data) copy(operands[i].data, b * data.length, data, 0, data.length);
    }
    const given = body(matrices, b);
    for (let i = 0; i < out.length; i++) {
      const result = given[i];
      if (count > 1) copy(result, 0, out[i], b * sizes[i], sizes[i]);
      else out[i] = result instanceof Float64Array ? (result as (typeof out)[number]) : new Float64Array(result);
    }
  }
  return out.map((data, i) => ({ data, shape: [...batch, ...results[i]] }));
}

/** Of few elements, a loop costs less than a view and a call. */
function copy(from: ArrayLike<number>, start: number, to: Float64Array, at: number, size: number): void {
  if (size > 128 && from instanceof Float64Array) {
    const whole = start === 0 && size === from.length;
    to.set(whole ? from : from.subarray(start, start + size), at);
  } else for (let i = 0; i < size; i++) to[at + i] = from[start + i];
}

/** How PyTorch's messages name the matrix that failed. */
export function failing(name: string, a: HostTensor, batch: number): string {
  return a.shape.length > 2 ? `${name}: (Batch element ${batch})` : name;
}

/** @throws ValueError where an iteration would not end, or end with a wrong number. */
export function requireFinite(name: string, a: HostTensor, batch: number, x: { readonly data: Float64Array }): void {
  const { data } = x;
  for (let i = 0; i < data.length; i++)
    if (!Number.isFinite(data[i]))
      throw new LinAlgError(
        `${failing(name, a, batch)}: The algorithm failed to converge because the input matrix contained non-finite values.`,
      );
}

/** What failed, as the int32 that PyTorch gives. */
export const asInfo = (info: Tensor): Tensor => toDtype(info.detach(), "int32");

/** @throws AutogradError where a derivative would be recorded that is not there, as in PyTorch. */
export function refuseGradients(name: string, ...tensors: readonly Tensor[]): void {
  if (isGradEnabled() && tensors.some((tensor) => tensor.requiresGrad))
    throw new AutogradError(
      `the derivative for '${name}' is not implemented. (Without it: noGrad(() => …), or x.detach())`,
    );
}

// Terms that the derivatives share.

/** Matrices transposed. */
export const mT = (x: Term): Term => m.transpose(x, x.rank - 2, x.rank - 1);

/** The product of several matrices, from the left. */
export const chain = (first: Term, ...rest: Term[]): Term => rest.reduce((x, y) => m.matmul(x, y), first);

/** Where the column is at most (`upper`: at least) the row plus `diagonal`, `x`; 0 elsewhere. */
export function triangle(x: Term, side: "lower" | "upper", diagonal = 0): Term {
  const row = m.add(m.iota(x.shape, x.rank - 2), diagonal);
  const column = m.iota(x.shape, x.rank - 1);
  return m.where(side === "lower" ? m.le(column, row) : m.ge(column, row), x, 0);
}

/** A [*, n] → diagonal matrices [*, n, n]. */
export function diagonalMatrix(x: Term): Term {
  const shape = [...x.shape, x.shape[x.rank - 1]];
  const onDiagonal = m.eq(m.iota(shape, x.rank - 1), m.iota(shape, x.rank));
  return m.where(onDiagonal, m.unsqueeze(x, x.rank), 0);
}

/** Identity matrices of a term's shape. */
export function identityLike(x: Term): Term {
  return m.cast(m.eq(m.iota(x.shape, x.rank - 1), m.iota(x.shape, x.rank - 2)), x.dtype);
}

/** [*] → [*, 1, 1]. */
export const asMatrices = (x: Term): Term => m.reshape(x, [...x.shape, 1, 1]);

/** Whether a gradient is there: where nothing depends on a result, it is the constant 0. */
export const arrives = (g: Term): boolean => g.primitive.op !== "constant";

/** Adds what is there. */
export function total(like: Term, ...parts: (Term | null)[]): Term {
  return (
    parts.reduce<Term | null>(
      (sum, part) => (sum === null || part === null ? (sum ?? part) : m.add(sum, part)),
      null,
    ) ?? m.zerosLike(like)
  );
}
