import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { DTypeError, registerBackend, ShapeError, ValueError } from "@cresset/core";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));
afterEach(() => vi.restoreAllMocks());

const leaf = (values: number[] | number[][]) => torch.tensor(values, { requiresGrad: true });
const close = (got: unknown, want: readonly number[]) => {
  for (const [i, x] of (got as number[][]).flat().entries()) expect(x).toBeCloseTo(want[i], 4);
};

// Expected numbers are PyTorch's, recorded from 1.13.

describe("BCELoss", () => {
  test("of the documentation's example", () => {
    const p = torch.sigmoid(torch.tensor([1.3313, 1.2612, 0.3466]));
    expect(new nn.BCELoss()(p, torch.tensor([0, 1, 1])).itemSync()).toBeCloseTo(0.7833071, 4);
  });

  test("and its gradient", () => {
    const p = leaf([0.9, 0.2, 0.6]);
    const loss = new nn.BCELoss()(p, torch.tensor([1, 0, 0]));
    loss.backward();
    expect(loss.itemSync()).toBeCloseTo(0.414931625, 7);
    expect(loss.gradFn?.name).toBe("BinaryCrossEntropyBackward0");
    close([p.grad?.tolistSync()], [-0.3704, 0.4167, 0.8333]);
  });

  test("is finite at 0 and 1, where its gradient is PyTorch's", () => {
    const p = leaf([0, 1, 1, 0]);
    const loss = new nn.BCELoss({ reduction: "none" })(p, torch.tensor([1, 0, 1, 0]));
    loss.sum().backward();
    expect(loss.tolistSync()).toEqual([100, 100, -0, 0]);
    expect(p.grad?.tolistSync()).toEqual([-1e12, 1e12, 0, 0].map(Math.fround));
  });

  test("a target [N] against [N, 1] is an error that says what to do", () => {
    const call = () => new nn.BCELoss()(torch.zeros([3, 1]), torch.zeros([3]));
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(
      "Using a target size (torch.Size([3])) that is different to the input size (torch.Size([3, 1])) is deprecated. " +
        "Please ensure they have the same size.\nThe input has one dimension more: use target.unsqueeze(1).",
    );
  });

  test("a forgotten sigmoid is an error that says what to do", () => {
    const call = () => new nn.BCELoss()(torch.tensor([1.5]), torch.tensor([1])).itemSync();
    expect(call).toThrow(ValueError);
    expect(call).toThrow("all elements of input should be between 0 and 1");
    expect(call).toThrow("BCEWithLogitsLoss");
  });

  test("integer targets are an error that says what to do", () => {
    const call = () => new nn.BCELoss()(torch.tensor([0.5]), torch.tensor([1n]));
    expect(call).toThrow(DTypeError);
    expect(call).toThrow(`Found dtype Long but expected Float\nGive it the input's dtype: target.to("float32").`);
  });

  test("an unknown reduction is an error", () => {
    const reduction = "avg" as "mean";
    expect(() => new nn.BCELoss({ reduction })(torch.zeros([1]), torch.zeros([1]))).toThrow(
      "avg is not a valid value for reduction",
    );
  });
});

test("BCEWithLogitsLoss, with a weight of positives", () => {
  const z = leaf([1.5, -2, 40]);
  const loss = new nn.BCEWithLogitsLoss({ posWeight: torch.tensor([2]) });
  const value = loss(z, torch.tensor([1, 0, 0]));
  value.backward();
  expect(value.itemSync()).toBeCloseTo(13.509918, 5);
  close([z.grad?.tolistSync()], [-0.1216, 0.0397, 0.3333]);
  expect(Object.keys(loss.stateDict())).toEqual(["pos_weight"]);
});

test("BCEWithLogitsLoss has second derivatives of scores whose exponentials overflow", () => {
  const curvature = (at: number[], posWeight: torch.Tensor | null): unknown => {
    const x = leaf(at);
    const y = torch.full([at.length], 0.25);
    const loss = nn.functional.binaryCrossEntropyWithLogits(x, y, { reduction: "sum", posWeight });
    const [slope] = torch.autograd.grad(loss, [x], { createGraph: true });
    return torch.autograd.grad(slope.sum(), [x])[0].tolistSync();
  };
  const zero = expect.closeTo(0, 30);
  expect(curvature([-200, -89, 0, 89, 200], null)).toEqual([zero, zero, 0.25, zero, zero]);
  expect(curvature([-200, 0, 200], torch.tensor([3]))).toEqual([zero, 0.375, zero]);
});

describe("CrossEntropyLoss", () => {
  const scores = [
    [1, 2, 3],
    [0, -1, 0.5],
  ];
  const target = () => torch.tensor([2n, 0n]);

  test.each<[ConstructorParameters<typeof nn.CrossEntropyLoss>[0], number, number[]]>([
    [{}, 0.7558683156967163, [0.045, 0.1224, -0.1674, -0.3343, 0.061, 0.2733]],
    [{ labelSmoothing: 0.1 }, 0.8142015933990479, [0.0283, 0.1057, -0.134, -0.3009, 0.0443, 0.2566]],
  ])("%j", (options, want, gradient) => {
    const s = leaf(scores);
    const loss = new nn.CrossEntropyLoss(options)(s, target());
    loss.backward();
    expect(loss.itemSync()).toBeCloseTo(want, 6);
    close(s.grad?.tolistSync(), gradient);
  });

  test("with class weights, summed", () => {
    const loss = new nn.CrossEntropyLoss({ weight: torch.tensor([1, 2, 0.5]), reduction: "sum" });
    expect(loss(torch.tensor(scores), target()).itemSync()).toBeCloseTo(1.3079335, 6);
  });

  test("wrong class indices are named, also those that are computed", () => {
    const loss = new nn.CrossEntropyLoss();
    expect(() => loss(torch.tensor(scores), torch.tensor([3n, 0n]))).toThrow("Target 3 is out of bounds.");
    const computed = target().add(1);
    expect(() => loss(torch.tensor(scores), computed).itemSync()).toThrow(
      "class indices must be at least 0 and less than 3",
    );
    expect(() => loss(torch.tensor(scores), torch.tensor([0, 1]))).toThrow("expected scalar type Long but found Float");
  });
});

test("MSELoss warns where its target broadcasts", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const loss = new nn.MSELoss()(torch.tensor([[1], [2]]), torch.tensor([1, 2]));
  expect(loss.itemSync()).toBe(0.5);
  expect(warn).toHaveBeenCalledWith(
    expect.stringContaining(
      "Using a target size (torch.Size([2])) that is different to the input size (torch.Size([2, 1])).",
    ),
  );
  expect(() => new nn.MSELoss()(torch.zeros([3]), torch.zeros([4]))).toThrow(
    "The size of tensor a (3) must match the size of tensor b (4)",
  );
});

test("leading arguments may come by position, as PyTorch's", () => {
  const target = torch.tensor([1, -1]);
  expect(new nn.HingeEmbeddingLoss(1.5, { reduction: "none" })(torch.tensor([0.5, 0.5]), target).tolistSync()).toEqual([
    0.5, 1,
  ]);
  const ones = torch.tensor([[1, 1]]);
  expect(new nn.CosineEmbeddingLoss(0.2)(ones, ones, torch.tensor([-1])).itemSync()).toBeCloseTo(0.8, 6);
  const weight = torch.tensor([0.5]);
  expect(new nn.BCEWithLogitsLoss(weight).stateDict().weight.itemSync()).toBe(0.5);
});

test("the distance of a triplet loss is a module of it", () => {
  expect(String(new nn.TripletMarginWithDistanceLoss())).toBe(
    "TripletMarginWithDistanceLoss(\n  (distance_function): PairwiseDistance()\n)",
  );
});

test("weights of BCE losses do not make the loss larger", () => {
  const [p, y] = [torch.full([1, 2], 0.5), torch.ones([1, 2])];
  const weight = torch.ones([3, 2]);
  for (const loss of [new nn.BCELoss({ weight }), new nn.BCEWithLogitsLoss({ posWeight: weight })])
    expect(() => loss(p, y)).toThrow("output with shape [1, 2] doesn't match the broadcast shape [3, 2]");
});

test("SoftMarginLoss writes the target over the input's shape, as PyTorch does", () => {
  const loss = new nn.SoftMarginLoss();
  expect(loss(torch.zeros([2, 3]), torch.ones([3])).itemSync()).toBeCloseTo(Math.LN2, 6);
  expect(() => loss(torch.zeros([3]), torch.ones([3, 1]))).toThrow(
    "output with shape [3] doesn't match the broadcast shape [3, 3]",
  );
});

test("GaussianNLLLoss of a variance that is not a number is not a number, and of a negative one an error", () => {
  const [x, variance] = [leaf([1, 2]), leaf([1, Number.NaN])];
  const loss = nn.functional.gaussianNllLoss(x, torch.zeros(2), variance, { reduction: "none" });
  expect(loss.tolistSync()).toEqual([0.5, Number.NaN]);
  loss.sum().backward();
  expect([x.grad?.tolistSync(), variance.grad?.tolistSync()]).toEqual([
    [1, Number.NaN],
    [0, Number.NaN],
  ]);
  const negative = nn.functional.gaussianNllLoss(x, torch.zeros(2), torch.tensor([-1, 1]));
  expect(() => negative.itemSync()).toThrow("var has negative entry/entries");
});
