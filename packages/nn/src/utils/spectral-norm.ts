import { assign } from "@cresset/core/extend";
import { clone, div, dot, mv, noGrad, permute, randn, reshape, Tensor, ValueError } from "@cresset/core/functions";
import { normalize } from "../functional/distance.ts";
import type { RemovableHandle } from "../hooks.ts";
import { keywords } from "../keywords.ts";
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "../layers/conv-transpose.ts";
import type { AnyModule } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { isComputed } from "./computed.ts";

/** Arguments of `spectralNorm` by name. */
export interface SpectralNormOptions {
  /** The parameter; default "weight". */
  readonly name?: string;
  /** Steps of the power iteration in each call in training; default 1. */
  readonly nPowerIterations?: number;
  /** The least that norms count as; default 1e-12. */
  readonly eps?: number;
  /** The dimension of outputs; default 0, of transposed convolutions 1. */
  readonly dim?: number | null;
}

type Fields = Record<string, unknown>;

/** How a parameter is normalised. */
interface Settings {
  readonly name: string;
  readonly steps: number;
  readonly eps: number;
  readonly dim: number;
}

/** The hooks of modules, by the parameter's name. */
const hooks = new WeakMap<AnyModule, Map<string, RemovableHandle>>();

function tensorOf(module: AnyModule, field: string): Tensor {
  const held = (module as unknown as Fields)[field];
  if (held instanceof Tensor) return held;
  throw new ValueError(`spectral_norm: the module has no parameter '${field}'`);
}

/** The dimension of a module's weight that its outputs have: the second of transposed convolutions. */
export function outputDim(module: AnyModule): number {
  const isTransposed =
    module instanceof ConvTranspose1d || module instanceof ConvTranspose2d || module instanceof ConvTranspose3d;
  return isTransposed ? 1 : 0;
}

/** The weight as a matrix, with `dim` for its rows. */
export function asMatrix(weight: Tensor, dim: number): Tensor {
  const rest = weight.shape.map((_, d) => d).filter((d) => d !== dim);
  const first = dim === 0 ? weight : permute(weight, [dim, ...rest]);
  return reshape(first, [first.shape[0], -1]);
}

/**
 * Divides a parameter by its largest singular value (Miyato et al. 2018), which a power iteration follows from call to call in
 * training: `weight` is computed, wherever it is read, of the parameter `weight_orig` and the buffers `weight_u` and `weight_v`.
 * Returns the module.
 *
 * @throws ValueError where the module has no such parameter, or has it normalised already.
 * @example const layer = nn.utils.spectralNorm(new nn.Linear(20, 40));
 */
export function spectralNorm<M extends AnyModule>(
  module: M,
  ...given:
    | [options?: SpectralNormOptions]
    | [name: string, options?: SpectralNormOptions]
    | [name: string, nPowerIterations: number, eps?: number | SpectralNormOptions, dim?: number | null]
): M {
  const names = ["name", "nPowerIterations", "eps", "dim"] as const;
  const options = keywords<SpectralNormOptions>(names, given);
  const { name = "weight", nPowerIterations = 1, eps = 1e-12 } = options;
  if (nPowerIterations <= 0)
    throw new ValueError(`Expected n_power_iterations to be positive, but got n_power_iterations=${nPowerIterations}`);
  if (isComputed(module, name))
    throw new ValueError(`Cannot register two spectral_norm hooks on the same parameter ${name}`);
  const settings = { name, steps: nPowerIterations, eps, dim: options.dim ?? outputDim(module) };
  const weight = tensorOf(module, name);
  noGrad(() => {
    const [rows, columns] = asMatrix(weight, settings.dim).shape;
    const kind = { dtype: weight.dtype, device: weight.device };
    const [u, v] = [unit(randn([rows], kind), eps), unit(randn([columns], kind), eps)];
    delete (module as unknown as Fields)[name];
    module.registerParameter(`${name}_orig`, weight instanceof Parameter ? weight : new Parameter(weight));
    module.registerBuffer(`${name}_u`, u);
    module.registerBuffer(`${name}_v`, v);
  });
  follow(module, settings);
  Object.defineProperty(module, name, {
    // Of the module that it is read from: a deep copy has it too, but not the hook.
    get(this: AnyModule): Tensor {
      if (!hooks.get(this)?.has(name)) {
        follow(this, settings);
        iterate(this, settings);
      }
      return normalised(this, settings);
    },
    // Not a field that holds state.
    enumerable: false,
    configurable: true,
  });
  return module;
}

export const unit = (x: Tensor, eps: number): Tensor => normalize(x, { dim: 0, eps });

const partsOf = (module: AnyModule, { name, dim }: Settings) =>
  [
    asMatrix(tensorOf(module, `${name}_orig`), dim),
    tensorOf(module, `${name}_u`),
    tensorOf(module, `${name}_v`),
  ] as const;

/** Lets every call in training begin with the power iteration. */
function follow(module: AnyModule, settings: Settings): void {
  const own = hooks.get(module) ?? new Map<string, RemovableHandle>();
  hooks.set(
    module,
    own.set(
      settings.name,
      module.registerForwardPreHook(() => iterate(module, settings)),
    ),
  );
}

function iterate(module: AnyModule, settings: Settings): void {
  if (!module.training) return;
  noGrad(() => {
    const [matrix, u, v] = partsOf(module, settings);
    for (let step = 0; step < settings.steps; step++) {
      assign(v, unit(mv(permute(matrix, [1, 0]), u), settings.eps), "spectral_norm");
      assign(u, unit(mv(matrix, v), settings.eps), "spectral_norm");
    }
  });
}

function normalised(module: AnyModule, settings: Settings): Tensor {
  return bySingularValue(tensorOf(module, `${settings.name}_orig`), ...partsOf(module, settings));
}

/** A weight divided by its singular value, which the vectors show of it as a matrix. */
export function bySingularValue(weight: Tensor, matrix: Tensor, u: Tensor, v: Tensor): Tensor {
  // Copies: the next iteration writes into the vectors, of which this derivative has need.
  const [left, right] = noGrad(() => [clone(u), clone(v)]);
  return div(weight, dot(left, mv(matrix, right)));
}

/**
 * Makes a parameter of what `spectralNorm` computes. Returns the module.
 *
 * @throws ValueError where the parameter is not normalised.
 */
export function removeSpectralNorm<M extends AnyModule>(module: M, name = "weight"): M {
  const handle = hooks.get(module)?.get(name);
  if (handle === undefined) throw new ValueError(`spectral_norm of '${name}' not found in ${module}`);
  const weight = noGrad(() => tensorOf(module, name).clone());
  handle.remove();
  hooks.get(module)?.delete(name);
  for (const field of [name, `${name}_orig`, `${name}_u`, `${name}_v`]) delete (module as unknown as Fields)[field];
  module.registerParameter(name, new Parameter(weight));
  return module;
}
