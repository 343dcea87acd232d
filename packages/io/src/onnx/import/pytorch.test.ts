/** Graphs that PyTorch exports, with PyTorch's numbers, where it is installed. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noGrad, setDefaultDevice, type Tensor } from "cresset";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as numpy from "../../numpy/index.ts";
import * as onnx from "../index.ts";

const python = "/usr/bin/python3";
const hasPyTorch = spawnSync(python, ["-c", "import torch, numpy"]).status === 0;

/** Writes NAME-VERSION.onnx and NAME.npz for each network: inputs and results of the size it was exported with, and of another. */
const program = `
import sys, warnings
import numpy as np, torch
from torch import nn
from torch.nn import functional as F
warnings.simplefilter("ignore")
folder, versions = sys.argv[1], [int(version) for version in sys.argv[2:]]
torch.manual_seed(0)

class Program(nn.Module):
    def __init__(self, run, **parts):
        super().__init__()
        self.run = run
        for name, part in parts.items():
            setattr(self, name, part)
    def forward(self, *inputs):
        return self.run(self, *inputs)

def attention(self, x, mask):
    q, k, v = [part.view(*part.shape[:2], 4, -1).transpose(1, 2) for part in self.qkv(self.norm(x)).chunk(3, 2)]
    scores = q @ k.transpose(-1, -2) / k.size(-1) ** 0.5 + (1.0 - mask[:, None, None, :].float()) * -1e9
    return x + self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(x.shape))

def unet(self, x):
    a = F.relu(self.norm(self.down(x)))
    b = F.relu(self.deep(F.max_pool2d(a, 2)))
    up = F.interpolate(b, size=a.shape[2:], mode="bilinear", align_corners=False)
    return self.out(torch.cat([up, a], 1)), F.adaptive_avg_pool2d(b, 1).flatten(1)

networks = {
    "padding": (Program(lambda self, x: (F.pad(x, (1, 2, 0, 1), value=0.5), F.pad(x, (2, 1, 1, 0), mode="reflect"))), lambda n: [torch.randn(n, 2, 4, 5)], [{0: "n"}]),
    "norms": (nn.Sequential(nn.Conv2d(2, 4, 3, padding=1, padding_mode="replicate"), nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True), nn.Hardswish(), nn.BatchNorm2d(4)), lambda n: [torch.randn(n, 2, 6, 6)], [{0: "n"}]),
    "attention": (Program(attention, norm=nn.LayerNorm(8), qkv=nn.Linear(8, 24), out=nn.Linear(8, 8)), lambda n: [torch.randn(n, 2 + n, 8), (torch.rand(n, 2 + n) > 0.3).long()], [{0: "n", 1: "t"}, {0: "n", 1: "t"}]),
    "unet": (Program(unet, down=nn.Conv2d(1, 4, 3, padding=1), norm=nn.BatchNorm2d(4), deep=nn.Conv2d(4, 8, 3, padding=1), out=nn.Conv2d(12, 2, 1)), lambda n: [torch.randn(n, 1, 8, 4 + 2 * n)], [{0: "n", 3: "w"}]),
    "lstm": (Program(lambda self, x: self.lstm(self.embedding(x))[0], embedding=nn.Embedding(9, 3), lstm=nn.LSTM(3, 4, num_layers=2, bidirectional=True)), lambda n: [torch.randint(0, 9, (3 + n, n))], [{0: "t", 1: "n"}]),
    "gru": (nn.GRU(3, 4, batch_first=True), lambda n: [torch.randn(n, 3 + n, 3)], [{0: "n", 1: "t"}]),
    "bag": (nn.EmbeddingBag(9, 3, mode="mean"), lambda n: [torch.randint(0, 9, (n, 4))], [{0: "n"}]),
    "moving": (Program(lambda self, x: (x.unfold(1, 2, 2), x.roll(1, 1), x[:, ::2].cumsum(1), torch.stack([x.std(1), x.amax(1)], 1), F.one_hot(x.argmax(1), 6), x.norm(dim=1))), lambda n: [torch.randn(n, 6)], [{0: "n"}]),
}

def flat(value):
    return [value] if isinstance(value, torch.Tensor) else [tensor for item in value for tensor in flat(item)]

for name, (network, inputs_of, axes) in networks.items():
    network.eval()
    arrays = {}
    for size in (2, 5):
        inputs = inputs_of(size)
        if size == 2:
            names = [f"x{i}" for i in range(len(inputs))]
            for version in versions:
                torch.onnx.export(network, tuple(inputs), f"{folder}/{name}-{version}.onnx", opset_version=version, input_names=names, dynamic_axes=dict(zip(names, axes)))
        with torch.no_grad():
            results = flat(network(*inputs))
        for kind, tensors in (("x", inputs), ("y", results)):
            for i, tensor in enumerate(tensors):
                arrays[f"{size}.{kind}{i}"] = tensor.numpy()
    np.savez(f"{folder}/{name}.npz", **arrays)
`;

const versions = [11, 14, 17];
const names = ["padding", "norms", "attention", "unet", "lstm", "gru", "bag", "moving"];

describe.skipIf(!hasPyTorch)(
  "graphs that PyTorch exports give its numbers, with sizes that they were not exported with",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "onnx-pytorch-"));
    afterAll(() => rmSync(folder, { recursive: true }));
    beforeAll(() => {
      setDefaultDevice("cpu");
      const run = spawnSync(python, ["-", folder, ...versions.map(String)], { input: program, encoding: "utf8" });
      if (run.status !== 0) throw new Error(run.stderr);
    }, 120_000);

    test.each(names.flatMap((name) => versions.map((version) => [name, version] as const)))(
      "%s, operators of version %i",
      async (name, version) => {
        const arrays = (await numpy.load(join(folder, `${name}.npz`))) as Record<string, Tensor>;
        const model = await onnx.load(join(folder, `${name}-${version}.onnx`));
        for (const size of [2, 5]) {
          const inputs = model.inputs.map((input) => arrays[`${size}.${input.name}`]);
          const results = [noGrad(() => model(...inputs))].flat();
          for (const [i, got] of results.entries()) {
            const want = arrays[`${size}.y${i}`];
            expect([got.dtype, got.shape]).toEqual([want.dtype, want.shape]);
            const numbers = await got.data();
            for (const [j, x] of (await want.data()).entries())
              if (numbers[j] !== x) expect(Number(numbers[j])).toBeCloseTo(Number(x), 5);
          }
        }
      },
    );
  },
);
