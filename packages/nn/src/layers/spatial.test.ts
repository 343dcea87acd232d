import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(async () => {
  if (!torch.deviceNames().includes("cpu")) await torch.registerBackend(cpu());
  torch.setDefaultDevice("cpu");
});

test.each<[string, () => nn.AnyModule]>([
  ["Conv1d(2, 3, kernel_size=(3,), stride=(1,))", () => new nn.Conv1d(2, 3, 3)],
  [
    "Conv2d(4, 8, kernel_size=(3, 5), stride=(2, 1), padding=(1, 0), dilation=(2, 2), groups=2, bias=False, padding_mode=reflect)",
    () => new nn.Conv2d(4, 8, [3, 5], [2, 1], [1, 0], 2, 2, false, "reflect"),
  ],
  [
    "Conv3d(1, 2, kernel_size=(2, 2, 2), stride=(1, 1, 1), padding=same)",
    () => new nn.Conv3d(1, 2, 2, { padding: "same" }),
  ],
  [
    "ConvTranspose2d(4, 6, kernel_size=(3, 3), stride=(2, 2), output_padding=(1, 1), groups=2)",
    () => new nn.ConvTranspose2d(4, 6, 3, { stride: 2, outputPadding: 1, groups: 2 }),
  ],
  [
    "BatchNorm2d(3, eps=0.001, momentum=None, affine=True, track_running_stats=False)",
    () => new nn.BatchNorm2d(3, { eps: 1e-3, momentum: null, trackRunningStats: false }),
  ],
  ["LayerNorm((2, 3), eps=1e-05, elementwise_affine=True)", () => new nn.LayerNorm([2, 3])],
  ["MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)", () => new nn.MaxPool2d(2)],
  ["AvgPool1d(kernel_size=(3,), stride=(3,), padding=(0,))", () => new nn.AvgPool1d(3)],
  ["LPPool2d(norm_type=2, kernel_size=3, stride=None, ceil_mode=False)", () => new nn.LPPool2d(2, 3)],
  ["MaxUnpool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0))", () => new nn.MaxUnpool2d(2)],
  ["ReplicationPad3d((1, 1, 1, 1, 1, 1))", () => new nn.ReplicationPad3d(1)],
  ["ConstantPad2d(padding=(1, 2, 3, 4), value=0.5)", () => new nn.ConstantPad2d([1, 2, 3, 4], 0.5)],
  ["Fold(output_size=[4, 5], kernel_size=2, dilation=1, padding=0, stride=1)", () => new nn.Fold([4, 5], 2)],
  ["Upsample(scale_factor=(2.0, 1.5), mode=nearest)", () => new nn.Upsample({ scaleFactor: [2, 1.5] })],
  ["UpsamplingBilinear2d(size=4, mode=bilinear)", () => new nn.UpsamplingBilinear2d(4)],
])("%s", (text, make) => {
  expect(String(make())).toBe(text);
});

describe("convolution layers", () => {
  test("paddingMode surrounds the input with copies of it", () => {
    const conv = new nn.Conv1d(1, 1, 3, { padding: 1, paddingMode: "circular", bias: false });
    torch.noGrad(() => conv.weight.fill_(1));
    expect(conv(torch.tensor([[[1, 2, 4]]])).tolistSync()).toEqual([[[7, 7, 7]]]);
    const same = new nn.Conv1d(1, 1, 2, { padding: "same", paddingMode: "replicate", bias: false });
    torch.noGrad(() => same.weight.fill_(1));
    expect(same(torch.tensor([[[1, 2, 4]]])).tolistSync()).toEqual([[[3, 6, 8]]]);
  });

  test("a transposed one takes the wanted output size", () => {
    const up = new nn.ConvTranspose2d(2, 2, 3, { stride: 2, padding: 1 });
    const x = torch.zeros([1, 2, 3, 3]);
    expect([up(x).shape, up(x, [6, 5]).shape]).toEqual([
      [1, 2, 5, 5],
      [1, 2, 6, 5],
    ]);
    expect(() => up(x, [7, 5])).toThrow(
      "requested an output size of [7, 5], but valid sizes range from [5, 5] to [6, 6]",
    );
  });

  test("refuse what does not fit", () => {
    expect(() => new nn.Conv2d(3, 4, 3, { groups: 2 })).toThrow("in_channels must be divisible by groups");
    expect(() => new nn.Conv2d(4, 3, 3, { groups: 2 })).toThrow("out_channels must be divisible by groups");
    expect(() => new nn.Conv2d(1, 1, 3, { padding: "same", stride: 2 })).toThrow(
      "padding='same' is not supported for strided convolutions",
    );
    expect(() => new nn.ConvTranspose1d(1, 1, 3, { paddingMode: "reflect" })).toThrow(
      'Only "zeros" padding mode is supported for ConvTranspose1d',
    );
  });
});

describe("BatchNorm", () => {
  test("names its state as PyTorch does", () => {
    expect(Object.keys(new nn.BatchNorm1d(2).stateDict())).toEqual([
      "weight",
      "bias",
      "running_mean",
      "running_var",
      "num_batches_tracked",
    ]);
  });

  test("without momentum keeps the mean over all batches", () => {
    const norm = new nn.BatchNorm1d(1, { momentum: null });
    for (const centre of [1, 2, 6]) norm(torch.tensor([[centre - 1], [centre + 1]]));
    expect([norm.runningMean?.itemSync(), norm.numBatchesTracked?.itemSync()]).toEqual([3, 3]);
    expect(norm.runningVar?.itemSync()).toBeCloseTo(2, 6);
  });

  test("in evaluation mode uses what it learned, and learns nothing", () => {
    const norm = new nn.BatchNorm1d(1, { momentum: 1, affine: false, eps: 0 });
    norm(torch.tensor([[1], [3]]));
    norm.eval();
    const y = norm(torch.tensor([[2], [2 + Math.SQRT2]]))
      .reshape(-1)
      .tolistSync() as number[];
    expect(y[0]).toBe(0);
    expect(y[1]).toBeCloseTo(1, 6);
    expect(norm.numBatchesTracked?.itemSync()).toBe(1);
  });

  test("trains: gradients and running statistics of a loop whose loss is never read", () => {
    torch.manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.ReLU(), new nn.Linear(4, 1));
    const norm = model.children()[1] as nn.BatchNorm1d;
    const x = torch.randn([16, 3]);
    for (let i = 0; i < 20; i++) {
      model.zeroGrad();
      model(x).square().mean().backward();
    }
    expect(norm.numBatchesTracked?.itemSync()).toBe(20);
    const batchMean = (model.children()[0] as nn.Linear)(x).mean(0).tolistSync() as number[];
    const running = norm.runningMean?.tolistSync() as number[];
    for (const [i, mean] of batchMean.entries()) expect(running[i]).toBeCloseTo(mean * (1 - 0.9 ** 20), 5);
  });

  test("refuses inputs of other ranks", () => {
    expect(() => new nn.BatchNorm2d(3)(torch.zeros([2, 3, 4]))).toThrow("expected 4D input (got 3D input)");
    expect(() => new nn.BatchNorm1d(3)(torch.zeros([3]))).toThrow("expected 2D or 3D input (got 1D input)");
  });
});

test("InstanceNorm takes unbatched inputs", () => {
  const x = torch.randn([3, 5]);
  const norm = new nn.InstanceNorm1d(3);
  expect(norm(x).tolistSync()).toEqual(norm(x.unsqueeze(0)).squeeze(0).tolistSync());
});

test("pooling layers with indices undo each other", () => {
  const pool = new nn.MaxPool2d(2, { returnIndices: true });
  const x = torch.arange(16).float().reshape(1, 1, 4, 4);
  const [y, at] = pool(x) as unknown as [torch.Tensor, torch.Tensor];
  const back = new nn.MaxUnpool2d(2)(y, at);
  expect(back.sum().itemSync()).toBe(y.sum().itemSync());
  expect(back.shape).toEqual(x.shape);
});

test("a small convolutional network learns", () => {
  torch.manualSeed(0);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(4 * 4 * 4, 2),
  );
  // Which half of the image is bright?
  const x = torch.randn([16, 1, 8, 8]).mul(0.1);
  const y = torch.arange(16).remainder(2);
  torch.noGrad(() => {
    for (let i = 0; i < 16; i++)
      x.select(0, i)
        .narrow(2, i % 2 === 0 ? 0 : 4, 4)
        .add_(1);
  });
  const lossFunc = new nn.CrossEntropyLoss();
  const losses: number[] = [];
  for (let i = 0; i < 15; i++) {
    const loss = lossFunc(model(x), y);
    model.zeroGrad();
    loss.backward();
    torch.noGrad(() => {
      for (const parameter of model.parameters()) if (parameter.grad) parameter.sub_(parameter.grad.mul(0.1));
    });
    losses.push(loss.itemSync());
  }
  expect(losses[0]).toBeGreaterThan(0.4);
  expect(losses[14]).toBeLessThan(0.05);
});
