import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as nn from "../index.ts";
import { gradientErrors, randn64 } from "../testing/gradients.ts";

beforeAll(() => registerBackend(cpu()));

const F = nn.functional;
const near = (values: readonly number[], digits = 5) => values.map((value) => expect.closeTo(value, digits));

// Later than PyTorch 1.13: the numbers are those of x / √(mean of squares + eps) · weight.
describe("RMSNorm", () => {
  test("divides by the root of the mean square", () => {
    const norm = new nn.RMSNorm(2);
    expect(String(norm)).toBe("RMSNorm((2,), eps=None, elementwise_affine=True)");
    expect(String(new nn.RMSNorm([2, 3], 1e-5, false))).toBe("RMSNorm((2, 3), eps=1e-05, elementwise_affine=False)");
    expect(Object.keys(norm.stateDict())).toEqual(["weight"]);
    torch.noGrad(() => norm.weight?.copy_(torch.tensor([1, 2])));
    const root = Math.sqrt(12.5 + 2 ** -23);
    expect(norm(torch.tensor([[3, 4]])).tolistSync()).toEqual([near([3 / root, 8 / root])]);
    norm.resetParameters();
    expect(norm(torch.zeros(1, 2)).tolistSync()).toEqual([[0, 0]]);
    const x = torch.tensor([[3, 4]], { dtype: "float64" });
    expect(F.rmsNorm(x, [1, 2], { eps: 12.5 }).tolistSync()).toEqual([near([0.6, 0.8], 12)]);
    expect(F.rmsNorm(x, 2).tolistSync()).toEqual([near([3 / Math.sqrt(12.5), 4 / Math.sqrt(12.5)], 12)]);
  });

  test("has first and second derivatives", () => {
    const { first, second } = gradientErrors(
      (x, w) => F.rmsNorm(x, [3, 2], w, 1e-3),
      [randn64(4, 3, 2), randn64(3, 2)],
    );
    expect(first).toBeLessThan(1e-7);
    expect(second).toBeLessThan(1e-7);
  });

  test("refuses shapes that differ", () => {
    expect(() => F.rmsNorm(torch.ones(2, 3), [2])).toThrow(
      "Given normalized_shape=[2], expected input with shape [*, 2], but got input of size[2, 3]",
    );
    expect(() => F.rmsNorm(torch.ones(2, 3), [3], torch.ones(2))).toThrow(
      "Expected weight to be of same shape as normalized_shape",
    );
  });
});

// Recorded from PyTorch 1.13.
describe("CrossMapLRN2d", () => {
  test.each([
    [3, [-0.8574522137641907, -0.6485760807991028, -0.47507527470588684, -0.34748396277427673, -0.1847955286502838, 0]],
    [4, [-0.9190585017204285, -0.701906144618988, -0.516140878200531, -0.3715834617614746, -0.19535744190216064, 0]],
    [5, [-0.9239776730537415, -0.7267586588859558, -0.5427963137626648, -0.3618641495704651, -0.19401578605175018, 0]],
  ])("of %i channels", (size, output) => {
    const norm = new nn.CrossMapLRN2d(size, { alpha: 0.5, k: 2 });
    expect(String(norm)).toBe(`CrossMapLRN2d(${size}, alpha=0.5, beta=0.75, k=2)`);
    const x = torch.arange(48).reshape(2, 6, 2, 2).div(10).sub(2);
    expect(norm(x).index(0, torch.slice(), 0, 0).tolistSync()).toEqual(near(output));
    const { first, second } = gradientErrors((each) => norm(each), [randn64(2, 6, 1, 2)]);
    expect(first).toBeLessThan(1e-7);
    expect(second).toBeLessThan(1e-7);
  });

  test("refuses inputs of other ranks", () => {
    expect(() => new nn.CrossMapLRN2d(3)(torch.ones(2, 3, 4))).toThrow("Expected input to be 4D, got 3D instead.");
  });
});
