import { lgamma } from "../../backend/meaning/gamma.ts";
import type { HostArray } from "../../dtype/dtype.ts";
import { isFloat } from "../../dtype/dtype.ts";
import { halfToFloat } from "../../dtype/half.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ValueError } from "../../errors.ts";
import type { Generator } from "../../runtime/generator.ts";
import { fill } from "../../runtime/random/fill.ts";
import { fromHost } from "../../tensor/creation.ts";
import { requireNames } from "../../tensor/keywords.ts";
import { data, dataSync } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type GeneratorOption, generatorOf } from "./default-generator.ts";

/**
 * Counts of the Poisson distribution, each with its own rate. How many numbers a draw takes depends on the rate, so the
 * rates are read.
 *
 * @param input rates, not negative, floating.
 * @returns of `input`'s shape and dtype.
 * @throws ValueError where a rate is negative; DTypeError for a dtype that is not floating.
 * @example const counts = await torch.poisson(torch.tensor([0.5, 4, 20]));
 */
export async function poisson(input: Tensor, options: GeneratorOption = {}): Promise<Tensor> {
  requireFloat(input);
  return poissonOf(input, await data(input), options);
}

/** `poisson`, at once. @throws DeviceError on devices that read asynchronously. */
export function poissonSync(input: Tensor, options: GeneratorOption = {}): Tensor {
  requireFloat(input);
  return poissonOf(input, dataSync(input), options);
}

function requireFloat(input: Tensor): void {
  if (!isFloat(input.dtype)) throw new DTypeError(`"poisson_cpu" not implemented for '${pytorchName(input.dtype)}'`);
}

/** `poisson` of rates that were read. */
export function poissonOf(input: Tensor, rates: HostArray, options: GeneratorOption = {}): Tensor {
  requireNames(options, ["generator"]);
  const generator = generatorOf(options);
  const rateOf = input.dtype === "float16" ? halfToFloat : Number;
  let i = 0;
  const counts = fill(input.dtype, rates.length, () => drawCount(generator, rateOf(Number(rates[i++]))));
  return fromHost(counts, input.shape, input.dtype, input.device);
}

function drawCount(generator: Generator, rate: number): number {
  if (!(rate >= 0)) throw new ValueError("invalid Poisson rate, expected rate to be non-negative");
  if (rate === 0) return 0;
  return rate < 10 ? byProducts(generator, rate) : byRejection(generator, rate);
}

/** Knuth's method: how many uniform numbers are multiplied before the product reaches exp(-rate). */
function byProducts(generator: Generator, rate: number): number {
  const limit = Math.exp(-rate);
  let count = 0;
  for (let product = generator.uniform53(); product > limit; product *= generator.uniform53()) count++;
  return count;
}

/** Transformed rejection with squeeze: W. Hörmann (1993), "The transformed rejection method", algorithm PTRS. */
function byRejection(generator: Generator, rate: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const accepted = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = generator.uniform53() - 0.5;
    const v = generator.uniform53();
    const distance = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / distance + b) * u + rate + 0.43);
    if (distance >= 0.07 && v <= accepted) return count;
    if (count < 0 || (distance < 0.013 && v > distance)) continue;
    const left = Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (distance * distance) + b);
    if (left <= -rate + count * Math.log(rate) - lgamma(count + 1)) return count;
  }
}
