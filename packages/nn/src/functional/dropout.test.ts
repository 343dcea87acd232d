import { cpu } from "@cresset/backend-cpu";
import { deviceNames, Generator, manualSeed, ones, registerBackend, type Tensor, tensor, zeros } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import {
  alphaDropout,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  featureAlphaDropout,
  gumbelSoftmax,
} from "./dropout.ts";

beforeAll(async () => {
  if (!deviceNames().includes("cpu")) await registerBackend(cpu());
});

const values = (x: Tensor) => Array.from(x.dataSync(), Number);

describe("the numbers of PyTorch's seed 0", () => {
  test("dropout of elements, of channels, and for SELUs", () => {
    manualSeed(0);
    expect(values(dropout(ones(20), 0.5, true))).toEqual([0, 0, 2, 0, 0, 0, 2, 2, 0, 2, 2, 2, 2, 0, 2, 2, 2, 2, 0, 0]);
    const tenth = values(dropout(ones(20), { p: 0.1 }));
    expect([tenth[14], tenth[15]]).toEqual([1.1111111640930176, 0]);
    dropout(ones(20), 0.8);
    const channels = dropout2d(ones(2, 5, 2, 2), 0.5);
    expect(values(channels).slice(0, 24)).toEqual([
      ...[0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2],
      ...[0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2],
    ]);
    const [dropped, , kept] = values(alphaDropout(ones(10), 0.3, true));
    expect(dropped).toBeCloseTo(-1.059548258781433, 6);
    expect(kept).toBeCloseTo(1.315044641494751, 6);
  });

  test("gumbelSoftmax", () => {
    manualSeed(0);
    const logits = tensor([-1.4753549098968506, -0.3187812566757202, 1.355687141418457, 1.66282057762146]);
    const expected = [0.0011740964837372303, 0.027374768629670143, 0.8061533570289612, 0.16529767215251923];
    for (const [i, value] of values(gumbelSoftmax(logits, { tau: 0.7 })).entries())
      expect(value).toBeCloseTo(expected[i], 6);
  });
});

test("without training, and with p = 0, the input itself is returned", () => {
  const x = ones(3, 4);
  for (const f of [dropout, dropout2d, alphaDropout, featureAlphaDropout]) {
    expect(f(x, 0.5, false)).toBe(x);
    expect(f(x, 0, true)).toBe(x);
  }
  expect(alphaDropout(x)).toBe(x);
  expect(values(dropout(tensor([1, Number.NaN, 2]), 1))).toEqual([0, Number.NaN, 0]);
});

test("the gradient is that of what was kept", () => {
  const x = tensor([1, 2, 3, 4, 5, 6], { requiresGrad: true });
  const y = dropout(x, 0.5, { generator: new Generator(0) });
  y.sum().backward();
  expect(values(y)).toEqual([0, 0, 6, 0, 0, 0]);
  expect(x.grad?.tolistSync()).toEqual([0, 0, 2, 0, 0, 0]);
  expect(y.gradFn?.name).toBe("MulBackward0");
  const z = tensor([1, 2, 3, 4, 5, 6], { requiresGrad: true });
  alphaDropout(z, 0.5, true, { generator: new Generator(0) })
    .sum()
    .backward();
  const a = 1 / Math.sqrt((1.7580993408473766 ** 2 * 0.5 + 1) * 0.5);
  expect(values(z.grad ?? zeros(1))[2]).toBeCloseTo(a, 6);
});

test("whole channels are dropped, of batches and of single samples", () => {
  const generator = () => new Generator(6);
  const same = (x: Tensor, channels: number) => {
    const all = values(x);
    const size = all.length / channels;
    const first = Array.from({ length: channels }, (_, c) => all[c * size]);
    expect(all).toEqual(first.flatMap((value) => new Array<number>(size).fill(value)));
    expect(new Set(first)).toEqual(new Set([0, 2]));
    return first;
  };
  const batch = same(dropout1d(ones(4, 5, 3), { generator: generator() }), 20);
  expect(same(dropout1d(ones(20, 3), { generator: generator() }), 20)).toEqual(batch);
  expect(same(dropout3d(ones(4, 5, 2, 1, 3), { generator: generator() }), 20)).toEqual(batch);
  expect(same(dropout3d(ones(20, 2, 1, 3), { generator: generator() }), 20)).toEqual(batch);
});

test("in place", () => {
  const x = ones(4, 5, 3);
  expect(dropout1d(x, { inplace: true, generator: new Generator(1) })).toBe(x);
  expect(new Set(values(x))).toEqual(new Set([0, 2]));
  const sample = ones(20, 3);
  expect(dropout1d(sample, 0.5, true, true)).toBe(sample);
  expect(new Set(values(sample))).toEqual(new Set([0, 2]));
});

test("hard samples are one-hot, with the gradient of the soft ones", () => {
  const logits = tensor(
    [
      [1, 2, 3],
      [0, 0, 0],
    ],
    { requiresGrad: true },
  );
  const soft = gumbelSoftmax(logits, 0.5, { dim: 1, generator: new Generator(3) });
  const weights = tensor([
    [1, -2, 3],
    [4, 5, -6],
  ]);
  soft.mul(weights).sum().backward();
  const expected = values(logits.grad ?? zeros(1));
  logits.grad = null;
  const hard = gumbelSoftmax(logits, { tau: 0.5, hard: true, dim: -1, generator: new Generator(3) });
  for (const [i, value] of values(hard).entries()) {
    const row = values(soft).slice(3 * Math.floor(i / 3), 3 * Math.floor(i / 3) + 3);
    expect(value).toBeCloseTo(Number(row[i % 3] === Math.max(...row)), 6);
  }
  hard.mul(weights).sum().backward();
  for (const [i, value] of values(logits.grad ?? zeros(1)).entries()) expect(value).toBeCloseTo(expected[i], 6);
  // Each row's softmax sums to 1, so its gradient sums to 0.
  expect(expected[0] + expected[1] + expected[2]).toBeCloseTo(0, 5);
  expect(Math.abs(expected[0])).toBeGreaterThan(0);
});

test("bad arguments are refused", () => {
  expect(() => dropout(ones(2), 1.5)).toThrow("dropout probability has to be between 0 and 1, but got 1.5");
  expect(() => alphaDropout(ones(2), -0.5)).toThrow("dropout probability has to be between 0 and 1, but got -0.5");
  expect(() => dropout1d(ones(2, 2, 2, 2))).toThrow("dropout1d: Expected 2D or 3D input, but received a 4D input");
  expect(() => dropout2d(ones(2))).toThrow("Feature dropout requires at least 2 dimensions in the input");
  expect(() => gumbelSoftmax(ones(2), { dim: 1 })).toThrow("Dimension out of range");
});
