/** Products added to a tensor: beta · input + alpha · (a @ b). */

import { isFloat } from "../../dtype/dtype.ts";
import { resultType } from "../../dtype/promotion.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type Operation, operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { type Scalar, scalarKind } from "../../runtime/scalar.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { toDtype } from "../shape/convert.ts";
import { expandedShape } from "../shape/expand.ts";
import {
  product,
  requireBatchedProduct,
  requireMatrixProduct,
  requireMatrixVector,
  requireSameDtype,
} from "./matmul.ts";

/** Factors of the sum; where beta is 0 the input counts for nothing, also where it is not a number. */
export interface ScaleOptions {
  /** Of the input; default 1. */
  beta?: Scalar;
  /** Of the product; default 1. */
  alpha?: Scalar;
}

const sumOf = (gradName: string, multiply: (a: Term, b: Term) => Term): Operation =>
  operation(
    "addmm",
    ([input, a, b], scalars) => {
      const result = multiply(a, b);
      if (scalars.length === 0) return m.add(input, result);
      const [beta, alpha] = scalars.map((scalar) => m.cast(scalar, result.dtype));
      return m.add(m.where(m.eq(beta, 0), 0, m.mul(input, beta)), m.mul(result, alpha));
    },
    { gradName },
  );

const outerProduct = (a: Term, b: Term): Term => m.mul(m.unsqueeze(a, 1), b);
/** Σ_b a[b] @ c[b]: the batch is summed over with the depth. */
const summedProduct = (a: Term, b: Term): Term => m.contract(m.permute(a, [1, 0, 2]), m.permute(b, [2, 0, 1]), 0, 2);

const addmmOp = sumOf("AddmmBackward0", product);
const addmvOp = sumOf("AddmvBackward0", product);
const baddbmmOp = sumOf("BaddbmmBackward0", product);
const addbmmOp = sumOf("AddbmmBackward0", summedProduct);
const addrOp = sumOf("AddrBackward0", outerProduct);
const addrBoolOp = operation("addr", ([input, a, b], [beta, alpha]) =>
  m.or(m.and(input, m.ne(beta, 0)), m.and(m.and(m.unsqueeze(a, 1), b), m.ne(alpha, 0))),
);

function scaled(
  op: Operation,
  tensors: readonly [Tensor, Tensor, Tensor],
  shape: readonly number[],
  options: ScaleOptions,
): Tensor {
  const [input, a, b] = tensors;
  requireSameDtype(a, b);
  if (input.dtype !== a.dtype)
    throw new DTypeError(`expected scalar type ${pytorchName(input.dtype)} but found ${pytorchName(a.dtype)}`);
  // The input of a sum must broadcast to the product's shape.
  expandedShape(input, shape);
  const plain = options.beta === undefined && options.alpha === undefined;
  return call(op, tensors, plain ? [] : [options.beta ?? 1, options.alpha ?? 1]);
}

/**
 * beta · input + alpha · (mat1 @ mat2): mat1 [n, k], mat2 [k, m], input broadcasts to [n, m].
 *
 * @example
 * torch.addmm(bias, x, weight.t())
 */
export function addmm(input: Tensor, mat1: Tensor, mat2: Tensor, options: ScaleOptions = {}): Tensor {
  requireNames(options, ["beta", "alpha"]);
  requireTensors("addmm", [input, mat1, mat2]);
  if (mat1.ndim !== 2) throw new ShapeError(`mat1 must be a matrix, got ${mat1.ndim}-D tensor`);
  if (mat2.ndim !== 2) throw new ShapeError(`mat2 must be a matrix, got ${mat2.ndim}-D tensor`);
  requireMatrixProduct(mat1.shape, mat2.shape);
  return scaled(addmmOp, [input, mat1, mat2], [mat1.shape[0], mat2.shape[1]], options);
}

/** beta · input + alpha · (mat @ vec): mat [n, k], vec [k], input broadcasts to [n]. */
export function addmv(input: Tensor, mat: Tensor, vec: Tensor, options: ScaleOptions = {}): Tensor {
  requireNames(options, ["beta", "alpha"]);
  requireTensors("addmv", [input, mat, vec]);
  if (mat.ndim !== 2 || vec.ndim !== 1 || input.ndim > 1)
    throw new ShapeError(`vector + matrix @ vector expected, got ${input.ndim}, ${mat.ndim}, ${vec.ndim}`);
  requireMatrixVector(mat.shape, vec.shape);
  const size = input.shape[0] ?? 1;
  if (size !== 1 && size !== mat.shape[0])
    throw new ShapeError(`size mismatch, got ${size}, ${mat.shape.join("x")},${vec.shape[0]}`);
  return scaled(addmvOp, [input, mat, vec], [mat.shape[0]], options);
}

/** beta · input + alpha · (batch1 @ batch2) for each matrix of a batch: [b, n, k] · [b, k, m]. */
export function baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, options: ScaleOptions = {}): Tensor {
  requireNames(options, ["beta", "alpha"]);
  requireTensors("baddbmm", [input, batch1, batch2]);
  const shape = batchedShape(batch1, batch2);
  return scaled(baddbmmOp, [input, batch1, batch2], shape, options);
}

/** beta · input + alpha · Σ batch1[b] @ batch2[b]: [b, n, k] · [b, k, m], input broadcasts to [n, m]. */
export function addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, options: ScaleOptions = {}): Tensor {
  requireNames(options, ["beta", "alpha"]);
  requireTensors("addbmm", [input, batch1, batch2]);
  const shape = batchedShape(batch1, batch2);
  return scaled(addbmmOp, [input, batch1, batch2], shape.slice(1), options);
}

function batchedShape(batch1: Tensor, batch2: Tensor): number[] {
  if (batch1.ndim !== 3) throw new ShapeError("batch1 must be a 3D tensor");
  if (batch2.ndim !== 3) throw new ShapeError("batch2 must be a 3D tensor");
  requireBatchedProduct(batch1.shape, batch2.shape);
  return [batch1.shape[0], batch1.shape[1], batch2.shape[2]];
}

/** beta · input + alpha · (vec1 ⊗ vec2): vec1 [n], vec2 [m], input broadcasts to [n, m]. */
export function addr(input: Tensor, vec1: Tensor, vec2: Tensor, options: ScaleOptions = {}): Tensor {
  requireNames(options, ["beta", "alpha"]);
  requireTensors("addr", [input, vec1, vec2]);
  if (vec1.ndim !== 1) throw new ShapeError(`addr: Expected 1-D argument vec1, but got ${vec1.ndim}-D`);
  if (vec2.ndim !== 1) throw new ShapeError(`addr: Expected 1-D argument vec2, but got ${vec2.ndim}-D`);
  const shape = [vec1.shape[0], vec2.shape[0]];
  expandedShape(input, shape);
  const dtype = resultType([input, vec1, vec2]);
  for (const name of ["beta", "alpha"] as const) {
    const kind = options[name] === undefined ? "int" : scalarKind(options[name]);
    if (kind === "bool" && dtype !== "bool")
      throw new DTypeError(`Boolean ${name} only supported for Boolean results.`);
    if (kind === "float" && !isFloat(dtype))
      throw new DTypeError(`For integral input tensors, argument ${name} must not be a floating point number.`);
  }
  const [x, a, b] = [input, vec1, vec2].map((tensor) => toDtype(tensor, dtype));
  if (dtype === "bool") return call(addrBoolOp, [x, a, b], [options.beta ?? 1, options.alpha ?? 1]);
  return scaled(addrOp, [x, a, b], shape, options);
}
