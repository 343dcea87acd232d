import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const { hannWindow, hammingWindow, blackmanWindow, bartlettWindow } = torch;

// The numbers are PyTorch 1.13's.
test.each([
  [hannWindow, [0, 0.3454915, 0.9045085, 0.9045085, 0.3454914], [0, 0.5, 1, 0.5, 0]],
  [hammingWindow, [0.08, 0.3978522, 0.9121479, 0.9121478, 0.3978521], [0.08, 0.54, 1, 0.54, 0.08]],
  [blackmanWindow, [0, 0.2007701, 0.8492299, 0.8492298, 0.2007701], [0, 0.34, 1, 0.34, 0]],
  [bartlettWindow, [0, 0.4, 0.8, 0.8, 0.4], [0, 0.5, 1, 0.5, 0]],
] as const)("%o", (window, periodic, symmetric) => {
  const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6));
  expect(window(5).tolistSync()).toEqual(near(periodic));
  expect(window(5, false).tolistSync()).toEqual(near(symmetric));
  expect(window(0).shape).toEqual([0]);
  expect(window(1, true, { dtype: "float64" }).reprSync()).toBe("tensor([1.], dtype=torch.float64)");
  expect(() => window(-1)).toThrow("requires non-negative window_length, got window_length=-1");
});

test("Hamming's window of other coefficients", () => {
  const near = [0, 0.5, 1, 0.5].map((value) => expect.closeTo(value, 6));
  expect(hammingWindow(4, true, { alpha: 0.5, beta: 0.5 }).tolistSync()).toEqual(near);
});

test("vander: powers as columns", () => {
  const x = torch.tensor([1n, 2n, 3n]);
  expect(torch.vander(x).tolistSync()).toEqual([
    [1, 1, 1],
    [4, 2, 1],
    [9, 3, 1],
  ]);
  expect(torch.vander(torch.tensor([1.5, 2]), 3, true).tolistSync()).toEqual([
    [1, 1.5, 2.25],
    [1, 2, 4],
  ]);
  expect(torch.vander(x, 0).shape).toEqual([3, 0]);
  expect(() => torch.vander(torch.ones(1, 2))).toThrow("x must be a one-dimensional tensor.");
});

test("blockDiag: a vector is a row, a number a matrix", () => {
  const blocks = [torch.tensor([[1, 2]]), torch.tensor(3), torch.tensor([4n, 5n])];
  expect(torch.blockDiag(...blocks).tolistSync()).toEqual([
    [1, 2, 0, 0, 0],
    [0, 0, 3, 0, 0],
    [0, 0, 0, 4, 5],
  ]);
  expect(torch.blockDiag().shape).toEqual([1, 0]);
  expect(() => torch.blockDiag(torch.ones(1, 1, 1))).toThrow("Input 0 has 3 dimensions");
});

test("floatPower: in float64", () => {
  expect(torch.floatPower(torch.tensor([2n, 3n]), 0.5).reprSync()).toBe(
    "tensor([1.4142, 1.7321], dtype=torch.float64)",
  );
  expect(torch.floatPower(2, torch.tensor([1n, 2n])).reprSync()).toBe("tensor([2., 4.], dtype=torch.float64)");
});

// Of PyTorch 1.13.
test("Kaiser's window", () => {
  const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));
  expect(torch.kaiserWindow(5).tolistSync()).toEqual(near([5.2773e-5, 0.1017211, 0.7929426, 0.7929426, 0.1017211]));
  expect(torch.kaiserWindow(5, false).tolistSync()).toEqual(near([5.2773e-5, 0.2156707, 1, 0.2156707, 5.2773e-5]));
  expect(torch.kaiserWindow(5, { periodic: false, beta: 3 }).tolistSync()).toEqual(
    torch.kaiserWindow(5, false, 3).tolistSync(),
  );
  expect([torch.kaiserWindow(1).tolistSync(), torch.kaiserWindow(0).shape]).toEqual([[1], [0]]);
  expect(() => torch.kaiserWindow(-1)).toThrow(
    "kaiser_window requires non-negative window_length, got window_length=-1",
  );
});

test("asarray and scalarTensor", () => {
  const x = torch.ones(2);
  expect([torch.asarray(x) === x, torch.asarray(x, { copy: true }) === x]).toEqual([true, false]);
  expect(torch.asarray([1, 2], { dtype: "float64" }).dtype).toBe("float64");
  expect(String(torch.scalarTensor(3))).toBe("tensor(3.)");
  expect(torch.scalarTensor(3, { dtype: "int32" }).dtype).toBe("int32");
});
