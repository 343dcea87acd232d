import { abs, div, mul, noGrad, norm, Tensor, ValueError } from "@cresset/core/functions";
import { keywords } from "../keywords.ts";
import type { AnyModule } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { isComputed } from "./computed.ts";

/** Arguments of `weightNorm` by name. */
export interface WeightNormOptions {
  /** The parameter; default "weight". */
  readonly name?: string;
  /** The dimension that has a length for each element; default 0. null: one length for all. */
  readonly dim?: number | null;
}

/** They come in their places, or by name. */
export type WeightNormArguments =
  | [options?: WeightNormOptions]
  | [name: string, dim?: number | null | Pick<WeightNormOptions, "dim">];

type Fields = Record<string, unknown>;

const parts = (name: string): readonly [g: string, v: string] => [`${name}_g`, `${name}_v`];

/** The norm over all dimensions but one, which stay with size 1; null: over all. */
export function normExcept(v: Tensor, dim: number | null): Tensor {
  if (dim === null || dim === -1) return norm(v);
  const others = v.shape.map((_, d) => d).filter((d) => d !== dim);
  return others.length === 0 ? abs(v) : norm(v, 2, others, true);
}

function parameterOf(module: AnyModule, name: string): Tensor {
  const held = (module as unknown as Fields)[name];
  if (held instanceof Tensor) return held;
  throw new ValueError(`weight_norm: the module has no parameter '${name}'`);
}

/**
 * Learns a parameter's length and direction apart (Salimans and Kingma 2016): `weight` becomes g · v / ‖v‖, computed wherever
 * it is read, of the parameters `weight_g` and `weight_v`. Returns the module.
 *
 * @param name the parameter; default "weight".
 * @param dim the dimension that has a length for each element; default 0. null: one length for all.
 * @throws ValueError where the module has no such parameter, or has it normalised already.
 * @example
 * const layer = nn.utils.weightNorm(new nn.Linear(20, 40));
 * layer.parameters(); // bias, weight_g [40, 1], weight_v [40, 20]
 */
export function weightNorm<M extends AnyModule>(module: M, ...given: WeightNormArguments): M {
  const { name = "weight", dim = 0 } = keywords<WeightNormOptions>(["name", "dim"], given);
  if (isComputed(module, name))
    throw new ValueError(`Cannot register two weight_norm hooks on the same parameter ${name}`);
  const weight = parameterOf(module, name);
  const [g, v] = parts(name);
  delete (module as unknown as Fields)[name];
  module.registerParameter(g, new Parameter(noGrad(() => normExcept(weight, dim))));
  module.registerParameter(v, new Parameter(weight.detach()));
  Object.defineProperty(module, name, {
    // Of the module that it is read from: a deep copy has it too.
    get(this: AnyModule): Tensor {
      const direction = parameterOf(this, v);
      return mul(direction, div(parameterOf(this, g), normExcept(direction, dim)));
    },
    // Not a field that holds state.
    enumerable: false,
    configurable: true,
  });
  return module;
}

/**
 * Makes a parameter of what `weightNorm` computes. Returns the module.
 *
 * @throws ValueError where the parameter is not normalised.
 */
export function removeWeightNorm<M extends AnyModule>(
  module: M,
  ...given: [name?: string] | [named: Pick<WeightNormOptions, "name">]
): M {
  const { name = "weight" } = keywords<WeightNormOptions>(["name"], given);
  if (!isComputed(module, name)) throw new ValueError(`weight_norm of '${name}' not found in ${module}`);
  const weight = noGrad(() => parameterOf(module, name).clone());
  for (const field of [name, ...parts(name)]) delete (module as unknown as Fields)[field];
  module.registerParameter(name, new Parameter(weight));
  return module;
}
