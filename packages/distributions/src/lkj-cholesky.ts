import { keywords } from "@cresset/core/extend";
import {
  add,
  arange,
  cat,
  clamp,
  diagEmbed,
  diagonal,
  div,
  gt,
  lgamma,
  log,
  mul,
  mvlgamma,
  narrow,
  pow,
  randn,
  reshape,
  sqrt,
  sub,
  sum,
  type Tensor,
  tril,
  unsqueeze,
  ValueError,
  where,
  zeros,
} from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter, tensorsAmong } from "./arguments.ts";
import { Beta } from "./beta.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution, type Sampling, stepsOf } from "./distribution.ts";
import { tinyOf } from "./numbers.ts";

export interface LKJCholeskyOptions extends DistributionOptions {
  readonly dim?: number;
  readonly concentration?: Parameter;
}

/**
 * Cholesky factors of correlation matrices, of density proportional to a power of their determinant: Lewandowski, Kurowicka and
 * Joe (2009), by the onion method.
 *
 * @param dim rows and columns, 2 at least.
 * @param concentration η, positive: 1 (default) makes all correlation matrices equally likely.
 * @throws ValueError for fewer rows; for concentrations that are invalid, at once where they are known.
 * @example new torch.distributions.LKJCholesky(3, 0.5).sample() // [3, 3]
 */
export class LKJCholesky extends Distribution {
  static override readonly typeName: string = "LKJCholesky";
  static override readonly argConstraints = { concentration: constraints.positive };
  readonly dim: number;
  private readonly beta: Beta;

  constructor(
    dim: number | LKJCholeskyOptions,
    concentration?: Parameter | LKJCholeskyOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<LKJCholeskyOptions & { dim: number }>(
      ["dim", "concentration", "validateArgs"],
      [dim, concentration, validateArgs],
    );
    const size = given.dim;
    if (!Number.isInteger(size) || size < 2)
      throw new ValueError(`Expected dim to be an integer greater than or equal to 2. Found dim=${size}.`);
    const [own] = broadcastAll(given.concentration ?? 1);
    super({
      batchShape: own.shape,
      eventShape: [size, size],
      validateArgs: given.validateArgs,
      parameters: { concentration: own },
      given: tensorsAmong([given.concentration]),
    });
    this.dim = size;
    const { dtype, device } = own;
    const offset = cat([zeros([1], { dtype, device }), arange(size - 1, { dtype, device })]);
    const marginal = add(this.concentration, 0.5 * (size - 2));
    const below = sub(unsqueeze(marginal, -1), mul(0.5, offset));
    this.beta = new Beta(add(offset, 0.5), below, { validateArgs: false });
  }

  override expand(batchShape: readonly number[]): this {
    const { parameters } = super.expand(batchShape);
    return this.changed({
      batchShape: [...batchShape],
      parameters,
      beta: this.beta.expand([...batchShape, this.dim]),
    });
  }

  get concentration(): Tensor {
    return this.parameters.concentration;
  }

  override get support(): constraints.Constraint {
    return constraints.corrCholesky;
  }

  override *draw(sampleShape: readonly number[]): Sampling {
    const y = unsqueeze(yield* stepsOf(this.beta.draw(sampleShape)), -1);
    const { dtype, device } = y;
    const normal = tril(randn(this.extendedShape(sampleShape), { dtype, device }), -1);
    const length = sqrt(sum(mul(normal, normal), -1, true));
    // The first row has no direction.
    const rows = reshape(arange(this.dim, { dtype: "int64", device }), [this.dim, 1]);
    const directions = where(gt(rows, 0), div(normal, length), 0);
    const w = mul(sqrt(y), directions);
    const rest = sqrt(clamp(sub(1, sum(pow(w, 2), -1)), tinyOf(dtype)));
    return add(w, diagEmbed(rest));
  }

  override logProb(value: Tensor): Tensor {
    const { dim, concentration } = this;
    const { dtype, device } = concentration;
    const all = diagonal(this.checkedValue(value), 0, -1, -2);
    const entries = narrow(all, -1, 1, dim - 1);
    const rows = arange(2, dim + 1, { dtype, device });
    const orders = sub(add(unsqueeze(mul(2, sub(concentration, 1)), -1), dim), rows);
    const density = sum(mul(orders, log(entries)), -1);
    const alpha = add(concentration, 0.5 * (dim - 1));
    const denominator = mul(lgamma(alpha), dim - 1);
    const numerator = mvlgamma(sub(alpha, 0.5), dim - 1);
    return sub(density, sub(add(0.5 * (dim - 1) * Math.log(Math.PI), numerator), denominator));
  }
}
