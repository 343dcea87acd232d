/** Attention in several subspaces. */
import {
  add,
  broadcastTo,
  cat,
  chunk,
  mul,
  permute,
  reshape,
  ShapeError,
  type Tensor,
  unbind,
  ValueError,
  zeros,
} from "@cresset/core/functions";
import { sizeText } from "../printing.ts";
import { attend, forbidding } from "./attention.ts";
import { linear } from "./linear.ts";

/** The parameters of multi-head attention: one projection [3 E, E] for queries, keys and values, or three. */
export interface AttentionWeights {
  readonly inProjWeight: Tensor | null;
  readonly qProjWeight: Tensor | null;
  readonly kProjWeight: Tensor | null;
  readonly vProjWeight: Tensor | null;
  readonly inProjBias: Tensor | null;
  /** A key and a value [1, 1, E] that are always there. */
  readonly biasK: Tensor | null;
  readonly biasV: Tensor | null;
  readonly outProjWeight: Tensor;
  readonly outProjBias: Tensor | null;
}

export interface AttentionSettings {
  readonly numHeads: number;
  /** Probability of dropping a weight. */
  readonly dropout: number;
  /** Whether a key and a value of zeros are added. */
  readonly addZeroAttn: boolean;
  /** [N, S] (or [S]): which keys are padding (bool), or what is added to their scores. */
  readonly keyPaddingMask: Tensor | null;
  /** [L, S] or [N · heads, L, S]: which keys a query must not see (bool), or what is added to the scores. */
  readonly attnMask: Tensor | null;
}

type Triple = [query: Tensor, key: Tensor, value: Tensor];

/** [L, N, …] → [L, N, ...parts, E / heads], the last of `parts` being the number of heads. */
function perHead(x: Tensor, parts: readonly number[], size: number): Tensor {
  return reshape(x, [x.shape[0], x.shape[1], ...parts, size / parts[parts.length - 1]]);
}

/** Queries, keys and values as [*, N, heads, E / heads]. */
function projected(inputs: Triple, weights: AttentionWeights, numHeads: number): Triple {
  const [query, key, value] = inputs;
  const { inProjWeight, inProjBias, qProjWeight, kProjWeight, vProjWeight } = weights;
  const size = query.shape[query.ndim - 1];
  if (inProjWeight === null) {
    const separate = [qProjWeight, kProjWeight, vProjWeight];
    const names = ["q_proj_weight", "k_proj_weight", "v_proj_weight"];
    const bias = inProjBias === null ? [null, null, null] : chunk(inProjBias, 3);
    return inputs.map((x, i) => {
      const weight = separate[i];
      if (weight === null) throw new ValueError(`use_separate_proj_weight is True but ${names[i]} is None`);
      return perHead(linear(x, weight, bias[i]), [numHeads], size);
    }) as Triple;
  }
  if (query === key && key === value) {
    // Taken apart along a dimension of its own: the three gradients lie in whole blocks where they come together.
    const together = linear(query, inProjWeight, inProjBias);
    return unbind(perHead(together, [3, numHeads], size), 2) as Triple;
  }
  const weight = chunk(inProjWeight, 3);
  const bias = inProjBias === null ? [null, null, null] : chunk(inProjBias, 3);
  return inputs.map((x, i) => perHead(linear(x, weight[i], bias[i]), [numHeads], size)) as Triple;
}

/** Adds `extra` columns to a mask, which hold for all. */
function widened(mask: Tensor | null, extra: number): Tensor | null {
  if (mask === null || extra === 0) return mask;
  const { dtype, device } = mask;
  return cat([mask, zeros([...mask.shape.slice(0, -1), extra], { dtype, device })], -1);
}

/**
 * Multi-head attention of queries [L, N, E], keys [S, N, K] and values [S, N, V].
 *
 * @returns the result [L, N, E] and the weights of each head, [N, heads, L, S].
 */
export function multiHeadAttention(
  inputs: Triple,
  weights: AttentionWeights,
  settings: AttentionSettings,
): [result: Tensor, weights: Tensor] {
  const { numHeads, dropout, addZeroAttn } = settings;
  const [length, count, size] = inputs[0].shape;
  let [query, key, value] = projected(inputs, weights, numHeads);
  checkMasks(settings, length, inputs[1].shape[0], count);
  if (weights.biasK !== null && weights.biasV !== null) {
    const each = (bias: Tensor): Tensor => perHead(broadcastTo(bias, [1, count, size]), [numHeads], size);
    key = cat([key, each(weights.biasK)]);
    value = cat([value, each(weights.biasV)]);
  }
  if (addZeroAttn) {
    const zero = zeros([1, ...key.shape.slice(1)], { dtype: key.dtype, device: key.device });
    key = cat([key, zero]);
    value = cat([value, zero]);
  }
  const added = key.shape[0] - inputs[1].shape[0];
  const mask = combinedMask(settings, query, added, [length, key.shape[0], count]);
  // [N, heads, *, E / heads]
  const [queries, keys, values] = [query, key, value].map((x) => permute(x, [1, 2, 0, 3]));
  const [result, attention] = attend(mul(queries, 1 / Math.sqrt(size / numHeads)), keys, values, mask, dropout);
  const together = reshape(permute(result, [2, 0, 1, 3]), [length, count, size]);
  return [linear(together, weights.outProjWeight, weights.outProjBias), attention];
}

/** Both masks as what is added to scores [N, heads, L, S]. */
function combinedMask(
  { attnMask, keyPaddingMask, numHeads }: AttentionSettings,
  like: Tensor,
  added: number,
  [length, keys, count]: readonly [number, number, number],
): Tensor | null {
  const perPair = widened(attnMask, added);
  const perKey = widened(keyPaddingMask, added);
  const pairs = perPair === null ? null : forbidding(perPair, like);
  const padding = perKey === null ? null : reshape(forbidding(perKey, like), [count, 1, 1, keys]);
  const shaped = pairs?.ndim === 3 ? reshape(pairs, [count, numHeads, length, keys]) : pairs;
  if (shaped === null || padding === null) return shaped ?? padding;
  return add(shaped, padding);
}

function checkMasks(
  { attnMask, keyPaddingMask, numHeads }: AttentionSettings,
  length: number,
  keys: number,
  count: number,
): void {
  if (attnMask !== null) {
    const want = attnMask.ndim === 3 ? [count * numHeads, length, keys] : [length, keys];
    if (attnMask.ndim !== 2 && attnMask.ndim !== 3)
      throw new ShapeError(`attn_mask's dimension ${attnMask.ndim} is not supported`);
    if (attnMask.shape.join() !== want.join())
      throw new ShapeError(
        `The shape of the ${attnMask.ndim}D attn_mask is ${sizeText(attnMask.shape)}, but should be (${want.join(", ")}).`,
      );
  }
  if (keyPaddingMask !== null && keyPaddingMask.shape.join() !== `${count},${keys}`)
    throw new ShapeError(
      `The shape of the key_padding_mask is ${sizeText(keyPaddingMask.shape)}, but should be (${count}, ${keys}).`,
    );
}
