import { keywords } from "@cresset/core/extend";
import {
  abs,
  acos,
  add,
  cos,
  div,
  exp,
  ge,
  gt,
  log,
  logicalOr,
  lt,
  mul,
  pow,
  rand,
  remainder,
  sign,
  sqrt,
  sub,
  type Tensor,
  unbind,
  where,
  zeros,
} from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions, type Parameter, tensorsAmong } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution, type Sampling } from "./distribution.ts";

export interface VonMisesOptions extends DistributionOptions {
  readonly loc?: Parameter;
  readonly concentration?: Parameter;
}

/** PyTorch's coefficients of the modified Bessel functions I₀ and I₁: of (x / 3.75)² below 3.75, else of 3.75 / x. */
const small = [
  [1, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813],
  [0.5, 0.87890594, 0.51498869, 0.15084934, 0.02658733, 0.00301532, 0.00032411],
] as const;
const large = [
  [0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377],
  [0.39894228, -0.03988024, -0.00362018, 0.00163801, -0.01031555, 0.02282967, -0.02895312, 0.01787654, -0.00420059],
] as const;

function polynomial(y: Tensor, coefficients: readonly number[]): Tensor {
  let result: Tensor | number = coefficients[coefficients.length - 1];
  for (const each of coefficients.slice(0, -1).toReversed()) result = add(each, mul(y, result));
  return result as Tensor;
}

/** The logarithm of a modified Bessel function of order 0 or 1, of positive x. */
function logBessel(x: Tensor, order: 0 | 1): Tensor {
  const ratio = div(x, 3.75);
  const below = polynomial(mul(ratio, ratio), small[order]);
  const logBelow = log(order === 1 ? mul(abs(x), below) : below);
  const logAbove = add(sub(x, mul(0.5, log(x))), log(polynomial(div(3.75, x), large[order])));
  return where(lt(x, 3.75), logBelow, logAbove);
}

/**
 * Angles in [-π, π): the circular normal distribution.
 *
 * @param loc the mean angle, in radians.
 * @param concentration positive. Shapes broadcast.
 * @throws ValueError for parameters that are invalid, at once where they are known.
 * @example new torch.distributions.VonMises(torch.tensor([1]), torch.tensor([1])).sample() // [1]
 */
export class VonMises extends Distribution {
  static override readonly typeName: string = "VonMises";
  static override readonly argConstraints = { loc: constraints.real, concentration: constraints.positive };

  constructor(
    loc: Parameter | VonMisesOptions,
    concentration?: Parameter | VonMisesOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<Required<VonMisesOptions>>(
      ["loc", "concentration", "validateArgs"],
      [loc, concentration, validateArgs],
    );
    const [center, shape] = broadcastAll(given.loc, given.concentration);
    super({
      batchShape: center.shape,
      validateArgs: given.validateArgs,
      parameters: { loc: center, concentration: shape },
      given: tensorsAmong([given.loc, given.concentration]),
    });
  }

  get loc(): Tensor {
    return this.parameters.loc;
  }

  get concentration(): Tensor {
    return this.parameters.concentration;
  }

  override get support(): constraints.Constraint {
    return constraints.real;
  }

  /** The mean angle. */
  override get mean(): Tensor {
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  /** The circular variance. */
  override get variance(): Tensor {
    return this.lazily("circularVariance", () =>
      sub(1, exp(sub(logBessel(this.concentration, 1), logBessel(this.concentration, 0)))),
    );
  }

  override logProb(value: Tensor): Tensor {
    const cosine = mul(this.concentration, cos(sub(this.checkedValue(value), this.loc)));
    return sub(sub(cosine, Math.log(2 * Math.PI)), logBessel(this.concentration, 0));
  }

  /** Best and Fisher's (1979) rejection from a wrapped Cauchy distribution; all are drawn anew until each was accepted once. */
  override *draw(sampleShape: readonly number[]): Sampling {
    const [loc, concentration] = [this.loc.detach(), this.concentration.detach()];
    const tau = add(1, sqrt(add(1, mul(4, pow(concentration, 2)))));
    const rho = div(sub(tau, sqrt(mul(2, tau))), mul(2, concentration));
    const proposal = div(add(1, pow(rho, 2)), mul(2, rho));
    const shape = this.extendedShape(sampleShape);
    const { dtype, device } = loc;
    let x = zeros(shape, { dtype, device });
    let done = zeros(shape, { dtype: "bool", device });
    while ((yield done).some((flag: number | bigint) => Number(flag) === 0)) {
      const [u1, u2, u3] = unbind(rand([3, ...shape], { dtype, device }), 0);
      const z = cos(mul(Math.PI, u1));
      const f = div(add(1, mul(proposal, z)), add(proposal, z));
      const c = mul(concentration, sub(proposal, f));
      const inside = gt(sub(mul(c, sub(2, c)), u2), 0);
      const accepted = logicalOr(inside, ge(sub(add(log(div(c, u2)), 1), c), 0));
      x = where(accepted, mul(sign(sub(u3, 0.5)), acos(f)), x);
      done = logicalOr(done, accepted);
    }
    return sub(remainder(add(add(x, Math.PI), loc), 2 * Math.PI), Math.PI);
  }
}
