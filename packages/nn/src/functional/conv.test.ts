import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as F from "./index.ts";

beforeAll(async () => {
  if (!torch.deviceNames().includes("cpu")) await torch.registerBackend(cpu());
  torch.setDefaultDevice("cpu");
});

/** Integer-valued, so that sums are exact in any order. */
function whole(...shape: number[]): torch.Tensor {
  return torch.randint(-4, 5, shape).float();
}

/** A convolution of one dimension as PyTorch's documentation defines it. */
function naive(x: number[][][], w: number[][][], stride: number, padding: number, dilation: number, groups: number) {
  const out = Math.floor((x[0][0].length + 2 * padding - dilation * (w[0][0].length - 1) - 1) / stride) + 1;
  const perGroup = w.length / groups;
  return x.map((sample) =>
    w.map((filter, o) =>
      Array.from({ length: out }, (_, p) => {
        let sum = 0;
        for (const [c, taps] of filter.entries())
          for (const [k, tap] of taps.entries()) {
            const row = sample[Math.floor(o / perGroup) * filter.length + c];
            sum += tap * (row[p * stride + k * dilation - padding] ?? 0);
          }
        return sum;
      }),
    ),
  );
}

describe("conv1d", () => {
  test.each([
    [1, 0, 1, 1],
    [2, 1, 1, 1],
    [3, 2, 2, 2],
    [1, 4, 3, 4],
  ])("stride %i, padding %i, dilation %i, groups %i", (stride, padding, dilation, groups) => {
    torch.manualSeed(0);
    const x = whole(2, 4, 9);
    const w = whole(8, 4 / groups, 3);
    const got = F.conv1d(x, w, null, stride, padding, dilation, groups).tolistSync();
    const want = naive(
      x.tolistSync() as number[][][],
      w.tolistSync() as number[][][],
      stride,
      padding,
      dilation,
      groups,
    );
    expect(got).toEqual(want);
  });

  test("an unbatched input gives an unbatched output", () => {
    const x = whole(2, 5);
    const w = whole(3, 2, 2);
    expect(F.conv1d(x, w).tolistSync()).toEqual(F.conv1d(x.unsqueeze(0), w).squeeze(0).tolistSync());
  });

  test("a batch of none, and kernels of one", () => {
    expect(F.conv1d(torch.zeros([0, 2, 5]), whole(3, 2, 2)).shape).toEqual([0, 3, 4]);
    expect(F.conv1d(torch.tensor([[[1, 2, 3]]]), torch.tensor([[[2]]]), torch.tensor([1])).tolistSync()).toEqual([
      [[3, 5, 7]],
    ]);
  });

  test("float16 is computed in float32 and rounded once", () => {
    const x = torch.tensor([[[2048, 1, 1]]], { dtype: "float16" });
    const w = torch.ones([1, 1, 3], { dtype: "float16" });
    const y = F.conv1d(x, w);
    expect([y.dtype, y.itemSync()]).toEqual(["float16", 2050]);
  });
});

test("a transposed convolution is the adjoint of the convolution", () => {
  torch.manualSeed(0);
  const options = { stride: [2, 3], padding: [1, 0], dilation: [2, 1], groups: 2 };
  const x = whole(2, 4, 8, 10);
  const w = whole(6, 2, 3, 2);
  const y = F.conv2d(x, w, null, options);
  const z = whole(...y.shape);
  const back = F.convTranspose2d(z, w, null, { ...options, outputPadding: [1, 2] });
  expect(back.shape).toEqual(x.shape);
  expect(back.mul(x).sum().itemSync()).toBe(y.mul(z).sum().itemSync());
});

test("forward and both gradients are contractions, with nothing unfolded in memory", () => {
  torch.manualSeed(0);
  const x = torch.randn([4, 8, 16, 16], { requiresGrad: true });
  const w = torch.randn([8, 8, 3, 3], { requiresGrad: true });
  const y = F.conv2d(x, w, null, { padding: 1 });
  y.relu().sum().backward();
  for (const result of [y, x.grad, w.grad]) {
    if (result === null) throw new Error("no gradient");
    const text = torch.explain(result);
    expect(text).toMatch(/contract/);
    // Unfolded, the input has 9 times its elements; padded, not many more.
    const sizes = [...text.matchAll(/float32\[(\d+)\]/g)].map((found) => Number(found[1]));
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBe(4 * 8 * 18 * 18);
  }
});

describe("what does not fit is refused at the call, with PyTorch's words", () => {
  const x = (): torch.Tensor => torch.zeros([1, 3, 5, 5]);
  const w = (): torch.Tensor => torch.zeros([2, 3, 3, 3]);
  test.each<[string, () => unknown]>([
    [
      "Given groups=1, weight of size [2, 4, 3, 3], expected input[1, 3, 5, 5] to have 4 channels, but got 3 channels instead",
      () => F.conv2d(x(), torch.zeros([2, 4, 3, 3])),
    ],
    [
      "Calculated padded input size per channel: (2 x 2). Kernel size: (3 x 3). Kernel size can't be greater than actual input size",
      () => F.conv2d(torch.zeros([1, 3, 2, 2]), w()),
    ],
    [
      "padding='same' is not supported for strided convolutions",
      () => F.conv2d(x(), w(), null, { padding: "same", stride: 2 }),
    ],
    [
      "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [5, 5]",
      () => F.conv2d(torch.zeros([5, 5]), w()),
    ],
    ["non-positive stride is not supported", () => F.conv2d(x(), w(), null, { stride: 0 })],
    ["negative padding is not supported", () => F.conv2d(x(), w(), null, { padding: -1 })],
    [
      "expected stride to be a single integer value or a list of 2 values, but got stride=[1, 2, 3]",
      () => F.conv2d(x(), w(), null, { stride: [1, 2, 3] }),
    ],
    [
      "Given groups=1, weight of size [2, 3, 3, 3], expected bias to be 1-dimensional with 2 elements, but got bias of size [3] instead",
      () => F.conv2d(x(), w(), torch.zeros([3])),
    ],
    [
      "Given groups=3, expected weight to be at least 3 at dimension 0",
      () => F.conv2d(x(), torch.zeros([2, 1, 3, 3]), null, { groups: 3 }),
    ],
    [
      "expected scalar type Float but found Double",
      () => F.conv2d(x(), torch.zeros([2, 3, 3, 3], { dtype: "float64" })),
    ],
    [
      "output padding must be smaller than either stride or dilation, but got output_padding_height: 1 output_padding_width: 1 stride_height: 1 stride_width: 1 dilation_height: 1 dilation_width: 1",
      () => F.convTranspose2d(x(), torch.zeros([3, 2, 3, 3]), null, { outputPadding: 1 }),
    ],
    [
      "Given input size per channel: (1 x 1). Calculated output size per channel: (1 x 0). Output size is too small",
      () => F.convTranspose1d(torch.zeros([1, 1, 1]), torch.zeros([1, 1, 2]), null, { padding: 1 }),
    ],
    [
      "Given transposed=1, weight of size [2, 3, 3, 3], expected input[1, 3, 5, 5] to have 2 channels, but got 3 channels instead",
      () => F.convTranspose2d(x(), w()),
    ],
  ])("%s", (message, run) => {
    expect(run).toThrow(message);
  });
});

test("integers are refused where PyTorch has no kernel for them", () => {
  const x = torch.ones([1, 1, 4, 4], { dtype: "int64" });
  for (const run of [
    () => F.maxPool2d(x, 2),
    () => F.adaptiveAvgPool2d(x, 2),
    () => F.batchNorm(x, null, null, { training: true }),
    () => F.layerNorm(x, 4),
    () => F.interpolate(x, { size: 2, mode: "bilinear" }),
  ])
    expect(run).toThrow(/not implemented for 'Long'/);
  expect(F.conv2d(x, x).tolistSync()).toEqual([[[[16]]]]);
  expect(F.avgPool2d(x.mul(7), 2, { divisorOverride: 3 }).tolistSync()).toEqual([
    [
      [
        [9, 9],
        [9, 9],
      ],
    ],
  ]);
  expect(F.interpolate(x, { size: 2 }).dtype).toBe("int64");
});
