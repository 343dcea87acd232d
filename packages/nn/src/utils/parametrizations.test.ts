import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));

const { orthogonal, spectralNorm, weightNorm } = nn.utils.parametrizations;
const near = (rows: readonly (readonly number[])[], digits = 4) =>
  rows.map((row) => row.map((value) => expect.closeTo(value, digits)));
const tree = (name: string, sizes: string) => `ParametrizedLinear(
  ${sizes}, bias=True
  (parametrizations): ModuleDict(
    (weight): ParametrizationList(
      (0): ${name}()
    )
  )
)`;

// Each line: the weight at first, after a step of gradient descent, and what the generator draws next, of PyTorch 1.13.
type Case = [[number, number], nn.utils.parametrizations.OrthogonalMap | null, boolean, number[][], number[][], number];
const cases: Case[] = [
  [
    [3, 3],
    null,
    true,
    [
      [0.70902, 0.69178, -0.13687],
      [0.64587, -0.55912, 0.51984],
      [-0.28309, 0.45698, 0.84323],
    ],
    [
      [0.63893, 0.56049, 0.52689],
      [0.43508, -0.82815, 0.35336],
      [-0.63441, -0.00347, 0.77299],
    ],
    0.6826140880584717,
  ],
  [
    [3, 3],
    "cayley",
    true,
    [
      [0.70902, 0.69178, -0.13687],
      [0.64587, -0.55912, 0.51984],
      [-0.28309, 0.45698, 0.84323],
    ],
    [
      [0.64677, 0.57217, 0.50429],
      [0.44169, -0.82003, 0.36394],
      [-0.62177, 0.01265, 0.7831],
    ],
    0.6826140880584717,
  ],
  [
    [4, 2],
    null,
    true,
    [
      [0.608, -0.52082, -0.22875, 0.55385],
      [-0.54233, 0.27877, -0.29918, 0.73393],
    ],
    [
      [0.01443, -0.41963, -0.90722, -0.0255],
      [-0.18573, -0.20103, 0.11687, -0.95469],
    ],
    0.7980638742446899,
  ],
  [
    [2, 4],
    "matrix_exp",
    true,
    [
      [0.46428, -0.05737],
      [-0.17468, 0.63864],
      [-0.84828, -0.31574],
      [-0.18537, 0.69939],
    ],
    [
      [0.25931, -0.12432],
      [-0.56828, 0.33771],
      [-0.1707, -0.92903],
      [-0.76203, -0.08605],
    ],
    0.011224567890167236,
  ],
  [
    [2, 4],
    "cayley",
    true,
    [
      [0.46428, -0.05737],
      [-0.17468, 0.63864],
      [-0.84828, -0.31574],
      [-0.18537, 0.69939],
    ],
    [
      [0.27657, -0.10817],
      [-0.54403, 0.38262],
      [-0.26495, -0.91753],
      [-0.74656, 0.00674],
    ],
    0.011224567890167236,
  ],
  [
    [2, 4],
    "householder",
    false,
    [
      [0.46428, -0.05737],
      [-0.17468, 0.63864],
      [-0.84828, -0.31574],
      [-0.18537, 0.69939],
    ],
    [
      [-0.36147, -0.39215],
      [-0.38557, 0.37917],
      [-0.36992, -0.75663],
      [-0.76409, 0.36049],
    ],
    0.6826140880584717,
  ],
  [
    [3, 3],
    "matrix_exp",
    false,
    [
      [0.95686, -0.24601, 0.15459],
      [0.28039, 0.9213, -0.26942],
      [-0.07614, 0.30114, 0.95053],
    ],
    [
      [0.9274, 0.05814, 0.36951],
      [0.06335, 0.94916, -0.30835],
      [-0.36866, 0.30937, 0.87657],
    ],
    0.6826140880584717,
  ],
];

describe("orthogonal", () => {
  test.each(cases)("%j by %s, trivialized: %s", (sizes, orthogonalMap, useTrivialization, first, second, drawn) => {
    torch.manualSeed(1);
    const layer = orthogonal(new nn.Linear(...sizes), { orthogonalMap, useTrivialization });
    expect(layer.weight.tolistSync()).toEqual(near(first));
    const g = torch.arange(torch.float(sizes[0] * sizes[1])).reshape([sizes[1], sizes[0]]);
    layer.weight.mul(g).sum().backward();
    torch.noGrad(() => {
      for (const p of layer.parameters()) if (p.grad) p.sub_(p.grad, { alpha: 0.1 });
    });
    expect(layer.weight.tolistSync()).toEqual(near(second));
    const [rows, columns] = layer.weight.shape;
    const w = rows < columns ? layer.weight.T : layer.weight;
    expect(
      w.T.matmul(w)
        .sub(torch.eye(Math.min(rows, columns)))
        .abs()
        .amax()
        .itemSync(),
    ).toBeLessThan(1e-5);
    expect(torch.rand(1).itemSync()).toBe(drawn);
  });

  test("prints, saves, is assigned to and refuses as PyTorch's", () => {
    const layer = orthogonal(new nn.Linear(3, 3));
    expect(String(layer)).toBe(tree("_Orthogonal", "in_features=3, out_features=3"));
    expect(Object.keys(layer.stateDict())).toEqual([
      "bias",
      "parametrizations.weight.original",
      "parametrizations.weight.0.base",
    ]);
    Object.assign(layer, { weight: torch.eye(3) });
    expect(layer.weight.tolistSync()).toEqual(
      near([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    );
    const other = orthogonal(new nn.Linear(3, 3), "weight", "cayley", { useTrivialization: false });
    expect(() => Object.assign(other, { weight: torch.eye(3) })).toThrow(
      "It is not possible to assign to the matrix exponential or the Cayley parametrizations when use_trivialization=False.",
    );
    expect(() => orthogonal(new nn.Linear(2, 2), { orthogonalMap: "x" as "cayley" })).toThrow(
      'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: x',
    );
    expect(() => orthogonal(new nn.Linear(2, 2), "bias")).toThrow(
      "Expected a matrix or batch of matrices. Got a tensor of 1 dimensions.",
    );
  });
});

// Of PyTorch 1.13.
test("spectral norm", () => {
  torch.manualSeed(2);
  const layer = spectralNorm(new nn.Linear(3, 2));
  expect(String(layer)).toBe(tree("_SpectralNorm", "in_features=3, out_features=2"));
  expect(Object.keys(layer.stateDict())).toEqual([
    "bias",
    "parametrizations.weight.original",
    "parametrizations.weight.0._u",
    "parametrizations.weight.0._v",
  ]);
  const x = torch.tensor([[1, 2, 3]]);
  const [y, again] = [layer(x), layer(x)];
  expect(y.tolistSync()).toEqual(near([[1.0442560911178589, 2.4585816860198975]]));
  expect(again.tolistSync()).toEqual(near([[1.0442560911178589, 2.4585816860198975]]));
  y.add(again).sum().backward();
  const [, original] = layer.parameters();
  expect(original.grad?.tolistSync()).toEqual(
    near(
      [
        [2.6294565200805664, 25.906005859375, 21.869171142578125],
        [13.802928924560547, -8.732911109924316, 16.802650451660156],
      ],
      3,
    ),
  );
  layer.eval();
  const weight = near([
    [0.44220036268234253, -0.4587481915950775, 0.5286365747451782],
    [-0.09846386313438416, 0.8234989047050476, 0.45893800258636475],
  ]);
  expect(layer.weight.tolistSync()).toEqual(weight);
  expect(nn.deepCopy(layer).weight.tolistSync()).toEqual(weight);

  const transposed = spectralNorm(new nn.ConvTranspose1d(2, 3, 2), { nPowerIterations: 2 });
  expect((transposed.weight.tolistSync() as number[][][]).flat()).toEqual(
    near([
      [-0.6191089153289795, -0.04292985796928406],
      [-0.050092246383428574, 0.4483409523963928],
      [-0.06009162962436676, 0.16643816232681274],
      [-0.030342204496264458, -0.3539316654205322],
      [-0.3582572638988495, -0.3070862293243408],
      [-0.5741850733757019, -0.4102092981338501],
    ]),
  );
  const ofVector = spectralNorm(new nn.Linear(3, 2), "bias");
  expect([ofVector.bias?.tolistSync()]).toEqual(near([[0.9217689633369446, -0.38773953914642334]]));
  expect(() => spectralNorm(new nn.Linear(2, 2), { dim: 2 })).toThrow(
    "Dimension out of range (expected to be in range of [-2, 1] but got 2)",
  );
});

// Later than 1.13, where the same normalisation is `weight_norm`: the numbers are those of its test.
test("weight norm", () => {
  torch.manualSeed(0);
  const layer = weightNorm(new nn.Linear(3, 2));
  expect(String(layer)).toBe(tree("_WeightNorm", "in_features=3, out_features=2"));
  expect(Object.keys(layer.stateDict())).toEqual([
    "bias",
    "parametrizations.weight.original0",
    "parametrizations.weight.original1",
  ]);
  const y = layer(torch.tensor([[1, 2, 3]]));
  expect(y.tolistSync()).toEqual(near([[-0.8218861222267151, 0.0526045560836792]]));
  y.sum().backward();
  const [, length, direction] = layer.parameters();
  expect(length.shape).toEqual([2, 1]);
  expect([length.grad?.flatten().tolistSync()]).toEqual(near([[-1.4287936687469482, -0.8040094971656799]]));
  expect(direction.grad?.tolistSync()).toEqual(
    near([
      [0.9891120195388794, 2.7801499366760254, 1.8030461072921753],
      [0.32209959626197815, 1.6452202796936035, 3.247009515762329],
    ]),
  );
});
