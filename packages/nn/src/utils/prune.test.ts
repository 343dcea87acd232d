import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend, type Tensor } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));

const { prune } = nn.utils;
const names = (module: nn.AnyModule): string[] => module.namedParameters().map(([name]) => name);
const maskOf = (module: nn.AnyModule) => module.stateDict().weight_mask as Tensor;

// Masks, names and what the generator draws next are PyTorch 1.13's for the same program.
describe("pruning", () => {
  test("of the least elements, then of those that are left", () => {
    torch.manualSeed(0);
    const layer = new nn.Linear(4, 3);
    const { weight } = layer;
    expect(prune.l1Unstructured(layer, "weight", 0.3)).toBe(layer);
    expect(maskOf(layer).tolistSync()).toEqual([
      [0, 1, 1, 1],
      [1, 1, 0, 1],
      [0, 1, 1, 0],
    ]);
    expect(names(layer)).toEqual(["bias", "weight_orig"]);
    expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight_orig", "weight_mask"]);
    expect([prune.isPruned(new nn.Sequential(layer)), prune.isPruned(new nn.ReLU())]).toEqual([true, false]);
    prune.l1Unstructured(layer, "weight", 2);
    expect(maskOf(layer).tolistSync()).toEqual([
      [0, 1, 1, 1],
      [1, 0, 0, 1],
      [0, 0, 1, 0],
    ]);
    prune.randomUnstructured(layer, "weight", 0.5);
    const last = [
      [0, 1, 0, 0],
      [1, 0, 0, 1],
      [0, 0, 0, 0],
    ];
    expect(maskOf(layer).tolistSync()).toEqual(last);
    expect(torch.rand(1).itemSync()).toBe(0.9151939749717712);
    const copy = nn.deepCopy(layer);
    torch.noGrad(() => copy.parameters()[1].zero_());
    expect(layer.weight.ne(0).to("float32").tolistSync()).toEqual(last);
    prune.remove(layer, "weight");
    expect([names(layer), layer.weight === weight, prune.isPruned(layer)]).toEqual([["bias", "weight"], true, false]);
    expect(layer.weight.ne(0).to("float32").tolistSync()).toEqual(last);
  });

  test("of channels, at random and by their norm", () => {
    torch.manualSeed(1);
    const conv = prune.randomStructured(new nn.Conv1d(3, 4, 2), "weight", 2, 0);
    expect(maskOf(conv).sum([1, 2]).tolistSync()).toEqual([0, 6, 0, 6]);
    expect(torch.rand(1).itemSync()).toBe(0.8300299048423767);
    prune.lnStructured(conv, "weight", 0.5, 2, 1);
    expect(maskOf(conv).flatten().tolistSync()).toEqual([
      0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0,
    ]);
  });

  test("of several layers together, twice; gradients stop at what is pruned", () => {
    torch.manualSeed(2);
    const [a, b] = [new nn.Linear(3, 2), new nn.Linear(2, 2)];
    const weights = [
      [a, "weight"],
      [b, "weight"],
    ] as const;
    prune.globalUnstructured(weights, prune.L1Unstructured, { amount: 0.5 });
    expect([maskOf(a).tolistSync(), maskOf(b).tolistSync()]).toEqual([
      [
        [0, 0, 1],
        [0, 1, 1],
      ],
      [
        [1, 1],
        [0, 0],
      ],
    ]);
    prune.globalUnstructured(weights, prune.L1Unstructured, { amount: 0.4 });
    expect([maskOf(a).tolistSync(), maskOf(b).tolistSync()]).toEqual([
      [
        [0, 0, 0],
        [0, 1, 0],
      ],
      [
        [1, 1],
        [0, 0],
      ],
    ]);
    a(torch.ones(1, 3)).sum().backward();
    expect(a.parameters()[1].grad?.tolistSync()).toEqual([
      [0, 0, 0],
      [0, 1, 0],
    ]);
  });

  test("by a mask, by scores, by a method of one's own, of nothing", () => {
    const mask = torch.tensor([
      [1, 0],
      [0, 1],
    ]);
    const layer = prune.customFromMask(new nn.Linear(2, 2), "weight", mask);
    expect(maskOf(layer).tolistSync()).toEqual(mask.tolistSync());
    const scores = torch.tensor([
      [4, 3],
      [2, 1],
    ]);
    const scored = prune.l1Unstructured(new nn.Linear(2, 2), "weight", 2, scores);
    expect(maskOf(scored).tolistSync()).toEqual([
      [1, 1],
      [0, 0],
    ]);
    class First extends prune.BasePruningMethod {
      override readonly PRUNING_TYPE = "unstructured";
      override computeMask(_t: Tensor, defaultMask: Tensor): Tensor {
        return defaultMask.indexFill(0, torch.tensor([0n]), 0);
      }
    }
    const again = prune.applyMethod(prune.identity(new nn.Linear(2, 2), "weight"), "weight", new First());
    expect(maskOf(again).tolistSync()).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });

  test("refuses what cannot be", () => {
    const layer = () => new nn.Linear(2, 2);
    expect(() => prune.l1Unstructured(layer(), "weight", 1.5)).toThrow(
      "amount=1.5 should either be a float in the range [0, 1] or a non-negative integer",
    );
    expect(() => prune.l1Unstructured(layer(), "weight", 5)).toThrow(
      "amount=5 should be smaller than the number of parameters to prune=4",
    );
    expect(
      maskOf(prune.l1Unstructured(layer(), "weight", torch.float(1)))
        .sum()
        .itemSync(),
    ).toBe(0);
    expect(() => prune.lnStructured(layer(), "bias", 1, 2, 0)).toThrow(
      "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape torch.Size([2]) with 1 dims",
    );
    expect(() => prune.lnStructured(layer(), "weight", 1, 2, 2)).toThrow(
      "Invalid index 2 for tensor of size torch.Size([2, 2])",
    );
    expect(() => prune.remove(layer(), "weight")).toThrow("has to be pruned before pruning can be removed");
    expect(() => prune.identity(layer(), "nothing")).toThrow("has no parameter 'nothing'");
  });
});

test("arguments come in their places or by name", () => {
  const pruned = (prune: (layer: nn.Linear) => nn.Linear): unknown => {
    torch.manualSeed(0);
    return maskOf(prune(new nn.Linear(4, 3))).tolistSync();
  };
  const named = { name: "weight", amount: 0.5 };
  const { l1Unstructured, lnStructured, randomStructured, randomUnstructured } = prune;
  for (const [byName, inPlace] of [
    [(l: nn.Linear) => l1Unstructured(l, named), (l: nn.Linear) => l1Unstructured(l, "weight", 0.5)],
    [(l: nn.Linear) => l1Unstructured(l, "weight", { amount: 2 }), (l: nn.Linear) => l1Unstructured(l, "weight", 2)],
    [(l: nn.Linear) => randomUnstructured(l, named), (l: nn.Linear) => randomUnstructured(l, "weight", 0.5)],
    [
      (l: nn.Linear) => lnStructured(l, { ...named, n: 2, dim: 1 }),
      (l: nn.Linear) => lnStructured(l, "weight", 0.5, 2, 1),
    ],
    [
      (l: nn.Linear) => randomStructured(l, { ...named, dim: 0 }),
      (l: nn.Linear) => randomStructured(l, "weight", 0.5, 0),
    ],
  ])
    expect(pruned(byName)).toEqual(pruned(inPlace));
  expect(() => l1Unstructured(new nn.Linear(1, 1), "weight", { part: 1 } as never)).toThrow(
    "unexpected argument 'part'",
  );
  const linear = new nn.Linear(4, 3);
  prune.globalUnstructured([[linear, "weight"]], { pruningMethod: prune.L1Unstructured, amount: 5 });
  expect(maskOf(linear).sum().itemSync()).toBe(7);
});
