/** Divergences of uniform and Pareto distributions from others. */
import {
  add,
  div,
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
  sub,
  type Tensor,
} from "@cresset/core/functions";
import { Beta } from "../beta.ts";
import { ContinuousBernoulli } from "../continuous-bernoulli.ts";
import { Exponential } from "../exponential.ts";
import { Gamma } from "../gamma.ts";
import { Gumbel } from "../gumbel.ts";
import { Normal } from "../normal.ts";
import { Pareto } from "../pareto.ts";
import { Uniform } from "../uniform.ts";
import { type Pair, pair } from "./registry.ts";

const xLogX = (x: Tensor): Tensor => mul(x, log(x));

/** The mean of ln x + 1 over [low, high], less 1. */
const meanLog = (low: Tensor, high: Tensor, width: Tensor): Tensor =>
  div(sub(sub(xLogX(high), xLogX(low)), width), width);

const infiniteWhere = (result: Tensor, mask: Tensor): Tensor => maskedFill(result, mask, Number.POSITIVE_INFINITY);

const infinite = (p: Pareto): Tensor => fullLike(p.scale, Number.POSITIVE_INFINITY);

export const uniformAndParetoPairs = (): Pair[] => [
  pair(Pareto, Beta, infinite),
  pair(Pareto, ContinuousBernoulli, infinite),
  pair(Pareto, Uniform, infinite),
  pair(Pareto, Exponential, (p, q) => {
    const product = mul(p.scale, q.rate);
    const t1 = log(div(p.alpha, product));
    const t3 = div(mul(p.alpha, product), sub(p.alpha, 1));
    return infiniteWhere(sub(add(sub(t1, reciprocal(p.alpha)), t3), 1), le(p.alpha, 1));
  }),
  pair(Pareto, Gamma, (p, q) => {
    const common = add(log(p.scale), reciprocal(p.alpha));
    const t1 = sub(log(p.alpha), common);
    const t2 = sub(lgamma(q.concentration), mul(q.concentration, log(q.rate)));
    const t3 = mul(sub(1, q.concentration), common);
    const t4 = div(mul(mul(q.rate, p.alpha), p.scale), sub(p.alpha, 1));
    return infiniteWhere(sub(add(add(add(t1, t2), t3), t4), 1), le(p.alpha, 1));
  }),
  pair(Pareto, Normal, (p, q) => {
    const common = div(p.scale, sub(p.alpha, 1));
    const t1 = log(div(mul(mul(Math.sqrt(2 * Math.PI), q.scale), p.alpha), p.scale));
    const t3 = div(mul(p.alpha, pow(common, 2)), sub(p.alpha, 2));
    const t4 = pow(sub(mul(p.alpha, common), q.loc), 2);
    const distance = div(add(t3, t4), mul(2, pow(q.scale, 2)));
    return infiniteWhere(sub(add(sub(t1, reciprocal(p.alpha)), distance), 1), le(p.alpha, 2));
  }),
  pair(Uniform, Beta, (p, q) => {
    const width = sub(p.high, p.low);
    const t2 = mul(sub(q.concentration1, 1), meanLog(p.low, p.high, width));
    const ofRest = div(add(sub(xLogX(sub(1, p.high)), xLogX(sub(1, p.low))), width), width);
    const t3 = mul(sub(q.concentration0, 1), ofRest);
    const normalizer = sub(
      add(lgamma(q.concentration1), lgamma(q.concentration0)),
      lgamma(add(q.concentration1, q.concentration0)),
    );
    const result = sub(sub(add(t3, normalizer), log(width)), t2);
    return infiniteWhere(result, logicalOr(gt(p.high, 1), lt(p.low, 0)));
  }),
  pair(Uniform, ContinuousBernoulli, (p, q) => {
    const powers = sub(sub(neg(p.entropy()), mul(p.mean, q.logits)), log1p(neg(q.probs)));
    return infiniteWhere(sub(powers, q.logNorm()), logicalOr(ge(p.high, 1), le(p.low, 0)));
  }),
  pair(Uniform, Exponential, (p, q) => {
    const mean = div(mul(q.rate, add(p.high, p.low)), 2);
    return infiniteWhere(sub(mean, log(mul(sub(p.high, p.low), q.rate))), lt(p.low, 0));
  }),
  pair(Uniform, Gamma, (p, q) => {
    const width = sub(p.high, p.low);
    const t2 = sub(lgamma(q.concentration), mul(q.concentration, log(q.rate)));
    const t3 = mul(sub(1, q.concentration), meanLog(p.low, p.high, width));
    const t4 = div(mul(q.rate, add(p.high, p.low)), 2);
    return infiniteWhere(add(add(add(neg(log(width)), t2), t3), t4), lt(p.low, 0));
  }),
  pair(Uniform, Gumbel, (p, q) => {
    const ratio = div(q.scale, sub(p.high, p.low));
    const [high, low] = [div(sub(p.high, q.loc), q.scale), div(sub(p.low, q.loc), q.scale)];
    const t1 = add(log(ratio), mul(0.5, add(high, low)));
    return sub(t1, mul(ratio, sub(exp(neg(high)), exp(neg(low)))));
  }),
  pair(Uniform, Normal, (p, q) => {
    const width = sub(p.high, p.low);
    const t1 = log(div(mul(Math.sqrt(Math.PI * 2), q.scale), width));
    const t3 = pow(div(sub(add(p.high, p.low), mul(2, q.loc)), 2), 2);
    return add(t1, div(mul(0.5, add(div(pow(width, 2), 12), t3)), pow(q.scale, 2)));
  }),
  pair(Uniform, Pareto, (p, q) => {
    const width = sub(p.high, p.low);
    const t1 = log(mul(mul(q.alpha, pow(q.scale, q.alpha)), width));
    const result = sub(mul(meanLog(p.low, p.high, width), add(q.alpha, 1)), t1);
    return infiniteWhere(result, lt(p.low, q.scale));
  }),
];
