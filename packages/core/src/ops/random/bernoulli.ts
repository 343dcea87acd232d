import { isFloat } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import * as draws from "../../runtime/random/index.ts";
import { type Scalar, toNumber } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";
import { drawnFrom, type GeneratorOption, generatorOf } from "./default-generator.ts";
import { type Draw, drawLike, drawNew } from "./memory-order.ts";

/** A probability, by name. */
export interface ProbabilityOptions extends GeneratorOption {
  readonly p?: Scalar;
}

/** Where a uniform number is below its probability. */
const bernoulliOp = operation<{ dtype: Tensor["dtype"] }>(
  "bernoulli",
  ([p, u], _, { dtype }) => {
    const valid = m.and(m.ge(p, 0), m.le(p, 1));
    const failure = {
      error: "ValueError",
      message: "Expected p_in >= 0 && p_in <= 1 to be true, but got false.",
    } as const;
    return m.cast(m.lt(u, m.check(p, valid, failure)), dtype);
  },
  { derivative: (ctx) => [ctx.needs(0) ? m.zerosLike(ctx.input(0)) : null, null] },
);

/**
 * Zeros and ones: each one with the probability that `input` holds for it, or all with probability `p`.
 *
 * @param input probabilities in [0, 1], floating; with `p`, only its shape, dtype and device count.
 * @param p one probability for all elements; none by default.
 * @returns of `input`'s shape and dtype; its gradient is zero.
 * @throws ValueError where a probability is outside [0, 1]; DTypeError for probabilities that are not floating.
 * @example
 * torch.bernoulli(torch.tensor([0, 0.5, 1])); // 0, then 0 or 1, then 1
 * torch.bernoulli(x, 0.9);
 */
export function bernoulli(input: Tensor, p?: Scalar | ProbabilityOptions, options?: ProbabilityOptions): Tensor {
  const named = keywords<ProbabilityOptions>(["p", "generator"], [p, options]);
  // Whatever the order of the input in memory, the result is contiguous, and drawn so.
  const { shape, dtype, device } = input;
  if (named.p === undefined) {
    const drawDtype = uniformDtype(input);
    return call(bernoulliOp, [input, drawNew(shape, drawDtype, device, generatorOf(named), uniform)], [], { dtype });
  }
  const probability = toNumber(named.p);
  const draw: Draw = (generator, wanted, length) => draws.bernoulli(generator, wanted, length, probability);
  return drawnFrom({ kind: "bernoulli", p: probability }, drawNew(shape, dtype, device, generatorOf(named), draw));
}

const uniform: Draw = (generator, dtype, length) => draws.rand(generator, dtype, length);

/** What is compared with probabilities. @throws DTypeError for those that are not floating. */
function uniformDtype(probabilities: Tensor): Tensor["dtype"] {
  if (!isFloat(probabilities.dtype))
    throw new DTypeError(`"bernoulli_tensor_cpu_p_" not implemented for '${pytorchName(probabilities.dtype)}'`);
  return probabilities.dtype === "float64" ? "float64" : "float32";
}

/** @internal Zeros and ones of `dtype`, by probabilities drawn in the memory order of `like`. */
export function bernoulliEach(
  probabilities: Tensor,
  dtype: Tensor["dtype"],
  like: Tensor,
  options: GeneratorOption,
): Tensor {
  const u = drawLike(like, uniformDtype(probabilities), probabilities.device, generatorOf(options), uniform);
  return call(bernoulliOp, [probabilities, u], [], { dtype });
}
