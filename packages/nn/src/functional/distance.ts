export { pdist } from "@cresset/core/functions";

import { clampMin_, requireTensors } from "@cresset/core/extend";
import {
  add,
  broadcastTensors,
  broadcastTo,
  clampMin,
  div,
  mul,
  noGrad,
  norm,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from "@cresset/core/functions";
import { keywords } from "../keywords.ts";

export interface NormalizeOptions {
  /** Order of the norm; default 2. */
  readonly p?: number;
  /** Default 1. */
  readonly dim?: number | readonly number[];
  /** The least that is divided by; default 1e-12. */
  readonly eps?: number;
}

type NormalizeArguments =
  | [options?: NormalizeOptions]
  | [p?: number, dim?: number | readonly number[] | NormalizeOptions, eps?: number | NormalizeOptions];

/**
 * x / max(‖x‖ₚ, eps), the norm taken along `dim`.
 *
 * @example
 * F.normalize(torch.tensor([[3, 4]])); // tensor([[0.6000, 0.8000]])
 */
export function normalize(input: Tensor, ...rest: NormalizeArguments): Tensor {
  requireTensors("normalize", [input]);
  const { p = 2, dim = 1, eps = 1e-12 } = keywords<NormalizeOptions>(["p", "dim", "eps"], rest);
  const norms = norm(input, p, typeof dim === "number" ? dim : [...dim], { keepdim: true });
  return div(input, broadcastTo(clampMin(norms, eps), input.shape));
}

export interface CosineSimilarityOptions {
  /** Default 1. */
  readonly dim?: number;
  /** The least that norms count as; default 1e-8. */
  readonly eps?: number;
}

type CosineArguments = [options?: CosineSimilarityOptions] | [dim?: number, eps?: number | CosineSimilarityOptions];

/**
 * x1 · x2 / (max(‖x1‖, eps) max(‖x2‖, eps)) along `dim`; the two broadcast.
 *
 * @example
 * F.cosineSimilarity(torch.tensor([[1, 0]]), torch.tensor([[1, 1]])); // tensor([0.7071])
 */
export function cosineSimilarity(x1: Tensor, x2: Tensor, ...rest: CosineArguments): Tensor {
  requireTensors("cosine_similarity", [x1, x2]);
  const { dim = 1, eps = 1e-8 } = keywords<CosineSimilarityOptions>(["dim", "eps"], rest);
  const [a, b] = broadcastTensors(x1, x2);
  const unit = (x: Tensor): Tensor => {
    const squares = sum(square(x), dim, { keepdim: true });
    // The bound changes the value that is divided by, not the gradient of the norm.
    noGrad(() => clampMin_(squares, eps * eps));
    return div(x, sqrt(squares));
  };
  return sum(mul(unit(a), unit(b)), dim);
}

export interface PairwiseDistanceOptions {
  /** Order of the norm; default 2. */
  readonly p?: number;
  /** Added to the differences; default 1e-6. */
  readonly eps?: number;
  /** Whether the last dimension stays, with size 1; default false. */
  readonly keepdim?: boolean;
}

type DistanceArguments =
  | [options?: PairwiseDistanceOptions]
  | [p?: number, eps?: number | PairwiseDistanceOptions, keepdim?: boolean | PairwiseDistanceOptions];

/**
 * ‖x1 - x2 + eps‖ₚ along the last dimension; the two broadcast.
 *
 * @param x1 [*, D]
 * @param x2 [*, D]
 * @returns [*], or [*, 1] with `keepdim`.
 */
export function pairwiseDistance(x1: Tensor, x2: Tensor, ...rest: DistanceArguments): Tensor {
  const options = keywords<PairwiseDistanceOptions>(["p", "eps", "keepdim"], rest);
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  return norm(add(sub(x1, x2), eps), p, -1, { keepdim });
}
