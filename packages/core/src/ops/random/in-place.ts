/** Tensors filled with random numbers in place. */
import { ValueError } from "../../errors.ts";
import * as draws from "../../runtime/random/index.ts";
import { type Scalar, toNumber } from "../../runtime/scalar.ts";
import { assign, owned } from "../../tensor/inplace.ts";
import { keywords } from "../../tensor/keywords.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { bernoulliEach, type ProbabilityOptions } from "./bernoulli.ts";
import { type GeneratorOption, generatorOf } from "./default-generator.ts";
import { type Draw, drawInto } from "./memory-order.ts";

function fill(target: Tensor, name: string, options: GeneratorOption, draw: Draw): Tensor {
  return assign(target, drawInto(target, generatorOf(options), draw), name, owned);
}

/** Bounds of `uniform_`, by name. */
export interface UniformOptions extends GeneratorOption {
  readonly from?: Scalar;
  readonly to?: Scalar;
}

/** The parameters of `normal_` and `logNormal_`, by name. */
export interface NormalOptions extends GeneratorOption {
  readonly mean?: Scalar;
  readonly std?: Scalar;
}

/** The bounds of `random_`, by name; `to` null stands for the end of the dtype's range. */
export interface RandomRangeOptions extends GeneratorOption {
  readonly from?: number | bigint;
  readonly to?: number | bigint | null;
}

/** The probability of `bernoulli_`, by name. */
export interface BernoulliOptions extends GeneratorOption {
  readonly p?: Tensor | Scalar;
}

/** The parameter of `exponential_`, by name. */
export interface ExponentialOptions extends GeneratorOption {
  readonly lambd?: Scalar;
}

/** The parameters of `cauchy_`, by name. */
export interface CauchyOptions extends GeneratorOption {
  readonly median?: Scalar;
  readonly sigma?: Scalar;
}

/**
 * Fills with numbers uniform on [from, to), by default [0, 1). The bounds may also be given by name.
 *
 * @throws ValueError where from > to; DTypeError for a dtype that is not floating.
 * @example
 * torch.empty(3).uniform_(-1, 1);
 * torch.empty(3).uniform_({ to: 2, generator });
 */
export function uniform_(
  input: Tensor,
  from?: Scalar | UniformOptions,
  to?: Scalar | UniformOptions,
  options?: UniformOptions,
): Tensor {
  const named = keywords<UniformOptions>(["from", "to", "generator"], [from, to, options]);
  const low = toNumber(named.from ?? 0);
  const high = toNumber(named.to ?? 1);
  return fill(input, "uniform_", named, (generator, dtype, length) =>
    draws.uniform(generator, dtype, length, low, high),
  );
}

/**
 * Fills with normal numbers, by default of mean 0 and standard deviation 1. The parameters may also be given by name.
 *
 * @throws ValueError where std < 0; DTypeError for a dtype that is not floating.
 * @example
 * torch.empty(3).normal_(0, 0.02);
 * torch.empty(3).normal_({ std: 0.02 });
 */
export function normal_(
  input: Tensor,
  mean?: Scalar | NormalOptions,
  std?: Scalar | NormalOptions,
  options?: NormalOptions,
): Tensor {
  const named = keywords<NormalOptions>(["mean", "std", "generator"], [mean, std, options]);
  const center = toNumber(named.mean ?? 0);
  const deviation = toNumber(named.std ?? 1);
  return fill(input, "normal_", named, (generator, dtype, length, contiguous) =>
    draws.normal(generator, dtype, length, center, deviation, contiguous),
  );
}

/**
 * Fills with integers: uniform on [from, to); with one number, on [0, to); with none, over all that the dtype holds
 * exactly, from 0 on. `to` null stands for the end of that range.
 *
 * @throws ValueError where from >= to or a bound does not fit the dtype.
 * @example torch.empty(4).random_(2) // zeros and ones
 */
export function random_(
  input: Tensor,
  from?: number | bigint | RandomRangeOptions,
  to?: number | bigint | null | RandomRangeOptions,
  options?: RandomRangeOptions,
): Tensor {
  const named = keywords<RandomRangeOptions>(["from", "to", "generator"], [from, to, options]);
  const { from: first, to: second } = named;
  if (first === undefined && second === undefined)
    return fill(input, "random_", named, (generator, dtype, length) => draws.randomIntegers(generator, dtype, length));
  // One bound is the end of the range, whatever its name.
  const alone = second === undefined && typeof from !== "object";
  const low = alone ? 0 : (first ?? 0);
  const high = alone ? (first ?? null) : (second ?? null);
  return fill(input, "random_", named, (generator, dtype, length) =>
    draws.randint(generator, dtype, length, low, high),
  );
}

/**
 * Fills with zeros and ones: each one with probability `p` (default 0.5), or with its own probability of a tensor that
 * broadcasts to this one.
 *
 * @throws ValueError where a probability is outside [0, 1]; DTypeError for probabilities that are not floating.
 * @example torch.empty(4).bernoulli_(0.9)
 */
export function bernoulli_(input: Tensor, p?: Tensor | Scalar | BernoulliOptions, options?: BernoulliOptions): Tensor {
  const named = keywords<BernoulliOptions>(["p", "generator"], [p, options]);
  const probability = named.p ?? 0.5;
  if (probability instanceof Tensor)
    return assign(input, bernoulliEach(probability, input.dtype, input, named), "bernoulli_");
  const number = toNumber(probability);
  return fill(input, "bernoulli_", named, (generator, dtype, length) =>
    draws.bernoulli(generator, dtype, length, number),
  );
}

/**
 * Fills with numbers of density λ exp(-λ x), by default λ = 1.
 *
 * @throws ValueError where λ < 0; DTypeError for a dtype that is not floating.
 * @example torch.empty(4).exponential_(2.5)
 */
export function exponential_(input: Tensor, lambd?: Scalar | ExponentialOptions, options?: ExponentialOptions): Tensor {
  const named = keywords<ExponentialOptions>(["lambd", "generator"], [lambd, options]);
  const rate = toNumber(named.lambd ?? 1);
  return fill(input, "exponential_", named, (generator, dtype, length) =>
    draws.exponential(generator, dtype, length, rate),
  );
}

/**
 * Fills with counts of trials up to the first success, each of probability `p`: 1, 2, …
 *
 * @throws ValueError where p is outside (0, 1); DTypeError for bool.
 * @example torch.empty(4).geometric_(0.3)
 */
export function geometric_(input: Tensor, p: Scalar | ProbabilityOptions, options?: ProbabilityOptions): Tensor {
  const named = keywords<ProbabilityOptions>(["p", "generator"], [p, options]);
  if (named.p === undefined) throw new ValueError("geometric_ needs a probability: x.geometric_(0.3)");
  const probability = toNumber(named.p);
  return fill(input, "geometric_", named, (generator, dtype, length) =>
    draws.geometric(generator, dtype, length, probability),
  );
}

/**
 * Fills with numbers of the Cauchy distribution about `median` (default 0) with half-width `sigma` (default 1).
 *
 * @throws DTypeError for a dtype that is not floating.
 */
export function cauchy_(
  input: Tensor,
  median?: Scalar | CauchyOptions,
  sigma?: Scalar | CauchyOptions,
  options?: CauchyOptions,
): Tensor {
  const named = keywords<CauchyOptions>(["median", "sigma", "generator"], [median, sigma, options]);
  const center = toNumber(named.median ?? 0);
  const width = toNumber(named.sigma ?? 1);
  return fill(input, "cauchy_", named, (generator, dtype, length) =>
    draws.cauchy(generator, dtype, length, center, width),
  );
}

/**
 * Fills with numbers whose logarithm is normal, of mean `mean` (default 1) and standard deviation `std` (default 2).
 *
 * @throws ValueError where std <= 0; DTypeError for a dtype that is not floating.
 */
export function logNormal_(
  input: Tensor,
  mean?: Scalar | NormalOptions,
  std?: Scalar | NormalOptions,
  options?: NormalOptions,
): Tensor {
  const named = keywords<NormalOptions>(["mean", "std", "generator"], [mean, std, options]);
  const center = toNumber(named.mean ?? 1);
  const deviation = toNumber(named.std ?? 2);
  return fill(input, "log_normal_", named, (generator, dtype, length) =>
    draws.logNormal(generator, dtype, length, center, deviation),
  );
}
