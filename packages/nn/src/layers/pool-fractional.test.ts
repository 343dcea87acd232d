import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(async () => {
  if (!torch.deviceNames().includes("cpu")) await torch.registerBackend(cpu());
  torch.setDefaultDevice("cpu");
});

const close = (values: readonly number[]) => values.map((v) => expect.closeTo(v, 5));
const flat = (x: torch.Tensor) => x.detach().reshape([-1]).tolistSync();

const F = nn.functional;

// Of PyTorch 1.13: where windows lie is drawn, from the same stream.
test("maxima and their places", () => {
  torch.manualSeed(2);
  const x = torch.randn([2, 3, 9, 8], { requiresGrad: true });
  const [y, indices] = F.fractionalMaxPool2d(x, 3, { outputSize: [4, 3], returnIndices: true });
  expect(flat(y)).toEqual(
    close([
      0.916604, 1.007605, 1.167592, 1.829885, 2.763067, 1.752777, 1.829885, 1.849332, 1.585252, 1.141387, 1.849332,
      1.615911, 2.113387, 1.121283, 2.143237, 2.110804, 1.121283, 1.199289, 0.593679, 1.873682, 1.873682, 0.590751,
      1.873682, 1.873682, 1.51987, 2.521065, 1.331438, 1.51987, 1.022348, 1.263188, 1.812699, 0.698294, 1.263188,
      1.632701, 0.92378, 1.754709, 0.823753, 1.29116, 1.356926, 1.422006, 1.29116, 1.478848, 1.813102, 1.813102,
      1.153744, 1.589486, 1.589486, 0.946805, 1.564576, 0.710508, 1.869837, 2.417913, 1.684526, 1.684526, 1.533286,
      0.152744, 0.926543, 1.533286, 2.445149, 1.32888, 2.360255, 1.390765, 1.107949, 1.199419, 1.107949, 1.107949,
      1.2616, 2.819078, 1.066433, 1.897184, 1.595511, 2.046308,
    ]),
  );
  expect(flat(indices)).toEqual([
    1, 12, 5, 33, 27, 31, 33, 51, 53, 64, 51, 69, 0, 19, 7, 16, 19, 39, 42, 53, 53, 58, 53, 53, 17, 12, 6, 17, 29, 39,
    42, 51, 39, 56, 67, 63, 18, 20, 23, 33, 20, 29, 42, 42, 38, 50, 50, 71, 18, 20, 6, 26, 29, 29, 50, 53, 38, 50, 60,
    62, 2, 3, 21, 26, 21, 21, 50, 43, 53, 65, 68, 62,
  ]);
  expect(new nn.FractionalMaxPool2d([2, 3], { outputRatio: [0.5, 0.6] })(x).shape).toEqual([2, 3, 4, 4]);
  const volume = torch.randn([2, 2, 6, 7, 8]);
  const [z, at] = F.fractionalMaxPool3d(volume, 2, { outputSize: [3, 4, 5], returnIndices: true });
  expect((flat(z) as number[]).slice(0, 6)).toEqual(
    close([1.678137, 1.678137, 2.230866, 1.020243, 0.328403, 1.488692]),
  );
  expect((flat(at) as number[]).slice(0, 6)).toEqual([57, 57, 11, 12, 6, 65]);
});

test("the gradient", async () => {
  const x = torch.randn([1, 2, 5, 6], { dtype: "float64", requiresGrad: true });
  const randomSamples = torch.rand([1, 2, 2]);
  const pool = (input: torch.Tensor) => F.fractionalMaxPool2d(input, 2, { outputSize: 3, randomSamples });
  expect(await torch.autograd.gradcheck(pool, x)).toBe(true);
  expect(pool(x.select(0, 0).unsqueeze(0)).shape).toEqual([1, 2, 3, 3]);
});

test("what does not fit is refused", () => {
  expect(() => new nn.FractionalMaxPool2d(2, {})).toThrow("requires specifying either an output size");
  expect(() => new nn.FractionalMaxPool2d(2, { outputSize: 2, outputRatio: 0.5 })).toThrow("only one of output_size");
  expect(() => new nn.FractionalMaxPool3d(2, { outputRatio: 1.5 })).toThrow("output_ratio must be between 0 and 1");
  expect(() => F.fractionalMaxPool2d(torch.ones([1, 4, 4]), 3, { outputSize: 3 })).toThrow(
    "too large relative to input",
  );
});

test("activations in place", () => {
  const x = () => torch.tensor([-1.5, 0.5]);
  const forms: [(t: torch.Tensor) => torch.Tensor, (t: torch.Tensor) => torch.Tensor][] = [
    [F.relu_, F.relu],
    [F.elu_, F.elu],
    [F.selu_, F.selu],
    [F.celu_, F.celu],
    [F.hardtanh_, F.hardtanh],
    [F.leakyRelu_, F.leakyRelu],
    [F.rrelu_, F.rrelu],
    [(t) => F.threshold_(t, 0.1, 7), (t) => F.threshold(t, 0.1, 7)],
  ];
  for (const [write, compute] of forms) {
    const t = x();
    expect(write(t)).toBe(t);
    expect(t.tolistSync()).toEqual(compute(x()).tolistSync());
  }
});
