import { cpu } from "@cresset/backend-cpu";
import type { Tensor } from "@cresset/core";
import * as torch from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import { gradientErrors, randn64 } from "../testing/gradients.ts";
import * as F from "./index.ts";

beforeAll(async () => {
  if (!torch.deviceNames().includes("cpu")) await torch.registerBackend(cpu());
  torch.setDefaultDevice("cpu");
  torch.manualSeed(1);
});

const cases: Record<string, () => [fn: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]]> = {
  conv1d: () => [
    (x, w, b) => F.conv1d(x, w, b, { stride: 2, padding: 1 }),
    randn64(2, 2, 6),
    randn64(3, 2, 3),
    randn64(3),
  ],
  conv2d: () => [
    (x, w, b) => F.conv2d(x, w, b, { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 }),
    randn64(1, 4, 5, 4),
    randn64(2, 2, 2, 3),
    randn64(2),
  ],
  "conv2d, same": () => [(x, w) => F.conv2d(x, w, null, { padding: "same" }), randn64(1, 1, 4, 3), randn64(1, 1, 2, 3)],
  conv3d: () => [(x, w) => F.conv3d(x, w, null, { padding: 1 }), randn64(1, 1, 2, 3, 2), randn64(2, 1, 2, 2, 2)],
  convTranspose2d: () => [
    (x, w, b) =>
      F.convTranspose2d(x, w, b, { stride: 2, padding: 1, outputPadding: [1, 0], groups: 2, dilation: [1, 2] }),
    randn64(1, 2, 3, 2),
    randn64(2, 2, 2, 2),
    randn64(4),
  ],
  maxPool2d: () => [(x) => F.maxPool2d(x.square(), 3, { stride: 2, padding: 1, ceilMode: true }), randn64(1, 2, 5, 4)],
  "maxPool2d, windows apart": () => [(x) => F.maxPool2d(x.square(), [2, 3]), randn64(2, 1, 5, 6)],
  "maxPool2d, windows apart, padding": () => [
    (x) => F.maxPool2d(x.square(), 2, { padding: 1, ceilMode: true }),
    randn64(1, 2, 5, 4),
  ],
  "maxPool2d, gaps between windows": () => [
    (x) => F.maxPool2d(x.square(), 2, { stride: [3, 2], padding: [1, 0] }),
    randn64(1, 1, 7, 5),
  ],
  "maxPool2d, large windows apart": () => [(x) => F.maxPool2d(x.square(), 4), randn64(1, 1, 9, 8)],
  "maxPool3d, windows apart": () => [(x) => F.maxPool3d(x.square(), 2), randn64(1, 1, 4, 2, 5)],
  "maxPool2d, large windows": () => [(x) => F.maxPool2d(x.square(), 6, { stride: 1 }), randn64(1, 1, 7, 8)],
  avgPool2d: () => [
    (x) => F.avgPool2d(x.square(), 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
    randn64(1, 2, 5, 4),
  ],
  "avgPool2d, windows apart": () => [(x) => F.avgPool2d(x.square(), 2), randn64(1, 2, 5, 4)],
  "avgPool2d, gaps between windows": () => [
    (x) => F.avgPool2d(x.square(), 2, { stride: 3, padding: 1, countIncludePad: false, ceilMode: true }),
    randn64(1, 1, 7, 5),
  ],
  lpPool1d: () => [(x) => F.lpPool1d(x.square().add(0.5), 3, 2), randn64(1, 2, 6)],
  adaptiveAvgPool2d: () => [(x) => F.adaptiveAvgPool2d(x.square(), [3, 4]), randn64(1, 2, 5, 2)],
  adaptiveMaxPool2d: () => [(x) => F.adaptiveMaxPool2d(x.square(), [2, 3]), randn64(1, 1, 5, 4)],
  unfold: () => [(x) => F.unfold(x.square(), [2, 3], { dilation: [2, 1], padding: 1, stride: 2 }), randn64(1, 2, 5, 4)],
  fold: () => [(x) => F.fold(x.square(), [4, 4], 2, { stride: 2, padding: 1 }), randn64(1, 8, 9)],
  "interpolate, bicubic": () => [
    (x) => F.interpolate(x.square(), { size: [5, 2], mode: "bicubic" }),
    randn64(1, 1, 3, 3),
  ],
  "interpolate, trilinear": () => [
    (x) => F.interpolate(x.square(), { scaleFactor: 1.5, mode: "trilinear", alignCorners: true }),
    randn64(1, 1, 2, 2, 3),
  ],
  "gridSample, bilinear": () => [
    (x, g) => F.gridSample(x, g.tanh(), { alignCorners: false }),
    randn64(1, 2, 4, 3),
    randn64(1, 2, 2, 2),
  ],
  "gridSample, bicubic, reflection": () => [
    (x, g) => F.gridSample(x, g, { mode: "bicubic", paddingMode: "reflection", alignCorners: true }),
    randn64(1, 1, 4, 3),
    randn64(1, 2, 1, 2),
  ],
  affineGrid: () => [(theta) => F.affineGrid(theta.square(), [1, 1, 2, 3]), randn64(1, 2, 3)],
  "batchNorm, training": () => [
    (x, w, b) => F.batchNorm(x, null, null, w, b, { training: true }),
    randn64(3, 2, 4),
    randn64(2),
    randn64(2),
  ],
  "batchNorm, evaluation": () => [
    (x, w, b) =>
      F.batchNorm(x.square(), torch.zeros([2], { dtype: "float64" }), torch.ones([2], { dtype: "float64" }), w, b),
    randn64(3, 2, 4),
    randn64(2),
    randn64(2),
  ],
  instanceNorm: () => [(x, w) => F.instanceNorm(x, { weight: w }), randn64(2, 2, 4), randn64(2)],
  layerNorm: () => [(x, w, b) => F.layerNorm(x, [2, 3], w, b), randn64(2, 2, 3), randn64(2, 3), randn64(2, 3)],
  groupNorm: () => [(x, w, b) => F.groupNorm(x, 2, w, b), randn64(2, 4, 3), randn64(4), randn64(4)],
  localResponseNorm: () => [(x) => F.localResponseNorm(x, 3, { alpha: 0.5 }), randn64(1, 4, 2)],
  normalize: () => [(x) => F.normalize(x, { p: 3 }), randn64(2, 3)],
  cosineSimilarity: () => [(a, b) => F.cosineSimilarity(a, b), randn64(2, 3), randn64(2, 3)],
  pairwiseDistance: () => [(a, b) => F.pairwiseDistance(a, b), randn64(2, 3), randn64(2, 3)],
};

describe("first and second derivatives agree with central differences", () => {
  test.each(Object.entries(cases))("%s", (_, make) => {
    const [fn, ...inputs] = make();
    const { first, second } = gradientErrors(fn, inputs);
    expect(first).toBeLessThan(1e-7);
    expect(second).toBeLessThan(1e-6);
  });
});
