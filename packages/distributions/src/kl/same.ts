/** Divergences of two distributions of one class. */
import {
  abs,
  add,
  digamma,
  div,
  eq,
  exp,
  ge,
  gt,
  lgamma,
  log,
  log1p,
  logicalOr,
  lt,
  maskedFill,
  mul,
  NotImplementedError,
  neg,
  pow,
  sub,
  sum,
  type Tensor,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import { softplus } from "@cresset/nn/functional";
import { Bernoulli } from "../bernoulli.ts";
import { Beta } from "../beta.ts";
import { Binomial } from "../binomial.ts";
import { Categorical } from "../categorical.ts";
import { Cauchy } from "../cauchy.ts";
import { ContinuousBernoulli } from "../continuous-bernoulli.ts";
import { Dirichlet } from "../dirichlet.ts";
import { ExponentialFamily, gradientsOfNormalizer } from "../exp-family.ts";
import { Exponential } from "../exponential.ts";
import { sumRightmost } from "../functions.ts";
import { Gamma } from "../gamma.ts";
import { Geometric } from "../geometric.ts";
import { Gumbel } from "../gumbel.ts";
import { HalfNormal } from "../half-normal.ts";
import { Independent } from "../independent.ts";
import { Laplace } from "../laplace.ts";
import { Normal } from "../normal.ts";
import { eulerConstant } from "../numbers.ts";
import { OneHotCategorical } from "../one-hot-categorical.ts";
import { Pareto } from "../pareto.ts";
import { Poisson } from "../poisson.ts";
import { TransformedDistribution } from "../transformed-distribution.ts";
import { equalTransforms } from "../transforms/compose.ts";
import { Uniform } from "../uniform.ts";
import { guarded, isKnown } from "../validation.ts";
import { matrixPairs } from "./matrices.ts";
import { type Divergence, type Pair, pair } from "./registry.ts";

/** `divergence` is that of what others hold. */
export const samePairs = (divergence: Divergence): Pair[] => [
  pair(Bernoulli, Bernoulli, (p, q) => {
    const t1 = mul(p.probs, sub(softplus(neg(q.logits)), softplus(neg(p.logits))));
    const first = maskedFill(maskedFill(t1, eq(q.probs, 0), Number.POSITIVE_INFINITY), eq(p.probs, 0), 0);
    const t2 = mul(sub(1, p.probs), sub(softplus(q.logits), softplus(p.logits)));
    return add(first, maskedFill(maskedFill(t2, eq(q.probs, 1), Number.POSITIVE_INFINITY), eq(p.probs, 1), 0));
  }),
  pair(Beta, Beta, (p, q) => {
    const [p1, p0, q1, q0] = [p.concentration1, p.concentration0, q.concentration1, q.concentration0];
    const [sumP, sumQ] = [add(p1, p0), add(q1, q0)];
    const t1 = add(add(lgamma(q1), lgamma(q0)), lgamma(sumP));
    const t2 = add(add(lgamma(p1), lgamma(p0)), lgamma(sumQ));
    const slopes = add(mul(sub(p1, q1), digamma(p1)), mul(sub(p0, q0), digamma(p0)));
    return add(add(sub(t1, t2), slopes), mul(sub(sumQ, sumP), digamma(sumP)));
  }),
  pair(Binomial, Binomial, binomials),
  pair(Categorical, Categorical, categoricals),
  pair(OneHotCategorical, OneHotCategorical, (p, q) => categoricals(p.categorical, q.categorical)),
  pair(ContinuousBernoulli, ContinuousBernoulli, (p, q) => {
    const t1 = mul(p.mean, sub(p.logits, q.logits));
    const t2 = add(p.logNorm(), log1p(neg(p.probs)));
    return add(add(t1, t2), sub(neg(q.logNorm()), log1p(neg(q.probs))));
  }),
  pair(Dirichlet, Dirichlet, (p, q) => {
    const [own, other] = [p.concentration, q.concentration];
    const total = sum(own, -1);
    const normalizers = sub(lgamma(total), lgamma(sum(other, -1)));
    const each = sum(sub(lgamma(own), lgamma(other)), -1);
    const slopes = mul(sub(own, other), sub(digamma(own), unsqueeze(digamma(total), -1)));
    return add(sub(normalizers, each), sum(slopes, -1));
  }),
  pair(Exponential, Exponential, (p, q) => {
    const ratio = div(q.rate, p.rate);
    return sub(add(neg(log(ratio)), ratio), 1);
  }),
  pair(ExponentialFamily, ExponentialFamily, exponentialFamilies),
  pair(Gamma, Gamma, (p, q) => {
    const t1 = mul(q.concentration, log(div(p.rate, q.rate)));
    const t2 = sub(lgamma(q.concentration), lgamma(p.concentration));
    const t3 = mul(sub(p.concentration, q.concentration), digamma(p.concentration));
    return add(add(add(t1, t2), t3), mul(sub(q.rate, p.rate), div(p.concentration, p.rate)));
  }),
  pair(Gumbel, Gumbel, (p, q) => {
    const [scales, there, here] = [div(p.scale, q.scale), div(q.loc, q.scale), div(p.loc, q.scale)];
    const t1 = add(sub(neg(log(scales)), there), here);
    const t3 = exp(sub(add(there, lgamma(add(1, scales))), here));
    return sub(add(add(t1, mul(scales, eulerConstant)), t3), 1 + eulerConstant);
  }),
  pair(Geometric, Geometric, (p, q) => sub(sub(neg(p.entropy()), div(log1p(neg(q.probs)), p.probs)), q.logits)),
  pair(HalfNormal, HalfNormal, (p, q) => normals(p.baseDist, q.baseDist)),
  pair(Laplace, Laplace, (p, q) => {
    const ratio = div(p.scale, q.scale);
    const distance = abs(sub(p.loc, q.loc));
    const t3 = mul(ratio, exp(div(neg(distance), p.scale)));
    return sub(add(add(neg(log(ratio)), div(distance, q.scale)), t3), 1);
  }),
  pair(Normal, Normal, normals),
  pair(Pareto, Pareto, (p, q) => {
    const alphas = div(q.alpha, p.alpha);
    const t1 = mul(q.alpha, log(div(p.scale, q.scale)));
    const result = sub(add(sub(t1, log(alphas)), alphas), 1);
    return maskedFill(result, lt(p.scale, q.scale), Number.POSITIVE_INFINITY);
  }),
  pair(Poisson, Poisson, (p, q) => sub(mul(p.rate, sub(log(p.rate), log(q.rate))), sub(p.rate, q.rate))),
  pair(TransformedDistribution, TransformedDistribution, (p, q) => {
    if (!equalTransforms(p.transforms, q.transforms) || p.eventShape.join() !== q.eventShape.join())
      throw new NotImplementedError("KL of distributions with different transforms or events is not implemented");
    return divergence(p.baseDist, q.baseDist);
  }),
  pair(Uniform, Uniform, (p, q) => {
    const result = log(div(sub(q.high, q.low), sub(p.high, p.low)));
    return maskedFill(result, logicalOr(gt(q.low, p.low), lt(q.high, p.high)), Number.POSITIVE_INFINITY);
  }),
  pair(Independent, Independent, (p, q) => {
    if (p.reinterpretedBatchNdims !== q.reinterpretedBatchNdims)
      throw new NotImplementedError("KL of Independents of different dimensions is not implemented");
    return sumRightmost(divergence(p.baseDist, q.baseDist), p.reinterpretedBatchNdims);
  }),
  pair(Cauchy, Cauchy, (p, q) => {
    const t1 = log(add(pow(add(p.scale, q.scale), 2), pow(sub(p.loc, q.loc), 2)));
    return sub(t1, log(mul(mul(4, p.scale), q.scale)));
  }),
  ...matrixPairs(),
];

function normals(p: Normal, q: Normal): Tensor {
  const variances = pow(div(p.scale, q.scale), 2);
  const distance = pow(div(sub(p.loc, q.loc), q.scale), 2);
  return mul(0.5, sub(sub(add(variances, distance), 1), log(variances)));
}

function categoricals(p: Categorical, q: Categorical): Tensor {
  const t = mul(p.probs, sub(p.logits, q.logits));
  const impossible = maskedFill(t, eq(q.probs, 0), Number.POSITIVE_INFINITY);
  return sum(maskedFill(impossible, eq(p.probs, 0), 0), -1);
}

function binomials(p: Binomial, q: Binomial): Tensor {
  const fewer = "KL between Binomials where q.total_count > p.total_count is not implemented";
  const known = isKnown(p.totalCount) && isKnown(q.totalCount);
  const [own, other] = [p.totalCount, q.totalCount];
  const counts = guardedCounts(own, other, known, fewer);
  const rest = sub(log1p(neg(p.probs)), log1p(neg(q.probs)));
  const result = mul(counts, add(mul(p.probs, sub(p.logits, q.logits)), rest));
  return maskedFill(result, gt(own, other), Number.POSITIVE_INFINITY);
}

function guardedCounts(own: Tensor, other: Tensor, known: boolean, message: string): Tensor {
  const enough = ge(own, other);
  try {
    return guarded(own, enough, known, () => message);
  } catch (error) {
    if (error instanceof ValueError && error.message === message) throw new NotImplementedError(message);
    throw error;
  }
}

/** By the Bregman divergence of the log normalizers. */
function exponentialFamilies(p: ExponentialFamily, q: ExponentialFamily): Tensor {
  if (p.constructor !== q.constructor)
    throw new NotImplementedError(
      "The cross KL-divergence between different exponential families cannot be computed using Bregman divergences",
    );
  const [normalizer, params, gradients] = gradientsOfNormalizer(p);
  const others = q.naturalParams();
  let result = sub(q.logNormalizer(...others), normalizer);
  for (const [i, own] of params.entries())
    result = sub(result, sumRightmost(mul(sub(others[i], own), gradients[i]), q.eventShape.length));
  return result;
}
