import { type Attributes, assign, call, operation, type Term } from "@cresset/core/extend";
import { noGrad, type Scalar, ShapeError, type Tensor, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { sizeText } from "../printing.ts";
import { requireFloat } from "./activation-common.ts";
import { inverseDeviation, standardize } from "./standardize.ts";
import { range } from "./window.ts";

interface Affine extends Attributes {
  readonly weight: boolean;
  readonly bias: boolean;
}

/** A value of each channel [C], along dimension 1. */
const perChannel = (t: Term, rank: number): Term =>
  m.reshape(t, [t.numel, ...new Array<number>(Math.max(0, rank - 2)).fill(1)]);

/** Normalisation with known statistics: inputs x, weight, bias (as far as there are), mean, variance. */
const withStatistics = operation<Affine>(
  "batch_norm",
  (inputs, [eps], how) => {
    const [x] = inputs;
    const [mean, variance] = inputs.slice(-2);
    const standard = m.mul(m.sub(x, perChannel(mean, x.rank)), perChannel(inverseDeviation(variance, eps), x.rank));
    const scaled = how.weight ? m.mul(standard, perChannel(inputs[1], x.rank)) : standard;
    return how.bias ? m.add(scaled, perChannel(inputs[how.weight ? 2 : 1], x.rank)) : scaled;
  },
  {
    gradName: "NativeBatchNormBackward0",
    derivative: (c) => {
      const how = c.attributes;
      const g = c.grad();
      const count = 1 + Number(how.weight) + Number(how.bias);
      const scale = perChannel(inverseDeviation(c.input(count + 1), c.scalar(0)), g.rank);
      const others = [0, ...range(2, g.rank - 2)];
      const gradients: (Term | null)[] = [null];
      if (c.needs(0)) gradients[0] = m.mul(how.weight ? m.mul(g, perChannel(c.input(1), g.rank)) : g, scale);
      if (how.weight) {
        const standard = (): Term => m.mul(m.sub(c.input(0), perChannel(c.input(count), g.rank)), scale);
        gradients.push(c.needs(1) ? m.sum(m.mul(g, standard()), others) : null);
      }
      if (how.bias) gradients.push(m.sum(g, others));
      return gradients;
    },
  },
);

interface Running extends Attributes {
  /** Whether the rate is a tensor rather than a scalar. */
  readonly given: boolean;
  /** Factor of the batch's statistic: n / (n - 1) makes a variance unbiased. */
  readonly factor: number;
}

/** (1 - rate) · running + rate · batch, over the mean of dimension 0 of the batch's statistics [*, C]. */
const updatedStatistic = operation<Running>("update_running_statistic", ([running, batch, given], [rate], how) => {
  const step = how.given ? m.cast(given, running.dtype) : m.cast(rate, running.dtype);
  const rows = m.reshape(batch, [batch.numel / running.numel, running.numel]);
  const statistic = m.mul(m.cast(m.mean(rows, [0]), running.dtype), m.constant(how.factor, running.dtype));
  return m.add(m.mul(m.sub(1, step), running), m.mul(step, statistic));
});

/** Moves a running mean and variance towards those of a batch of `count` values each. */
function update(statistics: Statistics, mean: Tensor, variance: Tensor, count: number, rate: Scalar | Tensor): void {
  const moved = (running: Tensor, batch: Tensor, factor: number): void => {
    const value =
      typeof rate === "object" && "dtype" in rate && "shape" in rate
        ? call(updatedStatistic, [running, batch, rate], [0], { given: true, factor })
        : call(updatedStatistic, [running, batch], [rate], { given: false, factor });
    assign(running, value, "batchNorm");
  };
  noGrad(() => {
    if (statistics.mean) moved(statistics.mean, mean, 1);
    if (statistics.variance) moved(statistics.variance, variance, count / (count - 1));
  });
}

interface Statistics {
  readonly mean: Tensor | null;
  readonly variance: Tensor | null;
}

export interface BatchNormOptions {
  /** [C], in training updated in place (but for an empty batch); default none. */
  readonly runningMean?: Tensor | null;
  /** [C], updated with the unbiased variance. */
  readonly runningVar?: Tensor | null;
  /** [C], the factor of each channel; default 1. */
  readonly weight?: Tensor | null;
  /** [C], added to each channel; default 0. */
  readonly bias?: Tensor | null;
  /** Whether to use the batch's statistics and update the running ones; default false. */
  readonly training?: boolean;
  /** Weight of the batch in the running statistics, also as a tensor; default 0.1. */
  readonly momentum?: number | Tensor;
  /** Added to variances; default 1e-5. */
  readonly eps?: number;
}

type BatchNormArguments =
  | [options?: BatchNormOptions]
  | [
      runningMean?: Tensor | null,
      runningVar?: Tensor | null | BatchNormOptions,
      weight?: Tensor | null | BatchNormOptions,
      bias?: Tensor | null | BatchNormOptions,
      training?: boolean | BatchNormOptions,
      momentum?: number | Tensor | BatchNormOptions,
      eps?: number | BatchNormOptions,
    ];

const batchNames = ["runningMean", "runningVar", "weight", "bias", "training", "momentum", "eps"] as const;

/**
 * Batch normalisation of [N, C, *] or [N, C]: every channel standardised over batch and positions, with the statistics of
 * the batch in training, else with the running ones.
 *
 * @throws ValueError in training with one value per channel.
 */
export function batchNorm(input: Tensor, ...rest: BatchNormArguments): Tensor {
  const options = keywords<BatchNormOptions>(batchNames, rest);
  const {
    runningMean = null,
    runningVar = null,
    weight = null,
    bias = null,
    training = false,
    momentum = 0.1,
    eps = 1e-5,
  } = options;
  const { shape } = input;
  if (shape.length === 1 && shape[0] === 0) return input;
  if (shape.length < 2) throw new ShapeError(`expected 2D or higher input to batch_norm (got ${shape.length}D input)`);
  const channels = shape[1];
  const named = { running_mean: runningMean, running_var: runningVar, weight, bias };
  for (const [name, tensor] of Object.entries(named))
    if (tensor && tensor.numel() !== channels)
      throw new ShapeError(`${name} should contain ${channels} elements not ${tensor.numel()}`);
  const count = input.numel() / channels;
  if (!training) {
    if (!runningMean || !runningVar)
      throw new ValueError("Expected running_mean and running_var to be defined when training=False");
    return known(input, weight, bias, runningMean, runningVar, eps);
  }
  if (count === 1)
    throw new ValueError(`Expected more than 1 value per channel when training, got input size ${sizeText(shape)}`);
  const spatial = shape.slice(2).map(() => 1);
  const [y, mean, variance] = standardize("batch", input, weight, bias, eps, {
    shape,
    dims: [0, ...range(2, shape.length - 2)],
    affine: [1, channels, ...spatial],
  });
  if (count > 0) update({ mean: runningMean, variance: runningVar }, mean, variance, count, momentum);
  return y;
}

function known(
  input: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  mean: Tensor,
  variance: Tensor,
  eps: number,
): Tensor {
  requireFloat("batch_norm", input);
  const affine = [weight, bias].filter((t) => t !== null);
  const how = { weight: weight !== null, bias: bias !== null };
  return call(withStatistics, [input, ...affine, mean, variance], [eps], how);
}

export interface InstanceNormOptions extends Omit<BatchNormOptions, "training"> {
  /** Whether to use the statistics of the input rather than the running ones; default true. */
  readonly useInputStats?: boolean;
}

type InstanceNormArguments =
  | [options?: InstanceNormOptions]
  | [
      runningMean?: Tensor | null,
      runningVar?: Tensor | null | InstanceNormOptions,
      weight?: Tensor | null | InstanceNormOptions,
      bias?: Tensor | null | InstanceNormOptions,
      useInputStats?: boolean | InstanceNormOptions,
      momentum?: number | InstanceNormOptions,
      eps?: number | InstanceNormOptions,
    ];

const instanceNames = ["runningMean", "runningVar", "weight", "bias", "useInputStats", "momentum", "eps"] as const;

/**
 * Instance normalisation of [N, C, *]: every channel of every sample standardised over its positions.
 *
 * @throws ValueError for one position per channel.
 */
export function instanceNorm(input: Tensor, ...rest: InstanceNormArguments): Tensor {
  const options = keywords<InstanceNormOptions>(instanceNames, rest);
  const { runningMean = null, runningVar = null, weight = null, bias = null } = options;
  const { useInputStats = true, momentum = 0.1, eps = 1e-5 } = options;
  const { shape } = input;
  if (shape.length < 3)
    throw new ShapeError(`expected 3D or higher input to instance_norm (got ${shape.length}D input)`);
  if (!useInputStats) {
    if (!runningMean || !runningVar)
      throw new ValueError("Expected running_mean and running_var to be defined when use_input_stats is false");
    return known(input, weight, bias, runningMean, runningVar, eps);
  }
  const count = shape.slice(2).reduce((n, size) => n * size, 1);
  if (count === 1)
    throw new ValueError(`Expected more than 1 spatial element when training, got input size ${sizeText(shape)}`);
  const [y, mean, variance] = standardize("instance", input, weight, bias, eps, {
    shape,
    dims: range(2, shape.length - 2),
    affine: [1, shape[1], ...shape.slice(2).map(() => 1)],
  });
  update({ mean: runningMean, variance: runningVar }, mean, variance, count, momentum);
  return y;
}
