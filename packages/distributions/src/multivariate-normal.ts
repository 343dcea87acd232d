import { keywords } from "@cresset/core/extend";
import {
  add,
  broadcastShapes,
  broadcastTo,
  choleskyInverse,
  diagonal,
  eye,
  flip,
  linalg,
  log,
  matmul,
  mul,
  permute,
  pow,
  randn,
  reshape,
  squeeze,
  sub,
  sum,
  Tensor,
  t,
  transpose,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import type { DistributionOptions } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution } from "./distribution.ts";

export interface MultivariateNormalOptions extends DistributionOptions {
  readonly loc?: Tensor;
  readonly covarianceMatrix?: Tensor | null;
  readonly precisionMatrix?: Tensor | null;
  readonly scaleTril?: Tensor | null;
}

/** Matrices [*, n, m] times vectors [*, m]. */
export const batchMv = (matrix: Tensor, vector: Tensor): Tensor => squeeze(matmul(matrix, unsqueeze(vector, -1)), -1);

/** xᵀ (L Lᵀ)⁻¹ x of Cholesky factors L [*, n, n] and vectors x [..., *, n], whose batch L's broadcasts to. */
export function batchMahalanobis(factor: Tensor, x: Tensor): Tensor {
  const n = x.shape[x.ndim - 1];
  const batch = x.shape.slice(0, -1);
  const inner = factor.ndim - 2;
  const outer = batch.length - inner;
  // Each dimension of L's batch divides that of x: the quotients join the outer dimensions.
  const sizes = factor.shape.slice(0, -2);
  const split = [...batch.slice(0, outer), ...sizes.flatMap((size, d) => [batch[outer + d] / size, size]), n];
  const places = [...sizes.keys()];
  const quotients = places.map((d) => outer + 2 * d);
  const order = [...Array(outer).keys(), ...quotients, ...quotients.map((d) => d + 1), outer + 2 * inner];
  const ordered = permute(reshape(x, split), order);
  const flatFactor = reshape(factor, [-1, n, n]);
  const flatX = reshape(ordered, [-1, flatFactor.shape[0], n]);
  const solved = linalg.solveTriangular(flatFactor, permute(flatX, [1, 2, 0]), { upper: false });
  const squares = t(sum(pow(solved, 2), -2));
  const back = [...Array(outer).keys(), ...places.flatMap((d) => [outer + d, outer + inner + d])];
  return reshape(permute(reshape(squares, ordered.shape.slice(0, -1)), back), [...batch]);
}

/** The Cholesky factor of a precision matrix's inverse. */
export function precisionToScaleTril(precision: Tensor): Tensor {
  const factor = linalg.cholesky(flip(precision, [-2, -1]));
  const inverse = transpose(flip(factor, [-2, -1]), -2, -1);
  const n = precision.shape[precision.ndim - 1];
  return linalg.solveTriangular(inverse, eye(n, { dtype: precision.dtype, device: precision.device }), {
    upper: false,
  });
}

/** Half of the logarithm of the determinant of L Lᵀ. */
export const halfLogDet = (factor: Tensor): Tensor => sum(log(diagonal(factor, 0, -2, -1)), -1);

/** The one matrix of three that is given, by name. */
export function matrixOf(given: MultivariateNormalOptions): readonly (readonly [MatrixName, Tensor])[] {
  return matrixNames.flatMap((name) => {
    const matrix = given[name];
    return matrix instanceof Tensor ? [[name, matrix] as const] : [];
  });
}

const matrixNames = ["scaleTril", "covarianceMatrix", "precisionMatrix"] as const;
type MatrixName = (typeof matrixNames)[number];

/** PyTorch's names of the three. */
const snakeNames = {
  scaleTril: "scale_tril",
  covarianceMatrix: "covariance_matrix",
  precisionMatrix: "precision_matrix",
} as const;

/**
 * Normal vectors.
 *
 * @param loc means [..., n].
 * @param covarianceMatrix positive definite [..., n, n]; or give `precisionMatrix`, its inverse, or `scaleTril`, its Cholesky
 * factor, which saves a decomposition: `new MultivariateNormal(loc, { scaleTril })`.
 * @throws ValueError unless exactly one of the three is given, and for invalid ones. Decompositions and `logProb` run on the host:
 * DeviceError on devices that read asynchronously.
 * @example new torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2)).sample() // [2]
 */
export class MultivariateNormal extends Distribution {
  static override readonly typeName: string = "MultivariateNormal";
  static override readonly argConstraints = {
    loc: constraints.realVector,
    covarianceMatrix: constraints.positiveDefinite,
    precisionMatrix: constraints.positiveDefinite,
    scaleTril: constraints.lowerCholesky,
  };
  /** @internal The Cholesky factor, without the batch of `loc`. */
  readonly ownScaleTril: Tensor;

  constructor(
    loc: Tensor | MultivariateNormalOptions,
    covarianceMatrix?: Tensor | null | MultivariateNormalOptions,
    precisionMatrix?: Tensor | null | MultivariateNormalOptions,
    scaleTril?: Tensor | null | MultivariateNormalOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<MultivariateNormalOptions>(
      ["loc", "covarianceMatrix", "precisionMatrix", "scaleTril", "validateArgs"],
      [loc, covarianceMatrix, precisionMatrix, scaleTril, validateArgs],
    );
    const center = given.loc;
    if (!(center instanceof Tensor) || center.ndim < 1) throw new ValueError("loc must be at least one-dimensional.");
    const matrices = matrixOf(given);
    if (matrices.length !== 1)
      throw new ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.");
    const [[name, matrix]] = matrices;
    if (matrix.ndim < 2)
      throw new ValueError(
        `${snakeNames[name]}${name === "scaleTril" ? " matrix" : ""} must be at least two-dimensional, with optional leading batch dimensions`,
      );
    const batchShape = broadcastShapes(matrix.shape.slice(0, -2), center.shape.slice(0, -1));
    const n = center.shape[center.ndim - 1];
    super({
      batchShape,
      eventShape: [n],
      validateArgs: given.validateArgs,
      parameters: {
        loc: broadcastTo(center, [...batchShape, n]),
        [name]: broadcastTo(matrix, [...batchShape, ...matrix.shape.slice(-2)]),
      },
      given: [center, matrix],
    });
    // What is decomposed is read anyway.
    if (this.validateArgs && name !== "scaleTril") this.checkAlso(name, matrix, []);
    if (name === "scaleTril") this.ownScaleTril = this.tiedParameter(matrix);
    else this.ownScaleTril = name === "covarianceMatrix" ? linalg.cholesky(matrix) : precisionToScaleTril(matrix);
  }

  get loc(): Tensor {
    return this.parameters.loc;
  }

  /** Its Cholesky factor [..., n, n]. */
  get scaleTril(): Tensor {
    return this.lazily("scaleTril", () => this.toBatch(this.ownScaleTril));
  }

  get covarianceMatrix(): Tensor {
    return this.lazily("covarianceMatrix", () =>
      this.toBatch(matmul(this.ownScaleTril, transpose(this.ownScaleTril, -2, -1))),
    );
  }

  get precisionMatrix(): Tensor {
    return this.lazily("precisionMatrix", () => this.toBatch(choleskyInverse(this.ownScaleTril)));
  }

  private toBatch(matrix: Tensor): Tensor {
    return broadcastTo(matrix, [...this.batchShape, ...this.eventShape, ...this.eventShape]);
  }

  override get support(): constraints.Constraint {
    return constraints.realVector;
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    return broadcastTo(sum(pow(this.ownScaleTril, 2), -1), this.extendedShape());
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const { dtype, device } = this.loc;
    const noise = randn(this.extendedShape(sampleShape), { dtype, device });
    return add(this.loc, batchMv(this.ownScaleTril, noise));
  }

  override logProb(value: Tensor): Tensor {
    const distance = batchMahalanobis(this.ownScaleTril, sub(this.checkedValue(value), this.loc));
    const constant = this.eventShape[0] * Math.log(2 * Math.PI);
    return sub(mul(-0.5, add(constant, distance)), halfLogDet(this.ownScaleTril));
  }

  override entropy(): Tensor {
    const entropy = add(0.5 * this.eventShape[0] * (1 + Math.log(2 * Math.PI)), halfLogDet(this.ownScaleTril));
    return this.batchShape.length === 0 ? entropy : broadcastTo(entropy, [...this.batchShape]);
  }
}
