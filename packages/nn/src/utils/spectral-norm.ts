import { assign } from "@cresset/core/extend";
import { clone, div, dot, mv, noGrad, permute, randn, reshape, Tensor, ValueError } from "@cresset/core/functions";
import { normalize } from "../functional/distance.ts";
import type { RemovableHandle } from "../hooks.ts";
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "../layers/conv-transpose.ts";
import type { AnyModule } from "../module.ts";
import { Parameter } from "../parameter.ts";

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

interface Normalised {
  readonly handle: RemovableHandle;
  readonly dim: number;
}

/** What a module has normalised, by the parameter's name. */
const known = new WeakMap<AnyModule, Map<string, Normalised>>();

function tensorOf(module: AnyModule, field: string): Tensor {
  const held = (module as unknown as Fields)[field];
  if (held instanceof Tensor) return held;
  throw new ValueError(`spectral_norm: the module has no parameter '${field}'`);
}

/** The weight as a matrix, with `dim` for its rows. */
function asMatrix(weight: Tensor, dim: number): Tensor {
  const rest = weight.shape.map((_, d) => d).filter((d) => d !== dim);
  const first = dim === 0 ? weight : permute(weight, [dim, ...rest]);
  return reshape(first, [first.shape[0], -1]);
}

/**
 * Divides a parameter by its largest singular value (Miyato et al. 2018), which a power iteration follows from call to call in
 * training: `weight` is computed before each forward of the parameter `weight_orig` and the buffers `weight_u` and `weight_v`.
 * Returns the module.
 *
 * @throws ValueError where the module has no such parameter, or has it normalised already.
 * @example const layer = nn.utils.spectralNorm(new nn.Linear(20, 40));
 */
export function spectralNorm<M extends AnyModule>(module: M, options: SpectralNormOptions | string = {}): M {
  const given = typeof options === "string" ? { name: options } : options;
  const { name = "weight", nPowerIterations = 1, eps = 1e-12 } = given;
  if (nPowerIterations <= 0)
    throw new ValueError(`Expected n_power_iterations to be positive, but got n_power_iterations=${nPowerIterations}`);
  if (known.get(module)?.has(name))
    throw new ValueError(`Cannot register two spectral_norm hooks on the same parameter ${name}`);
  const isTransposed =
    module instanceof ConvTranspose1d || module instanceof ConvTranspose2d || module instanceof ConvTranspose3d;
  const dim = given.dim ?? (isTransposed ? 1 : 0);
  const weight = tensorOf(module, name);
  const fields = module as unknown as Fields;
  const [orig, left, right] = [`${name}_orig`, `${name}_u`, `${name}_v`];
  const unit = (x: Tensor): Tensor => normalize(x, { dim: 0, eps });
  noGrad(() => {
    const [rows, columns] = asMatrix(weight, dim).shape;
    const kind = { dtype: weight.dtype, device: weight.device };
    const [u, v] = [unit(randn([rows], kind)), unit(randn([columns], kind))];
    delete fields[name];
    module.registerParameter(orig, weight instanceof Parameter ? weight : new Parameter(weight));
    module.registerBuffer(left, u);
    module.registerBuffer(right, v);
  });
  const compute = (training: boolean): Tensor => {
    const original = tensorOf(module, orig);
    const matrix = asMatrix(original, dim);
    const [u, v] = [tensorOf(module, left), tensorOf(module, right)];
    if (training)
      noGrad(() => {
        for (let step = 0; step < nPowerIterations; step++) {
          assign(v, unit(mv(permute(matrix, [1, 0]), u)), "spectral_norm");
          assign(u, unit(mv(matrix, v)), "spectral_norm");
        }
      });
    // Copies: the next iteration writes into the vectors, of which this derivative has need.
    const [du, dv] = noGrad(() => [clone(u), clone(v)]);
    return div(original, dot(du, mv(matrix, dv)));
  };
  // Not a field that holds state.
  const hold = (value: Tensor): void => {
    Object.defineProperty(module, name, { value, writable: true, enumerable: false, configurable: true });
  };
  hold(weight.detach());
  const handle = module.registerForwardPreHook(() => hold(compute(module.training)));
  const own = known.get(module) ?? new Map<string, Normalised>();
  known.set(module, own.set(name, { handle, dim }));
  return module;
}

/**
 * Makes a parameter of what `spectralNorm` computes. Returns the module.
 *
 * @throws ValueError where the parameter is not normalised.
 */
export function removeSpectralNorm<M extends AnyModule>(module: M, name = "weight"): M {
  const normalised = known.get(module)?.get(name);
  if (normalised === undefined) throw new ValueError(`spectral_norm of '${name}' not found in ${module}`);
  normalised.handle.remove();
  known.get(module)?.delete(name);
  const fields = module as unknown as Fields;
  const original = tensorOf(module, `${name}_orig`);
  const [u, v] = [tensorOf(module, `${name}_u`), tensorOf(module, `${name}_v`)];
  const weight = noGrad(() => div(original, dot(u, mv(asMatrix(original, normalised.dim), v))));
  for (const field of [name, `${name}_orig`, `${name}_u`, `${name}_v`]) delete fields[field];
  module.registerParameter(name, new Parameter(weight));
  return module;
}
