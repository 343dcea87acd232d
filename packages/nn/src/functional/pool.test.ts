import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as F from "./index.ts";

beforeAll(async () => {
  if (!torch.deviceNames().includes("cpu")) await torch.registerBackend(cpu());
  torch.setDefaultDevice("cpu");
});

const inf = Number.POSITIVE_INFINITY;

describe("max pooling", () => {
  test("takes the first of equal elements, and its gradient goes there", () => {
    const x = torch.tensor([[[1, 1, 3, 3, 2, 2]]], { requiresGrad: true });
    const [y, at] = F.maxPool1d(x, 2, { returnIndices: true });
    expect([y.tolistSync(), at.tolistSync(), at.dtype]).toEqual([[[[1, 3, 2]]], [[[0, 2, 4]]], "int64"]);
    y.sum().backward();
    expect(x.grad?.tolistSync()).toEqual([[[1, 0, 1, 0, 1, 0]]]);
  });

  test("overlapping windows add their gradients", () => {
    const x = torch.tensor([[[0, 5, 0, 0]]], { requiresGrad: true });
    F.maxPool1d(x, 3, { stride: 1, padding: 1 }).sum().backward();
    expect(x.grad?.tolistSync()).toEqual([[[0, 3, 1, 0]]]);
  });

  test.each([
    [3, 2, 1, 1],
    [3, 1, 1, 1],
    [4, 2, 0, 1],
    [2, 1, 1, 1],
    [3, 2, 1, 2],
    [4, 3, 2, 1],
  ])(
    "of %i elements, %i apart, padded by %i, dilated by %i: gradients are added in order, in float32",
    (k, s, p, d) => {
      const [h, w] = [11, 12];
      const x = torch.rand(2, h, w).requiresGrad_();
      const [y, at] = F.maxPool2d(x, k, { stride: s, padding: p, dilation: d, returnIndices: true });
      const g = torch.randn(...y.shape).mul(
        torch
          .randn(...y.shape)
          .mul(8)
          .exp(),
      );
      y.backward(g);
      const [indices, gradients] = [at.dataSync(), g.dataSync()];
      const expected = new Float32Array(2 * h * w);
      const each = y.numel() / 2;
      for (let i = 0; i < y.numel(); i++)
        expected[Math.floor(i / each) * h * w + Number(indices[i])] += Number(gradients[i]);
      expect(x.grad?.dataSync()).toEqual(expected);
    },
  );

  test.each([
    ["maxPool1d", (x: torch.Tensor) => F.maxPool1d(x, 2)],
    ["adaptiveMaxPool1d", (x: torch.Tensor) => F.adaptiveMaxPool1d(x, 4100)],
    ["maxPool2d, of a small result,", (x: torch.Tensor) => F.maxPool2d(x.narrow(2, 0, 80), [1, 2])],
  ])("%s computes no indices that nobody asked for, not even later", async (_, pool) => {
    const x = torch.rand(1, 1, 8200);
    // More than a journal keeps, which is computed then, and from then on together with what is asked for.
    for (let i = 0; i < 2100; i++) pool(x).dataSync();
    const { events } = await torch.profile(() => pool(x).dataSync());
    expect(events).toHaveLength(1);
    expect(events[0].name).not.toMatch(/mod|cast|argmax|where/);
  });

  test("gradients of −0 give 0, NaN goes only where its maximum was", () => {
    const x = torch.tensor([[[0, 5, 0, 7, 0]]], { requiresGrad: true });
    F.maxPool1d(x, 3, { stride: 2, padding: 1 }).backward(torch.tensor([[[-0, Number.NaN, inf]]]));
    expect(x.grad?.tolistSync()).toEqual([[[0, 0, 0, Number.NaN, 0]]]);
  });

  test("padding never wins, not even over -inf", () => {
    const x = torch.full([1, 1, 3, 3], -inf);
    const [y, at] = F.maxPool2d(x, 2, { stride: 2, padding: 1, returnIndices: true });
    expect(y.tolistSync()).toEqual([
      [
        [
          [-inf, -inf],
          [-inf, -inf],
        ],
      ],
    ]);
    // PyTorch's indices: the first element of each window that is not padding.
    expect(at.tolistSync()).toEqual([
      [
        [
          [0, 1],
          [3, 4],
        ],
      ],
    ]);
  });

  test.each([
    [2, [1, 5, 5, 3]],
    [4, [1, 5, 5, 3]],
    [2, [Number.NaN, 5, 7, Number.NaN]],
    [4, [1, Number.NaN, 7, Number.NaN]],
    [2, [-Infinity, -Infinity, 2, 2]],
    [12, [3, 1, 3, 3, Number.NaN, 1, Number.NaN, 1, 1, 1, 1, 1]],
  ])("of equals and of NaN, the first of %i gets index and gradient: %j", (size, values) => {
    const x = torch.tensor([[values]], { requiresGrad: true });
    const [largest, indices] = F.maxPool1d(x, size, { returnIndices: true });
    const firsts = Array.from({ length: values.length / size }, (_, window) => {
      const part = values.slice(window * size, (window + 1) * size);
      const nan = part.findIndex(Number.isNaN);
      return window * size + (nan >= 0 ? nan : part.indexOf(Math.max(...part)));
    });
    expect(largest.tolistSync()).toEqual([[firsts.map((i) => values[i])]]);
    expect(indices.tolistSync()).toEqual([[firsts]]);
    largest.backward(torch.onesLike(largest));
    expect(x.grad?.tolistSync()).toEqual([[values.map((_, i) => (firsts.includes(i) ? 1 : 0))]]);
  });

  test("NaN wins", () => {
    expect(F.maxPool1d(torch.tensor([[[1, Number.NaN, 2, 3]]]), 2).tolistSync()).toEqual([[[Number.NaN, 3]]]);
  });

  test("large windows give the same gradient as small steps", () => {
    torch.manualSeed(0);
    const x = torch.randn([2, 3, 8, 8], { requiresGrad: true });
    F.maxPool2d(x, 8).sum().backward();
    const same = x.detach().clone().requiresGrad_();
    same.amax([-1, -2]).sum().backward();
    expect(x.grad?.tolistSync()).toEqual(same.grad?.tolistSync());
  });

  test("float16 stays exact", () => {
    const x = torch.tensor([[[65504, 1, -2, 0.5]]], { dtype: "float16" });
    const y = F.maxPool1d(x, 2);
    expect([y.dtype, y.tolistSync()]).toEqual(["float16", [[[65504, 0.5]]]]);
  });

  test("unpooling puts values back", () => {
    const x = torch.tensor([[[1, 2, 3, 4, 5, 6, 7, 8, 9]]]);
    const [y, at] = F.maxPool1d(x, 2, { returnIndices: true });
    expect(F.maxUnpool1d(y, at, 2, { outputSize: [9] }).tolistSync()).toEqual([[[0, 2, 0, 4, 0, 6, 0, 8, 0]]]);
    expect(F.maxUnpool1d(y, at, 2).shape).toEqual([1, 1, 8]);
    expect(() => F.maxUnpool1d(y, at.add(8), 2).tolistSync()).toThrow("Found an invalid max index");
    expect(() => F.maxUnpool1d(y, at, 2, { outputSize: [20] })).toThrow("invalid output_size [20]");
  });
});

describe("average pooling", () => {
  const x = (): torch.Tensor => torch.tensor([[[1, 2, 3, 4, 5]]]);
  test.each<[F.AvgPoolOptions, number[]]>([
    [{}, [1.5, 3.5]],
    [{ ceilMode: true }, [1.5, 3.5, 5]],
    [{ padding: 1 }, [0.5, 2.5, 4.5]],
    [{ padding: 1, countIncludePad: false }, [1, 2.5, 4.5]],
    [{ stride: 1 }, [1.5, 2.5, 3.5, 4.5]],
    [{ divisorOverride: 1 }, [3, 7]],
  ])("%j", (options, want) => {
    expect(F.avgPool1d(x(), 2, options).tolistSync()).toEqual([[want]]);
  });

  // PyTorch 1.13 gives the same: float32, one element after the other.
  test("elements of small windows are added in their order", () => {
    const x = torch.tensor(
      [
        [
          [1e8, 1],
          [-1e8, 1],
        ],
      ],
      { requiresGrad: true },
    );
    expect(F.avgPool2d(x, 2).itemSync()).toBe(0.25);
    expect(F.avgPool1d(torch.tensor([[1, 1e8, 1, -1e8, 1]]), 4, 1).tolistSync()).toEqual([[0, 0.25]]);
    const z = torch.zeros([1, 6], { requiresGrad: true });
    F.avgPool1d(z, 3, 1)
      .mul(torch.tensor([[3e8, 3, -3e8, 3]]))
      .sum()
      .backward();
    expect(z.grad?.tolistSync()).toEqual([[1e8, 1e8, 0, -1e8, -1e8, 1]]);
  });

  test("sums of float16 are rounded once", () => {
    const x = torch.tensor([[2048, 1, 1, 2]], { dtype: "float16" });
    expect(F.avgPool1d(x, 4).itemSync()).toBe(513);
  });

  test("the derivative of the derivative, in three dimensions", () => {
    const x = torch.arange(24).reshape(1, 2, 3, 4).float().detach().requiresGrad_();
    const [g] = torch.autograd.grad([F.avgPool3d(x, 2, { stride: 1 }).square().sum()], [x], { createGraph: true });
    const [h] = torch.autograd.grad([g.square().sum()], [x]);
    expect(g.flatten().narrow(0, 0, 6).tolistSync()).toEqual([2.125, 4.5, 5, 2.625, 5.25, 11]);
    expect(h.flatten().narrow(0, 0, 6).tolistSync()).toEqual([
      2.859375, 6.921875, 7.296875, 3.234375, 6.09375, 14.71875,
    ]);
  });

  test("what lies outside of a window does not reach it", () => {
    const wide = torch.tensor([[[inf, 1, 2, 3, Number.NaN]]]);
    expect(F.adaptiveAvgPool1d(wide, 3).tolistSync()).toEqual([[[inf, 2, Number.NaN]]]);
    expect(F.avgPool1d(wide, 2).tolistSync()).toEqual([[[inf, 2.5]]]);
  });
});

describe("adaptive pooling", () => {
  test("windows of nearly equal sizes, more of them than elements, one, and as many", () => {
    const x = torch.tensor([[[1, 2, 3]]]);
    expect(F.adaptiveAvgPool1d(x, 2).tolistSync()).toEqual([[[1.5, 2.5]]]);
    expect(F.adaptiveAvgPool1d(x, 6).tolistSync()).toEqual([[[1, 1, 2, 2, 3, 3]]]);
    expect(F.adaptiveAvgPool1d(x, 1).tolistSync()).toEqual([[[2]]]);
    expect(F.adaptiveAvgPool1d(x, null).tolistSync()).toEqual([[[1, 2, 3]]]);
    expect(F.adaptiveMaxPool1d(x, 2, { returnIndices: true }).map((t) => t.tolistSync())).toEqual([
      [[[2, 3]]],
      [[[1, 2]]],
    ]);
  });
});

describe("what does not fit is refused at the call", () => {
  const x = (): torch.Tensor => torch.zeros([1, 2, 4, 4]);
  test.each<[string, () => unknown]>([
    [
      "pad should be at most half of kernel size, but got pad=2 and kernel_size=2",
      () => F.maxPool2d(x(), 2, { padding: 2 }),
    ],
    [
      "input image (T: 5 H: 1 W: 3) smaller than kernel size (kT: 3 kH: 2 kW: 3)",
      () => F.avgPool3d(torch.zeros(1, 5, 1, 3), [3, 2, 3], { stride: 2, ceilMode: true }),
    ],
    ["Given input size: (2x4x4). Calculated output size: (2x0x0). Output size is too small", () => F.maxPool2d(x(), 5)],
    [
      "Given input size: (2x1x4). Calculated output size: (2x1x0). Output size is too small",
      () => F.maxPool1d(torch.zeros(1, 2, 4), 5),
    ],
    ["max_pool2d(): Expected 3D or 4D (batch mode) tensor", () => F.maxPool2d(torch.zeros([4, 4]), 2)],
    ["divisor must be not zero", () => F.avgPool2d(x(), 2, { divisorOverride: 0 })],
    ["stride should not be zero", () => F.avgPool2d(x(), 2, { stride: 0 })],
  ])("%s", (message, run) => {
    expect(run).toThrow(message);
  });
});
