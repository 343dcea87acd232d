/** Covariances and correlations. */
import { isFloat } from "../../dtype/dtype.ts";
import { getDefaultDtype } from "../../dtype/promotion.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { float } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { mul, sub } from "../elementwise/arithmetic.ts";
import { clamp, clampMin } from "../elementwise/clamp.ts";
import { div } from "../elementwise/division.ts";
import { sqrt } from "../elementwise/power.ts";
import { sum } from "../reduction/sum.ts";
import { toDtype } from "../shape/convert.ts";
import { t } from "../shape/permute.ts";
import { reshape, unsqueeze } from "../shape/reshape.ts";
import { diag } from "../shape/triangle.ts";
import { matmul } from "./matmul.ts";

/** Keyword arguments of `cov`. */
export interface CovOptions {
  /** Divides by the number of observations less this; default 1. */
  readonly correction?: number;
  /** How often each observation was made: integers [N]. */
  readonly fweights?: Tensor | null;
  /** How much each observation counts: floats [N]. */
  readonly aweights?: Tensor | null;
}

const weightsOp = operation<{ name: string }>("cov", ([w], _, { name }) =>
  m.check(w, m.not(m.lt(w, 0)), { error: "ValueError", message: `cov(): ${name} cannot be negative` }),
);
const weightSumOp = operation("cov", ([total]) =>
  m.check(total, m.ne(total, 0), { error: "ValueError", message: "cov(): weights sum to zero, can't be normalized" }),
);

function checkedWeights(
  name: "fweights" | "aweights",
  weights: Tensor | null | undefined,
  count: number,
): Tensor | null {
  if (!weights) return null;
  if (weights.ndim > 1)
    throw new ShapeError(
      `cov(): expected ${name} to have one or fewer dimensions but got ${name} with ${weights.ndim} dimensions`,
    );
  if (isFloat(weights.dtype) !== (name === "aweights") || weights.dtype === "bool")
    throw new DTypeError(
      `cov(): expected ${name} to have ${name === "aweights" ? "floating point" : "integral"} dtype but got ${name} with ${pytorchName(weights.dtype)} dtype`,
    );
  if (weights.numel() !== count)
    throw new ShapeError(
      `cov(): expected ${name} to have the same numel as there are observations in the input but got ${weights.numel()} != ${count}`,
    );
  return call(weightsOp, [weights], [], { name });
}

/**
 * Covariances [V, V] of V variables, the rows of `input` [V, N], over N observations; of one row [N] its variance [].
 *
 * @throws ShapeError for more than two dimensions, or weights that are not [N].
 * @example torch.cov(torch.tensor([[0, 1, 2], [2, 1, 0]])) // tensor([[ 1., -1.], [-1.,  1.]])
 */
export function cov(input: Tensor, options: CovOptions = {}): Tensor {
  requireNames(options, ["correction", "fweights", "aweights"]);
  const { correction = 1, fweights, aweights } = options;
  if (input.ndim > 2)
    throw new ShapeError(
      `cov(): expected input to have two or fewer dimensions but got an input with ${input.ndim} dimensions`,
    );
  if (input.dtype === "bool") throw new ValueError("cov(): bool dtype is not supported for input");
  const rows = input.ndim === 2 ? input : reshape(input, [1, -1]);
  const count = rows.shape[1];
  const x = isFloat(rows.dtype) ? rows : toDtype(rows, getDefaultDtype());
  const frequencies = checkedWeights("fweights", fweights, count);
  const amounts = checkedWeights("aweights", aweights, count);
  const weights = frequencies && amounts ? mul(frequencies, amounts) : (frequencies ?? amounts);
  const weighed = (y: Tensor): Tensor => (weights ? mul(y, toDtype(weights, x.dtype)) : y);
  const sums = weights ? call(weightSumOp, [toDtype(sum(weights), x.dtype)]) : null;
  const left = sub(x, div(sum(weighed(x), 1, true), sums ?? float(count)));
  const products = matmul(left, t(weighed(left)));
  // With `aweights`, the correction counts as much as an observation does on average.
  const less =
    amounts && weights && sums
      ? mul(div(toDtype(sum(mul(weights, amounts)), x.dtype), sums), correction)
      : float(correction);
  const divisor = sums ? clampMin(sub(sums, less), 0) : float(Math.max(count - correction, 0));
  const matrix = div(products, divisor);
  return matrix.shape[0] === 1 ? reshape(matrix, []) : matrix;
}

/**
 * Pearson's correlations [V, V] of V variables, the rows of `input` [V, N]; of one row, 1.
 *
 * @throws ShapeError for more than two dimensions.
 * @example torch.corrcoef(torch.tensor([[0, 1, 2], [2, 1, 0]])) // tensor([[ 1., -1.], [-1.,  1.]])
 */
export function corrcoef(input: Tensor): Tensor {
  const c = cov(input);
  if (c.ndim === 0) return div(c, c);
  const deviation = sqrt(diag(c));
  return clamp(div(div(c, unsqueeze(deviation, 1)), unsqueeze(deviation, 0)), -1, 1);
}
