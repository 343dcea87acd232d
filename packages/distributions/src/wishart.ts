import { keywords, toNumber } from "@cresset/core/extend";
import {
  add,
  arange,
  broadcastShapes,
  broadcastTo,
  cat,
  choleskySolve,
  clamp,
  diagEmbed,
  diagonal,
  digamma,
  div,
  eye,
  gt,
  type HostArray,
  indexSelect,
  le,
  linalg,
  maskedFill,
  matmul,
  mul,
  mvlgamma,
  neg,
  noGrad,
  pow,
  randn,
  reshape,
  sqrt,
  sub,
  sum,
  Tensor,
  tensor,
  transpose,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import type { DistributionOptions, Parameter } from "./arguments.ts";
import { Chi2 } from "./chi2.ts";
import * as constraints from "./constraints/values.ts";
import { type ArgConstraints, type Sampling, stepsOf } from "./distribution.ts";
import { ExponentialFamily } from "./exp-family.ts";
import { halfLogDet, type MultivariateNormalOptions, matrixOf, precisionToScaleTril } from "./multivariate-normal.ts";
import { epsilonOf } from "./numbers.ts";
import { matrixOfTril } from "./triangle.ts";
import { guardedParameter, isKnown } from "./validation.ts";

export interface WishartOptions extends Omit<MultivariateNormalOptions, "loc"> {
  readonly df?: Parameter;
}

/**
 * Positive definite matrices: sums of xxᵀ of `df` normal vectors x.
 *
 * @param df degrees of freedom, above n - 1.
 * @param covarianceMatrix of the vectors, positive definite [..., n, n]; or give `precisionMatrix`, its inverse, or `scaleTril`,
 * its Cholesky factor: `new Wishart(df, { scaleTril })`.
 * @throws ValueError unless exactly one of the three is given, and for invalid ones. It needs the host: DeviceError on devices that
 * read asynchronously.
 * @example new torch.distributions.Wishart(torch.tensor(2), torch.eye(2)).sample() // [2, 2]
 */
export class Wishart extends ExponentialFamily {
  static override readonly typeName: string = "Wishart";
  static override readonly argConstraints: ArgConstraints = {
    covarianceMatrix: constraints.positiveDefinite,
    precisionMatrix: constraints.positiveDefinite,
    scaleTril: constraints.lowerCholesky,
    df: /* @__PURE__ */ constraints.greaterThan(0),
  };
  private readonly ownScaleTril: Tensor;
  private readonly chi2: Chi2;

  constructor(
    df: Parameter | WishartOptions,
    covarianceMatrix?: Tensor | null | WishartOptions,
    precisionMatrix?: Tensor | null | WishartOptions,
    scaleTril?: Tensor | null | WishartOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<WishartOptions & { df: Parameter }>(
      ["df", "covarianceMatrix", "precisionMatrix", "scaleTril", "validateArgs"],
      [df, covarianceMatrix, precisionMatrix, scaleTril, validateArgs],
    );
    const matrices = matrixOf(given);
    if (matrices.length !== 1)
      throw new ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.");
    const [[name, matrix]] = matrices;
    if (matrix.ndim < 2)
      throw new ValueError("scale_tril must be at least two-dimensional, with optional leading batch dimensions");
    const own =
      given.df instanceof Tensor
        ? given.df
        : tensor(toNumber(given.df), { dtype: matrix.dtype, device: matrix.device });
    const batchShape = [...broadcastShapes(matrix.shape.slice(0, -2), own.shape)];
    const n = matrix.shape[matrix.ndim - 1];
    const freedom = guardedParameter(
      broadcastTo(own, batchShape),
      noGrad(() => gt(own.detach(), n - 1)),
      isKnown(own),
      (values) => `Value of df=${values ? own : "Tensor"} expected to be greater than ndim - 1 = ${n - 1}.`,
    );
    super({
      batchShape,
      eventShape: matrix.shape.slice(-2),
      validateArgs: given.validateArgs,
      parameters: { [name]: broadcastTo(matrix, [...batchShape, ...matrix.shape.slice(-2)]), df: freedom },
      given: [matrix, own],
    });
    // What is decomposed is read anyway.
    if (this.validateArgs && name !== "scaleTril") this.checkAlso(name, matrix, []);
    if (name === "scaleTril") this.ownScaleTril = this.tiedParameter(matrix);
    else this.ownScaleTril = name === "covarianceMatrix" ? linalg.cholesky(matrix) : precisionToScaleTril(matrix);
    this.chi2 = this.squares(this.df);
  }

  override expand(batchShape: readonly number[]): this {
    const { parameters } = super.expand(batchShape);
    const ownScaleTril = broadcastTo(this.ownScaleTril, [...batchShape, ...this.eventShape]);
    return this.changed({ batchShape: [...batchShape], parameters, ownScaleTril, chi2: this.squares(parameters.df) });
  }

  override get argConstraints(): ArgConstraints {
    return { ...Wishart.argConstraints, df: constraints.greaterThan(this.eventShape[0] - 1) };
  }

  /** Of the diagonal in Bartlett's decomposition: each has one degree of freedom less than the one above. */
  private squares(df: Tensor): Chi2 {
    const [n] = this.eventShape;
    const { dtype, device } = this.ownScaleTril;
    return new Chi2(sub(unsqueeze(df, -1), arange(n, { dtype, device })), { validateArgs: false });
  }

  get df(): Tensor {
    return this.parameters.df;
  }

  get scaleTril(): Tensor {
    return this.lazily("scaleTril", () => this.toBatch(this.ownScaleTril));
  }

  get covarianceMatrix(): Tensor {
    return this.lazily("covarianceMatrix", () =>
      this.toBatch(matmul(this.ownScaleTril, transpose(this.ownScaleTril, -2, -1))),
    );
  }

  get precisionMatrix(): Tensor {
    const { dtype, device } = this.ownScaleTril;
    return this.lazily("precisionMatrix", () =>
      this.toBatch(choleskySolve(eye(this.eventShape[0], { dtype, device }), this.ownScaleTril)),
    );
  }

  private toBatch(matrix: Tensor): Tensor {
    return broadcastTo(matrix, this.extendedShape());
  }

  override get support(): constraints.Constraint {
    return constraints.positiveDefinite;
  }

  override get hasRsample(): boolean {
    return true;
  }

  private timesCovariance(factor: Tensor): Tensor {
    return mul(reshape(factor, [...this.batchShape, 1, 1]), this.covarianceMatrix);
  }

  override get mean(): Tensor {
    return this.timesCovariance(this.df);
  }

  override get mode(): Tensor {
    const factor = sub(sub(this.df, this.eventShape[0]), 1);
    return this.timesCovariance(maskedFill(factor, le(factor, 0), Number.NaN));
  }

  override get variance(): Tensor {
    const covariance = this.covarianceMatrix;
    const diag = diagonal(covariance, 0, -2, -1);
    const products = mul(unsqueeze(diag, -1), unsqueeze(diag, -2));
    return mul(reshape(this.df, [...this.batchShape, 1, 1]), add(pow(covariance, 2), products));
  }

  /**
   * By Bartlett's decomposition. Samples that are singular are drawn again, up to ten times. What is drawn first PyTorch takes for
   * singular where it is not, and draws that again: to have its numbers, so does this.
   */
  override *draw(sampleShape: readonly number[]): Sampling {
    const pool = [yield* this.bartlett(sampleShape)];
    const chosen = Array.from({ length: sampleShape.reduce((count, size) => count * size, 1) }, (_, i) => i);
    let again = (yield* this.isRegular(pool[0])).flatMap((regular, i) => (regular ? [i] : []));
    for (let tries = 0, start = chosen.length; tries < 10 && again.length > 0; tries++) {
      const drawn = yield* this.bartlett([again.length]);
      for (const [i, at] of again.entries()) chosen[at] = start + i;
      start += again.length;
      pool.push(drawn);
      const regular = yield* this.isRegular(drawn);
      again = again.filter((_, i) => !regular[i]);
    }
    if (pool.length === 1) return pool[0];
    const rows = pool.map((each) => reshape(each, [-1, ...this.extendedShape()]));
    const index = tensor(chosen, { dtype: "int64", device: pool[0].device });
    return reshape(indexSelect(cat(rows, 0), 0, index), this.extendedShape(sampleShape));
  }

  /** Whether each sample is positive definite, for all of the batch. */
  private *isRegular(sample: Tensor): Generator<Tensor, boolean[], HostArray> {
    const valid = noGrad(() => this.support.check(sample.detach()));
    const width = this.batchShape.reduce((count, size) => count * size, 1);
    const flags = Array.from(yield valid, Boolean);
    return Array.from({ length: flags.length / width }, (_, i) =>
      flags.slice(i * width, (i + 1) * width).some(Boolean),
    );
  }

  private *bartlett(sampleShape: readonly number[]): Sampling {
    const [n] = this.eventShape;
    const squares = yield* stepsOf(this.chi2.draw(sampleShape));
    const { dtype, device } = squares;
    const roots = sqrt(squares);
    const diag = diagEmbed(clamp(roots, epsilonOf(dtype)));
    const shape = [...sampleShape, ...this.batchShape, (n * (n - 1)) / 2];
    const noise = n > 1 ? add(diag, matrixOfTril(randn(shape, { dtype, device }), -1)) : diag;
    const factor = matmul(this.ownScaleTril, noise);
    return matmul(factor, transpose(factor, -2, -1));
  }

  override logProb(value: Tensor): Tensor {
    const x = this.checkedValue(value);
    const { df, ownScaleTril } = this;
    const [p] = this.eventShape;
    const normalizer = add(mul(df, add((p * Math.log(2)) / 2, halfLogDet(ownScaleTril))), mvlgamma(div(df, 2), p));
    const power = mul(div(sub(sub(df, p), 1), 2), linalg.slogdet(x).logabsdet);
    const trace = sum(diagonal(choleskySolve(x, ownScaleTril), 0, -2, -1), -1);
    return sub(add(neg(normalizer), power), div(trace, 2));
  }

  override entropy(): Tensor {
    const { df } = this;
    const [p] = this.eventShape;
    const half = div(df, 2);
    const places = div(arange(p, { dtype: df.dtype, device: df.device }), 2);
    const slopes = sum(digamma(sub(unsqueeze(half, -1), places)), -1);
    const volume = mul(p + 1, add((p * Math.log(2)) / 2, halfLogDet(this.ownScaleTril)));
    const first = add(volume, mvlgamma(half, p));
    return add(sub(first, mul(div(sub(sub(df, p), 1), 2), slopes)), div(mul(df, p), 2));
  }

  override naturalParams(): readonly Tensor[] {
    const [p] = this.eventShape;
    return [div(neg(this.precisionMatrix), 2), div(sub(sub(this.df, p), 1), 2)];
  }

  override logNormalizer(x: Tensor, y: Tensor): Tensor {
    const [p] = this.eventShape;
    const power = add(y, (p + 1) / 2);
    const { logabsdet } = linalg.slogdet(mul(-2, x));
    return add(mul(power, add(neg(logabsdet), Math.log(2) * p)), mvlgamma(power, p));
  }
}
