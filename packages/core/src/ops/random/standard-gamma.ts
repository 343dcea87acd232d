/** Numbers of the standard gamma distribution, with the derivative by their shape parameter. */
import { applyFunction, CustomFunction, type FunctionContext } from "../../autograd/function.ts";
import { digamma } from "../../backend/meaning/gamma.ts";
import type { HostArray } from "../../dtype/dtype.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { AutogradError, DTypeError } from "../../errors.ts";
import type { Generator } from "../../runtime/generator.ts";
import { isGradEnabled } from "../../runtime/mode.ts";
import { fromHost } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { type GeneratorOption, generatorOf } from "./default-generator.ts";

const third = Math.fround(1 / 3);
const squeeze = Math.fround(0.0331);
const tiny = { float32: 2 ** -126, float64: 2 ** -1022 } as const;

type Wide = keyof typeof tiny;

/** Rounds to a dtype: what PyTorch computes in the dtype of its operands. */
export const roundTo = (dtype: Wide): ((x: number) => number) => (dtype === "float32" ? Math.fround : (x) => x);

/** An array of a dtype's elements. */
export const floats = (dtype: Wide, length: number): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> =>
  dtype === "float32" ? new Float32Array(length) : new Float64Array(length);

/** @throws DTypeError for dtypes that PyTorch's kernel does not have. */
export function requireWide(kernel: string, dtype: Tensor["dtype"]): asserts dtype is Wide {
  if (dtype !== "float32" && dtype !== "float64")
    throw new DTypeError(`"${kernel}" not implemented for '${pytorchName(dtype)}'`);
}

/**
 * One number of the gamma distribution of shape `alpha`: G. Marsaglia and W. W. Tsang (2000), "A simple method for generating
 * gamma variables"; a shape below 1 is raised by 1, and the result scaled.
 */
export function drawGamma(generator: Generator, alpha: number, round: (x: number) => number): number {
  let [scale, shape] = [1, alpha];
  if (shape < 1) {
    if (shape === 0) return 0;
    scale = (1 - generator.uniform53()) ** round(1 / shape);
    shape = round(shape + 1);
  }
  const d = round(shape - third);
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    let [x, y] = [0, 0];
    do {
      x = generator.standardNormal();
      y = 1 + c * x;
    } while (y <= 0);
    const v = y * y * y;
    const u = 1 - generator.uniform53();
    const square = x * x;
    if (u < 1 - squeeze * square * square) return scale * d * v;
    if (Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v))) return scale * d * v;
    // A shape that is NaN accepts nothing.
    if (Number.isNaN(shape)) return Number.NaN;
  }
}

/**
 * Gamma variables of rate 1 of the shapes that `alpha` holds, which were read into `values`.
 *
 * @param alpha float32 or float64; the result has its shape and dtype, and a gradient by the shapes: -(∂F/∂α) / f of the
 * distribution's F and density f, as PyTorch approximates it.
 */
export function standardGammaOf(alpha: Tensor, values: HostArray, options: GeneratorOption = {}): Tensor {
  const { dtype } = alpha;
  requireWide("gamma_cpu", dtype);
  const generator = generatorOf(options);
  const round = roundTo(dtype);
  const least = tiny[dtype];
  const samples = floats(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const drawn = round(drawGamma(generator, Number(values[i]), round));
    samples[i] = Math.max(drawn, least);
  }
  const sample = fromHost(samples, alpha.shape, dtype, alpha.device);
  if (!isGradEnabled() || !alpha.requiresGrad) return sample;
  const slopes = samples.map((x, i) => standardGammaGrad(Number(values[i]), x));
  return applyFunction(StandardGamma, [alpha, sample, fromHost(slopes, alpha.shape, dtype, alpha.device)]);
}

class StandardGamma extends CustomFunction {
  static forward(ctx: FunctionContext, alpha: Tensor, sample: Tensor, slopes: Tensor): Tensor {
    ctx.saveForBackward(alpha, slopes);
    return sample;
  }

  static backward(ctx: FunctionContext, grad: Tensor): (Tensor | null)[] {
    const [alpha, slopes] = ctx.savedTensors;
    const error = "the derivative for '_standard_gamma_grad' is not implemented.";
    return [mul(grad, onceDifferentiable(slopes, error, alpha)), null, null];
  }
}

/** A tensor that depends on others in a way of which there is no derivative: asked for one, it throws. */
export function onceDifferentiable(result: Tensor, error: string, ...dependencies: readonly Tensor[]): Tensor {
  return applyFunction(Once, [result, error, ...dependencies]);
}

class Once extends CustomFunction {
  static forward(ctx: FunctionContext, result: Tensor, error: string, ..._: readonly Tensor[]): Tensor {
    ctx.error = error;
    return result;
  }

  static backward(ctx: FunctionContext): never {
    throw new AutogradError(String(ctx.error));
  }
}

/** Coefficients of PyTorch's approximation, by powers of ln(x / α), each by powers of ln α of numerator and denominator. */
const rational = [
  [0.16009398, -0.094634809, 0.025146376, -0.0030648343, 1, 0.32668115, 0.10406089, 0.0014179084],
  [0.53487893, 0.1298071, 0.065735949, -0.0015649758, 0.16639465, 0.020070113, -0.0035938915, -0.00058392623],
  [0.040121004, -0.0065914022, -0.0026286047, -0.0013441777, 0.017050642, -0.0021309326, 0.00085092367, -1.5247877e-7],
] as const;

/** How a gamma variable `x` follows its shape: by a series for small x, a saddle point for large shapes, else a fit. */
function standardGammaGrad(alpha: number, x: number): number {
  if (x < Math.fround(0.8)) return bySeries(alpha, x);
  if (alpha > 8) return bySaddlePoint(alpha, x);
  const [u, v] = [Math.log(x / alpha), Math.log(alpha)];
  const at = (i: number): number => rational[0][i] + u * (rational[1][i] + u * rational[2][i]);
  const p = at(0) + v * (at(1) + v * (at(2) + v * at(3)));
  const q = at(4) + v * (at(5) + v * (at(6) + v * at(7)));
  return Math.exp(p / q);
}

function bySeries(alpha: number, x: number): number {
  let [factor, at] = [1, alpha];
  let [first, second] = [factor / at, factor / (at * at)];
  for (let i = 1; i <= 5; i++) {
    factor *= -x / i;
    at += 1;
    first += factor / at;
    second += factor / (at * at);
  }
  const power = x ** alpha;
  const density = x ** (alpha - 1) * Math.exp(-x);
  const slope = (Math.log(x) - digamma(alpha)) * (power * first) - power * second;
  const result = -slope / density;
  return Number.isNaN(result) ? 0 : result;
}

function bySaddlePoint(alpha: number, x: number): number {
  if (Math.fround(0.9) * alpha <= x && x <= Math.fround(1.1) * alpha) {
    const factor = 1 + 24 * alpha * (1 + 12 * alpha);
    const terms = 1440 * (alpha * alpha) + 6 * x * (53 - 120 * x) - (65 * x * x) / alpha + alpha * (107 + 3600 * x);
    return (factor * terms) / (1244160 * (alpha * alpha) * (alpha * alpha));
  }
  const root = Math.sqrt(8 * alpha);
  const near = root / (alpha - x);
  const far = (x - alpha - alpha * Math.log(x / alpha)) ** -1.5;
  const both = x < alpha ? near - far : near + far;
  const difference = alpha - x;
  const sum = Math.log(x / alpha) * both - (Math.sqrt(2 / alpha) * (alpha + x)) / (difference * difference);
  const stirling = 1 + (1 / (12 * alpha)) * (1 + 1 / (24 * alpha));
  return (-stirling * x * sum) / root;
}
