/** What batch, layer, group and instance normalisation share: (x - mean) / √(variance + eps), scaled and shifted. */

import { type Attributes, callMany, type Operation, operation, type Term } from "@cresset/core/extend";
import type { Tensor } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { requireFloat } from "./activation-common.ts";

export interface Standardize extends Attributes {
  /** The input's shape, split so that statistics are over whole dimensions. */
  readonly shape: readonly number[];
  /** Dimensions of that shape which are averaged over. */
  readonly dims: readonly number[];
  /** Weight and bias in that shape, 1 where they are repeated. */
  readonly affine: readonly number[];
}

interface WithParameters extends Standardize {
  /** Shapes of weight and bias; null for none. */
  readonly weight: readonly number[] | null;
  readonly bias: readonly number[] | null;
}

interface Moments {
  readonly mean: Term;
  readonly variance: Term;
  /** (x - mean) · scale is the standardised input. */
  readonly scale: Term;
}

/** Mean and biased variance, in two passes. */
function momentsOf(x: Term, dims: readonly number[], eps: Term): Moments {
  const mean = m.mean(x, dims, true);
  const variance = m.mean(m.square(m.sub(x, mean)), dims, true);
  return { mean, variance, scale: inverseDeviation(variance, eps) };
}

/** 1 / √(variance + eps). */
export function inverseDeviation(variance: Term, eps: Term): Term {
  return m.div(1, m.sqrt(m.add(variance, m.cast(eps, variance.dtype))));
}

/** Results: the output, and mean and biased variance with `dims` of size 1. */
function standardizing(name: string, gradName: string): Operation<WithParameters> {
  return operation<WithParameters>(
    name,
    ([x, ...parameters], [eps], how) => {
      const split = m.reshape(x, how.shape);
      const { mean, variance, scale } = momentsOf(split, how.dims, eps);
      let y = m.mul(m.sub(split, mean), scale);
      for (const [i, parameter] of parameters.entries())
        y = (i === 0 && how.weight ? m.mul : m.add)(y, m.reshape(parameter, how.affine));
      return [m.reshape(y, x.shape), mean, variance];
    },
    {
      gradName,
      // Ioffe and Szegedy (2015), section 3, with the standardised input in place of their differences.
      derivative: (c) => {
        const how = c.attributes;
        const g = m.reshape(c.grad(), how.shape);
        const x = m.reshape(c.input(0), how.shape);
        const { mean, scale } = momentsOf(x, how.dims, c.scalar(0));
        const y = m.mul(m.sub(x, mean), scale);
        const gradients: (Term | null)[] = [null];
        if (c.needs(0)) {
          const scaled = how.weight ? m.mul(g, m.reshape(c.input(1), how.affine)) : g;
          const along = m.mul(y, m.mean(m.mul(scaled, y), how.dims, true));
          const inner = m.sub(m.sub(scaled, m.mean(scaled, how.dims, true)), along);
          gradients[0] = m.reshape(m.mul(inner, scale), c.grad().shape);
        }
        if (how.weight) gradients.push(m.reshape(m.sumTo(m.mul(g, y), how.affine), how.weight));
        if (how.bias) gradients.push(m.reshape(m.sumTo(g, how.affine), how.bias));
        return gradients;
      },
    },
  );
}

const operations = {
  batch: standardizing("batch_norm", "NativeBatchNormBackward0"),
  layer: standardizing("layer_norm", "NativeLayerNormBackward0"),
  group: standardizing("group_norm", "NativeGroupNormBackward0"),
  instance: standardizing("instance_norm", "ViewBackward0"),
};

/**
 * [output, mean, biased variance], the last two of `how.shape` with `how.dims` of size 1.
 *
 * @throws DTypeError for integers.
 */
export function standardize(
  kind: keyof typeof operations,
  input: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
  how: Standardize,
): Tensor[] {
  requireFloat(`${kind}_norm`, input);
  const tensors = [input];
  if (weight) tensors.push(weight);
  if (bias) tensors.push(bias);
  const shapes = { weight: weight ? weight.shape : null, bias: bias ? bias.shape : null };
  return callMany(operations[kind], tensors, [eps], { ...how, ...shapes });
}
