import { keywords } from "@cresset/core/extend";
import { add, broadcastTo, mul, sub, type Tensor, ValueError } from "@cresset/core/functions";
import type { DistributionOptions } from "./arguments.ts";
import * as constraints from "./constraints/values.ts";
import { Distribution, type DistributionParts, type Sampling, stepsOf } from "./distribution.ts";
import { sumRightmost } from "./functions.ts";
import { Independent } from "./independent.ts";
import { sizeText } from "./printing.ts";
import { ComposeTransform } from "./transforms/compose.ts";
import { Transform } from "./transforms/transform.ts";

const sameSizes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, d) => n === b[d]);

/**
 * The distribution of what transforms make of another's samples, one after the other.
 *
 * @param transforms one or several; `logProb` needs their inverses and Jacobians.
 * @throws ValueError where the base has fewer dimensions than the transforms take.
 * @example
 * const base = new torch.distributions.Normal(0, 1);
 * const logNormal = new torch.distributions.TransformedDistribution(base, [new torch.distributions.transforms.ExpTransform()]);
 */
export class TransformedDistribution extends Distribution {
  static override readonly typeName: string = "TransformedDistribution";
  readonly baseDist: Distribution;
  readonly transforms: readonly Transform[];

  constructor(
    baseDistribution: Distribution,
    transforms: Transform | readonly Transform[],
    options?: boolean | DistributionOptions,
    /** @internal What a subclass adds. */
    parts: DistributionParts = {},
  ) {
    const { validateArgs } = keywords<DistributionOptions>(["validateArgs"], [options]);
    const list = transforms instanceof Transform ? [transforms] : transforms;
    if (!Array.isArray(list)) throw new ValueError(`transforms must be a Transform or list, but was ${String(list)}`);
    if (!list.every((each) => each instanceof Transform))
      throw new ValueError("transforms must be a Transform or a list of Transforms");
    const { base, shape, eventDim } = fitted(baseDistribution, new ComposeTransform(list));
    const cut = shape.length - eventDim;
    super({ ...parts, batchShape: shape.slice(0, cut), eventShape: shape.slice(cut), validateArgs });
    this.baseDist = base;
    this.transforms = list;
  }

  override expand(batchShape: readonly number[]): this {
    let shape: readonly number[] = [...batchShape, ...this.eventShape];
    for (const transform of this.transforms.toReversed()) shape = transform.inverseShape(shape);
    const { eventShape } = this.baseDist;
    const baseDist = this.baseDist.expand(shape.slice(0, shape.length - eventShape.length));
    const rank = this.batchShape.length;
    const parameters = Object.fromEntries(
      Object.entries(this.parameters).map(([name, value]) => [
        name,
        broadcastTo(value, [...batchShape, ...value.shape.slice(rank)]),
      ]),
    );
    return this.changed({ batchShape: [...batchShape], baseDist, parameters });
  }

  override get support(): constraints.Constraint {
    const last = this.transforms.at(-1);
    if (last === undefined) return this.baseDist.support;
    const more = this.eventShape.length - last.codomain.eventDim;
    return more > 0 ? constraints.independent(last.codomain, more) : last.codomain;
  }

  override get hasRsample(): boolean {
    return this.baseDist.hasRsample;
  }

  override *draw(sampleShape: readonly number[]): Sampling {
    // Not the result: that is the tensor which a transform's cache keeps, for `logProb` to find.
    let x = this.tied(yield* stepsOf(this.baseDist.draw(sampleShape)));
    for (const transform of this.transforms) x = transform.call(x);
    return x;
  }

  override logProb(value: Tensor): Tensor {
    let y = this.checkedValue(value);
    let eventDim = this.eventShape.length;
    let result: Tensor | null = null;
    for (const transform of this.transforms.toReversed()) {
      const x = transform.inv.call(y);
      eventDim += transform.domain.eventDim - transform.codomain.eventDim;
      const jacobian = sumRightmost(transform.logAbsDetJacobian(x, y), eventDim - transform.domain.eventDim);
      result = sub(result ?? 0, jacobian);
      y = x;
    }
    const ofBase = sumRightmost(this.baseDist.logProb(y), eventDim - this.baseDist.eventShape.length);
    return this.tied(result === null ? ofBase : add(result, ofBase));
  }

  override cdf(value: Tensor): Tensor {
    let x = value;
    for (const transform of this.transforms.toReversed()) x = transform.inv.call(x);
    return this.tied(this.monotone(this.baseDist.cdf(this.validateArgs ? this.baseDist.checkedValue(x) : x)));
  }

  override icdf(value: Tensor): Tensor {
    let x = this.tied(this.baseDist.icdf(this.monotone(value)));
    for (const transform of this.transforms) x = transform.call(x);
    return x;
  }

  /** A probability, or where the transforms fall the other one. */
  private monotone(value: Tensor): Tensor {
    let sign: Tensor | number = 1;
    for (const transform of this.transforms) {
      const next: Tensor | number = transform.sign;
      sign = typeof sign === "number" && typeof next === "number" ? sign * next : mul(sign, next);
    }
    if (sign === 1) return value;
    return add(mul(sign, sub(value, 0.5)), 0.5);
  }
}

/** The base, expanded to what the transforms take and with their dimensions as one event; and the shape of the result. */
function fitted(base: Distribution, transform: ComposeTransform) {
  const baseShape = [...base.batchShape, ...base.eventShape];
  const domainDim = transform.domain.eventDim;
  const baseEventDim = base.eventShape.length;
  if (baseShape.length < domainDim)
    throw new ValueError(
      `base_distribution needs to have shape with size at least ${domainDim}, but got ${sizeText(baseShape)}.`,
    );
  const shape = transform.forwardShape(baseShape);
  const needed = transform.inverseShape(shape);
  let own = base;
  if (!sameSizes(baseShape, needed)) own = own.expand(needed.slice(0, needed.length - baseEventDim));
  if (domainDim > baseEventDim) own = new Independent(own, domainDim - baseEventDim);
  return { base: own, shape, eventDim: transform.codomain.eventDim + Math.max(baseEventDim - domainDim, 0) };
}
