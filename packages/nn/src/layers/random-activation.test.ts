import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend, tensor } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));

test("RReLU draws slopes in training, and takes their mean otherwise", () => {
  const rrelu = new nn.RReLU({ lower: 0.25, upper: 0.75 });
  const [positive, negative] = rrelu(tensor([2, -1])).tolistSync() as number[];
  expect(positive).toBe(2);
  expect(negative).toBeLessThanOrEqual(-0.25);
  expect(negative).toBeGreaterThan(-0.75);
  expect(
    rrelu
      .eval()(tensor([2, -1]))
      .tolistSync(),
  ).toEqual([2, -0.5]);
  expect(String(new nn.RReLU())).toBe("RReLU(lower=0.125, upper=0.3333333333333333)");
});

test("FeatureAlphaDropout drops whole channels", () => {
  torch.manualSeed(0);
  const dropout = new nn.FeatureAlphaDropout(0.5);
  const x = torch.ones([4, 8, 3]);
  for (const channel of (dropout(x).tolistSync() as number[][][]).flat()) expect(new Set(channel).size).toBe(1);
  expect(dropout.eval()(x)).toBe(x);
  expect(String(dropout)).toBe("FeatureAlphaDropout(p=0.5, inplace=False)");
});

test("Softmax2d is over channels", () => {
  const y = new nn.Softmax2d()(torch.randn([2, 3, 4, 5]));
  for (const total of (y.sum(1).tolistSync() as number[][][]).flat(2)) expect(total).toBeCloseTo(1, 6);
  expect(() => new nn.Softmax2d()(torch.ones([2, 2]))).toThrow("Softmax2d requires a 3D or 4D tensor as input");
});

test("a triplet's distance may be one's own", () => {
  const distanceFunction = (a: torch.Tensor, b: torch.Tensor) => a.sub(b).abs().sum(-1);
  const [anchor, positive, negative] = [tensor([[0, 0]]), tensor([[1, 1]]), tensor([[1, 1.5]])];
  const loss = (swap: boolean) =>
    new nn.TripletMarginWithDistanceLoss({ distanceFunction, margin: 2, swap })(anchor, positive, negative).itemSync();
  expect(loss(false)).toBe(1.5);
  expect(loss(true)).toBe(3.5);
  const euclidean = new nn.TripletMarginWithDistanceLoss()(anchor, positive, negative).itemSync();
  expect(euclidean).toBeCloseTo(new nn.TripletMarginLoss()(anchor, positive, negative).itemSync() as number, 5);
});

test("ParameterDict finds and prints its parameters", () => {
  const dict = new nn.ParameterDict({ left: torch.ones([2, 3]) });
  dict.set("right", torch.ones([1]));
  expect(dict.namedParameters().map(([name]) => name)).toEqual(["left", "right"]);
  expect(dict.get("left").requiresGrad).toBe(true);
  expect(String(dict)).toBe(
    "ParameterDict(\n    (left): Parameter containing: [torch.FloatTensor of size 2x3]\n    (right): Parameter containing: [torch.FloatTensor of size 1]\n)",
  );
  expect(dict.delete("left")).toBe(true);
  expect(() => dict.get("left")).toThrow('no parameter "left" in this ParameterDict; it has right');
});
