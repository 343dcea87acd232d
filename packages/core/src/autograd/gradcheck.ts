/** Derivatives against differences of values. */
import { isFloat } from "../dtype/dtype.ts";
import { AutogradError, DTypeError, ValueError } from "../errors.ts";
import { randn } from "../ops/random/creation.ts";
import { Generator } from "../runtime/generator.ts";
import { enableGrad, noGrad } from "../runtime/mode.ts";
import { fromHost } from "../tensor/creation.ts";
import { data } from "../tensor/reading.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { grad } from "./backward.ts";

/** Keyword arguments of `gradcheck` and `gradgradcheck`. */
export interface GradcheckOptions {
  /** Half the distance of the two values of a difference; default 1e-6. */
  readonly eps?: number;
  /** Greatest absolute error; default 1e-5. */
  readonly atol?: number;
  /** Greatest relative error; default 1e-3. */
  readonly rtol?: number;
  /** Whether a mismatch throws (default) or gives false. */
  readonly raiseException?: boolean;
}

type Results = Tensor | readonly Tensor[];

const asList = <T>(x: T | readonly T[]): readonly T[] => (Array.isArray(x) ? x : [x as T]);

/**
 * Compares the gradients of a function with central differences, (f(x + eps) - f(x - eps)) / 2 eps, for every input that
 * requires grad. Inputs should be float64, which the default tolerances ask for; float32 is warned of.
 *
 * @param func gives a tensor or an array of tensors; must give the same for the same inputs.
 * @param inputs its arguments: a tensor, or an array of tensors.
 * @returns whether they agree; awaited, since values are read.
 * @throws AutogradError if they do not, unless `raiseException` is false; ValueError if no input requires grad; DTypeError for
 * float16.
 * @example
 * const x = torch.randn([3, 2], { dtype: "float64", requiresGrad: true });
 * await torch.autograd.gradcheck((x) => x.sin().sum(), x); // true
 */
export async function gradcheck<A extends readonly Tensor[]>(
  func: (...inputs: A) => Results,
  inputs: A | Tensor,
  options: GradcheckOptions = {},
): Promise<boolean> {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3, raiseException = true } = options;
  const args = asList<Tensor>(inputs);
  const call = func as unknown as (...inputs: readonly Tensor[]) => Results;
  if (!args.some((x) => x.requiresGrad))
    throw new ValueError(
      "gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True.",
    );
  for (const [i, { dtype, requiresGrad }] of args.entries()) {
    if (!requiresGrad || dtype === "float64") continue;
    if (dtype === "float16")
      throw new DTypeError(`gradcheck: input ${i} is ${dtype}, which has too few digits; use float64`);
    console.warn(
      `Input #${i} requires gradient and is not a double precision floating point. This check will likely fail if all the inputs are not of double precision floating point.`,
    );
  }
  const outputs = asList(call(...args)).filter((y) => isFloat(y.dtype));
  for (const [i, input] of args.entries()) {
    if (!input.requiresGrad) continue;
    const numerical = await numericalJacobians(call, args, i, eps);
    const analytical = await analyticalJacobians(outputs, input);
    for (const [o, want] of numerical.entries()) {
      const got = analytical[o];
      const bad = want.findIndex((value, at) => !(Math.abs(got[at] - value) <= atol + rtol * Math.abs(value)));
      if (bad < 0) continue;
      if (!raiseException) return false;
      const [element, result] = [Math.floor(bad / outputs[o].numel()), bad % outputs[o].numel()];
      throw new AutogradError(
        `Jacobian mismatch for output ${o} with respect to input ${i}: of element ${result} of the output by element ${element} of the input,\n` +
          `numerical: ${want[bad]}\nanalytical: ${got[bad]}`,
      );
    }
  }
  return true;
}

/** Of each output, [input elements, output elements] row by row. */
async function numericalJacobians(
  func: (...inputs: readonly Tensor[]) => Results,
  inputs: readonly Tensor[],
  at: number,
  eps: number,
): Promise<Float64Array[]> {
  const input = inputs[at];
  const values = await data(input);
  const evaluate = async (element: number, by: number): Promise<Float64Array[]> => {
    const moved = values.slice() as Float64Array<ArrayBuffer>;
    moved[element] += by;
    const x = fromHost(moved, input.shape, input.dtype, input.device);
    const results = asList(noGrad(() => func(...inputs.with(at, x)))).filter((y) => isFloat(y.dtype));
    return Promise.all(results.map(async (y) => Float64Array.from(await data(y), Number)));
  };
  const jacobians: number[][] = [];
  for (let element = 0; element < input.numel(); element++) {
    const [above, below] = [await evaluate(element, eps), await evaluate(element, -eps)];
    for (const [o, values] of above.entries()) {
      jacobians[o] ??= [];
      for (const [k, value] of values.entries()) jacobians[o].push((value - below[o][k]) / (2 * eps));
    }
  }
  return jacobians.map((jacobian) => Float64Array.from(jacobian));
}

async function analyticalJacobians(outputs: readonly Tensor[], input: Tensor): Promise<Float64Array[]> {
  const size = input.numel();
  return Promise.all(
    outputs.map(async (output) => {
      const count = output.numel();
      const jacobian = new Float64Array(size * count);
      if (!output.requiresGrad) return jacobian;
      for (let k = 0; k < count; k++) {
        const seed = new (output.dtype === "float64" ? Float64Array : Float32Array)(count);
        seed[k] = 1;
        const gradOutputs = fromHost(seed, output.shape, output.dtype, output.device);
        const [gradient] = grad(output, input, { gradOutputs, retainGraph: true, allowUnused: true });
        if (gradient === null) continue;
        for (const [element, value] of Array.from(await data(gradient), Number).entries())
          jacobian[element * count + k] = value;
      }
      return jacobian;
    }),
  );
}

/**
 * Checks second derivatives: `gradcheck` of the gradients of `func`, as a function of the inputs and of the gradients of its
 * results.
 *
 * @param gradOutputs gradients of the results; default random ones, which leave the default generator alone.
 */
export async function gradgradcheck<A extends readonly Tensor[]>(
  func: (...inputs: A) => Results,
  inputs: A | Tensor,
  options: GradcheckOptions & { readonly gradOutputs?: Results } = {},
): Promise<boolean> {
  const args = asList<Tensor>(inputs);
  const call = func as unknown as (...inputs: readonly Tensor[]) => Results;
  const generator = new Generator(0);
  const differentiable = (results: Results): Tensor[] => asList(results).filter((y) => y.requiresGrad);
  const seeds =
    options.gradOutputs === undefined
      ? differentiable(call(...args)).map(({ shape, dtype, device }) =>
          randn([...shape], { dtype, device, generator, requiresGrad: true }),
        )
      : asList(options.gradOutputs);
  const gradients = (...all: readonly Tensor[]): Tensor[] => {
    // Differences are taken of values without gradient: the first derivative needs them all the same.
    const given = all
      .slice(0, args.length)
      .map((x, i) => (args[i].requiresGrad && !x.requiresGrad ? x.requiresGrad_() : x));
    const outputs = differentiable(call(...given));
    const sources = given.filter((_, i) => args[i].requiresGrad);
    const found = grad(outputs, sources, { gradOutputs: all.slice(args.length), createGraph: true, allowUnused: true });
    return found.filter((gradient): gradient is Tensor => gradient !== null);
  };
  return gradcheck((...all: readonly Tensor[]) => enableGrad(() => gradients(...all)), [...args, ...seeds], options);
}
