import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as D from "./index.ts";

beforeAll(async () => {
  await torch.registerBackend(cpu());
  // As a device that is read asynchronously.
  const later = Object.assign(Object.create(Object.getPrototypeOf(cpu())), cpu(), {
    name: "later",
    readSync: undefined,
  });
  await torch.registerBackend(later);
  torch.setDefaultDevice("cpu");
});

const t = torch.tensor;

test.each(
  Object.entries(D).filter(([, each]) => typeof each === "function" && each.prototype instanceof D.Distribution),
)("%s prints under its own name, also when a minifier renames it", (name, type) => {
  expect(Object.hasOwn(type, "typeName") && (type as typeof D.Normal).typeName).toBe(name);
});

test.each(
  [...Object.entries(D.transforms), ...Object.entries(D.constraints)].filter(
    ([, each]) => typeof each === "function" && Object.hasOwn(each, "prototype") && "typeName" in each,
  ),
)("%s has a name of its own", (name, type) => {
  const own = (type as unknown as { typeName: string }).typeName;
  expect(Object.hasOwn(type, "typeName") && name.startsWith(own)).toBe(true);
});

test("prints as PyTorch does", () => {
  expect(String(new D.Normal(0, 1))).toBe("Normal(loc: 0.0, scale: 1.0)");
  expect(String(new D.Normal(0.1, 1e-5))).toBe("Normal(loc: 0.10000000149011612, scale: 9.999999747378752e-06)");
  expect(String(new D.Normal(t([1]), 2))).toBe("Normal(loc: tensor([1.]), scale: tensor([2.]))");
  expect(String(new D.Beta(1, 2))).toBe("Beta()");
  expect(String(D.constraints.interval(0, t(2)))).toBe("Interval(lower_bound=0, upper_bound=2.0)");
  expect(String(D.constraints.integerInterval(0, 3))).toBe("IntegerInterval(lower_bound=0, upper_bound=3)");
  expect(String(D.constraints.realVector)).toBe("IndependentConstraint(Real(), 1)");
  expect(String(D.transformTo.of(D.constraints.positive))).toBe(
    "ComposeTransform(\n    ExpTransform(),\n    AffineTransform()\n)",
  );
  expect(String(new D.transforms.ExpTransform().inv)).toBe("_InverseTransform(ExpTransform())");
});

test("arguments come by position, by name, or both", () => {
  for (const normal of [new D.Normal(1, 2), new D.Normal({ loc: 1, scale: 2 }), new D.Normal(1, { scale: 2 })])
    expect(String(normal)).toBe("Normal(loc: 1.0, scale: 2.0)");
  for (const own of [new D.Bernoulli({ logits: 0 }), new D.Bernoulli(null, 0), new D.Bernoulli(undefined, 0)])
    expect(own.probs.itemSync()).toBe(0.5);
  expect(new D.Binomial({ totalCount: 3, probs: t([0.5]) }).totalCount.itemSync()).toBe(3);
  expect(new D.Wishart(3, { scaleTril: torch.eye(2) }).mean.tolistSync()).toEqual([
    [3, 0],
    [0, 3],
  ]);
  expect(D.Normal.argConstraints.scale).toBe(D.constraints.positive);
});

describe("on devices that are read later", () => {
  const on = { device: "later" };

  test("what has to know values waits for them", async () => {
    const make = (device: string) => new D.Gamma(t([0.5, 3], { device }), t([1, 2], { device }));
    torch.manualSeed(0);
    const want = make("cpu").sample([2]).tolistSync();
    torch.manualSeed(0);
    expect(await (await make("later").sampleAsync([2])).tolist()).toEqual(want);
    expect(() => make("later").sample()).toThrow(torch.DeviceError);
  });

  test("also within others, with gradients", async () => {
    const make = (device: string) => {
      const df = t([3, 5], { device, requiresGrad: true });
      return { df, dist: new D.Independent(new D.StudentT(df), 1) };
    };
    const now = make("cpu");
    torch.manualSeed(0);
    now.dist.rsample([2]).sum().backward();
    const later = make("later");
    torch.manualSeed(0);
    (await later.dist.rsampleAsync([2])).sum().backward();
    expect(await later.df.grad?.tolist()).toEqual(now.df.grad?.tolistSync());
  });

  test("samples of sampleAsync have no gradient", async () => {
    const scale = t([1], { ...on, requiresGrad: true });
    expect((await new D.Normal(0, scale).sampleAsync()).requiresGrad).toBe(false);
    expect((await new D.Gamma(scale, 1).sampleAsync()).requiresGrad).toBe(false);
    expect((await new D.Normal(0, scale).rsampleAsync()).requiresGrad).toBe(true);
  });

  test("checks come with the values", async () => {
    const normal = new D.Normal(0, t([-1], on));
    await expect(normal.sample().data()).rejects.toThrow("to satisfy the constraint GreaterThan(lower_bound=0.0)");
  });
});

test("one's own distributions need rsample or sample alone", () => {
  class Ones extends D.Distribution {
    override sample(sampleShape: readonly number[] = []): torch.Tensor {
      return torch.ones([...sampleShape, ...this.batchShape]);
    }
  }
  const dist = new D.Independent(new Ones({ batchShape: [2] }), 1);
  expect(dist.sample([3]).shape).toEqual([3, 2]);
});

test("registered divergences win, the most particular first", () => {
  class Own extends D.Normal {
    static override readonly typeName: string = "Own";
  }
  const p = new Own(0, 1);
  expect(D.klDivergence(p, new D.Normal(0, 1)).itemSync()).toBe(0);
  D.registerKl(Own, D.Normal, () => t(5));
  expect(D.klDivergence(p, new D.Normal(0, 1)).itemSync()).toBe(5);
  expect(D.klDivergence(new D.Normal(0, 1), p).itemSync()).toBe(0);
  expect(() => D.registerKl(Array as never, D.Normal, () => t(5))).toThrow(
    "Expected type_p to be a Distribution subclass",
  );
});

describe("registries of transforms", () => {
  const x = () => t([0.5, -1]);
  const c = D.constraints;
  test.each<readonly [string, D.constraints.Constraint | (() => D.constraints.Constraint), number[], number[]]>([
    ["real", c.real, [0.5, -1], [0.5, -1]],
    ["positive", c.positive, [1.64872, 0.367879], [1.64872, 0.367879]],
    ["unitInterval", c.unitInterval, [0.622459, 0.268941], [0.622459, 0.268941]],
    ["simplex", c.simplex, [0.451863, 0.147417, 0.40072], [0.817574, 0.182426]],
    ["interval", c.interval(2, 4), [3.2449, 2.5379], [3.2449, 2.5379]],
    ["lessThan", c.lessThan(3), [1.3513, 2.6321], [1.3513, 2.6321]],
    ["greaterThan", () => c.greaterThan(t([1, 2])), [2.6487, 2.3679], [2.6487, 2.3679]],
  ])("%s", (_, given, bijected, transformed) => {
    const constraint = typeof given === "function" ? given() : given;
    const near = (list: readonly number[]) => list.map((each) => expect.closeTo(each, 4));
    expect(D.bijectTo.of(constraint).call(x()).tolistSync()).toEqual(near(bijected));
    expect(D.transformTo.of(constraint).call(x()).tolistSync()).toEqual(near(transformed));
  });

  test("take constraints of one's own", () => {
    class Even extends D.constraints.Constraint {
      check(value: torch.Tensor): torch.Tensor {
        return value.remainder(2).eq(0);
      }
    }
    const registry = new D.ConstraintRegistry();
    expect(() => registry.of(new Even())).toThrow(torch.NotImplementedError);
    registry.register(Even, () => new D.transforms.AffineTransform(0, 2));
    expect(registry.of(new Even()).call(x()).tolistSync()).toEqual([1, -2]);
  });
});

test("a transform with a cache gives its argument back", () => {
  const cached = new D.transforms.TanhTransform({ cacheSize: 1 });
  const x = t([30]);
  const y = cached.call(x);
  expect(cached.inv.call(y)).toBe(x);
  expect(new D.transforms.TanhTransform().inv.call(y).itemSync()).toBe(Number.POSITIVE_INFINITY);
  expect(() => new D.transforms.ExpTransform({ cacheSize: 2 })).toThrow("cache_size must be 0 or 1");
  expect(cached.inv.inv).toBe(cached);
});
