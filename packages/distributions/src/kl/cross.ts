/** Divergences of distributions of different classes; those of uniform and Pareto distributions are in `ranges.ts`. */
import {
  add,
  digamma,
  div,
  erf,
  exp,
  fullLike,
  ge,
  gt,
  le,
  lgamma,
  log,
  log1p,
  logicalOr,
  lt,
  maskedFill,
  mul,
  neg,
  pow,
  reciprocal,
  square,
  sub,
  type Tensor,
} from "@cresset/core/functions";
import { Bernoulli } from "../bernoulli.ts";
import { Beta } from "../beta.ts";
import { Binomial } from "../binomial.ts";
import { ContinuousBernoulli } from "../continuous-bernoulli.ts";
import type { Distribution } from "../distribution.ts";
import { Exponential } from "../exponential.ts";
import { Gamma } from "../gamma.ts";
import { Gumbel } from "../gumbel.ts";
import { Laplace } from "../laplace.ts";
import { Normal } from "../normal.ts";
import { eulerConstant } from "../numbers.ts";
import { Pareto } from "../pareto.ts";
import { Poisson } from "../poisson.ts";
import { Uniform } from "../uniform.ts";
import { type DistributionType, type Pair, pair } from "./registry.ts";

/** Where p is possible and q is not. */
const infinite = (like: Tensor): Tensor => fullLike(like, Number.POSITIVE_INFINITY);

/** Pairs of p's class and others whose support is too small. */
function infinitePairs<P extends Distribution>(
  typeP: DistributionType<P>,
  parameter: (p: P) => Tensor,
  ...types: readonly DistributionType[]
): Pair[] {
  return types.map((typeQ) => pair(typeP, typeQ, (p) => infinite(parameter(p))));
}

export const crossPairs = (): Pair[] => [
  pair(Bernoulli, Poisson, (p, q) => sub(neg(p.entropy()), sub(mul(p.probs, log(q.rate)), q.rate))),
  ...infinitePairs(Poisson, (p) => p.rate, Bernoulli, Binomial),
  ...betaPairs(),
  ...continuousBernoulliPairs(),
  ...exponentialPairs(),
  ...gammaPairs(),
  ...infinitePairs(Gumbel, (p) => p.loc, Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
  pair(Gumbel, Normal, (p, q) => {
    const ratio = div(p.scale, q.scale);
    const t1 = log(div(ratio, Math.sqrt(2 * Math.PI)));
    const t2 = div(pow(mul(mul(Math.PI, ratio), 0.5), 2), 3);
    const t3 = mul(pow(div(sub(add(p.loc, mul(p.scale, eulerConstant)), q.loc), q.scale), 2), 0.5);
    return sub(add(add(neg(t1), t2), t3), eulerConstant + 1);
  }),
  ...infinitePairs(Laplace, (p) => p.loc, Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
  pair(Laplace, Normal, (p, q) => {
    const variance = pow(q.scale, 2);
    const ratio = div(pow(p.scale, 2), variance);
    const t1 = mul(0.5, log(div(mul(2, ratio), Math.PI)));
    const distance = add(sub(mul(0.5, pow(p.loc, 2)), mul(p.loc, q.loc)), mul(0.5, pow(q.loc, 2)));
    return sub(add(add(neg(t1), ratio), div(distance, variance)), 1);
  }),
  ...infinitePairs(Normal, (p) => p.loc, Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
  pair(Normal, Gumbel, (p, q) => {
    const [here, there] = [div(p.loc, q.scale), div(q.loc, q.scale)];
    const variances = pow(div(p.scale, q.scale), 2);
    const t1 = mul(log(variances), 0.5);
    const t3 = exp(add(add(neg(here), mul(0.5, variances)), there));
    return sub(add(add(neg(t1), sub(here, there)), t3), 0.5 * (1 + Math.log(2 * Math.PI)));
  }),
  pair(Normal, Laplace, (p, q) => {
    const distance = sub(p.loc, q.loc);
    const scaled = div(distance, p.scale);
    const t2 = mul(mul(Math.sqrt(2 / Math.PI), p.scale), exp(mul(-0.5, pow(scaled, 2))));
    const t3 = mul(distance, erf(mul(Math.sqrt(0.5), scaled)));
    const t1 = neg(log(div(p.scale, q.scale)));
    return sub(add(t1, div(add(t2, t3), q.scale)), 0.5 * (1 + Math.log(0.5 * Math.PI)));
  }),
];

const betaPairs = (): Pair[] => [
  pair(Beta, ContinuousBernoulli, (p, q) =>
    sub(sub(sub(neg(p.entropy()), mul(p.mean, q.logits)), log1p(neg(q.probs))), q.logNorm()),
  ),
  ...infinitePairs(Beta, (p) => p.concentration1, Pareto),
  pair(Beta, Exponential, (p, q) => add(sub(neg(p.entropy()), log(q.rate)), mul(q.rate, p.mean))),
  pair(Beta, Gamma, (p, q) => {
    const t2 = sub(lgamma(q.concentration), mul(q.concentration, log(q.rate)));
    const slopes = sub(digamma(p.concentration1), digamma(add(p.concentration1, p.concentration0)));
    const t4 = div(mul(q.rate, p.concentration1), add(p.concentration1, p.concentration0));
    return add(sub(add(neg(p.entropy()), t2), mul(sub(q.concentration, 1), slopes)), t4);
  }),
  pair(Beta, Normal, (p, q) => {
    const { mean } = p;
    const variance = pow(q.scale, 2);
    const total = add(add(p.concentration1, p.concentration0), 1);
    const t3 = mul(add(div(mul(mean, sub(1, mean)), total), pow(mean, 2)), 0.5);
    const distance = add(sub(t3, mul(q.loc, mean)), mul(pow(q.loc, 2), 0.5));
    const first = add(neg(p.entropy()), mul(0.5, log(mul(mul(variance, 2), Math.PI))));
    return add(first, div(distance, variance));
  }),
  pair(Beta, Uniform, (p, q) => {
    const result = add(neg(p.entropy()), log(sub(q.high, q.low)));
    return maskedFill(result, logicalOr(gt(q.low, 0), lt(q.high, 1)), Number.POSITIVE_INFINITY);
  }),
];

const continuousBernoulliPairs = (): Pair[] => [
  ...infinitePairs(ContinuousBernoulli, (p) => p.probs, Pareto),
  pair(ContinuousBernoulli, Exponential, (p, q) => add(sub(neg(p.entropy()), log(q.rate)), mul(q.rate, p.mean))),
  pair(ContinuousBernoulli, Normal, (p, q) => {
    const { mean } = p;
    const t2 = add(mul(0.5, add(Math.log(2 * Math.PI), square(div(q.loc, q.scale)))), log(q.scale));
    const moments = sub(add(p.variance, square(mean)), mul(mul(2, q.loc), mean));
    return add(add(neg(p.entropy()), t2), div(moments, mul(2, square(q.scale))));
  }),
  pair(ContinuousBernoulli, Uniform, (p, q) => {
    const result = add(neg(p.entropy()), log(sub(q.high, q.low)));
    return maskedFill(result, logicalOr(ge(q.low, 0), le(q.high, 1)), Number.POSITIVE_INFINITY);
  }),
];

const exponentialPairs = (): Pair[] => [
  ...infinitePairs(Exponential, (p) => p.rate, Beta, ContinuousBernoulli, Pareto, Uniform),
  pair(Exponential, Gamma, (p, q) => {
    const ratio = div(q.rate, p.rate);
    const t1 = mul(neg(q.concentration), log(ratio));
    const rest = add(lgamma(q.concentration), mul(q.concentration, eulerConstant));
    return sub(add(add(t1, ratio), rest), 1 + eulerConstant);
  }),
  pair(Exponential, Gumbel, (p, q) => {
    const product = mul(p.rate, q.scale);
    const ratio = div(q.loc, q.scale);
    const t2 = div(mul(exp(ratio), product), add(product, 1));
    return add(add(sub(sub(log(product), 1), ratio), t2), reciprocal(product));
  }),
  pair(Exponential, Normal, (p, q) => {
    const variance = pow(q.scale, 2);
    const squared = pow(p.rate, 2);
    const t1 = mul(0.5, log(mul(mul(mul(squared, variance), 2), Math.PI)));
    const moments = add(sub(reciprocal(squared), div(q.loc, p.rate)), mul(pow(q.loc, 2), 0.5));
    return add(sub(t1, 1), div(moments, variance));
  }),
];

const gammaPairs = (): Pair[] => [
  ...infinitePairs(Gamma, (p) => p.concentration, Beta, ContinuousBernoulli, Pareto, Uniform),
  pair(Gamma, Exponential, (p, q) =>
    add(sub(neg(p.entropy()), log(q.rate)), div(mul(q.rate, p.concentration), p.rate)),
  ),
  pair(Gamma, Gumbel, (p, q) => {
    const { concentration } = p;
    const product = mul(p.rate, q.scale);
    const ratio = div(q.loc, q.scale);
    const t1 = sub(sub(mul(sub(concentration, 1), digamma(concentration)), lgamma(concentration)), concentration);
    const t2 = add(log(product), div(concentration, product));
    const t3 = sub(mul(exp(ratio), pow(add(1, reciprocal(product)), neg(concentration))), ratio);
    return add(add(t1, t2), t3);
  }),
  pair(Gamma, Normal, (p, q) => {
    const { concentration } = p;
    const variance = pow(q.scale, 2);
    const squared = pow(p.rate, 2);
    const normalizer = mul(0.5, log(mul(mul(mul(squared, variance), 2), Math.PI)));
    const t1 = sub(sub(normalizer, concentration), lgamma(concentration));
    const t2 = div(mul(0.5, add(pow(concentration, 2), concentration)), squared);
    const moments = add(sub(t2, div(mul(q.loc, concentration), p.rate)), mul(0.5, pow(q.loc, 2)));
    const slopes = mul(sub(concentration, 1), digamma(concentration));
    return add(add(t1, slopes), div(moments, variance));
  }),
];
