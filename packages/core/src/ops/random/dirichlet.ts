/** Points of the simplex by the Dirichlet distribution, with PyTorch's derivative by the concentrations. */
import { applyFunction, CustomFunction, type FunctionContext } from "../../autograd/function.ts";
import { digamma } from "../../backend/meaning/gamma.ts";
import type { HostArray } from "../../dtype/dtype.ts";
import { isGradEnabled } from "../../runtime/mode.ts";
import { fromHost } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { mul, sub } from "../elementwise/arithmetic.ts";
import { sum } from "../reduction/sum.ts";
import { type GeneratorOption, generatorOf } from "./default-generator.ts";
import { drawGamma, floats, onceDifferentiable, requireWide, roundTo } from "./standard-gamma.ts";

type Round = (x: number) => number;

/**
 * Points of the Dirichlet distribution over the last dimension of `concentration`, which was read into `values`.
 *
 * @param concentration float32 or float64, of at least one dimension; the result has its shape and dtype, and a gradient.
 */
export function dirichletOf(concentration: Tensor, values: HostArray, options: GeneratorOption = {}): Tensor {
  const { dtype, shape, device } = concentration;
  requireWide("dirichlet", dtype);
  const generator = generatorOf(options);
  const round = roundTo(dtype);
  const [least, most] = dtype === "float32" ? [2 ** -126, 1 - 2 ** -24] : [2 ** -1022, 1 - 2 ** -53];
  const size = shape[shape.length - 1];
  const same: Round = (x) => x;
  const gammas = new Float64Array(values.length);
  for (let i = 0; i < gammas.length; i++)
    gammas[i] = Math.max(2 ** -1022, drawGamma(generator, Number(values[i]), same));
  const samples = floats(dtype, values.length);
  for (let start = 0; start < gammas.length; start += size) {
    let total = 0;
    for (let i = start; i < start + size; i++) total += gammas[i];
    for (let i = start; i < start + size; i++) samples[i] = Math.min(most, Math.max(least, round(gammas[i] / total)));
  }
  const sample = fromHost(samples, shape, dtype, device);
  if (!isGradEnabled() || !concentration.requiresGrad) return sample;
  const slopes = floats(dtype, samples.length);
  for (let start = 0; start < samples.length; start += size) {
    let total = 0;
    for (let i = start; i < start + size; i++) total = round(total + Number(values[i]));
    for (let i = start; i < start + size; i++)
      slopes[i] = dirichletGrad(Number(samples[i]), Number(values[i]), total, round);
  }
  return applyFunction(Dirichlet, [concentration, sample, fromHost(slopes, shape, dtype, device)]);
}

class Dirichlet extends CustomFunction {
  static forward(ctx: FunctionContext, concentration: Tensor, sample: Tensor, slopes: Tensor): Tensor {
    ctx.saveForBackward(sample, concentration, slopes);
    return sample;
  }

  static backward(ctx: FunctionContext, grad: Tensor): (Tensor | null)[] {
    const [sample, concentration, slopes] = ctx.savedTensors;
    const found = mul(slopes, sub(grad, sum(mul(sample, grad), -1, true)));
    const error = "trying to differentiate twice a function that was marked with @once_differentiable";
    return [onceDifferentiable(found, error, concentration, grad), null, null];
  }
}

/** -(∂F/∂α) / f / (1 - x) of a beta variable x, of which F is the distribution and f the density; total = α + β. */
function dirichletGrad(x: number, alpha: number, total: number, round: Round): number {
  const beta = round(total - alpha);
  const boundary = round(round(total * x) * round(1 - x));
  if (x <= 0.5 && boundary < 2.5) return alphaSlopeNearZero(x, alpha, beta, round);
  if (x >= 0.5 && boundary < 0.75) return -betaSlopeNearZero(round(1 - x), beta, alpha, round);
  if (alpha > 6 && beta > 6) return alphaSlopeAtSaddle(x, alpha, total - alpha);
  return alphaSlopeByFit(x, alpha, total, round);
}

/** Taylor's series about x = 0. */
function alphaSlopeNearZero(x: number, alpha: number, beta: number, round: Round): number {
  const factor = round(round(round(digamma(alpha)) - round(digamma(round(alpha + beta)))) - round(Math.log(x)));
  let numerator = 1;
  let series = round(round(1 / alpha) * round(factor + round(1 / alpha)));
  for (let i = 1; i <= 10; i++) {
    numerator = round(numerator * round(round(round(i - beta) * x) / i));
    const at = round(alpha + i);
    series = round(series + round(round(numerator / at) * round(factor + round(1 / at))));
  }
  const result = round(round(x * round(round(1 - x) ** -beta)) * series);
  return Number.isNaN(result) ? 0 : result;
}

/** By β, Taylor's series about x = 0. */
function betaSlopeNearZero(x: number, alpha: number, beta: number, round: Round): number {
  const factor = round(round(digamma(round(alpha + beta))) - round(digamma(beta)));
  let [numerator, betas, slopes, series] = [1, 1, 0, round(factor / alpha)];
  for (let i = 1; i <= 8; i++) {
    numerator = round(numerator * round(-x / i));
    slopes = round(round(slopes * round(beta - i)) + betas);
    betas = round(betas * round(beta - i));
    series = round(series + round(round(numerator / round(alpha + i)) * round(slopes + round(factor * betas))));
  }
  const result = round(-round(round(1 - x) ** round(1 - beta)) * series);
  return Number.isNaN(result) ? 0 : result;
}

/** The saddle point expansion, for α and β that are both large. */
function alphaSlopeAtSaddle(x: number, alpha: number, beta: number): number {
  const total = alpha + beta;
  const mean = alpha / total;
  const deviation = Math.sqrt((alpha * beta) / (total + 1)) / total;
  const b2 = beta * beta;
  if (mean - 0.1 * deviation <= x && x <= mean + 0.1 * deviation) {
    const inner = (453 + 1620 * beta * (1 - x) - 455 * x) * beta + alpha * (8 * (1 - x) * (135 * beta - 11));
    const middle = 3 * (59 + 180 * beta - 90 * x) * b2 + alpha * inner;
    const polynomial = 47 * x * b2 * b2 + alpha * ((43 + 20 * (16 + 27 * beta) * x) * b2 * beta + alpha * middle);
    const factor = ((1 + 12 * alpha) * (1 + 12 * beta)) / (total * total);
    return ((factor / (1 - x)) * polynomial) / (12960 * alpha * alpha * alpha * b2 * (1 + 12 * total));
  }
  const factor = -x / Math.sqrt((2 * alpha * beta) / total);
  const tail = (n: number): number => 1 + 1 / (12 * n) + 1 / (288 * n * n);
  const stirling = (tail(alpha) * tail(beta)) / tail(total);
  const distance = alpha * (x - 1) + beta * x;
  const above = 2 * (alpha * alpha) * (x - 1) + alpha * beta * (x - 1) - x * b2;
  const first = above / (Math.sqrt((2 * alpha) / beta) * total ** 1.5 * distance * distance);
  const second = 0.5 * Math.log(alpha / (total * x));
  const third = Math.sqrt((8 * alpha * beta) / total) / distance;
  const base = beta * Math.log(beta / (total * (1 - x))) + alpha * Math.log(alpha / (total * x));
  const fourth = base ** -1.5;
  return stirling * factor * (first + second * (third + (x < mean ? fourth : -fourth)));
}

/** PyTorch's coefficients of numerator and denominator, by powers of ln x, of ln(α / x), of ln(total x / α). */
const fit = [
  [
    [
      [1.003668233, -0.01061107488, -0.0657888334, 0.01201642863],
      [0.6336835991, -0.3557432599, 0.05486251648, -0.001465281033],
      [-0.03276231906, 0.004474107445, 0.002429354597, -0.0001557569013],
    ],
    [
      [0.221950385, -0.3187676331, 0.01799915743, 0.01074823814],
      [-0.2951249643, 0.06219954479, 0.01535556598, 0.001550077057],
      [0.02155310298, 0.004170831599, 0.001292462449, 6.976601077e-5],
    ],
    [
      [-0.05980841433, 0.008441916499, 0.01085618172, 0.002319392565],
      [0.02911413504, 0.01400243777, -0.002721828457, 0.000751041181],
      [0.005900514878, -0.001936558688, -9.495446725e-6, 5.385558597e-5],
    ],
  ],
  [
    [
      [1, -0.02924021934, -0.04438342661, 0.007285809825],
      [0.6357567472, -0.3473456711, 0.05454656494, -0.002407477521],
      [-0.03301322327, 0.004845219414, 0.00231480583, -0.0002307248149],
    ],
    [
      [0.5925320577, -0.1757678135, 0.01505928619, 0.000564515273],
      [0.1014815858, -0.06589186703, 0.01272886114, -0.0007316646956],
      [-0.007258481865, 0.001096195486, 0.0003934994223, -4.12701925e-5],
    ],
    [
      [0.06469649321, -0.0236701437, 0.002902096474, -5.896963079e-5],
      [0.001925008108, -0.002869809258, 0.0008000589141, -6.063713228e-5],
      [-0.0003477407336, 6.959756487e-5, 1.097287507e-5, -1.650964693e-6],
    ],
  ],
] as const;

function alphaSlopeByFit(x: number, alpha: number, total: number, round: Round): number {
  const u = Math.log(x);
  const a = Math.log(alpha) - u;
  const b = Math.log(total) - a;
  const [p, q] = fit.map((table) => {
    let value = 0;
    for (const [i, rows] of table.entries())
      for (const [j, c] of rows.entries()) value += u ** i * a ** j * (c[0] + b * (c[1] + b * (c[2] + b * c[3])));
    return value;
  });
  const approximation = (x * (round(digamma(total)) - round(digamma(alpha)))) / (total - alpha);
  return (p / q) * approximation;
}
