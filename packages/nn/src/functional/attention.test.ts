import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as F from "./index.ts";

beforeAll(() => registerBackend(cpu()));

const random = (...shape: number[]) => torch.randn(shape, { dtype: "float64" });
const distance = (a: torch.Tensor, b: torch.Tensor) => a.sub(b).abs().amax().itemSync();

test("arguments come by position or by name", () => {
  torch.manualSeed(0);
  const [q, k, v] = [random(2, 3, 4), random(2, 5, 4), random(2, 5, 4)];
  const mask = random(3, 5).gt(0);
  const byName = F.scaledDotProductAttention(q, k, v, { attnMask: mask, scale: 0.3 });
  expect(distance(F.scaledDotProductAttention(q, k, v, mask, 0, false, { scale: 0.3 }), byName)).toBe(0);
  expect(distance(F.scaledDotProductAttention(q, k, v, { scale: 0.3 }), byName)).toBeGreaterThan(0.01);
  const causal = F.scaledDotProductAttention(q, k, v, null, 0, true);
  expect(distance(causal, F.scaledDotProductAttention(q, k, v, { isCausal: true }))).toBe(0);
  const [, weights] = F.scaledDotProductAttention(q, k, v, { isCausal: true, needAttnWeights: true });
  expect(weights.triu(1).abs().sum().itemSync()).toBe(0);
});

test("a head of keys serves several of queries", () => {
  torch.manualSeed(0);
  const [q, k, v] = [random(2, 4, 3, 5), random(2, 2, 6, 5), random(2, 2, 6, 5)];
  const each = (x: torch.Tensor) => torch.repeatInterleave(x, 2, 1);
  const grouped = F.scaledDotProductAttention(q, k, v, { enableGqa: true });
  expect(distance(grouped, F.scaledDotProductAttention(q, each(k), each(v)))).toBe(0);
  expect(() => F.scaledDotProductAttention(q, random(2, 3, 6, 5), random(2, 3, 6, 5), { enableGqa: true })).toThrow(
    "must divide the number of heads in query, but got 3 and 4",
  );
});
