/** Products beyond `matmul`: inner, outer, Kronecker, cross, tensordot, and products of several matrices. */
import { isFloat } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import { keywords } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { refuse } from "../elementwise/operands.ts";
import { promoteTypes } from "../elementwise/result-type.ts";
import { toDtype } from "../shape/convert.ts";
import { existingDim, normalizeDim } from "../shape/dims.ts";
import { mm, requireSameDtype, sizes } from "./matmul.ts";

const innerOp = operation("inner", ([a, b]) => m.contract(a, b, 0, 1), { gradName: "ViewBackward0" });
const outerOp = operation("outer", ([a, b]) => m.mul(m.unsqueeze(a, 1), b), { gradName: "MulBackward0" });

/**
 * Sums of products over the last dimensions, [*, k] and [+, k] → [*, +]; a number scales.
 *
 * @example
 * torch.inner(torch.tensor([1, 2, 3]), torch.tensor([0, 2, 1])) // tensor(7.)
 */
export function inner(input: Tensor, other: Tensor): Tensor {
  requireTensors("inner", [input, other]);
  if (input.ndim === 0 || other.ndim === 0) return mul(input, other);
  if (input.shape[input.ndim - 1] !== other.shape[other.ndim - 1])
    throw new ShapeError(
      `inner() the last dimension must match on both input tensors but got shapes ${sizes(input.shape)} and ${sizes(other.shape)}`,
    );
  requireSameDtype(input, other);
  return call(innerOp, [input, other]);
}

/** All products of the elements of two vectors, [n] and [m] → [n, m]. */
export function outer(input: Tensor, vec2: Tensor): Tensor {
  requireTensors("outer", [input, vec2]);
  if (input.ndim !== 1) throw new ShapeError(`outer: Expected 1-D argument self, but got ${input.ndim}-D`);
  if (vec2.ndim !== 1) throw new ShapeError(`outer: Expected 1-D argument vec2, but got ${vec2.ndim}-D`);
  return call(outerOp, [input, vec2]);
}

const kronOp = operation(
  "kron",
  ([a, b]) => {
    const rank = Math.max(a.rank, b.rank);
    const lead = (x: Term): number[] => [...new Array<number>(rank - x.rank).fill(1), ...x.shape];
    const [left, right] = [lead(a), lead(b)];
    const product = m.mul(
      m.reshape(
        a,
        left.flatMap((n) => [n, 1]),
      ),
      m.reshape(
        b,
        right.flatMap((n) => [1, n]),
      ),
    );
    return m.reshape(
      product,
      left.map((n, d) => n * right[d]),
    );
  },
  { gradName: "ViewBackward0" },
);

/** The Kronecker product: blocks of `other`, scaled by the elements of `input`. */
export function kron(input: Tensor, other: Tensor): Tensor {
  requireTensors("kron", [input, other]);
  // Both are brought to one rank first, so that a tensor of no dimension counts for the dtype like any other.
  const dtype = promoteTypes(input.dtype, other.dtype);
  return call(kronOp, [toDtype(input, dtype), toDtype(other, dtype)]);
}

const crossOp = operation<{ dim: number }>(
  "cross",
  ([a, b], _, { dim }) => {
    const [x, y] = m.together(a, b);
    // (x₂y₃ − x₃y₂, x₃y₁ − x₁y₃, x₁y₂ − x₂y₁), with both operands turned by one and by two places.
    const turned = (t: Term, by: number): Term => m.cat([m.slice(t, dim, by, 3 - by), m.slice(t, dim, 0, by)], dim);
    return m.sub(m.mul(turned(x, 1), turned(y, 2)), m.mul(turned(x, 2), turned(y, 1)));
  },
  { gradName: "LinalgCrossBackward0" },
);

/**
 * `torch.linalg.cross`: the cross product of vectors of three elements along `dim` (default -1); other sizes broadcast.
 *
 * @throws ShapeError where `dim` has another size.
 */
export function linalgCross(input: Tensor, other: Tensor, options: number | { dim?: number } = {}): Tensor {
  const { dim = -1 } = keywords<{ dim?: number }>(["dim"], [options]);
  if (input.dtype === "bool" || input.dtype === "float16") refuse("cross", input.dtype);
  if (input.ndim !== other.ndim) throw new ShapeError("linalg.cross: inputs must have the same number of dimensions.");
  const at = normalizeDim(dim, input.ndim);
  if (input.shape[at] !== 3 || other.shape[at] !== 3)
    throw new ShapeError(
      `linalg.cross: inputs dimension ${dim} must have length 3. Got ${input.shape[at]} and ${other.shape[at]}`,
    );
  return call(crossOp, [input, other], [], { dim: at });
}

/** The cross product along `dim`; by default along the first dimension of size 3. */
export function cross(input: Tensor, other: Tensor, dim?: number | { dim?: number | null } | null): Tensor {
  requireTensors("cross", [input, other]);
  const given = typeof dim === "object" ? dim?.dim : dim;
  if (given !== undefined && given !== null) return linalgCross(input, other, given);
  const first = input.shape.indexOf(3);
  if (first < 0) throw new ShapeError("no dimension of size 3 in input");
  return linalgCross(input, other, first);
}

const vecdotOp = operation<{ dim: number }>(
  "linalg_vecdot",
  ([a, b], _, { dim }) => {
    const product = m.mul(a, b);
    return product.rank === 0 ? product : m.sum(product, [dim]);
  },
  { gradName: "SumBackward1" },
);

/** `torch.linalg.vecdot`: Σ x·y along `dim` (default -1); other sizes broadcast. */
export function vecdot(x: Tensor, y: Tensor, options: number | { dim?: number } = {}): Tensor {
  const { dim = -1 } = keywords<{ dim?: number }>(["dim"], [options]);
  if (!isFloat(x.dtype))
    throw new DTypeError(
      `linalg.vecdot: Expected a floating point or complex tensor as input. Got ${pytorchName(x.dtype)}`,
    );
  return call(vecdotOp, [x, y], [], { dim: normalizeDim(dim, Math.max(x.ndim, y.ndim)) });
}

interface TensordotAttributes extends Record<string, unknown> {
  readonly first: readonly number[];
  readonly second: readonly number[];
}

const tensordotOp = operation<TensordotAttributes>(
  "tensordot",
  ([a, b], _, { first, second }) => {
    // Where one size is 1, the other operand is summed over it.
    const widened = (x: Term, dims: readonly number[], y: Term, others: readonly number[]): Term => {
      const alone = dims.filter((d, i) => y.shape[others[i]] === 1 && x.shape[d] !== 1);
      return m.sum(x, alone, true);
    };
    const depthLast = (x: Term, dims: readonly number[]): Term =>
      m.permute(x, [...m.allDims(x).filter((d) => !dims.includes(d)), ...dims]);
    const [x, y] = [widened(a, first, b, second), widened(b, second, a, first)];
    return m.contract(depthLast(x, first), depthLast(y, second), 0, first.length);
  },
  { gradName: "ViewBackward0" },
);

/** Dimensions to contract: a number of last ones of `a` with as many first ones of `b`, or two lists. */
export type ContractedDims = number | readonly [readonly number[], readonly number[]];

/**
 * Sums of products over pairs of dimensions.
 *
 * @param dims default 2: the last two of `a` with the first two of `b`.
 * @throws ShapeError where their sizes differ.
 * @example
 * torch.tensordot(torch.ones([3, 4, 5]), torch.ones([4, 3, 2]), [[1, 0], [0, 1]]).shape // [5, 2]
 */
export function tensordot(a: Tensor, b: Tensor, dims: ContractedDims | { dims?: ContractedDims } = 2): Tensor {
  requireTensors("tensordot", [a, b]);
  const given = typeof dims === "object" && "dims" in dims ? (dims.dims ?? 2) : (dims as ContractedDims);
  if (typeof given === "number" && given < 0)
    throw new ValueError(`tensordot expects dims >= 0, but got dims=${given}`);
  const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
  const [left, right] = typeof given === "number" ? [range(-given, given), range(0, given)] : given;
  if (left.length !== right.length) throw new ShapeError("both dimension lists should have same length");
  const first = left.map((d) => existingDim(d, a.ndim));
  const second = right.map((d) => existingDim(d, b.ndim));
  for (const [i, d] of first.entries()) {
    const [n, k] = [a.shape[d], b.shape[second[i]]];
    if (n !== k && n !== 1 && k !== 1)
      throw new ShapeError(
        `contracted dimensions need to match, but first has size ${n} in dim ${left[i]} and second has size ${k} in dim ${right[i]}`,
      );
  }
  requireSameDtype(a, b);
  return call(tensordotOp, [a, b], [], { first, second });
}

/**
 * `torch.linalg.multiDot`: the product of several matrices, in the order that multiplies least. The first and the last
 * may be vectors.
 *
 * @throws ValueError for fewer than two, ShapeError where sizes do not fit.
 */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  if (tensors.length < 2) throw new ValueError(`multi_dot(): expected at least 2 tensors but got ${tensors.length}`);
  const last = tensors.length - 1;
  const matrices = tensors.map((tensor, i) => {
    if (tensor.ndim === 2) return tensor;
    if (tensor.ndim === 1 && i === 0) return call(asRowOp, [tensor]);
    if (tensor.ndim === 1 && i === last) return call(asColumnOp, [tensor]);
    const where =
      i === 0 || i === last ? `the ${i === 0 ? "first" : "last"} tensor must be 1D or 2D` : `tensor ${i} must be 2D`;
    throw new ShapeError(`multi_dot(): ${where} but got ${tensor.ndim}D`);
  });
  const product = chained(matrices);
  const shape = [
    ...(tensors[0].ndim === 1 ? [] : [product.shape[0]]),
    ...(tensors[last].ndim === 1 ? [] : [product.shape[1]]),
  ];
  return shape.length === 2 ? product : call(withShapeOp, [product], [], { shape });
}

const asRowOp = operation("unsqueeze", ([x]) => m.unsqueeze(x, 0));
const asColumnOp = operation("unsqueeze", ([x]) => m.unsqueeze(x, 1));
const withShapeOp = operation<{ shape: readonly number[] }>("view", ([x], _, { shape }) => m.reshape(x, shape));

/** The product of matrices, given as a list of arguments; `multiDot` replaces it. */
export function chainMatmul(...matrices: readonly Tensor[]): Tensor {
  if (matrices.length === 0) throw new ValueError("chain_matmul(): Expected one or more matrices");
  for (const matrix of matrices)
    if (matrix.ndim !== 2) throw new ShapeError(`Tensor dimension is ${matrix.ndim}, expected 2 instead.`);
  return matrices.length === 1 ? matrices[0] : multiDot(matrices);
}

/** The cheapest order by dynamic programming over the cut of each interval (Cormen et al., "Matrix-chain multiplication"). */
function chained(matrices: readonly Tensor[]): Tensor {
  for (const [i, matrix] of matrices.entries())
    if (i > 0 && matrices[i - 1].shape[1] !== matrix.shape[0])
      throw new ShapeError(
        `multi_dot(): tensors ${i - 1} and ${i} with shapes ${sizes(matrices[i - 1].shape)} and ${sizes(matrix.shape)} cannot be multiplied`,
      );
  const dims = [matrices[0].shape[0], ...matrices.map((matrix) => matrix.shape[1])];
  const count = matrices.length;
  const cost = matrices.map(() => new Array<number>(count).fill(0));
  const cut = matrices.map(() => new Array<number>(count).fill(0));
  for (let length = 2; length <= count; length++) {
    for (let i = 0; i + length <= count; i++) {
      const j = i + length - 1;
      cost[i][j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const here = cost[i][k] + cost[k + 1][j] + dims[i] * dims[k + 1] * dims[j + 1];
        if (here < cost[i][j]) {
          cost[i][j] = here;
          cut[i][j] = k;
        }
      }
    }
  }
  const product = (i: number, j: number): Tensor =>
    i === j ? matrices[i] : mm(product(i, cut[i][j]), product(cut[i][j] + 1, j));
  return product(0, count - 1);
}
