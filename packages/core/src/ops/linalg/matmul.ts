/** Products of matrices and vectors: each is one contraction, whose derivative saves the operands only. */

import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type Operation, operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** The product of terms of any rank above 0, by PyTorch's `matmul` rules. */
export function product(a: Term, b: Term): Term {
  if (a.rank === 1 && b.rank === 1) return m.contract(a, b, 0, 1);
  if (b.rank === 1) return m.contract(a, b, 0, 1);
  const right = m.transpose(b, b.rank - 2, b.rank - 1);
  // One matrix for all batches: no batch dimension, one large product.
  if (b.rank === 2) return m.contract(a, right, 0, 1);
  if (a.rank === 1) return m.contract(right, a, 0, 1);
  if (a.rank === 2) {
    const turned = m.contract(right, a, 0, 1);
    return m.transpose(turned, turned.rank - 2, turned.rank - 1);
  }
  return m.matmul(a, b);
}

const productNamed = (gradName: string): Operation =>
  operation("matmul", ([a, b]) => product(a, b), { gradName: `${gradName}Backward0` });

const dotOp = productNamed("Dot");
const mvOp = productNamed("Mv");
const mmOp = productNamed("Mm");
const bmmOp = productNamed("Bmm");
const vectorMatrixOp = productNamed("Squeeze");
const batchedOp = productNamed("UnsafeView");

/** Products take two operands of one dtype, which is a number's. */
export function requireSameDtype(a: Tensor, b: Tensor): void {
  if (a.dtype !== b.dtype)
    throw new DTypeError(`expected scalar type ${pytorchName(a.dtype)} but found ${pytorchName(b.dtype)}`);
  if (a.dtype === "bool") throw new DTypeError(`"addmm_impl_cpu_" not implemented for 'Bool'`);
}

export const sizes = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

export function requireMatrixProduct(rows: readonly number[], columns: readonly number[]): void {
  if (rows[1] !== columns[0])
    throw new ShapeError(
      `mat1 and mat2 shapes cannot be multiplied (${rows[0]}x${rows[1]} and ${columns[0]}x${columns[1]})`,
    );
}

export function requireMatrixVector(matrix: readonly number[], vector: readonly number[]): void {
  if (matrix[1] !== vector[0])
    throw new ShapeError(`size mismatch, got ${matrix[0]}, ${matrix[0]}x${matrix[1]},${vector[0]}`);
}

export function requireBatchedProduct(first: readonly number[], second: readonly number[]): void {
  const [batch, , depth] = first;
  if (second[0] !== batch || second[1] !== depth)
    throw new ShapeError(
      `Expected size for first two dimensions of batch2 tensor to be: [${batch}, ${depth}] but got: [${second[0]}, ${second[1]}].`,
    );
}

/**
 * The product of two tensors: vectors [k] · [k] give a number, [n, k] · [k] a vector, [n, k] · [k, m] a matrix [n, m];
 * with more dimensions the leading ones are batches, which broadcast.
 *
 * @throws ShapeError where sizes do not fit, DTypeError where dtypes differ.
 * @example
 * torch.matmul(torch.ones([2, 3]), torch.ones([3, 4])).shape // [2, 4]
 */
export function matmul(input: Tensor, other: Tensor): Tensor {
  requireTensors("matmul", [input, other]);
  const [a, b] = [input.shape, other.shape];
  if (a.length === 0 || b.length === 0)
    throw new ShapeError(`both arguments to matmul need to be at least 1D, but they are ${a.length}D and ${b.length}D`);
  if (a.length === 1 && b.length === 1) return dot(input, other);
  if (a.length === 2 && b.length === 1) return mv(input, other);
  if (a.length === 2 && b.length === 2) return mm(input, other);
  requireSameDtype(input, other);
  if (a.length === 1 && b.length === 2) {
    requireMatrixProduct([1, a[0]], b);
    return call(vectorMatrixOp, [input, other]);
  }
  requireFoldable(a, b);
  return call(batchedOp, [input, other]);
}

/** Shapes of which one has a batch: a lone matrix or vector meets the batch folded into the rows. */
function requireFoldable(a: readonly number[], b: readonly number[]): void {
  const fold = (shape: readonly number[], depth: number): number[] => [
    shape.reduce((n, size) => n * size, 1) / Math.max(shape[depth], 1),
    shape[depth],
  ];
  if (a.length <= 2) {
    const folded = fold(b, b.length - 2);
    if (a.length === 1) requireMatrixVector(folded, a);
    else requireMatrixProduct(folded, [a[1], a[0]]);
  } else if (b.length <= 2) {
    const folded = fold(a, a.length - 1);
    if (b.length === 1) requireMatrixVector(folded, b);
    else requireMatrixProduct(folded, b);
  } else {
    const batch = m.broadcastShapes(a.slice(0, -2), b.slice(0, -2)).reduce((n, size) => n * size, 1);
    requireBatchedProduct([batch, a[a.length - 2], a[a.length - 1]], [batch, b[b.length - 2], b[b.length - 1]]);
  }
}

/**
 * The product of two matrices, [n, k] · [k, m] → [n, m].
 *
 * @throws ShapeError for other ranks or where k differs.
 * @example
 * torch.mm(torch.eye(2), torch.ones([2, 3]))
 */
export function mm(input: Tensor, mat2: Tensor): Tensor {
  requireTensors("mm", [input, mat2]);
  if (input.ndim !== 2) throw new ShapeError("self must be a matrix");
  if (mat2.ndim !== 2) throw new ShapeError("mat2 must be a matrix");
  requireMatrixProduct(input.shape, mat2.shape);
  requireSameDtype(input, mat2);
  return call(mmOp, [input, mat2]);
}

/** The product of batches of matrices, [b, n, k] · [b, k, m] → [b, n, m]; batches do not broadcast. */
export function bmm(input: Tensor, mat2: Tensor): Tensor {
  requireTensors("bmm", [input, mat2]);
  if (input.ndim !== 3) throw new ShapeError("batch1 must be a 3D tensor");
  if (mat2.ndim !== 3) throw new ShapeError("batch2 must be a 3D tensor");
  requireBatchedProduct(input.shape, mat2.shape);
  requireSameDtype(input, mat2);
  return call(bmmOp, [input, mat2]);
}

/** The product of a matrix and a vector, [n, k] · [k] → [n]. */
export function mv(input: Tensor, vec: Tensor): Tensor {
  requireTensors("mv", [input, vec]);
  if (input.ndim !== 2 || vec.ndim !== 1)
    throw new ShapeError(`vector + matrix @ vector expected, got 1, ${input.ndim}, ${vec.ndim}`);
  requireMatrixVector(input.shape, vec.shape);
  requireSameDtype(input, vec);
  return call(mvOp, [input, vec]);
}

/**
 * The inner product of two vectors of one length, [k] · [k] → [].
 *
 * @example
 * await torch.dot(torch.tensor([2, 3]), torch.tensor([2, 1])).item() // 7
 */
export function dot(input: Tensor, tensor: Tensor): Tensor {
  requireTensors("dot", [input, tensor]);
  if (input.ndim !== 1 || tensor.ndim !== 1)
    throw new ShapeError(`1D tensors expected, but got ${input.ndim}D and ${tensor.ndim}D tensors`);
  if (input.dtype !== tensor.dtype)
    throw new DTypeError(
      `dot : expected both vectors to have same dtype, but found ${pytorchName(input.dtype)} and ${pytorchName(tensor.dtype)}`,
    );
  const [a, b] = [input.numel(), tensor.numel()];
  if (a !== b)
    throw new ShapeError(
      `inconsistent tensor size, expected tensor [${a}] and src [${b}] to have the same number of elements, but got ${a} and ${b} elements respectively`,
    );
  if (input.dtype === "bool") throw new DTypeError(`"dot" not implemented for 'Bool'`);
  return call(dotOp, [input, tensor]);
}

/** `dot`; without complex numbers there is nothing to conjugate. */
export const vdot = dot;
