/** Counts of successes, by inversion where few are expected, else by transformed rejection. */
import type { HostArray } from "../../dtype/dtype.ts";
import type { Generator } from "../../runtime/generator.ts";
import { fromHost } from "../../tensor/creation.ts";
import { requireNames } from "../../tensor/keywords.ts";
import { data, dataSync } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { broadcastTensors } from "../shape/expand.ts";
import { type GeneratorOption, generatorOf } from "./default-generator.ts";
import { floats, requireWide, roundTo } from "./standard-gamma.ts";

type Round = (x: number) => number;

/**
 * How many of `count` trials succeed, each with probability `prob`; shapes broadcast. How many numbers a draw takes depends on
 * the values, so they are read.
 *
 * @param count whole numbers, not negative, float32 or float64.
 * @param prob probabilities, of `count`'s dtype.
 * @returns of `count`'s dtype.
 * @throws DTypeError for other dtypes.
 * @example const successes = await torch.binomial(torch.tensor([10, 100]), torch.tensor([0.5, 0.1]));
 */
export async function binomial(count: Tensor, prob: Tensor, options: GeneratorOption = {}): Promise<Tensor> {
  const [counts, probs] = broadcastTensors(count, prob);
  requireWide("binomial_cpu", counts.dtype);
  return binomialOf(counts, await data(counts), await data(probs), options);
}

/** `binomial`, at once. @throws DeviceError on devices that read asynchronously. */
export function binomialSync(count: Tensor, prob: Tensor, options: GeneratorOption = {}): Tensor {
  const [counts, probs] = broadcastTensors(count, prob);
  return binomialOf(counts, dataSync(counts), dataSync(probs), options);
}

/** `binomial` of counts and probabilities that were read; the result has the shape of `like`. */
export function binomialOf(like: Tensor, counts: HostArray, probs: HostArray, options: GeneratorOption = {}): Tensor {
  requireNames(options, ["generator"]);
  const { dtype } = like;
  requireWide("binomial_cpu", dtype);
  const generator = generatorOf(options);
  const out = floats(dtype, counts.length);
  const round = roundTo(dtype);
  for (let i = 0; i < out.length; i++) out[i] = draw(generator, Number(counts[i]), Number(probs[i]), round);
  return fromHost(out, like.shape, dtype, like.device);
}

function draw(generator: Generator, count: number, prob: number, round: Round): number {
  if (count <= 0 || prob <= 0) return 0;
  if (prob >= 1) return count;
  if (Number.isNaN(prob)) return Number.NaN;
  const rare = prob <= 0.5 ? prob : round(1 - prob);
  const drawn =
    round(count * rare) >= 10 ? byRejection(generator, count, rare, round) : byInversion(generator, count, rare, round);
  return prob <= 0.5 ? drawn : count - drawn;
}

/** Counts trials by the distances between successes, which are geometric. */
function byInversion(generator: Generator, count: number, prob: number, round: Round): number {
  const scale = round(Math.log1p(-prob));
  let successes = 0;
  for (let trials = 0; ; successes++) {
    trials += Math.ceil(Math.log(generator.uniform53()) / scale);
    if (trials > count || Number.isNaN(trials)) return successes;
  }
}

/** Errors of Stirling's approximation of ln k!, k = 0 … 9. */
const stirlingTails = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
  0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
];

function stirlingTail(k: number): number {
  if (k <= 9) return stirlingTails[Math.trunc(k)];
  const square = (k + 1) * (k + 1);
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}

/** W. Hörmann (1993), "The generation of binomial random variates", algorithm BTRS. */
function byRejection(generator: Generator, count: number, prob: number, round: Round): number {
  const rest = round(1 - prob);
  const deviation = round(Math.sqrt(round(round(count * prob) * rest)));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * prob;
  const c = round(count * prob) + 0.5;
  const accepted = 0.92 - 4.2 / b;
  const odds = round(prob / rest);
  const alpha = (2.83 + 5.1 / b) * deviation;
  const m = Math.floor(round(round(count + 1) * prob));
  for (;;) {
    const u = generator.uniform53() - 0.5;
    const v = generator.uniform53();
    const us = 0.5 - Math.abs(u);
    const k = round(Math.floor(((2 * a) / us + b) * u + c));
    if (k < 0 || k > count) continue;
    if (us >= 0.07 && v <= accepted) return k;
    const bound =
      (m + 0.5) * Math.log((m + 1) / (odds * (count - m + 1))) +
      (count + 1) * Math.log((count - m + 1) / (count - k + 1)) +
      (k + 0.5) * Math.log((odds * (count - k + 1)) / (k + 1)) +
      stirlingTail(m) +
      stirlingTail(count - m) -
      stirlingTail(k) -
      stirlingTail(count - k);
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
  }
}
