import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as nn from "./index.ts";

beforeAll(async () => {
  if (!torch.deviceNames().includes("cpu")) await torch.registerBackend(cpu());
  torch.setDefaultDevice("cpu");
});

const image = () => torch.arange(32, { dtype: "float32" }).reshape([1, 2, 4, 4]);

// Layers with state or with settings of their own; a copy has them without its constructor having run.
test.each<[string, () => nn.Module<[torch.Tensor], torch.Tensor>]>([
  ["BatchNorm2d", () => new nn.BatchNorm2d(2)],
  ["BatchNorm2d by mean", () => new nn.BatchNorm2d(2, { momentum: null })],
  ["InstanceNorm2d", () => new nn.InstanceNorm2d(2, { affine: true, trackRunningStats: true })],
  ["GroupNorm", () => new nn.GroupNorm(1, 2)],
  ["LayerNorm", () => new nn.LayerNorm([4])],
  ["ReflectionPad2d", () => new nn.ReflectionPad2d(1)],
  ["ConstantPad2d", () => new nn.ConstantPad2d(1, 3)],
  ["Conv2d", () => new nn.Conv2d(2, 2, 3, { padding: 1, paddingMode: "reflect" })],
  ["MaxPool2d", () => new nn.MaxPool2d(2)],
  ["AdaptiveAvgPool2d", () => new nn.AdaptiveAvgPool2d(2)],
  [
    "FractionalMaxPool2d",
    () => new nn.FractionalMaxPool2d(2, { outputSize: 1, randomSamples: torch.zeros([1, 2, 2]) }),
  ],
  ["Upsample", () => new nn.Upsample({ scaleFactor: 2 })],
  ["Unfold", () => new nn.Unfold(2)],
  ["Sequential", () => new nn.Sequential(new nn.Flatten(), new nn.LazyLinear(3), new nn.PReLU())],
])("a copy of %s computes the same", (_name, make) => {
  const layer = make();
  if (layer instanceof nn.Sequential) layer(image());
  const copy = nn.deepCopy(layer);
  expect(copy(image()).tolistSync()).toEqual(layer(image()).tolistSync());
  expect(String(copy)).toBe(String(layer));
});

test("a state dict is copied with its tensors", () => {
  const linear = new nn.Linear(1, 1, { bias: false });
  const best = nn.deepCopy(linear.stateDict());
  const before = best.weight.itemSync();
  nn.init.constant_(linear.weight, 7);
  expect([best.weight.itemSync(), linear.weight.itemSync()]).toEqual([before, 7]);
});
