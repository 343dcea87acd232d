import { type DType, type HostArray, isFloat } from "../../dtype/dtype.ts";
import { floatToHalf, halfToFloat } from "../../dtype/half.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import type { Generator } from "../../runtime/generator.ts";
import * as draws from "../../runtime/random/index.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";
import { type GeneratorOption, generatorOf } from "./default-generator.ts";
import { drawNumbers } from "./memory-order.ts";

/** PyTorch's limit: the integers that a float32 holds exactly. */
const maxCategories = 2 ** 24;

/** Exponential races: the largest quotients of weight by exponential number win, in order. */
const races = operation<{ samples: number }>(
  "multinomial",
  ([weights, exponentials], _, { samples }) => {
    const valid = m.and(m.ge(weights, 0), m.lt(weights, Number.POSITIVE_INFINITY));
    const message = "probability tensor contains either `inf`, `nan` or element < 0";
    const w = positive(m.check(weights, valid, { error: "ValueError", message }));
    const last = w.rank - 1;
    return m.firstSorted(m.div(w, exponentials), last, true, samples);
  },
  { half: "keep" },
);

/** Each uniform number, rounded up to the weights' dtype, finds its place in its row's cumulative distribution. */
const places = operation(
  "multinomial",
  ([weights, uniforms]) => {
    const message = (entry: string): string =>
      `invalid multinomial distribution (encountering probability entry ${entry})`;
    const signed = m.check(weights, m.ge(weights, 0), { error: "ValueError", message: message("< 0") });
    const finite = m.lt(signed, Number.POSITIVE_INFINITY);
    const w = positive(m.check(signed, finite, { error: "ValueError", message: message("= infinity or NaN") }));
    const last = w.rank - 1;
    const running = m.scan("sum", w, last);
    const total = m.slice(running, last, w.shape[last] - 1, 1);
    return lowerBound(m.div(running, total), uniforms);
  },
  { half: "keep" },
);

function positive(weights: Term): Term {
  const some = m.gt(m.sum(weights, [weights.rank - 1]), 0);
  const message = "invalid multinomial distribution (sum of probabilities <= 0)";
  return m.check(weights, some, { error: "ValueError", message });
}

/** Index of the first element of each sorted row that is not below the value; the last element counts as no less. */
function lowerBound(sorted: Term, values: Term): Term {
  const last = sorted.rank - 1;
  const count = sorted.shape[last] - 1;
  let below: Term = m.constant(0, "int64", values.shape);
  if (count === 0) return below;
  for (let step = 2 ** Math.floor(Math.log2(count)); step >= 1; step /= 2) {
    const candidate = m.add(below, step);
    const at = m.minimum(m.sub(candidate, 1), count - 1);
    const reached = m.and(m.le(candidate, count), m.lt(m.gather(sorted, last, at), values));
    below = m.where(reached, candidate, below);
  }
  return below;
}

/** The options of `multinomial`. */
export interface MultinomialOptions extends GeneratorOption {
  /** Whether a category may be drawn more than once; default false. */
  readonly replacement?: boolean;
}

/**
 * Category numbers drawn in proportion to weights.
 *
 * @param input weights [categories] or [rows, categories], floating, not negative; they need not sum to 1.
 * @param numSamples how many to draw from each row.
 * @param replacement whether a category may be drawn more than once; default false. Also as an option.
 * @returns int64 [numSamples] or [rows, numSamples]
 * @throws ValueError for weights that are negative, not finite or all zero, and for more samples than categories without
 *   replacement; DTypeError for weights that are not floating; ShapeError for other ranks.
 * @example
 * torch.multinomial(torch.tensor([0.1, 0.9]), 5, true);
 * torch.multinomial(weights, 2, { generator });
 */
export function multinomial(
  input: Tensor,
  numSamples: number | (MultinomialOptions & { readonly numSamples: number }),
  replacement?: boolean | MultinomialOptions,
  options?: MultinomialOptions,
): Tensor {
  const named = keywords<MultinomialOptions & { readonly numSamples: number }>(
    ["numSamples", "replacement", "generator"],
    [numSamples, replacement, options],
    1,
  );
  const samples = named.numSamples;
  const repeats = named.replacement ?? false;
  const { shape, dtype } = input;
  const categories = shape[shape.length - 1];
  if (shape.length !== 1 && shape.length !== 2) throw new ShapeError("prob_dist must be 1 or 2 dim");
  if (!isFloat(dtype))
    throw new DTypeError(`multinomial only supports floating-point dtypes for input, got: ${pytorchName(dtype)}`);
  if (!(samples > 0)) throw new ValueError("cannot sample n_sample <= 0 samples");
  if (!repeats && samples > categories)
    throw new ValueError("cannot sample n_sample > prob_dist.size(-1) samples without replacement");
  if (categories > maxCategories) throw new ValueError("number of categories cannot exceed 2^24");
  const generator = generatorOf(named);
  if (!repeats) {
    const drawEach = (stream: Generator, length: number) => draws.exponential(stream, dtype, length);
    const exponentials = drawNumbers(generator, drawEach, shape, dtype, input.device);
    return call(races, [input, exponentials], [], { samples });
  }
  const drawn = shape.with(shape.length - 1, samples);
  const uniforms = (stream: Generator, length: number) => uniformsRoundedUp(stream, dtype, length);
  return call(places, [input, drawNumbers(generator, uniforms, drawn, dtype, input.device)]);
}

/**
 * Uniform float64 numbers rounded up to a dtype: c >= u holds for a number c of the dtype exactly where it holds for the
 * rounded u, so that devices without float64 find the same places.
 */
function uniformsRoundedUp(generator: Generator, dtype: DType, count: number): HostArray {
  const up = dtype === "float64" ? () => undefined : dtype === "float16" ? halvesAbove : singlesAbove;
  return draws.fillFromUniforms(generator, dtype, count, up);
}

function halvesAbove(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) {
    const bits = floatToHalf(values[i]);
    values[i] = halfToFloat(bits + Number(halfToFloat(bits) < values[i]));
  }
}

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

function singlesAbove(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) {
    single[0] = values[i];
    // Not a branch: half of all numbers would take the one that a processor does not expect.
    singleBits[0] += Number(single[0] < values[i]);
    values[i] = single[0];
  }
}
