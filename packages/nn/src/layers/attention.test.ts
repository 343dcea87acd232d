import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend, ShapeError, type Tensor, ValueError } from "@cresset/core";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as nn from "../index.ts";
import { gradients, slopes } from "../testing/slopes.ts";

beforeAll(() => registerBackend(cpu()));
beforeEach(() => void torch.manualSeed(0));

const F = nn.functional;
const double = { dtype: "float64" } as const;
const draw = (...shape: number[]) => torch.randn(shape, double);

function expectClose(got: Tensor, want: Tensor): void {
  expect(got.shape).toEqual(want.shape);
  expect(got.sub(want).abs().max().itemSync()).toBeLessThan(1e-12);
}

describe("scaledDotProductAttention", () => {
  test("is the softmax of scaled products, by hand", () => {
    const query = torch.tensor([[1, 0]], double);
    const key = torch.tensor(
      [
        [1, 0],
        [0, 1],
      ],
      double,
    );
    const value = torch.tensor([[1], [3]], double);
    const [result, weights] = F.scaledDotProductAttention(query, key, value, { needAttnWeights: true });
    const first = 1 / (1 + Math.exp(-Math.SQRT1_2));
    expect((weights.tolistSync() as number[][])[0][0]).toBeCloseTo(first, 14);
    expect(result.itemSync()).toBeCloseTo(first + 3 * (1 - first), 14);
  });

  test("a causal mask is the triangular one, bool or added", () => {
    const [q, k, v] = [draw(2, 3, 4), draw(2, 3, 4), draw(2, 3, 5)];
    const causal = F.scaledDotProductAttention(q, k, v, { isCausal: true });
    const mask = torch.ones([3, 3], { dtype: "bool" }).tril();
    expectClose(F.scaledDotProductAttention(q, k, v, { attnMask: mask }), causal);
    const added = nn.Transformer.generateSquareSubsequentMask(3).to("float64");
    expectClose(F.scaledDotProductAttention(q, k, v, { attnMask: added }), causal);
    expectClose(causal.select(1, 0), v.select(1, 0));
    expect(() => F.scaledDotProductAttention(q, k, v, { isCausal: true, attnMask: mask })).toThrow(ShapeError);
  });

  test("has the derivative of its formula", () => {
    const f = (q: Tensor, k: Tensor, v: Tensor) =>
      F.scaledDotProductAttention(q, k, v, { isCausal: true }).square().sum();
    const inputs = [draw(3, 2), draw(3, 2), draw(3, 2)];
    const want = slopes(f, inputs).flat();
    for (const [i, slope] of gradients(f, inputs).flat().entries())
      expect(Math.abs(slope - want[i])).toBeLessThan(1e-8);
  });
});

describe("MultiheadAttention", () => {
  const batchFirst = { batchFirst: true, ...double };

  test("projects once for self-attention, with the same result", () => {
    const attention = new nn.MultiheadAttention(6, 2, batchFirst);
    const x = draw(2, 3, 6);
    const [together, weights] = attention(x, x, x);
    const [apart] = attention(x, x.clone(), x.clone());
    expectClose(apart, together);
    expectClose((weights as Tensor).sum(-1), torch.ones([2, 3], double));
  });

  test("padding keys have no influence", () => {
    const attention = new nn.MultiheadAttention(6, 3, batchFirst);
    const [q, k] = [draw(1, 2, 6), draw(1, 4, 6)];
    const keyPaddingMask = torch.tensor([[false, false, false, true]]);
    const [masked, weights] = attention(q, k, k, { keyPaddingMask, averageAttnWeights: false });
    const shorter = k.narrow(1, 0, 3);
    expectClose(masked, attention(q, shorter, shorter)[0]);
    expect((weights as Tensor).shape).toEqual([1, 3, 2, 4]);
    expect((weights as Tensor).select(3, 3).abs().sum().itemSync()).toBe(0);
  });

  test("added zeros and biases are keys of their own", () => {
    const attention = new nn.MultiheadAttention(4, 2, { addBiasKv: true, addZeroAttn: true, ...double });
    const x = draw(3, 2, 4);
    const attnMask = torch.ones([3, 3], { dtype: "bool" }).triu(1);
    const [result, weights] = attention(x, x, x, { attnMask });
    expect(result.shape).toEqual([3, 2, 4]);
    expect((weights as Tensor).shape).toEqual([2, 3, 5]);
    expectClose((weights as Tensor).sum(-1), torch.ones([2, 3], double));
    expect(attention.namedParameters().map(([name]) => name)).toEqual([
      "in_proj_weight",
      "in_proj_bias",
      "bias_k",
      "bias_v",
      "out_proj.weight",
      "out_proj.bias",
    ]);
  });

  test("takes a mask for each head, and sequences without a batch", () => {
    const attention = new nn.MultiheadAttention(4, 2, double);
    const x = draw(3, 1, 4);
    const mask = torch.ones([3, 3], { dtype: "bool" }).triu(1);
    const each = torch.stack([mask, mask]);
    expectClose(attention(x, x, x, { attnMask: each })[0], attention(x, x, x, { attnMask: mask })[0]);
    const alone = x.squeeze(1);
    const [result, weights] = attention(alone, alone, alone, { attnMask: mask });
    expectClose(result, attention(x, x, x, { attnMask: mask })[0].squeeze(1));
    expect((weights as Tensor).shape).toEqual([3, 3]);
    expect(attention(x, x, x, { needWeights: false })[1]).toBeNull();
  });

  test("takes masks by position, too", () => {
    const attention = new nn.MultiheadAttention(4, 2, double);
    const x = draw(3, 1, 4);
    const mask = torch.ones([3, 3], { dtype: "bool" }).triu(1);
    const padding = torch.tensor([[false, false, true]]);
    const [want, weights] = attention(x, x, x, { keyPaddingMask: padding, attnMask: mask, averageAttnWeights: false });
    const [got, same] = attention(x, x, x, padding, true, mask, false);
    expectClose(got, want);
    expectClose(same as Tensor, weights as Tensor);
    expect(attention(x, x, x, null, false)[1]).toBeNull();
  });

  test("refuses what does not fit", () => {
    expect(() => new nn.MultiheadAttention(5, 2)).toThrow(ValueError);
    expect(() => new nn.MultiheadAttention(5, 2)).toThrow("embed_dim must be divisible by num_heads");
    const attention = new nn.MultiheadAttention(4, 2, double);
    const x = draw(3, 1, 4);
    expect(() => attention(x, x, x, { attnMask: draw(2, 3) })).toThrow(
      "The shape of the 2D attn_mask is torch.Size([2, 3]), but should be (3, 3).",
    );
    expect(() => attention(draw(3, 1, 6), x, x)).toThrow("was expecting embedding dimension of 4, but got 6");
  });
});
