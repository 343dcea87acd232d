import { keywords } from "@cresset/core/extend";
import { NotImplementedError, type Tensor, ValueError } from "@cresset/core/functions";
import type { DistributionOptions } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution, type Sampling } from "./distribution.ts";
import { sumRightmost } from "./functions.ts";

export interface IndependentOptions extends DistributionOptions {
  readonly baseDistribution?: Distribution;
  readonly reinterpretedBatchNdims?: number;
}

/**
 * Takes the last `reinterpretedBatchNdims` dimensions of another's batch as dimensions of one event: log probabilities are
 * summed over them.
 *
 * @throws ValueError for more dimensions than the batch has.
 * @example
 * const diagonal = new torch.distributions.Independent(new torch.distributions.Normal(loc, scale), 1);
 * diagonal.logProb(x); // without the last dimension of x
 */
export class Independent extends Distribution {
  static override readonly typeName: string = "Independent";
  readonly baseDist: Distribution;
  readonly reinterpretedBatchNdims: number;

  constructor(
    baseDistribution: Distribution,
    reinterpretedBatchNdims: number | IndependentOptions,
    validateArgs?: boolean | DistributionOptions,
  ) {
    const given = keywords<IndependentOptions>(
      ["reinterpretedBatchNdims", "validateArgs"],
      [reinterpretedBatchNdims, validateArgs],
    );
    const count = given.reinterpretedBatchNdims;
    const { batchShape, eventShape } = baseDistribution;
    if (typeof count !== "number") throw new ValueError("Independent needs the number of dimensions to reinterpret");
    if (count > batchShape.length)
      throw new ValueError(
        `Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual ${count} vs ${batchShape.length}`,
      );
    const cut = batchShape.length - count;
    super({
      batchShape: batchShape.slice(0, cut),
      eventShape: [...batchShape.slice(cut), ...eventShape],
      validateArgs: given.validateArgs,
    });
    this.baseDist = baseDistribution;
    this.reinterpretedBatchNdims = count;
  }

  override expand(batchShape: readonly number[]): this {
    const base = this.baseDist.expand([...batchShape, ...this.eventShape.slice(0, this.reinterpretedBatchNdims)]);
    return this.changed({ batchShape: [...batchShape], baseDist: base });
  }

  override get hasRsample(): boolean {
    return this.baseDist.hasRsample;
  }

  override get hasEnumerateSupport(): boolean {
    return this.reinterpretedBatchNdims === 0 && this.baseDist.hasEnumerateSupport;
  }

  override get support(): constraints.Constraint {
    const { support } = this.baseDist;
    return this.reinterpretedBatchNdims > 0 ? constraints.independent(support, this.reinterpretedBatchNdims) : support;
  }

  override get mean(): Tensor {
    return this.baseDist.mean;
  }

  override get mode(): Tensor {
    return this.baseDist.mode;
  }

  override get variance(): Tensor {
    return this.baseDist.variance;
  }

  override draw(sampleShape: readonly number[]): Tensor | Sampling {
    return this.baseDist.draw(sampleShape);
  }

  override logProb(value: Tensor): Tensor {
    return sumRightmost(this.baseDist.logProb(value), this.reinterpretedBatchNdims);
  }

  override entropy(): Tensor {
    return sumRightmost(this.baseDist.entropy(), this.reinterpretedBatchNdims);
  }

  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    if (this.reinterpretedBatchNdims > 0)
      throw new NotImplementedError("Enumeration over cartesian product is not implemented");
    return this.baseDist.enumerateSupport(expand);
  }

  override toString(): string {
    return `${this.typeName}(${this.baseDist}, ${this.reinterpretedBatchNdims})`;
  }
}
