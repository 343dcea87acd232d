/** Weights with their norm apart, or divided by their largest singular value. */
import { assign } from "@cresset/core/extend";
import { div, IndexError, mul, mv, noGrad, randn, Tensor, transpose, ValueError } from "@cresset/core/functions";
import { keywords } from "../keywords.ts";
import { type AnyModule, Module } from "../module.ts";
import { Buffer } from "../parameter.ts";
import { registerParametrization } from "./parametrize.ts";
import { asMatrix, bySingularValue, outputDim, unit } from "./spectral-norm.ts";
import { normExcept, type WeightNormArguments, type WeightNormOptions } from "./weight-norm.ts";

class WeightNorm extends Module<[Tensor, Tensor], Tensor> {
  static override readonly typeName: string = "_WeightNorm";
  readonly dim: number | null;

  constructor(dim: number | null) {
    super();
    this.dim = dim;
  }

  forward(length: Tensor, direction: Tensor): Tensor {
    return mul(direction, div(length, normExcept(direction, this.dim)));
  }

  rightInverse(weight: Tensor): [length: Tensor, direction: Tensor] {
    return [normExcept(weight, this.dim), weight];
  }
}

/**
 * Learns a parameter's length and direction apart (Salimans and Kingma 2016): `weight` becomes g · v / ‖v‖ of
 * `parametrizations.weight.original0`, g, and `original1`, v. Returns the module.
 *
 * @param name default "weight".
 * @param dim the dimension that has a length for each element; default 0. null: one length for all.
 * @throws ValueError where the module has no such parameter.
 * @example const layer = nn.utils.parametrizations.weightNorm(new nn.Linear(20, 40));
 */
export function weightNorm<M extends AnyModule>(module: M, ...given: WeightNormArguments): M {
  const { name = "weight", dim = 0 } = keywords<WeightNormOptions>(["name", "dim"], given);
  return registerParametrization(module, name, new WeightNorm(dim), { unsafe: true });
}

/** Keyword arguments of `spectralNorm`. */
export interface ParametrizedSpectralNormOptions {
  /** The parameter; default "weight". */
  readonly name?: string;
  /** Steps of the power iteration at each read in training; default 1. */
  readonly nPowerIterations?: number;
  /** The least that norms count as; default 1e-12. */
  readonly eps?: number;
  /** The dimension of outputs; default 0, of transposed convolutions 1. */
  readonly dim?: number | null;
}

class SpectralNorm extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "_SpectralNorm";
  readonly dim: number;
  readonly eps: number;
  readonly nPowerIterations: number;
  _u: Buffer | null = null;
  _v: Buffer | null = null;

  constructor(weight: Tensor, nPowerIterations: number, dim: number, eps: number) {
    super();
    const { ndim, dtype, device } = weight;
    if (dim >= ndim || dim < -ndim)
      throw new IndexError(
        `Dimension out of range (expected to be in range of [-${ndim}, ${ndim - 1}] but got ${dim})`,
      );
    if (nPowerIterations <= 0)
      throw new ValueError(
        `Expected n_power_iterations to be positive, but got n_power_iterations=${nPowerIterations}`,
      );
    this.dim = dim < 0 ? dim + ndim : dim;
    this.eps = eps;
    this.nPowerIterations = nPowerIterations;
    // Of a vector, the singular value is its norm.
    if (ndim < 2) return;
    noGrad(() => {
      const matrix = asMatrix(weight, this.dim);
      const [rows, columns] = matrix.shape;
      const u = new Buffer(unit(randn([rows], { dtype, device }), eps));
      const v = new Buffer(unit(randn([columns], { dtype, device }), eps));
      this._u = u;
      this._v = v;
      this.iterate(matrix, u, v, 15);
    });
  }

  private iterate(matrix: Tensor, u: Tensor, v: Tensor, steps: number): void {
    noGrad(() => {
      for (let step = 0; step < steps; step++) {
        assign(u, unit(mv(matrix, v), this.eps), "spectral_norm");
        assign(v, unit(mv(transpose(matrix, 0, 1), u), this.eps), "spectral_norm");
      }
    });
  }

  forward(weight: Tensor): Tensor {
    const { _u: u, _v: v } = this;
    if (u === null || v === null) return unit(weight, this.eps);
    const matrix = asMatrix(weight, this.dim);
    if (this.training) this.iterate(matrix, u, v, this.nPowerIterations);
    return bySingularValue(weight, matrix, u, v);
  }

  rightInverse(value: Tensor): Tensor {
    return value;
  }
}

/**
 * Divides a parameter by its largest singular value (Miyato et al. 2018), which a power iteration follows from read to read in
 * training. Returns the module.
 *
 * @throws ValueError where the module has no such parameter; IndexError for a dimension that it does not have.
 * @example const layer = nn.utils.parametrizations.spectralNorm(new nn.Linear(20, 40));
 */
export function spectralNorm<M extends AnyModule>(
  module: M,
  ...rest:
    | [options?: ParametrizedSpectralNormOptions]
    | [
        name?: string,
        nPowerIterations?: number | ParametrizedSpectralNormOptions,
        eps?: number | ParametrizedSpectralNormOptions,
        dim?: number | null,
      ]
): M {
  const names = ["name", "nPowerIterations", "eps", "dim"] as const;
  const given = keywords<ParametrizedSpectralNormOptions>(names, rest);
  const { name = "weight", nPowerIterations = 1, eps = 1e-12 } = given;
  const weight = (module as unknown as Record<string, unknown>)[name];
  if (!(weight instanceof Tensor))
    throw new ValueError(`Module '${module}' has no parameter or buffer with name '${name}'`);
  const dim = given.dim ?? outputDim(module);
  return registerParametrization(module, name, new SpectralNorm(weight, nPowerIterations, dim, eps));
}
