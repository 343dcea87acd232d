/** Scaled dot-product attention (Vaswani et al., 2017). */
import {
  add,
  broadcastTo,
  logicalNot,
  maskedFill,
  matmul,
  mul,
  ones,
  reshape,
  ShapeError,
  softmax,
  type Tensor,
  transpose,
  tril,
  unsqueeze,
  where,
  zerosLike,
} from "@cresset/core/functions";
import { keywords } from "../keywords.ts";
import { dropout } from "./dropout.ts";

export interface ScaledDotProductAttentionOptions {
  /** What is added to the scores, or (bool) which keys take part: broadcasts to [*, L, S]. Default none. */
  readonly attnMask?: Tensor | null;
  /** Probability of dropping a weight; default 0. */
  readonly dropoutP?: number;
  /** Whether each query only sees keys up to its own position; excludes `attnMask`. Default false. */
  readonly isCausal?: boolean;
  /** Factor of the scores; default 1 / √E. */
  readonly scale?: number | null;
  /**
   * Whether keys and values may have fewer heads (dimension -3) than queries, a divisor of theirs: each serves several heads of
   * queries, one after the other. Default false.
   */
  readonly enableGqa?: boolean;
  /** Whether to return the weights, too, as PyTorch 1.13's `_scaled_dot_product_attention` does. Default false. */
  readonly needAttnWeights?: boolean;
}

/** A mask as something to add to scores: of a bool mask, 0 where it holds and -∞ elsewhere. */
function additive(mask: Tensor, like: Tensor): Tensor {
  if (mask.dtype !== "bool") return mask;
  return maskedFill(zerosLike(mask, { dtype: like.dtype }), logicalNot(mask), Number.NEGATIVE_INFINITY);
}

/** Weights [*, L, S] of scaled queries and keys, and what they select. */
export function attend(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  mask: Tensor | null,
  dropoutP: number,
): [result: Tensor, weights: Tensor] {
  const products = matmul(query, transpose(key, -2, -1));
  const scores = mask === null ? products : add(products, mask);
  const weights = softmax(scores, -1);
  const kept = dropoutP > 0 ? dropout(weights, dropoutP, true) : weights;
  return [matmul(kept, value), kept];
}

/**
 * softmax(Q Kᵀ / √E + mask) V.
 *
 * @param query [*, L, E]
 * @param key [*, S, E]
 * @param value [*, S, Ev]
 * @returns [*, L, Ev]; with `needAttnWeights`, also the weights [*, L, S].
 * @throws ShapeError for fewer than two dimensions, a mask given together with `isCausal`, or heads that do not divide.
 * @example
 * F.scaledDotProductAttention(q, k, v, { isCausal: true })
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: ScaledDotProductAttentionOptions & { readonly needAttnWeights: true },
): [result: Tensor, weights: Tensor];
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  attnMask?: Tensor | null | ScaledDotProductAttentionOptions,
  dropoutP?: number | ScaledDotProductAttentionOptions,
  isCausal?: boolean | ScaledDotProductAttentionOptions,
  options?: ScaledDotProductAttentionOptions,
): Tensor;
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  ...rest: readonly unknown[]
): Tensor | [Tensor, Tensor] {
  const options = keywords<ScaledDotProductAttentionOptions>(
    ["attnMask", "dropoutP", "isCausal", "scale", "enableGqa", "needAttnWeights"],
    rest,
  );
  const { attnMask = null, dropoutP = 0, isCausal = false, scale = null, needAttnWeights = false } = options;
  for (const [name, x] of Object.entries({ query, key, value }))
    if (x.ndim < 2)
      throw new ShapeError(
        `scaled_dot_product_attention: Expected query, key, and value to all be at least 2 dimensional, but ${name} has ${x.ndim} dimensions`,
      );
  if (isCausal && attnMask !== null)
    throw new ShapeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True");
  const queries = mul(query, scale ?? 1 / Math.sqrt(query.shape[query.ndim - 1]));
  const mask = isCausal ? causal(query, key) : attnMask === null ? null : additive(attnMask, query);
  const heads = options.enableGqa ? query.shape[query.ndim - 3] : undefined;
  const [keys, values] = heads === undefined ? [key, value] : [repeated(key, heads), repeated(value, heads)];
  const [result, weights] = attend(queries, keys, values, mask, dropoutP);
  return needAttnWeights ? [result, weights] : result;
}

/** Heads, one for several of the queries', repeated one by one. */
function repeated(x: Tensor, heads: number): Tensor {
  const at = x.ndim - 3;
  const own = x.shape[at];
  if (own === heads) return x;
  if (x.ndim < 3 || own === 0 || heads % own !== 0)
    throw new ShapeError(
      `scaled_dot_product_attention: For enable_gqa, Number of heads in key and value must divide the number of heads in query, but got ${own} and ${heads}`,
    );
  const [batch, rest] = [x.shape.slice(0, at), x.shape.slice(at + 1)];
  return reshape(broadcastTo(unsqueeze(x, at + 1), [...batch, own, heads / own, ...rest]), [...batch, heads, ...rest]);
}

function causal(query: Tensor, key: Tensor): Tensor {
  const [queries, keys] = [query.shape[query.ndim - 2], key.shape[key.ndim - 2]];
  return additive(tril(ones([queries, keys], { dtype: "bool", device: query.device })), query);
}

/** A mask of multi-head attention, where true forbids, as something to add to scores. */
export function forbidding(mask: Tensor, like: Tensor): Tensor {
  if (mask.dtype !== "bool" && mask.dtype !== "uint8") return mask;
  const zero = zerosLike(mask, { dtype: like.dtype });
  return where(mask.to("bool"), Number.NEGATIVE_INFINITY, zero);
}
