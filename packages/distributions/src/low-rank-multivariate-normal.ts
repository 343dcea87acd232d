import { keywords } from "@cresset/core/extend";
import {
  add,
  broadcastShapes,
  broadcastTo,
  diagEmbed,
  diagonal,
  div,
  eye,
  linalg,
  log,
  matmul,
  mul,
  pow,
  randn,
  reciprocal,
  sqrt,
  sub,
  sum,
  Tensor,
  transpose,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import type { DistributionOptions } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { type ArgConstraints, Distribution } from "./distribution.ts";
import { batchMahalanobis, batchMv } from "./multivariate-normal.ts";
import { sizeText } from "./printing.ts";

export interface LowRankMultivariateNormalOptions extends DistributionOptions {
  readonly loc?: Tensor;
  readonly covFactor?: Tensor;
  readonly covDiag?: Tensor;
}

const mT = (matrix: Tensor): Tensor => transpose(matrix, -2, -1);

/** With 1 added along the diagonal. */
function plusIdentity(matrix: Tensor): Tensor {
  const n = matrix.shape[matrix.ndim - 1];
  return add(matrix, eye(n, { dtype: matrix.dtype, device: matrix.device }));
}

/** A factor W and a diagonal D of the covariance W Wᵀ + D, with the Cholesky factor of 1 + Wᵀ D⁻¹ W. */
export interface LowRank {
  readonly factor: Tensor;
  readonly diag: Tensor;
  readonly capacitance: Tensor;
}

/** The logarithm of the determinant, by the matrix determinant lemma. */
export const lowRankLogDet = ({ diag, capacitance }: LowRank): Tensor =>
  add(mul(2, sum(log(diagonal(capacitance, 0, -2, -1)), -1)), sum(log(diag), -1));

/** xᵀ (W Wᵀ + D)⁻¹ x, by the Woodbury identity. */
export function lowRankMahalanobis({ factor, diag, capacitance }: LowRank, x: Tensor): Tensor {
  const scaled = div(mT(factor), unsqueeze(diag, -2));
  const first = sum(div(pow(x, 2), diag), -1);
  return sub(first, batchMahalanobis(capacitance, batchMv(scaled, x)));
}

/**
 * Normal vectors of covariance `covFactor` `covFactor`ᵀ + diag(`covDiag`), of which only small matrices are decomposed.
 *
 * @param loc means [..., n].
 * @param covFactor [..., n, m]
 * @param covDiag [..., n], positive.
 * @throws ValueError for shapes that do not fit and for invalid parameters. Decompositions run on the host: DeviceError on devices
 * that read asynchronously.
 * @example
 * new torch.distributions.LowRankMultivariateNormal(torch.zeros(2), torch.tensor([[1], [0]]), torch.ones(2)).sample() // [2]
 */
export class LowRankMultivariateNormal extends Distribution {
  static override readonly typeName: string = "LowRankMultivariateNormal";
  static override readonly argConstraints: ArgConstraints = {
    loc: constraints.realVector,
    covFactor: /* @__PURE__ */ constraints.independent(constraints.real, 2),
    covDiag: /* @__PURE__ */ constraints.independent(constraints.positive, 1),
  };
  /** @internal Without the batch of `loc`. */
  readonly lowRank: LowRank;

  constructor(
    loc: Tensor | LowRankMultivariateNormalOptions,
    covFactor?: Tensor | LowRankMultivariateNormalOptions,
    covDiag?: Tensor | LowRankMultivariateNormalOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<LowRankMultivariateNormalOptions>(
      ["loc", "covFactor", "covDiag", "validateArgs"],
      [loc, covFactor, covDiag, validateArgs],
    );
    const { loc: center, covFactor: factor, covDiag: diag } = given;
    if (!(center instanceof Tensor) || center.ndim < 1) throw new ValueError("loc must be at least one-dimensional.");
    const n = center.shape[center.ndim - 1];
    if (!(factor instanceof Tensor) || factor.ndim < 2)
      throw new ValueError("cov_factor must be at least two-dimensional, with optional leading batch dimensions");
    if (factor.shape[factor.ndim - 2] !== n)
      throw new ValueError(`cov_factor must be a batch of matrices with shape ${n} x m`);
    if (!(diag instanceof Tensor) || diag.shape[diag.ndim - 1] !== n)
      throw new ValueError(`cov_diag must be a batch of vectors with shape ${sizeText([n])}`);
    const batchShape = commonBatch(center, factor, diag);
    super({
      batchShape,
      eventShape: [n],
      validateArgs: given.validateArgs,
      parameters: {
        loc: broadcastTo(center, [...batchShape, n]),
        covFactor: broadcastTo(factor, [...batchShape, ...factor.shape.slice(-2)]),
        covDiag: broadcastTo(diag, [...batchShape, n]),
      },
      given: [center, factor, diag],
    });
    const own = this.tiedParameter(diag);
    const scaled = div(mT(factor), unsqueeze(own, -2));
    this.lowRank = { factor, diag: own, capacitance: linalg.cholesky(plusIdentity(matmul(scaled, factor))) };
  }

  get loc(): Tensor {
    return this.parameters.loc;
  }

  get covFactor(): Tensor {
    return this.parameters.covFactor;
  }

  get covDiag(): Tensor {
    return this.parameters.covDiag;
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
    const { factor, diag } = this.lowRank;
    return broadcastTo(add(sum(pow(factor, 2), -1), diag), this.extendedShape());
  }

  private toBatch(matrix: Tensor): Tensor {
    return broadcastTo(matrix, [...this.batchShape, ...this.eventShape, ...this.eventShape]);
  }

  get scaleTril(): Tensor {
    const { factor, diag } = this.lowRank;
    const deviation = unsqueeze(sqrt(diag), -1);
    const scaled = div(factor, deviation);
    return this.toBatch(mul(deviation, linalg.cholesky(plusIdentity(matmul(scaled, mT(scaled))))));
  }

  get covarianceMatrix(): Tensor {
    const { factor, diag } = this.lowRank;
    return this.toBatch(add(matmul(factor, mT(factor)), diagEmbed(diag)));
  }

  get precisionMatrix(): Tensor {
    const { factor, diag, capacitance } = this.lowRank;
    const scaled = div(mT(factor), unsqueeze(diag, -2));
    const a = linalg.solveTriangular(capacitance, scaled, { upper: false });
    return this.toBatch(sub(diagEmbed(reciprocal(diag)), matmul(mT(a), a)));
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const { factor, diag } = this.lowRank;
    const { dtype, device } = this.loc;
    const shape = this.extendedShape(sampleShape);
    const rank = factor.shape[factor.ndim - 1];
    const common = randn([...shape.slice(0, -1), rank], { dtype, device });
    const own = randn(shape, { dtype, device });
    return add(add(this.loc, batchMv(factor, common)), mul(sqrt(diag), own));
  }

  override logProb(value: Tensor): Tensor {
    const distance = lowRankMahalanobis(this.lowRank, sub(this.checkedValue(value), this.loc));
    const constant = this.eventShape[0] * Math.log(2 * Math.PI);
    return mul(-0.5, add(add(constant, lowRankLogDet(this.lowRank)), distance));
  }

  override entropy(): Tensor {
    const constant = this.eventShape[0] * (1 + Math.log(2 * Math.PI));
    const entropy = mul(0.5, add(constant, lowRankLogDet(this.lowRank)));
    return this.batchShape.length === 0 ? entropy : broadcastTo(entropy, [...this.batchShape]);
  }
}

function commonBatch(loc: Tensor, factor: Tensor, diag: Tensor): number[] {
  try {
    return [...broadcastShapes(loc.shape.slice(0, -1), factor.shape.slice(0, -2), diag.shape.slice(0, -1))];
  } catch {
    const [a, b, c] = [loc, factor, diag].map(({ shape }) => sizeText(shape));
    throw new ValueError(`Incompatible batch shapes: loc ${a}, cov_factor ${b}, cov_diag ${c}`);
  }
}
