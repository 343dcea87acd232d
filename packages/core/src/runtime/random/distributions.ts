import { type DType, type HostArray, hostArray } from "../../dtype/dtype.ts";
import { ValueError } from "../../errors.ts";
import type { Generator } from "../generator.ts";
import { fill, fillFromUniforms, inBlocks, requireDType, rounderOf, store } from "./fill.ts";

/**
 * `length` zeros and ones, one with probability `p`: PyTorch's `bernoulli_(p)`, and the mask of its dropouts with p =
 * 1 - rate. Any dtype.
 *
 * @throws ValueError where p is outside [0, 1]
 * @example bernoulli(new Generator(0), "bool", 4, 0.5) // [0, 0, 1, 0]
 */
export function bernoulli(generator: Generator, dtype: DType, length: number, p = 0.5): HostArray {
  requireProbability(p);
  const bits = new Uint8Array(length);
  const limit = p * 2 ** 53;
  inBlocks(generator, length, 2, (words, start, count) => {
    for (let i = 0; i < count; i++)
      bits[start + i] = Number((words[2 * i] & 0x1fffff) * 2 ** 32 + words[2 * i + 1] < limit);
  });
  if (dtype === "bool") return bits;
  const out = hostArray(dtype, length);
  store(out, dtype, bits);
  return out;
}

/**
 * Zeros and ones, each one with its own probability: `torch.bernoulli(p)` and `bernoulli_(p)` with a tensor.
 *
 * @param probabilities values in [0, 1], float16 decoded
 * @param probabilityDtype the dtype of the probabilities: only float64 draws float64 uniforms
 * @throws ValueError where a probability is outside [0, 1]
 */
export function bernoulliEach(
  generator: Generator,
  dtype: DType,
  probabilities: ArrayLike<number>,
  probabilityDtype: DType = "float32",
): HostArray {
  const double = probabilityDtype === "float64";
  let i = 0;
  return fill(dtype, probabilities.length, () => {
    const p = probabilities[i++];
    requireProbability(p);
    return Number((double ? generator.uniform53() : generator.uniform24()) < p);
  });
}

function requireProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) throw new ValueError(`bernoulli_ expects p to be in [0, 1], but got p=${p}`);
}

/**
 * `length` numbers with density lambda * exp(-lambda x).
 *
 * @throws ValueError where lambda < 0
 * @throws DTypeError for a dtype that is not floating
 */
export function exponential(generator: Generator, dtype: DType, length: number, lambda = 1): HostArray {
  requireDType("exponential_cpu", dtype);
  if (!(lambda >= 0)) throw new ValueError(`exponential_ expects lambda >= 0.0, but found lambda=${lambda}`);
  return fillFromUniforms(generator, dtype, length, (u) => {
    for (let i = 0; i < u.length; i++) u[i] = (-1 / lambda) * Math.log(1 - u[i]);
  });
}

/**
 * `length` counts of trials up to the first success of probability `p`: 1, 2, …
 *
 * @throws ValueError where p is outside (0, 1)
 * @throws DTypeError for bool
 */
export function geometric(generator: Generator, dtype: DType, length: number, p: number): HostArray {
  if (!(p > 0 && p < 1)) throw new ValueError(`geometric_ expects p to be in (0, 1), but got p=${p}`);
  requireDType("geometric_cpu", dtype, dtype !== "bool");
  const scale = Math.log(1 - p);
  return fillFromUniforms(generator, dtype, length, (u) => {
    for (let i = 0; i < u.length; i++) u[i] = Math.ceil(Math.log(u[i]) / scale);
  });
}

/**
 * `length` numbers of the Cauchy distribution about `median` with half-width `sigma`.
 *
 * @throws DTypeError for a dtype that is not floating
 */
export function cauchy(generator: Generator, dtype: DType, length: number, median = 0, sigma = 1): HostArray {
  requireDType("cauchy_cpu", dtype);
  return fillFromUniforms(generator, dtype, length, (u) => {
    for (let i = 0; i < u.length; i++) u[i] = median + sigma * Math.tan(Math.PI * (u[i] - 0.5));
  });
}

/**
 * The slopes of `rrelu` in training: uniform on [lower, upper) where the input is not positive, 1 elsewhere (nothing
 * is drawn there).
 *
 * @param input the values, float16 decoded, in memory order
 * @param dtype the input's floating dtype
 */
export function rreluSlopes(
  generator: Generator,
  dtype: DType,
  input: ArrayLike<number>,
  lower: number,
  upper: number,
): HostArray {
  requireDType("rrelu_with_noise_out_cpu", dtype);
  const round = rounderOf(dtype);
  const low = round(lower);
  const width = round(upper) - low;
  let i = 0;
  return fill(dtype, input.length, () => (input[i++] <= 0 ? generator.uniform53() * width + low : 1));
}

/**
 * `samples` category indices for each row of weights, drawn in proportion to the weights.
 *
 * @param weights [rows, categories] in row-major order, float16 decoded; they need not sum to 1
 * @param dtype the weights' floating dtype
 * @returns [rows, samples] in row-major order
 * @throws ValueError for weights that are negative, not finite or all zero, or more samples than categories without
 *   replacement
 * @example multinomial(generator, "float32", [0.1, 0.9], 2, 5, true)
 */
export function multinomial(
  generator: Generator,
  dtype: DType,
  weights: ArrayLike<number>,
  categories: number,
  samples: number,
  replacement = false,
): BigInt64Array<ArrayBuffer> {
  requireDType("multinomial", dtype);
  if (!(samples > 0)) throw new ValueError("cannot sample n_sample <= 0 samples");
  if (!replacement && samples > categories) {
    throw new ValueError("cannot sample n_sample > prob_dist.size(-1) samples without replacement");
  }
  requireWeights(weights, categories, replacement);
  const round = rounderOf(dtype);
  const rows = weights.length / categories;
  const out = new BigInt64Array(rows * samples);
  const sample = replacement ? sampleCumulative : sampleRaces;
  const chosen = sample(generator, weights, categories, samples, round);
  for (let i = 0; i < out.length; i++) out[i] = BigInt(chosen[i]);
  return out;
}

function requireWeights(weights: ArrayLike<number>, categories: number, replacement: boolean): void {
  for (let start = 0; start < weights.length; start += categories) {
    let sum = 0;
    for (let i = start; i < start + categories; i++) {
      const weight = weights[i];
      if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) throw new ValueError(invalidWeight(weight, replacement));
      sum += weight;
    }
    if (sum === 0) throw new ValueError("invalid multinomial distribution (sum of probabilities <= 0)");
  }
}

function invalidWeight(weight: number, replacement: boolean): string {
  if (!replacement) return "probability tensor contains either `inf`, `nan` or element < 0";
  const entry = weight < 0 ? "< 0" : "= infinity or NaN";
  return `invalid multinomial distribution (encountering probability entry ${entry})`;
}

/**
 * Exponential races: dividing each weight by an exponential number, the largest quotients win. All rows draw before
 * any is sorted.
 */
function sampleRaces(
  generator: Generator,
  weights: ArrayLike<number>,
  categories: number,
  samples: number,
  round: (value: number) => number,
): number[] {
  const quotients = new Float64Array(weights.length);
  const exponentials = exponential(generator, "float64", weights.length) as Float64Array;
  for (let i = 0; i < weights.length; i++) quotients[i] = round(weights[i] / round(exponentials[i]));
  const chosen: number[] = [];
  for (let start = 0; start < weights.length; start += categories) {
    const order = Array.from({ length: categories }, (_, i) => i);
    order.sort((a, b) => quotients[start + b] - quotients[start + a]);
    for (let i = 0; i < samples; i++) chosen.push(order[i]);
  }
  return chosen;
}

/** With replacement: each draw finds its place in the row's cumulative distribution. */
function sampleCumulative(
  generator: Generator,
  weights: ArrayLike<number>,
  categories: number,
  samples: number,
  round: (value: number) => number,
): number[] {
  const chosen: number[] = [];
  const cumulative = new Float64Array(categories);
  for (let start = 0; start < weights.length; start += categories) {
    let sum = 0;
    for (let i = 0; i < categories; i++) {
      sum = round(sum + weights[start + i]);
      cumulative[i] = sum;
    }
    for (let i = 0; i < categories; i++) cumulative[i] = round(cumulative[i] / sum);
    cumulative[categories - 1] = 1;
    for (let i = 0; i < samples; i++) chosen.push(lowerBound(cumulative, generator.uniform53()));
  }
  return chosen;
}

/** Index of the first element that is not less than `value`. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
