/** Transforms of vectors and matrices. */
import {
  add,
  amax,
  arange,
  cat,
  clamp,
  cumprod,
  cumsum,
  diagEmbed,
  diagonal,
  div,
  exp,
  eye,
  log,
  mul,
  narrow,
  neg,
  ones,
  pow,
  sqrt,
  sub,
  sum,
  type Tensor,
  tanh,
  tril,
  ValueError,
} from "@cresset/core/functions";
import { logsigmoid, softplus } from "@cresset/nn/functional";
import * as constraints from "../constraints/values.ts";
import { epsilonOf, tinyOf } from "../numbers.ts";
import { matrixOfTril, trilOf } from "../triangle.ts";
import { clippedSigmoid } from "./elementwise.ts";
import { Transform } from "./transform.ts";

const tooFew = (): ValueError => new ValueError("Too few dimensions on input");

const last = (x: Tensor): number => x.shape[x.ndim - 1];
const butLast = (x: Tensor): Tensor => narrow(x, -1, 0, last(x) - 1);

/** `x` with ones before or after it along the last dimension. */
function padded(x: Tensor, where: "before" | "after"): Tensor {
  const one = ones([...x.shape.slice(0, -1), 1], { dtype: x.dtype, device: x.device });
  return cat(where === "before" ? [one, x] : [x, one], -1);
}

/** Vectors to the simplex: exp(x), normalized. It is not bijective. */
export class SoftmaxTransform extends Transform {
  static override readonly typeName: string = "SoftmaxTransform";

  override get domain(): constraints.Constraint {
    return constraints.realVector;
  }

  override get codomain(): constraints.Constraint {
    return constraints.simplex;
  }

  override equals(other: Transform): boolean {
    return other instanceof SoftmaxTransform;
  }

  protected override forward(x: Tensor): Tensor {
    const weights = exp(sub(x, amax(x, -1, true)));
    return div(weights, sum(weights, -1, true));
  }

  protected override backward(y: Tensor): Tensor {
    return log(y);
  }

  override forwardShape(shape: readonly number[]): readonly number[] {
    if (shape.length < 1) throw tooFew();
    return shape;
  }

  override inverseShape(shape: readonly number[]): readonly number[] {
    return this.forwardShape(shape);
  }
}

/** Vectors of n numbers to points of the simplex of n + 1: each takes its share of what those before it left. */
export class StickBreakingTransform extends Transform {
  static override readonly typeName: string = "StickBreakingTransform";

  override get domain(): constraints.Constraint {
    return constraints.realVector;
  }

  override get codomain(): constraints.Constraint {
    return constraints.simplex;
  }

  override get bijective(): boolean {
    return true;
  }

  override equals(other: Transform): boolean {
    return other instanceof StickBreakingTransform;
  }

  protected override forward(x: Tensor): Tensor {
    const shares = clippedSigmoid(sub(x, log(offsets(x, last(x)))));
    return mul(padded(shares, "after"), padded(cumprod(sub(1, shares), -1), "before"));
  }

  protected override backward(y: Tensor): Tensor {
    const cropped = butLast(y);
    // Rounding may leave nothing, or less.
    const rest = clamp(sub(1, cumsum(cropped, -1)), tinyOf(y.dtype));
    return add(sub(log(cropped), log(rest)), log(offsets(y, last(cropped))));
  }

  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    const shifted = sub(x, log(offsets(x, last(x))));
    return sum(add(add(neg(shifted), logsigmoid(shifted)), log(butLast(y))), -1);
  }

  override forwardShape(shape: readonly number[]): readonly number[] {
    if (shape.length < 1) throw tooFew();
    return [...shape.slice(0, -1), shape[shape.length - 1] + 1];
  }

  override inverseShape(shape: readonly number[]): readonly number[] {
    if (shape.length < 1) throw tooFew();
    return [...shape.slice(0, -1), shape[shape.length - 1] - 1];
  }
}

/** n, n - 1, …, 1 */
const offsets = (like: Tensor, n: number): Tensor => arange(n, 0, -1, { dtype: like.dtype, device: like.device });

/** Square matrices to lower triangular ones with a positive diagonal. */
export class LowerCholeskyTransform extends Transform {
  static override readonly typeName: string = "LowerCholeskyTransform";

  override get domain(): constraints.Constraint {
    return constraints.independent(constraints.real, 2);
  }

  override get codomain(): constraints.Constraint {
    return constraints.lowerCholesky;
  }

  override equals(other: Transform): boolean {
    return other instanceof LowerCholeskyTransform;
  }

  protected override forward(x: Tensor): Tensor {
    return add(tril(x, -1), diagEmbed(exp(diagonal(x, 0, -2, -1))));
  }

  protected override backward(y: Tensor): Tensor {
    return add(tril(y, -1), diagEmbed(log(diagonal(y, 0, -2, -1))));
  }
}

/**
 * Vectors of D (D - 1) / 2 numbers to Cholesky factors of D × D correlation matrices: by rows of the lower triangle, the squares
 * of tanh(x) each take their share of what is left of 1.
 */
export class CorrCholeskyTransform extends Transform {
  static override readonly typeName: string = "CorrCholeskyTransform";

  override get domain(): constraints.Constraint {
    return constraints.realVector;
  }

  override get codomain(): constraints.Constraint {
    return constraints.corrCholesky;
  }

  override get bijective(): boolean {
    return true;
  }

  protected override forward(x: Tensor): Tensor {
    const epsilon = epsilonOf(x.dtype);
    const r = matrixOfTril(clamp(tanh(x), -1 + epsilon, 1 - epsilon), -1);
    const left = cumprod(sqrt(sub(1, pow(r, 2))), -1);
    const withDiagonal = add(r, eye(last(r), { dtype: x.dtype, device: x.device }));
    return mul(withDiagonal, padded(butLast(left), "before"));
  }

  protected override backward(y: Tensor): Tensor {
    const left = padded(butLast(sub(1, cumsum(mul(y, y), -1))), "before");
    const t = div(trilOf(y, -1), sqrt(trilOf(left, -1)));
    return div(log(div(add(1, t), sub(1, t))), 2);
  }

  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    // The diagonal -2 saves a shift to the right.
    const left = trilOf(sub(1, cumsum(mul(y, y), -1)), -2);
    const ofSticks = mul(0.5, sum(log(left), -1));
    const ofTanh = mul(-2, sum(sub(add(x, softplus(mul(-2, x))), Math.log(2)), -1));
    return add(ofSticks, ofTanh);
  }

  override forwardShape(shape: readonly number[]): readonly number[] {
    if (shape.length < 1) throw tooFew();
    const n = shape[shape.length - 1];
    const size = Math.round((0.25 + 2 * n) ** 0.5 + 0.5);
    if ((size * (size - 1)) / 2 !== n) throw new ValueError("Input is not a flattend lower-diagonal number");
    return [...shape.slice(0, -1), size, size];
  }

  override inverseShape(shape: readonly number[]): readonly number[] {
    if (shape.length < 2) throw tooFew();
    const [rows, columns] = shape.slice(-2);
    if (rows !== columns) throw new ValueError("Input is not square");
    return [...shape.slice(0, -2), (rows * (rows - 1)) / 2];
  }
}
