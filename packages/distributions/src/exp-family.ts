import { autograd, mul, NotImplementedError, reshape, sub, sum, type Tensor } from "@cresset/core/functions";
import { Distribution } from "./distribution.ts";

/** Distributions of density h(x) exp(⟨θ, t(x)⟩ - F(θ)), of which entropy and divergence follow from F and its gradient. */
export abstract class ExponentialFamily extends Distribution {
  static override readonly typeName: string = "ExponentialFamily";

  /** @internal θ */
  naturalParams(): readonly Tensor[] {
    throw new NotImplementedError(`${this.typeName} has no natural parameters`);
  }

  /** @internal F(θ) */
  logNormalizer(..._naturalParams: readonly Tensor[]): Tensor {
    throw new NotImplementedError(`${this.typeName} has no log normalizer`);
  }

  /** @internal The expectation of ln h; null where there is none in closed form. */
  get meanCarrierMeasure(): number | null {
    return null;
  }

  override entropy(): Tensor {
    const measure = this.meanCarrierMeasure;
    if (measure === null) throw new NotImplementedError(`${this.typeName} has no entropy`);
    const [normalizer, params, gradients] = gradientsOfNormalizer(this);
    let result = measure === 0 ? normalizer : sub(normalizer, measure);
    for (const [i, each] of params.entries())
      result = sub(result, sum(reshape(mul(each, gradients[i]), [...this.batchShape, -1]), -1));
    return result;
  }
}

/** F of a distribution's natural parameters, these as leaves, and F's gradients by them. */
export function gradientsOfNormalizer(of: ExponentialFamily): readonly [Tensor, Tensor[], readonly Tensor[]] {
  const params = of.naturalParams().map((each) => each.detach().requiresGrad_());
  const normalizer = of.logNormalizer(...params);
  return [normalizer, params, autograd.grad(sum(normalizer), params, { createGraph: true }) as readonly Tensor[]];
}
