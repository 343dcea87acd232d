/** Vector norms, (Σ |x|ᵖ)^(1/p), with PyTorch's gradients: 0 at the origin, shared evenly by ties of p = ±Infinity. */
import { type DType, isFloat } from "../../dtype/dtype.ts";
import { promote } from "../../dtype/promotion.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type Operation, operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { type Scalar, toNumber } from "../../runtime/scalar.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkSubtraction } from "../elementwise/arithmetic.ts";
import { commonDtype } from "../elementwise/operands.ts";
import { nuclearNorm } from "../linalg/svd.ts";
import { normalizeDim } from "../shape/dims.ts";
import { type Dims, reducedDims } from "./dims.ts";
import { keywords } from "./keywords.ts";

/**
 * Orders that have a formula of their own; others are an argument, of which the gradient's formula depends on where it
 * lies: below 1, below 2, above.
 */
export type NormKind = "zero" | "one" | "two" | "largest" | "least" | "below one" | "below two" | "above two";

export function normKind(p: number): NormKind {
  if (p === 0) return "zero";
  if (p === 1) return "one";
  if (p === 2) return "two";
  if (p === Number.POSITIVE_INFINITY) return "largest";
  if (p === Number.NEGATIVE_INFINITY) return "least";
  return p < 1 ? "below one" : p < 2 ? "below two" : "above two";
}

/** The scalars of an operation with a norm: the order, where it is an argument. */
export function normScalars(kind: NormKind, p: number): number[] {
  return kind.startsWith("below") || kind.startsWith("above") ? [p] : [];
}

/** Σ |x|ᵖ, and its root, over `dims`, which stay with size 1. */
export function normOf(x: Term, kind: NormKind, p: Term | undefined, dims: readonly number[]): Term {
  switch (kind) {
    case "zero":
      return m.sum(m.cast(m.ne(x, 0), x.dtype), dims, true);
    case "one":
      return m.sum(m.abs(x), dims, true);
    case "two":
      return m.sqrt(m.sum(m.square(x), dims, true));
    case "largest":
      return m.amax(m.abs(x), dims, true);
    case "least":
      return m.amin(m.abs(x), dims, true);
    default: {
      const order = orderOf(x, p);
      return m.pow(m.sum(m.pow(m.abs(x), order), dims, true), m.reciprocal(order));
    }
  }
}

function orderOf(x: Term, p: Term | undefined): Term {
  if (p === undefined) throw new Error("the order of a norm is missing");
  return m.cast(p, x.dtype);
}

/** The gradient of `normOf`, null where there is none; `norm` and `g` have the shape of its result. */
export function normGradient(
  x: Term,
  norm: Term,
  g: Term,
  kind: NormKind,
  p: Term | undefined,
  dims: readonly number[],
): Term | null {
  const zeroAtOrigin = (t: Term): Term => m.where(m.eq(norm, 0), 0, t);
  switch (kind) {
    case "zero":
      return null;
    case "one":
      return m.mul(g, m.sign(x));
    case "two":
      return m.mul(g, zeroAtOrigin(m.div(x, norm)));
    case "largest":
    case "least": {
      const size = m.abs(x);
      const hits = m.cast(m.or(m.eq(size, norm), m.isNan(size)), g.dtype);
      return m.mul(m.sign(x), m.mul(m.div(g, m.sum(hits, dims, true)), hits));
    }
    case "below one": {
      const order = orderOf(x, p);
      const steep = m.where(m.eq(x, 0), 0, m.pow(m.abs(x), m.sub(order, 1)));
      return m.mul(m.mul(m.mul(m.sign(x), steep), g), m.pow(norm, m.sub(1, order)));
    }
    case "below two": {
      const order = orderOf(x, p);
      const scale = zeroAtOrigin(m.div(g, m.pow(norm, m.sub(order, 1))));
      return m.mul(m.mul(m.sign(x), m.pow(m.abs(x), m.sub(order, 1))), scale);
    }
    case "above two": {
      const order = orderOf(x, p);
      const scale = zeroAtOrigin(m.div(g, m.pow(norm, m.sub(order, 1))));
      return m.mul(m.mul(x, m.pow(m.abs(x), m.sub(order, 2))), scale);
    }
  }
}

interface Attributes extends Record<string, unknown> {
  readonly kind: NormKind;
  readonly dims: readonly number[];
  readonly keepdim: boolean;
  readonly dtype: DType;
}

/** Computed in float32 where the dtype is float16. */
const wide = (x: Term, dtype: DType): Term => m.cast(x, dtype === "float16" ? "float32" : dtype);

const normNamed = (name: string, gradName: string): Operation<Attributes> =>
  operation<Attributes>(
    name,
    ([input], [p], { kind, dims, keepdim, dtype }) => {
      const x = wide(input, dtype);
      const result = x.numel === 0 ? m.constant(0, x.dtype, m.keptShape(x.shape, dims)) : normOf(x, kind, p, dims);
      const shape = x.shape.filter((_size, d) => !dims.includes(d));
      return m.cast(keepdim ? result : m.reshape(result, shape), dtype);
    },
    {
      gradName,
      half: "keep",
      derivative: ({ input, output, grad, scalar, attributes: { kind, dims, dtype } }) => {
        const x = wide(input(0), dtype);
        const kept = (t: Term): Term => m.reshape(wide(t, dtype), m.keptShape(x.shape, dims));
        const p = normScalars(kind, 0).length > 0 ? scalar(0) : undefined;
        const g = normGradient(x, kept(output(0)), kept(grad(0)), kind, p, dims);
        return g === null ? [] : [g];
      },
    },
  );

const normOp = normNamed("norm", "NormBackward1");
const vectorNormOp = normNamed("linalg_vector_norm", "LinalgVectorNormBackward0");

interface DistanceAttributes extends Record<string, unknown> {
  readonly kind: NormKind;
}

const distOp: Operation<DistanceAttributes> = operation<DistanceAttributes>(
  "dist",
  ([a, b], [p], { kind }) => {
    const difference = m.sub(a, b);
    return m.reshape(normOf(difference, kind, p, m.allDims(difference)), []);
  },
  {
    derivative: ({ input, output, grad, scalar, needs, attributes: { kind } }) => {
      const difference = m.sub(input(0), input(1));
      const p = normScalars(kind, 0).length > 0 ? scalar(0) : undefined;
      const g = normGradient(difference, output(0), grad(0), kind, p, m.allDims(difference));
      return g === null ? [] : [g, needs(1) ? m.neg(g) : null];
    },
  },
);

/** Keyword arguments of `norm` and `linalg.vectorNorm`. */
export interface NormOptions {
  /** The order, of `norm`; "fro" is 2, "nuc" the sum of singular values. */
  p?: Scalar | "fro" | "nuc" | null;
  /** The order, of `linalg.vectorNorm`. */
  ord?: Scalar;
  /** What to reduce; all dimensions by default. */
  dim?: Dims | null;
  keepdim?: boolean;
  /** Values are converted to it first. */
  dtype?: DType | null;
}

function normAlong(op: Operation<Attributes>, input: Tensor, p: number, given: NormOptions): Tensor {
  const dims = reducedDims(given.dim, input.ndim);
  const kind = normKind(p);
  if (op === vectorNormOp && (p < 0 || kind === "largest") && dims.some((d) => input.shape[d] === 0)) {
    const order = String(p).replace("Infinity", "inf");
    throw new ShapeError(
      `linalg.vector_norm cannot compute the ${order} norm on an empty tensor because the operation does not have an identity`,
    );
  }
  const dtype = given.dtype ?? input.dtype;
  return call(op, [input], normScalars(kind, p), { kind, dims, keepdim: given.keepdim ?? false, dtype });
}

/**
 * The norm of order `p` of all elements, or over `dim`: (Σ |x|ᵖ)^(1/p), the number of elements that are not zero for 0,
 * the greatest (least) magnitude for Infinity (-Infinity).
 *
 * @param p order; "fro" (the default) is 2; "nuc" is the sum of the singular values of matrices, by the host.
 * @throws DTypeError for integers.
 * @example
 * torch.norm(torch.tensor([3, 4])) // tensor(5.)
 */
export function norm(
  input: Tensor,
  p?: Scalar | "fro" | "nuc" | NormOptions | null,
  dim?: Dims | NormOptions | null,
  keepdim?: boolean | NormOptions,
  options?: NormOptions,
): Tensor {
  const given = keywords<NormOptions>(["p", "dim", "keepdim", "dtype"], [p, dim, keepdim, options]);
  if (typeof given.p === "string" && given.p !== "fro" && given.p !== "nuc")
    throw new ValueError(`norm: the order "${given.p}" is not supported; use a number, "fro" or "nuc"`);
  const dtype = given.dtype ?? input.dtype;
  if (!isFloat(dtype))
    throw new DTypeError(
      `norm(): ${given.dtype ? "the desired output" : "input"} dtype should be either floating point or complex. Got ${pytorchName(dtype)} instead.`,
    );
  if (given.p === "nuc") {
    const [rows, columns, ...others] = reducedDims(given.dim, input.ndim);
    if (columns === undefined || others.length > 0)
      throw new ShapeError("nuclear norm requires a 'dim' argument of size 2");
    return nuclearNorm(input.to(dtype), [rows, columns], given.keepdim ?? false);
  }
  const { p: ord = null, dim: dims } = given;
  if (ord === null || ord === "fro") {
    if (Array.isArray(dims)) checkMatrixDims(dims, input.ndim);
    return normAlong(normOp, input, 2, given);
  }
  return normAlong(normOp, input, toNumber(ord), given);
}

/** @throws ShapeError unless the norm of matrices may be taken over such dimensions. */
function checkMatrixDims(dims: readonly number[], rank: number): void {
  if (dims.length > 2)
    throw new ShapeError(`Expected at most 2 dimensions, but got ${dims.length} dimensions instead.`);
  const [a, b] = dims.map((d) => normalizeDim(d, rank));
  if (b !== undefined && a === b)
    throw new ShapeError(`Expected dims to be different, got [${dims.join(", ")}] instead`);
}

/**
 * `torch.linalg.vectorNorm`: the norm of order `ord` (default 2) of all elements, or over `dim`.
 *
 * @example
 * torch.linalg.vectorNorm(torch.tensor([3, 4]), Infinity) // tensor(4.)
 */
export function vectorNorm(
  x: Tensor,
  ord?: Scalar | NormOptions,
  dim?: Dims | NormOptions | null,
  keepdim?: boolean | NormOptions,
  options?: NormOptions,
): Tensor {
  const given = keywords<NormOptions>(["ord", "dim", "keepdim", "dtype"], [ord, dim, keepdim, options]);
  if (!isFloat(x.dtype))
    throw new DTypeError(
      `linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${pytorchName(x.dtype)}`,
    );
  if (given.dtype && !isFloat(given.dtype))
    throw new DTypeError(
      `linalg.vector_norm: dtype should be floating point or complex, but got ${pytorchName(given.dtype)}`,
    );
  if (given.dtype && promote(x.dtype, given.dtype) !== given.dtype)
    throw new DTypeError(
      `linalg.vector_norm: the dtype of the input (${pytorchName(x.dtype)}) should be convertible without narrowing to the specified dtype (${pytorchName(given.dtype)})`,
    );
  return normAlong(vectorNormOp, x, toNumber(given.ord ?? 2), given);
}

/**
 * The norm of order `p` of `input - other`; shapes broadcast.
 *
 * @example
 * torch.dist(torch.tensor([0, 0]), torch.tensor([3, 4])) // tensor(5.)
 */
export function dist(input: Tensor, other: Tensor, p: Scalar | { p?: Scalar } = 2): Tensor {
  requireTensors("dist", [input, other]);
  const given = keywords<{ p?: Scalar }>(["p"], [p]);
  const order = toNumber(given.p ?? 2);
  checkSubtraction(input, other);
  const dtype = commonDtype(input, other);
  if (!isFloat(dtype))
    throw new DTypeError(
      `norm(): input dtype should be either floating point or complex. Got ${pytorchName(dtype)} instead.`,
    );
  const kind = normKind(order);
  return call(distOp, [input, other], normScalars(kind, order), { kind });
}
