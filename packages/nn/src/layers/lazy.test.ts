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

// Of PyTorch 1.13, in the same order: what is drawn, when, and what comes out.
test("sizes and weights come with the first input", () => {
  torch.manualSeed(3);
  const linear = new nn.LazyLinear(3);
  expect(String(linear)).toBe("LazyLinear(in_features=0, out_features=3, bias=True)");
  const { weight } = linear;
  expect(flat(linear(torch.randn([4, 5])))).toEqual(
    close([
      -0.089658, 0.054436, 0.702096, -0.130542, -0.077056, 0.559952, -0.280395, -0.558117, 0.861679, -0.318736,
      -0.206549, 0.830233,
    ]),
  );
  expect(String(linear)).toBe("Linear(in_features=5, out_features=3, bias=True)");
  expect(linear.weight).toBe(weight);
  expect(linear instanceof nn.LazyLinear).toBe(false);

  const conv = new nn.LazyConv2d(4, 3, { padding: 1, groups: 2 });
  const first = flat(conv(torch.randn([2, 6, 5, 5]))) as number[];
  expect(first.slice(0, 4)).toEqual(close([0.196893, 0.891864, -0.012876, -0.263284]));
  expect(String(conv)).toBe("Conv2d(6, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), groups=2)");
  const transposed = new nn.LazyConvTranspose1d(4, 3);
  const second = flat(transposed(torch.randn([2, 6, 5]))) as number[];
  expect(second.slice(0, 4)).toEqual(close([0.111632, -0.188023, 0.251066, 0.682484]));

  const norm = new nn.LazyBatchNorm1d();
  expect(flat(norm(torch.randn([4, 3])))).toEqual(
    close([
      -0.528529, -1.319977, 0.397449, -1.121666, 0.118553, -1.302576, 1.567029, 1.473013, 1.384139, 0.083166, -0.271589,
      -0.479012,
    ]),
  );
  expect(String(norm)).toBe("BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)");
  const instance = new nn.LazyInstanceNorm2d({ affine: true });
  const third = flat(instance(torch.randn([2, 3, 4, 4]))) as number[];
  expect(third.slice(0, 4)).toEqual(close([-0.473364, 0.393111, -1.139417, -1.650766]));
});

test("sizes come with a state that is loaded", () => {
  const model = () => new nn.Sequential(new nn.LazyLinear(3), new nn.LazyBatchNorm1d());
  const [trained, fresh] = [model(), model()];
  const x = torch.randn([4, 5]);
  trained(x);
  fresh.loadStateDict(trained.stateDict());
  expect(String(fresh)).toBe(String(trained));
  trained.eval();
  fresh.eval();
  expect(flat(fresh(x))).toEqual(flat(trained(x)));
});

test("an optimizer may have the parameters before they have elements", () => {
  const layer = new nn.LazyLinear(2);
  const parameters = layer.parameters();
  layer(torch.ones([1, 3]))
    .sum()
    .backward();
  expect(parameters.map((p) => p.grad?.shape)).toEqual([[2, 3], [2]]);
});

test("a copy learns sizes by itself", () => {
  const layer = new nn.LazyLinear(2);
  const copy = nn.deepCopy(layer);
  expect(copy(torch.ones([1, 3])).shape).toEqual([1, 2]);
  expect([String(copy), String(layer)]).toEqual([
    "Linear(in_features=3, out_features=2, bias=True)",
    "LazyLinear(in_features=0, out_features=2, bias=True)",
  ]);
});

test("an input of another rank is refused", () => {
  expect(() => new nn.LazyConv1d(3, 2)(torch.ones([2, 2, 2, 2]))).toThrow(
    "Expected 2D (unbatched) or 3D (batched) input to LazyConv1d, but got input of size: [2, 2, 2, 2]",
  );
});
