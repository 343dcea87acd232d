import { sameShape } from "@cresset/core/extend";
import {
  add,
  allcloseSync,
  broadcastTo,
  cat,
  clone,
  type DType,
  diagonal,
  diagonalScatter,
  div,
  eq,
  eye,
  finfo,
  geqrf,
  linalg,
  matmul,
  matrixExp,
  mul,
  NotImplementedError,
  narrow,
  noGrad,
  ones,
  randn,
  sign,
  sub,
  sum,
  Tensor,
  transpose,
  tril,
  unsqueeze,
  ValueError,
  where,
  zeros,
  zerosLike,
} from "@cresset/core/functions";
import { keywords } from "../keywords.ts";
import { type AnyModule, Module } from "../module.ts";
import { Buffer } from "../parameter.ts";
import { sizeText } from "../printing.ts";
import { registerParametrization } from "./parametrize.ts";

/** How an orthogonal matrix is made of one without constraints. */
export type OrthogonalMap = "matrix_exp" | "cayley" | "householder";

const maps: readonly string[] = ["matrix_exp", "cayley", "householder"] satisfies OrthogonalMap[];

/** Keyword arguments of `orthogonal`. */
export interface OrthogonalOptions {
  /** The parameter; default "weight". */
  readonly name?: string;
  /** Default "matrix_exp" for square matrices, else "householder". */
  readonly orthogonalMap?: OrthogonalMap | null;
  /** Whether the matrix is seen from the one that it was at first (Lezcano-Casado 2019); default true. */
  readonly useTrivialization?: boolean;
}

const mT = (x: Tensor): Tensor => transpose(x, -2, -1);
const kindOf = ({ dtype, device }: Tensor): { dtype: DType; device: string } => ({ dtype, device });

/** Whether the columns are orthonormal, within rounding. */
function isOrthogonal(Q: Tensor): boolean {
  const [n, k] = Q.shape.slice(-2);
  return allcloseSync(matmul(mT(Q), Q), eye(k, kindOf(Q)), { atol: 10 * n * finfo(Q.dtype).eps });
}

/** The Q of a tall matrix's QR decomposition whose R has a positive diagonal. */
function madeOrthogonal(A: Tensor): Tensor {
  const { a, tau } = geqrf(A);
  return mul(linalg.householderProduct(a, tau), unsqueeze(sign(diagonal(a, 0, -2, -1)), -2));
}

class Orthogonal extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "_Orthogonal";

  readonly shape: readonly number[];
  readonly orthogonalMap: OrthogonalMap;
  readonly useTrivialization: boolean;
  base: Buffer | null = null;

  constructor(shape: readonly number[], orthogonalMap: OrthogonalMap, useTrivialization: boolean) {
    super();
    this.shape = shape;
    this.orthogonalMap = orthogonalMap;
    this.useTrivialization = useTrivialization;
  }

  forward(X: Tensor): Tensor {
    const wide = X.shape[X.ndim - 2] < X.shape[X.ndim - 1];
    const tall = wide ? mT(X) : X;
    const own = this.orthogonalMap === "householder" ? reflections(tall) : this.rotation(tall);
    const Q = this.base === null ? own : matmul(this.base, own);
    return wide ? mT(Q) : Q;
  }

  /** Of the skew-symmetric matrix of the lower triangle. */
  private rotation(X: Tensor): Tensor {
    const [n, k] = X.shape.slice(-2);
    const lower = tril(X);
    const rest = zeros([...X.shape.slice(0, -1), n - k], kindOf(X));
    const square = n === k ? lower : cat([lower, rest], -1);
    const A = sub(square, mT(square));
    if (this.orthogonalMap === "matrix_exp") return narrow(matrixExp(A), -1, 0, k);
    const identity = eye(n, kindOf(X));
    const half = { alpha: 0.5 };
    return narrow(linalg.solve(sub(identity, A, half), add(identity, A, half)), -1, 0, k);
  }

  rightInverse(value: Tensor): Tensor {
    if (!sameShape(value.shape, this.shape))
      throw new ValueError(
        `Expected a matrix or batch of matrices of shape ${sizeText(this.shape)}. Got a tensor of shape ${sizeText(value.shape)}.`,
      );
    return noGrad(() => (this.useTrivialization ? this.trivialized(value) : this.inverted(value)));
  }

  private inverted(value: Tensor): Tensor {
    if (this.orthogonalMap !== "householder")
      throw new NotImplementedError(
        "It is not possible to assign to the matrix exponential or the Cayley parametrizations when use_trivialization=False.",
      );
    const wide = value.shape[value.ndim - 2] < value.shape[value.ndim - 1];
    const { a, tau } = geqrf(wide ? mT(value) : value);
    // Where there is no reflection, R keeps its sign, and so the column does.
    const signs = mul(sign(diagonal(a, 0, -2, -1)), where(eq(tau, 0), -1, ones([], kindOf(a))));
    const A = diagonalScatter(a, signs, 0, -2, -1);
    return wide ? mT(A) : A;
  }

  /** Keeps the value, completed to a square matrix, as `base`; seen from it, it is what the map makes of -I. */
  private trivialized(value: Tensor): Tensor {
    const wide = value.shape[value.ndim - 2] < value.shape[value.ndim - 1];
    const Q = wide ? mT(value) : value;
    const [n, k] = Q.shape.slice(-2);
    const completed = (): Tensor => cat([Q, randn([...Q.shape.slice(0, -1), n - k], kindOf(Q))], -1);
    const square = n === k && isOrthogonal(Q) ? clone(Q) : madeOrthogonal(n === k ? Q : completed());
    this.base = new Buffer(square);
    const diagonals = [...value.shape.slice(0, -2), Math.min(n, k)];
    const minus = broadcastTo(sub(zeros([], kindOf(value)), 1), diagonals);
    return diagonalScatter(zerosLike(value), minus, 0, -2, -1);
  }
}

/** The product of the reflections whose vectors stand below the diagonal; the signs on it are not trained. */
function reflections(X: Tensor): Tensor {
  const A = tril(X, -1);
  const tau = div(2, add(sum(mul(A, A), -2), 1));
  const signs = unsqueeze(diagonal(X, 0, -2, -1).detach().to("int32"), -2);
  return mul(linalg.householderProduct(A, tau), signs);
}

/**
 * Keeps a matrix (or each of a batch [*, m, n]) orthogonal while it is trained: its columns are orthonormal, or its rows where they
 * are fewer. An orthogonal weight stays as it is; of another one it is the Q of its QR decomposition. Returns the module.
 *
 * The maps decompose matrices, or solve with them, on the host.
 *
 * @throws ValueError where there is no such parameter, for fewer than two dimensions, or another map.
 * @example
 * const layer = nn.utils.parametrizations.orthogonal(new nn.Linear(20, 40));
 * layer.weight.T.matmul(layer.weight); // the identity
 */
export function orthogonal<M extends AnyModule>(
  module: M,
  ...rest:
    | [options?: OrthogonalOptions]
    | [name?: string, orthogonalMap?: OrthogonalMap | null | OrthogonalOptions, options?: OrthogonalOptions]
): M {
  const given = keywords<OrthogonalOptions>(["name", "orthogonalMap", "useTrivialization"], rest);
  const { name = "weight", useTrivialization = true } = given;
  const weight = (module as unknown as Record<string, unknown>)[name];
  if (!(weight instanceof Tensor))
    throw new ValueError(`Module '${module}' has no parameter or buffer with name '${name}'`);
  if (weight.ndim < 2)
    throw new ValueError(`Expected a matrix or batch of matrices. Got a tensor of ${weight.ndim} dimensions.`);
  const [rows, columns] = weight.shape.slice(-2);
  const map = given.orthogonalMap ?? (rows === columns ? "matrix_exp" : "householder");
  if (!maps.includes(map))
    throw new ValueError(`orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: ${map}`);
  return registerParametrization(module, name, new Orthogonal(weight.shape, map, useTrivialization), { unsafe: true });
}
