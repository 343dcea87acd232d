import { keywords } from "@cresset/core/extend";
import {
  arange,
  argmax,
  broadcastTensors,
  clamp,
  div,
  finfo,
  full,
  gather,
  logsumexp,
  mul,
  multinomial,
  narrow,
  neg,
  reshape,
  squeeze,
  sub,
  sum,
  Tensor,
  t,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import type { DistributionOptions } from "./arguments.ts";
import { requireOneOf } from "./arguments.ts";
import { enumerated } from "./bernoulli.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution } from "./distribution.ts";
import { logitsToProbs, probsToLogits } from "./functions.ts";

/** Weights of categories, or their logarithms. */
export interface CategoricalOptions extends DistributionOptions {
  readonly probs?: Tensor | null;
  readonly logits?: Tensor | null;
}

/**
 * Numbers of categories, 0 … n - 1.
 *
 * @param probs [..., n], not negative; they are divided by their sum. Or give `logits`, unnormalized logarithms of them:
 * `new Categorical({ logits })`.
 * @throws ValueError unless exactly one of both is given, of at least one dimension; for invalid ones, at once where they are known.
 * @example
 * const policy = new torch.distributions.Categorical({ logits: net(state) });
 * const action = policy.sample(); // int64
 * const loss = policy.logProb(action).mul(reward).neg();
 */
export class Categorical extends Distribution {
  static override readonly typeName: string = "Categorical";
  static override readonly argConstraints = { probs: constraints.simplex, logits: constraints.realVector };
  /** @internal */
  readonly numEvents: number;

  constructor(
    probs?: Tensor | null | CategoricalOptions,
    logits?: Tensor | null | CategoricalOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<CategoricalOptions>(["probs", "logits", "validateArgs"], [probs, logits, validateArgs]);
    requireOneOf(given.probs, given.logits);
    const [name, parameter] = given.probs instanceof Tensor ? ["probs", given.probs] : ["logits", given.logits];
    if (!(parameter instanceof Tensor)) throw new ValueError(`\`${name}\` must be a Tensor`);
    if (parameter.ndim < 1) throw new ValueError(`\`${name}\` parameter must be at least one-dimensional.`);
    const normalized =
      name === "probs" ? div(parameter, sum(parameter, -1, true)) : sub(parameter, logsumexp(parameter, -1, true));
    super({
      batchShape: parameter.shape.slice(0, -1),
      validateArgs: given.validateArgs,
      parameters: { [name]: normalized },
      given: [parameter],
    });
    this.numEvents = parameter.shape[parameter.ndim - 1];
  }

  /** Normalized. */
  get probs(): Tensor {
    return this.lazily("probs", () => logitsToProbs(this.logits));
  }

  /** Normalized: logarithms of the probabilities. */
  get logits(): Tensor {
    return this.lazily("logits", () => probsToLogits(this.probs));
  }

  get paramShape(): readonly number[] {
    return [...this.batchShape, this.numEvents];
  }

  override get support(): constraints.Constraint {
    return constraints.integerInterval(0, this.numEvents - 1);
  }

  override get hasEnumerateSupport(): boolean {
    return true;
  }

  /** NaN: there is none of categories. */
  override get mean(): Tensor {
    return full(this.extendedShape(), Number.NaN, { dtype: this.probs.dtype, device: this.probs.device });
  }

  override get mode(): Tensor {
    return argmax(this.probs, -1);
  }

  /** NaN: there is none of categories. */
  override get variance(): Tensor {
    return this.mean;
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const rows = reshape(this.probs.detach(), [-1, this.numEvents]);
    const count = sampleShape.reduce((n, size) => n * size, 1);
    return reshape(t(multinomial(rows, count, true)), this.extendedShape(sampleShape));
  }

  override logProb(value: Tensor): Tensor {
    const index = unsqueeze(this.checkedValue(value).to("int64"), -1);
    const [at, logits] = broadcastTensors(index, this.logits);
    return squeeze(gather(logits, -1, narrow(at, -1, 0, 1)), -1);
  }

  override entropy(): Tensor {
    const least = -finfo(this.logits.dtype).max;
    return neg(sum(mul(clamp(this.logits, least), this.probs), -1));
  }

  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    const { device } = Object.values(this.parameters)[0];
    return enumerated(arange(this.numEvents, { dtype: "int64", device }), this.batchShape, expand);
  }
}
