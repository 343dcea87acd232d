import { keywords } from "@cresset/core/extend";
import {
  add,
  eq,
  exp,
  lgamma,
  logicalAnd,
  maskedFill,
  movedim,
  mul,
  NotImplementedError,
  onesLike,
  scatterAdd,
  sub,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@cresset/core/functions";
import { broadcastAll, type DistributionOptions } from "./arguments.ts";
import { Binomial } from "./binomial.ts";
import { Categorical, type CategoricalOptions } from "./categorical.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution } from "./distribution.ts";

export interface MultinomialOptions extends CategoricalOptions {
  readonly totalCount?: number;
}

/**
 * How often each of n categories comes in `totalCount` draws.
 *
 * @param totalCount a number; default 1.
 * @param probs weights [..., n]; or give `logits`, as for `Categorical`.
 * @throws NotImplementedError for counts that are a tensor; ValueError as `Categorical`.
 * @example new torch.distributions.Multinomial(100, torch.ones(4)).sample() // [4]
 */
export class Multinomial extends Distribution {
  static override readonly typeName: string = "Multinomial";
  static override readonly argConstraints = { probs: constraints.simplex, logits: constraints.realVector };
  readonly totalCount: number;
  private readonly categorical: Categorical;

  constructor(
    totalCount?: number | MultinomialOptions,
    probs?: Tensor | null | MultinomialOptions,
    logits?: Tensor | null | MultinomialOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<MultinomialOptions>(
      ["totalCount", "probs", "logits", "validateArgs"],
      [totalCount, probs, logits, validateArgs],
    );
    const count = given.totalCount ?? 1;
    if (typeof count !== "number" || !Number.isInteger(count))
      throw new NotImplementedError("inhomogeneous total_count is not supported");
    const { totalCount: _, ...rest } = given;
    const categorical = new Categorical(rest);
    super({
      batchShape: categorical.batchShape,
      eventShape: [categorical.numEvents],
      validateArgs: given.validateArgs,
    });
    this.totalCount = count;
    this.categorical = categorical;
  }

  override expand(batchShape: readonly number[]): this {
    return this.changed({ batchShape: [...batchShape], categorical: this.categorical.expand(batchShape) });
  }

  get probs(): Tensor {
    return this.categorical.probs;
  }

  get logits(): Tensor {
    return this.categorical.logits;
  }

  get paramShape(): readonly number[] {
    return this.categorical.paramShape;
  }

  override get support(): constraints.Constraint {
    return constraints.multinomial(this.totalCount);
  }

  override get mean(): Tensor {
    return mul(this.probs, this.totalCount);
  }

  override get variance(): Tensor {
    return mul(mul(this.totalCount, this.probs), sub(1, this.probs));
  }

  override draw(sampleShape: readonly number[]): Tensor {
    const drawn = movedim(this.categorical.draw([this.totalCount, ...sampleShape]), 0, -1);
    const none = zeros(this.extendedShape(sampleShape), { dtype: "int64", device: drawn.device });
    return scatterAdd(none, -1, drawn, onesLike(drawn)).to(this.probs.dtype);
  }

  override entropy(): Tensor {
    const n = tensor(this.totalCount, { dtype: "int64", device: this.probs.device });
    const first = sub(mul(n, this.categorical.entropy()), lgamma(add(n, 1)));
    const binomial = new Binomial(this.totalCount, this.probs, { validateArgs: false });
    const values = binomial.enumerateSupport(false);
    const weighted = mul(exp(binomial.logProb(values)), lgamma(add(values, 1)));
    // Of 0 the weight is 0.
    return add(first, sum(weighted, [0, -1]));
  }

  override logProb(value: Tensor): Tensor {
    const valid = this.checkedValue(value);
    const [logits, x] = broadcastAll(this.logits, valid);
    const arrangements = sub(lgamma(add(sum(x, -1), 1)), sum(lgamma(add(x, 1)), -1));
    const possible = maskedFill(logits, logicalAnd(eq(x, 0), eq(logits, Number.NEGATIVE_INFINITY)), 0);
    return add(arrangements, sum(mul(possible, x), -1));
  }
}
