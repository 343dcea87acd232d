import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as nn from "../index.ts";

beforeAll(() => registerBackend(cpu()));

// Expected texts are PyTorch's, recorded from 1.13.

test("Linear starts with PyTorch's numbers", () => {
  torch.manualSeed(0);
  const linear = new nn.Linear(3, 2);
  expect(linear.weight.reprSync()).toBe(
    "Parameter containing:\ntensor([[-0.0043,  0.3097, -0.4752],\n        [-0.4249, -0.2224,  0.1548]], requires_grad=True)",
  );
  expect(linear.bias?.reprSync()).toBe("Parameter containing:\ntensor([-0.0114,  0.4578], requires_grad=True)");
  const x = torch.tensor([
    [0.5, -1, 2],
    [0.1, 0.2, -0.3],
  ]);
  expect(linear(x).reprSync()).toBe(
    "tensor([[-1.2737,  0.7773],\n        [ 0.1926,  0.3244]], grad_fn=<AddmmBackward0>)",
  );
});

test("Linear takes dtype, and no bias", () => {
  const linear = new nn.Linear(3, 2, { bias: false, dtype: "float64" });
  expect([linear.weight.dtype, linear.bias]).toEqual(["float64", null]);
  expect(() => linear(torch.zeros([1, 4], { dtype: "float64" }))).toThrow(
    "mat1 and mat2 shapes cannot be multiplied (1x4 and 3x2)",
  );
});

test("Dropout drops in training only", () => {
  const dropout = new nn.Dropout(0.5);
  torch.manualSeed(0);
  const values = dropout(torch.ones([100])).tolistSync() as number[];
  expect(new Set(values)).toEqual(new Set([0, 2]));
  expect(
    dropout
      .eval()(torch.ones([3]))
      .tolistSync(),
  ).toEqual([1, 1, 1]);
  expect(() => new nn.Dropout(1.5)).toThrow("dropout probability has to be between 0 and 1, but got 1.5");
});

test("Flatten and Unflatten change shapes", () => {
  expect(new nn.Flatten()(torch.zeros([2, 3, 4])).shape).toEqual([2, 12]);
  expect(new nn.Unflatten(1, [2, 2])(torch.zeros([3, 4])).shape).toEqual([3, 2, 2]);
});
