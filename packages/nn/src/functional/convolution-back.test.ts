import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as F from "./index.ts";

beforeAll(async () => {
  if (!torch.deviceNames().includes("cpu")) await torch.registerBackend(cpu());
  torch.setDefaultDevice("cpu");
});

/** Small integers, so that sums are exact in any order. */
const ramp = (step: number, count: number, shape: readonly number[]): torch.Tensor =>
  torch
    .arange(shape.reduce((n, size) => n * size, 1))
    .mul(step)
    .remainder(count)
    .sub(Math.floor(count / 2))
    .float()
    .reshape(shape)
    .detach();
const weighted = (x: torch.Tensor): torch.Tensor => x.mul(ramp(5, 13, x.shape)).sum();

const convolutions = {
  conv: [F.conv1d, F.conv2d, F.conv3d],
  convTranspose: [F.convTranspose1d, F.convTranspose2d, F.convTranspose3d],
};

// Weighted sums of the output, of its gradients (times fixed numbers) for input and weights, and of the gradients of
// those for input, weights and the fixed numbers, from PyTorch 1.13.
test.each<[string, number, boolean, number[], number[], F.ConvTransposeOptions, [number[], ...number[]]]>([
  [
    "overlapping windows",
    2,
    false,
    [2, 3, 8, 9],
    [4, 3, 3, 3],
    { stride: 2, padding: 1, groups: 1, dilation: 1 },
    [[2, 4, 4, 5], 719, -1310, 1394, 1639, 1639, 1567],
  ],
  [
    "odd sizes",
    2,
    false,
    [1, 2, 7, 10],
    [3, 2, 4, 5],
    { stride: [2, 3], padding: [1, 2], groups: 1, dilation: 1 },
    [[1, 3, 3, 4], -204, 215, -301, -847, -847, -746],
  ],
  [
    "a stride above the kernel",
    2,
    false,
    [2, 2, 9, 8],
    [2, 2, 2, 1],
    { stride: [3, 2], padding: [1, 0], groups: 1, dilation: 1 },
    [[2, 2, 4, 4], 82, 175, 311, -106, -106, -515],
  ],
  [
    "groups",
    2,
    false,
    [2, 4, 8, 8],
    [6, 2, 3, 3],
    { stride: 2, padding: 1, groups: 2, dilation: 1 },
    [[2, 6, 4, 4], 802, -193, -450, -2361, -2361, -1964],
  ],
  [
    "patches",
    2,
    false,
    [1, 3, 8, 8],
    [5, 3, 4, 4],
    { stride: 4, padding: 0, groups: 1, dilation: 1 },
    [[1, 5, 2, 2], 314, 587, -543, -206, -206, 941],
  ],
  [
    "dilation in one dimension",
    2,
    false,
    [1, 2, 9, 9],
    [2, 2, 3, 3],
    { stride: 2, padding: 1, groups: 1, dilation: [2, 1] },
    [[1, 2, 4, 5], -149, -288, 366, -680, -680, -398],
  ],
  [
    "1-d",
    1,
    false,
    [2, 2, 23],
    [3, 2, 10],
    { stride: 5, padding: 3, groups: 1, dilation: 1 },
    [[2, 3, 4], -459, 133, -69, 1396, 1396, -1302],
  ],
  [
    "3-d",
    3,
    false,
    [1, 2, 5, 6, 4],
    [2, 2, 3, 2, 3],
    { stride: [2, 2, 1], padding: [1, 0, 1], groups: 1, dilation: 1 },
    [[1, 2, 3, 3, 4], -1608, -318, -900, 763, 763, 909],
  ],
  [
    "transposed, with output padding",
    2,
    true,
    [2, 4, 3, 4],
    [4, 3, 3, 3],
    { stride: 2, padding: 1, outputPadding: 1, groups: 1, dilation: 1 },
    [[2, 3, 6, 8], -216, -37, 1363, -736, -736, -2554],
  ],
  [
    "transposed, groups and padding above the stride",
    2,
    true,
    [2, 4, 5, 3],
    [4, 3, 5, 4],
    { stride: [2, 3], padding: [3, 1], outputPadding: [1, 2], groups: 2, dilation: 1 },
    [[2, 6, 8, 10], -1299, 997, -1553, 2338, 2338, -3796],
  ],
  [
    "transposed, a stride above the kernel",
    1,
    true,
    [2, 3, 4],
    [3, 2, 2],
    { stride: 4, padding: 1, outputPadding: 3, groups: 1, dilation: 1 },
    [[2, 2, 15], -33, -101, -117, -1322, -1322, 414],
  ],
  [
    "transposed, 3-d",
    3,
    true,
    [1, 2, 2, 3, 2],
    [2, 2, 2, 3, 2],
    { stride: 2, padding: [0, 1, 0], outputPadding: [1, 0, 1], groups: 1, dilation: 1 },
    [[1, 2, 5, 5, 5], 16, 203, 137, 817, 817, 2275],
  ],
])("strided convolution and its gradients: %s", (_, dims, transposed, input, kernel, options, [shape, ...sums]) => {
  const x = ramp(7, 11, input).requiresGrad_();
  const w = ramp(3, 7, kernel).requiresGrad_();
  const y = convolutions[transposed ? "convTranspose" : "conv"][dims - 1](x, w, null, options);
  const v = ramp(5, 9, y.shape).requiresGrad_();
  const [gx, gw] = torch.autograd.grad([y], [x, w], { gradOutputs: [v], createGraph: true });
  const second = torch.autograd.grad([weighted(gx).add(weighted(gw))], [x, w, v]);
  expect(y.shape).toEqual(shape);
  expect([y, gx, gw, ...second].map((each) => weighted(each).itemSync())).toEqual(sums);
});

test("windows that do not overlap are one product, in which nothing is multiplied by zero", () => {
  const y = F.convTranspose2d(torch.ones([2, 3, 5, 5]), torch.ones([3, 4, 2, 2]), null, { stride: 2 });
  expect(torch.explain(y)).toMatch(/contract \(contraction\) over \[2, 16, 25, 3\]/);
});

test("infinite weights and gradients reach only the elements that they are multiplied with", () => {
  const w = torch.tensor([[[1, Number.POSITIVE_INFINITY, 2]]]);
  const y = F.convTranspose1d(torch.tensor([[[0.5, 1, -1]]]), w, null, { stride: 2 });
  expect(y.tolistSync()).toEqual([
    [[0.5, Number.POSITIVE_INFINITY, 2, Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, -2]],
  ]);
});
