import type { Tensor } from "@cresset/core/functions";
import type { Distribution } from "../distribution.ts";
import { crossPairs } from "./cross.ts";
import { uniformAndParetoPairs } from "./ranges.ts";
import { type DistributionType, type Divergence, divergenceOf, type Pair, register } from "./registry.ts";
import { samePairs } from "./same.ts";

export type { DistributionType, Divergence } from "./registry.ts";

let table: readonly Pair[] | undefined;

/**
 * The Kullback-Leibler divergence KL(p ‖ q) of two distributions, in closed form: [...batchShape].
 *
 * @throws NotImplementedError for pairs of classes without one.
 * @example
 * const { klDivergence, Normal } = torch.distributions;
 * const regularizer = klDivergence(new Normal(mu, sigma), new Normal(0, 1)).sum();
 */
export function klDivergence(p: Distribution, q: Distribution): Tensor {
  table ??= [...samePairs(klDivergence), ...crossPairs(), ...uniformAndParetoPairs()];
  return divergenceOf(p, q, table)(p, q);
}

/**
 * Registers the divergence of two classes, and of those that extend them.
 *
 * @throws ValueError for what is no class of distributions.
 * @example registerKl(MyNormal, torch.distributions.Normal, (p, q) => …);
 */
export function registerKl<P extends Distribution, Q extends Distribution>(
  typeP: DistributionType<P>,
  typeQ: DistributionType<Q>,
  divergence: Divergence<P, Q>,
): void {
  register(typeP, typeQ, divergence);
}
