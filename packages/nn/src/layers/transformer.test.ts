import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend, type Tensor } from "@cresset/core";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { deepCopy } from "../deep-copy.ts";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));
beforeEach(() => void torch.manualSeed(0));

const small = { dimFeedforward: 8, dropout: 0, dtype: "float64" } as const;
const distance = (a: Tensor, b: Tensor) => a.sub(b).abs().max().itemSync() as number;

test("layers of an encoder start equal, draw nothing, and are trained apart", () => {
  const layer = new nn.TransformerEncoderLayer(4, 2, small);
  const before = torch.getRngState().tolistSync();
  const encoder = new nn.TransformerEncoder(layer, 2);
  expect(torch.getRngState().tolistSync()).toEqual(before);
  const parameters = encoder.parameters();
  expect(parameters).toHaveLength(2 * layer.parameters().length);
  const [first, second] = encoder.layers;
  expect(distance((first as typeof layer).linear1.weight, (second as typeof layer).linear1.weight)).toBe(0);
  encoder(torch.randn([3, 1, 4], { dtype: "float64" }))
    .square()
    .sum()
    .backward();
  expect(layer.linear1.weight.grad).toBeNull();
  const [a, b] = [first, second].map((each) => (each as typeof layer).linear1.weight.grad as Tensor);
  expect(distance(a, b)).toBeGreaterThan(0);
  expect(Object.keys(encoder.stateDict())[0]).toBe("layers.0.self_attn.in_proj_weight");
});

test("the norm at the end may be named", () => {
  const norm = new nn.LayerNorm(4);
  const layer = new nn.TransformerEncoderLayer(4, 2, small);
  expect(new nn.TransformerEncoder(layer, 1, { norm }).norm).toBe(norm);
  expect(new nn.TransformerEncoder(layer, 1, norm).norm).toBe(norm);
  expect(new nn.TransformerEncoder(layer, 1).norm).toBeNull();
});

test("a causal mask keeps the future out", () => {
  const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, { ...small, normFirst: true }), 2);
  const x = torch.randn([3, 1, 4], { dtype: "float64" });
  const mask = nn.Transformer.generateSquareSubsequentMask(3).to("float64");
  const shorter = encoder(x.narrow(0, 0, 2), mask.narrow(0, 0, 2).narrow(1, 0, 2));
  expect(distance(encoder(x, { mask }).narrow(0, 0, 2), shorter)).toBeLessThan(1e-12);
});

test("batchFirst only exchanges dimensions, of the decoder too", () => {
  const options = {
    dModel: 4,
    nhead: 2,
    numEncoderLayers: 1,
    numDecoderLayers: 1,
    activation: "gelu",
    ...small,
  } as const;
  const one = new nn.Transformer(options);
  const other = new nn.Transformer({ ...options, batchFirst: true });
  other.loadStateDict(one.stateDict());
  const src = torch.randn([3, 2, 4], { dtype: "float64" });
  const tgt = torch.randn([5, 2, 4], { dtype: "float64" });
  const tgtMask = nn.Transformer.generateSquareSubsequentMask(5).to("float64");
  const want = one(src, tgt, { tgtMask });
  const got = other(src.transpose(0, 1), tgt.transpose(0, 1), { tgtMask });
  expect(want.shape).toEqual([5, 2, 4]);
  expect(distance(got.transpose(0, 1), want)).toBeLessThan(1e-12);
  const srcMask = nn.Transformer.generateSquareSubsequentMask(3).to("float64");
  const memoryKeyPaddingMask = torch.tensor([
    [false, true, false],
    [false, false, true],
  ]);
  const masked = one(src, tgt, { srcMask, tgtMask, memoryKeyPaddingMask });
  expect(distance(one(src, tgt, srcMask, tgtMask, null, null, null, memoryKeyPaddingMask), masked)).toBe(0);
  const memory = one.encoder(src, srcMask);
  expect(distance(one.decoder(tgt, memory, tgtMask, null, null, memoryKeyPaddingMask), masked)).toBe(0);
  expect(() => one(src, tgt.narrow(1, 0, 1))).toThrow("the batch number of src and tgt must be equal");
});

test("an activation may be a module, which then is a child", () => {
  const layer = new nn.TransformerEncoderLayer(4, 2, { ...small, activation: new nn.GELU() });
  const named = new nn.TransformerEncoderLayer(4, 2, { ...small, activation: "gelu" });
  named.loadStateDict(layer.stateDict());
  const x = torch.randn([3, 1, 4], { dtype: "float64" });
  expect(distance(layer(x), named(x))).toBe(0);
  expect(String(layer)).toContain("(activation): GELU");
});

test("a deep copy has its own parameters and buffers, and shares what was shared", () => {
  class Tied extends nn.Module {
    first = new nn.Linear(2, 2);
    second = this.first;
    count = new nn.Buffer(torch.zeros([1]), { persistent: false });
    sizes = [1, 2];
    forward(x: Tensor): Tensor {
      return this.second(this.first(x)).add(this.count);
    }
  }
  const original = new Tied().eval();
  const copy = deepCopy(original);
  const x = torch.randn([3, 2]);
  expect(copy(x).tolistSync()).toEqual(original(x).tolistSync());
  expect(copy.second).toBe(copy.first);
  expect(copy.first).not.toBe(original.first);
  expect(copy.parameters()).toHaveLength(2);
  expect(copy.training).toBe(false);
  expect(Object.keys(copy.stateDict())).toEqual(Object.keys(original.stateDict()));
  torch.noGrad(() => copy.count.add_(1));
  copy.sizes.push(3);
  expect(original.count.itemSync()).toBe(0);
  expect(original.sizes).toEqual([1, 2]);
});
