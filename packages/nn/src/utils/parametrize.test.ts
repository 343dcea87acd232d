import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend, type Tensor } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));

const { parametrize } = nn.utils;
const { registerParametrization, removeParametrizations, isParametrized } = parametrize;
const names = (module: nn.AnyModule): string[] => module.namedParameters().map(([name]) => name);
const near = (rows: readonly (readonly number[])[], digits = 5) =>
  rows.map((row) => row.map((value) => expect.closeTo(value, digits)));

class Symmetric extends nn.Module {
  static override readonly typeName = "Symmetric";
  forward(x: Tensor): Tensor {
    return x.triu().add(x.triu(1).T);
  }
  rightInverse(a: Tensor): Tensor {
    return a.triu();
  }
}

class Exp extends nn.Module {
  static override readonly typeName = "Exp";
  forward(x: Tensor): Tensor {
    return x.matrixExp();
  }
}

class RankOne extends nn.Module<[Tensor, Tensor]> {
  forward(x: Tensor, y: Tensor): Tensor {
    return x.unsqueeze(-1).matmul(y.unsqueeze(-2));
  }
  rightInverse(z: Tensor): Tensor[] {
    return [z.select(1, 0).clone(), z.select(0, 0).clone()];
  }
}

const listOf = (layer: nn.AnyModule, name = "weight") =>
  (
    layer as unknown as { parametrizations: nn.ModuleDict<nn.utils.parametrize.ParametrizationList> }
  ).parametrizations.get(name);
const originalOf = (layer: nn.AnyModule) => listOf(layer).originals()[0];

// Numbers, names and texts are PyTorch 1.13's for the same program.
describe("a parametrized layer", () => {
  const x = () => torch.tensor([[1, 2, 3]]);
  const symmetric = () => {
    torch.manualSeed(0);
    return registerParametrization(new nn.Linear(3, 3), "weight", new Symmetric());
  };

  test("computes its weight of the original, which is trained", () => {
    torch.manualSeed(0);
    const layer = new nn.Linear(3, 3);
    const { weight } = layer;
    registerParametrization(layer, "weight", new Symmetric());
    expect(String(layer)).toBe(`ParametrizedLinear(
  in_features=3, out_features=3, bias=True
  (parametrizations): ModuleDict(
    (weight): ParametrizationList(
      (0): Symmetric()
    )
  )
)`);
    expect(names(layer)).toEqual(["bias", "parametrizations.weight.original"]);
    expect(Object.keys(layer.stateDict())).toEqual(["bias", "parametrizations.weight.original"]);
    expect(originalOf(layer)).toBe(weight);
    expect([isParametrized(layer), isParametrized(layer, "weight"), isParametrized(layer, "bias")]).toEqual([
      true,
      true,
      false,
    ]);
    const y = layer(x());
    expect(y.tolistSync()).toEqual(near([[-0.6576727628707886, 0.15495726466178894, -0.43274015188217163]]));
    y.sum().backward();
    expect(originalOf(layer).grad?.tolistSync()).toEqual([
      [1, 3, 4],
      [0, 2, 5],
      [0, 0, 3],
    ]);
    expect(layer.bias?.grad?.tolistSync()).toEqual([1, 1, 1]);
  });

  test("takes further parametrizations, and gives them up", () => {
    const layer = registerParametrization(symmetric(), "weight", new Exp());
    const weight = near([
      [1.147987961769104, 0.2586769759654999, -0.46552130579948425],
      [0.2586769759654999, 0.8468278646469116, 0.0740804374217987],
      [-0.46552127599716187, 0.0740804374217987, 1.0660322904586792],
    ]);
    expect(layer.weight.tolistSync()).toEqual(weight);
    expect(() => Object.assign(layer, { weight: torch.eye(3) })).toThrow(
      "parametrization Exp does not implement right_inverse.",
    );
    expect(parametrize.typeBeforeParametrizations(layer)).toBe(nn.Linear);
    const original = originalOf(layer);
    expect(removeParametrizations(layer, "weight")).toBe(layer);
    expect(String(layer)).toBe("Linear(in_features=3, out_features=3, bias=True)");
    expect(names(layer)).toEqual(["bias", "weight"]);
    expect(layer.weight).toBe(original);
    expect(layer.weight.tolistSync()).toEqual(weight);
    expect(isParametrized(layer)).toBe(false);
  });

  test("can be given its original back", () => {
    const layer = symmetric();
    const before = originalOf(layer).tolistSync();
    removeParametrizations(layer, "weight", { leaveParametrized: false });
    expect(layer.weight.tolistSync()).toEqual(before);
    expect(() => removeParametrizations(layer, "weight")).toThrow("does not have a parametrization on weight");
  });

  test("is assigned to where its parametrizations can be inverted", () => {
    const layer = symmetric();
    const value = torch.tensor([
      [1, 2, 3],
      [2, 4, 5],
      [3, 5, 6],
    ]);
    Object.assign(layer, { weight: value });
    expect(layer.weight.tolistSync()).toEqual(value.tolistSync());
    expect(originalOf(layer).tolistSync()).toEqual(value.triu().tolistSync());
    expect(originalOf(layer).requiresGrad).toBe(true);
  });

  test("has copies of its own", () => {
    const layer = symmetric();
    const copy = nn.deepCopy(layer);
    expect(copy(x()).tolistSync()).toEqual(layer(x()).tolistSync());
    torch.noGrad(() => originalOf(copy).zero_());
    expect(copy(x()).tolistSync()).toEqual([copy.bias?.tolistSync()]);
    expect(layer(x()).tolistSync()).toEqual(near([[-0.6576727628707886, 0.15495726466178894, -0.43274015188217163]]));
    removeParametrizations(copy, "weight");
    expect([String(copy), isParametrized(layer, "weight")]).toEqual([
      "Linear(in_features=3, out_features=3, bias=True)",
      true,
    ]);
  });

  test("of several originals", () => {
    torch.manualSeed(0);
    const layer = registerParametrization(new nn.Linear(3, 2), "weight", new RankOne(), { unsafe: true });
    expect(names(layer)).toEqual(["bias", "parametrizations.weight.original0", "parametrizations.weight.original1"]);
    const [first, second] = listOf(layer).originals();
    expect(layer.weight.tolistSync()).toEqual(first.unsqueeze(1).matmul(second.unsqueeze(0)).tolistSync());
    Object.assign(layer, {
      weight: torch.tensor([
        [1, 2, 3],
        [2, 4, 6],
      ]),
    });
    expect(layer.weight.tolistSync()).toEqual([
      [1, 2, 3],
      [2, 4, 6],
    ]);
    expect(() => removeParametrizations(layer, "weight", false)).toThrow(
      "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of tensors.",
    );
    removeParametrizations(layer, "weight");
    expect(names(layer)).toEqual(["bias", "weight"]);
  });

  test("of a recurrent layer, by the field's name here and PyTorch's in the state", () => {
    const gru = registerParametrization(new nn.GRU(3, 3), "weightHhL0", new Exp(), { unsafe: true });
    expect(Object.keys(gru.stateDict())).toContain("parametrizations.weight_hh_l0.original");
    removeParametrizations(gru, "weightHhL0", false);
    const rnn = registerParametrization(new nn.RNN(3, 3), "weightHhL0", new Symmetric());
    const before = rnn(torch.ones([2, 3]))[0].tolistSync();
    const plain = removeParametrizations(rnn, "weightHhL0");
    expect(plain(torch.ones([2, 3]))[0].tolistSync()).toEqual(before);
  });
});

test("within cached, a weight is computed once", () => {
  let calls = 0;
  class Counted extends nn.Module {
    forward(x: Tensor): Tensor {
      calls++;
      return x.mul(2);
    }
  }
  const layer = registerParametrization(new nn.Linear(2, 2), "weight", new Counted(), { unsafe: true });
  parametrize.cached(() => [layer(torch.ones([1, 2])), layer(torch.ones([1, 2]))]);
  expect(calls).toBe(1);
  expect([layer.weight, layer.weight].length).toBe(2);
  expect(calls).toBe(3);
  expect(() => parametrize.cached(async () => layer.weight)).toThrow("fn returned a promise");
});

test("parametrizations move to another module with their originals", () => {
  const from = registerParametrization(new nn.Linear(3, 3), "weight", new Symmetric());
  const to = parametrize.transferParametrizationsAndParams(from, new nn.Linear(3, 3));
  expect(originalOf(to)).toBe(originalOf(from));
  expect(to.weight.tolistSync()).toEqual(from.weight.tolistSync());
  const plain = new nn.Linear(2, 2);
  expect(parametrize.transferParametrizationsAndParams(plain, new nn.Linear(3, 3))).not.toBe(plain);
});

describe("what does not fit is refused", () => {
  class Double extends nn.Module {
    forward(x: Tensor): Tensor {
      return x.to("float64");
    }
  }
  class Narrow extends nn.Module {
    forward(x: Tensor): Tensor {
      return x.narrow(0, 0, 1);
    }
  }
  const change = (what: string, flag: string) =>
    `Registering a parametrization may not change the ${what} of the tensor, unless ${flag}\`unsafe\` flag is enabled.\n`;

  test.each([
    [new Double(), "dtype", "torch.float32", "torch.float64"],
    [new Narrow(), "shape", "torch.Size([3, 3])", "torch.Size([1, 3])"],
  ])("%s", (made, what, before, after) => {
    expect(() => registerParametrization(new nn.Linear(3, 3), "weight", made)).toThrow(
      `${change(what, "")}unparametrized ${what}: ${before}\nparametrized ${what}: ${after}`,
    );
    const layer = registerParametrization(new nn.Linear(3, 3), "weight", new Symmetric());
    expect(() => registerParametrization(layer, "weight", made)).toThrow(
      `${change(what, "the ")}module.weight.${what}: ${before}\nparametrization(module.weight).${what}: ${after}`,
    );
  });

  test("a name of nothing", () => {
    expect(() => registerParametrization(new nn.Linear(3, 3), "nothing", new Symmetric())).toThrow(
      "Module 'Linear(in_features=3, out_features=3, bias=True)' does not have a parameter, a buffer, or a parametrized element with name 'nothing'",
    );
  });
});
