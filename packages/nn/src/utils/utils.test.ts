import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));

const withGrad = (grad: number[]) => {
  const parameter = new nn.Parameter(torch.zeros([grad.length]));
  parameter.grad = torch.tensor(grad);
  return parameter;
};

test("clipGradNorm_ scales all gradients together, in place", () => {
  const parameters = [withGrad([3, 0]), withGrad([4])];
  const { grad } = parameters[0];
  const values = () => parameters.flatMap((parameter) => parameter.grad?.tolistSync() as number[]);
  expect(nn.utils.clipGradNorm_(parameters, 1).itemSync()).toBe(5);
  expect(parameters[0].grad).toBe(grad);
  for (const [i, want] of [0.6, 0, 0.8].entries()) expect(values()[i]).toBeCloseTo(want, 6);
});

test("clipGradNorm_ of order 0 counts the gradients that are not all zero", () => {
  const parameters = [torch.zeros([2], { requiresGrad: true }), torch.zeros([1], { requiresGrad: true })];
  parameters[0].grad = torch.tensor([3, 4]);
  parameters[1].grad = torch.tensor([0]);
  expect(nn.utils.clipGradNorm_(parameters, 0.5, { normType: 0 }).itemSync()).toBe(1);
});

test("clipGradNorm_ leaves small gradients and refuses infinite ones if asked to", () => {
  const parameter = withGrad([3, 4]);
  nn.utils.clipGradNorm_(parameter, 100, { normType: Number.POSITIVE_INFINITY });
  expect(parameter.grad?.tolistSync()).toEqual([3, 4]);
  const infinite = withGrad([Number.POSITIVE_INFINITY]);
  expect(() => nn.utils.clipGradNorm_(infinite, 1, { errorIfNonfinite: true })).toThrow(
    "The total norm of order 2.0 for gradients from `parameters` is non-finite, so it cannot be clipped.",
  );
  expect(infinite.grad?.tolistSync()).toEqual([Number.POSITIVE_INFINITY]);
});

test("getTotalNorm and clipGradsWithNorm_ do the same in two steps", () => {
  const parameters = [withGrad([3, 0]), withGrad([4])];
  const gradients = parameters.flatMap(({ grad }) => (grad === null ? [] : [grad]));
  const total = nn.utils.getTotalNorm(gradients);
  expect(total.itemSync()).toBe(5);
  expect(nn.utils.getTotalNorm(gradients, 1).itemSync()).toBe(7);
  expect(nn.utils.getTotalNorm(gradients, Number.POSITIVE_INFINITY).itemSync()).toBe(4);
  expect(nn.utils.getTotalNorm([]).itemSync()).toBe(0);
  nn.utils.clipGradsWithNorm_(parameters, 1, total);
  const values = parameters.flatMap((parameter) => parameter.grad?.tolistSync() as number[]);
  for (const [i, want] of [0.6, 0, 0.8].entries()) expect(values[i]).toBeCloseTo(want, 6);
  const infinite = torch.tensor([Number.POSITIVE_INFINITY]);
  expect(() => nn.utils.getTotalNorm(infinite, { errorIfNonfinite: true })).toThrow("is non-finite");
});

test("clipGradValue_ clamps every element", () => {
  const parameter = withGrad([3, -4, 0.5]);
  nn.utils.clipGradValue_([parameter], 1);
  expect(parameter.grad?.tolistSync()).toEqual([1, -1, 0.5]);
});

test("parameters become a vector and back", () => {
  const linear = new nn.Linear(2, 1);
  nn.utils.vectorToParameters(torch.tensor([1, 2, 3]), linear.parameters());
  expect(nn.utils.parametersToVector(linear.parameters()).tolistSync()).toEqual([1, 2, 3]);
  expect(linear(torch.tensor([[1, 10]])).tolistSync()).toEqual([[24]]);
});

test("what clips comes in its place or by name", () => {
  const parameter = () => {
    const p = torch.tensor([3, 4], { requiresGrad: true });
    p.mul(p).sum().backward();
    return p;
  };
  for (const clip of [
    (p: torch.Tensor) => nn.utils.clipGradNorm_([p], 1, Number.POSITIVE_INFINITY),
    (p: torch.Tensor) => nn.utils.clipGradNorm_([p], 1, { normType: Number.POSITIVE_INFINITY }),
    (p: torch.Tensor) => nn.utils.clipGradNorm_([p], { maxNorm: 1, normType: Number.POSITIVE_INFINITY }),
  ]) {
    const p = parameter();
    expect(clip(p).itemSync()).toBe(8);
    // The norm has 1e-6 added to it.
    for (const [i, value] of [0.75, 1].entries()) expect(p.grad?.index(i).itemSync()).toBeCloseTo(value, 6);
  }
  const p = parameter();
  nn.utils.clipGradValue_(p, { clipValue: 7 });
  expect(p.grad?.tolistSync()).toEqual([6, 7]);
  expect(() => nn.utils.clipGradNorm_([p], "1" as never)).toThrow("expected a number, but got string");
});
