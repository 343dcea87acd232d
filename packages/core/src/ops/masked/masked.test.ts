import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const { masked } = torch;
const x = () =>
  torch.tensor(
    [
      [1, 2, 4],
      [3, 5, 8],
    ],
    { dtype: "float64", requiresGrad: true },
  );
const mask = () =>
  torch.tensor([
    [true, false, true],
    [false, false, false],
  ]);
const { POSITIVE_INFINITY: inf, NaN: nan } = Number;

test("reductions count what the mask lets through", () => {
  const options = { mask: mask() };
  expect(masked.sum(x(), 1, options).tolistSync()).toEqual([5, 0]);
  expect(masked.sum(x(), null, options).itemSync()).toBe(5);
  expect(masked.sum(x(), [0, 1], { ...options, keepdim: true }).tolistSync()).toEqual([[5]]);
  expect(masked.prod(x(), 1, options).tolistSync()).toEqual([4, 1]);
  expect(masked.mean(x(), 1, options).tolistSync()).toEqual([2.5, nan]);
  expect(masked.amax(x(), 1, options).tolistSync()).toEqual([4, -inf]);
  expect(masked.amin(x(), 1, options).tolistSync()).toEqual([1, inf]);
  expect(masked.argmax(x(), 1, options).tolistSync()).toEqual([2, 0]);
  expect(masked.argmin(x(), null, options).itemSync()).toBe(0);
  expect(masked.var(x(), 1, true, options).tolistSync()).toEqual([4.5, nan]);
  expect(masked.var(x(), 1, false, options).tolistSync()).toEqual([2.25, nan]);
  expect(masked.std(x(), null, false, options).itemSync()).toBe(1.5);
  expect(masked.norm(x(), 2, 1, options).tolistSync()).toEqual([Math.sqrt(17), 0]);
  expect(masked.amax(torch.tensor([1n, 2n]), null, { mask: torch.tensor([true, false]) }).itemSync()).toBe(1);
});

test("without a mask they are the plain ones", () => {
  expect(masked.sum(x(), 0).tolistSync()).toEqual(x().sum(0).tolistSync());
  expect(masked.mean(x()).itemSync()).toBe(x().mean().itemSync());
  expect(masked.var(x(), 1).tolistSync()).toEqual(x().var(1).tolistSync());
});

test("normalisations and scans", () => {
  const options = { mask: mask() };
  const row = masked.softmax(x(), 1, options).tolistSync() as number[][];
  const e = Math.exp(3);
  expect(row[0]).toEqual([expect.closeTo(1 / (1 + e), 12), 0, expect.closeTo(e / (1 + e), 12)]);
  expect((masked.softmin(x(), 1, options).tolistSync() as number[][])[0][0]).toBeCloseTo(e / (1 + e), 12);
  expect(masked.logSoftmax(x(), 1, options).index(0, 2).itemSync()).toBeCloseTo(Math.log(e / (1 + e)), 12);
  expect(masked.logsumexp(x(), 1, options).tolistSync()).toEqual([expect.closeTo(4 + Math.log1p(1 / e), 12), -inf]);
  expect(masked.cumsum(x(), 1, options).tolistSync()).toEqual([
    [1, 1, 5],
    [0, 0, 0],
  ]);
  expect(masked.cumprod(x(), 1, options).tolistSync()).toEqual([
    [1, 1, 4],
    [1, 1, 1],
  ]);
});

test("gradients stay inside the mask", () => {
  const a = x();
  masked.mean(a, null, { mask: mask() }).backward();
  expect(a.grad?.tolistSync()).toEqual([
    [0.5, 0, 0.5],
    [0, 0, 0],
  ]);
});

test("the mask may come by name without a dimension before it", () => {
  const x = torch.tensor([1, 2, 6]);
  const mask = torch.tensor([true, false, true]);
  expect(torch.masked.sum(x, { mask }).itemSync()).toBe(7);
  expect(torch.masked.amax(x, { mask, dim: 0, keepdim: true }).tolistSync()).toEqual([6]);
  expect(torch.masked.var(x, { mask, unbiased: false }).itemSync()).toBe(6.25);
});

test("products over several dimensions, and over none", () => {
  const x = torch.tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(torch.masked.prod(x, [0, 1]).itemSync()).toBe(24);
  expect(torch.masked.prod(x, [0, -1], { keepdim: true }).tolistSync()).toEqual([[24]]);
  expect(torch.masked.prod(x, { mask: x.ne(3) }).itemSync()).toBe(8);
});

test("medians, norms and sums of exponentials of what counts", () => {
  const x = torch.tensor([
    [5, 1, 3],
    [2, 4, 6],
  ]);
  const mask = torch.tensor([
    [true, false, true],
    [false, false, false],
  ]);
  const { median, normalize, logaddexp } = torch.masked;
  expect(median(x, { mask }).tolistSync()).toEqual([3, Number.NaN]);
  expect(median(x.to("int64"), 0, { keepdim: true }).tolistSync()).toEqual([[2, 1, 3]]);
  expect(() => median(x.to("int64"), { mask }).tolistSync()).toThrow("expects no fully masked out rows");
  expect(normalize(torch.tensor([3, 9, 4]), 2, 0, { mask: torch.tensor([true, false, true]) }).tolistSync()).toEqual([
    expect.closeTo(0.6, 6),
    0,
    expect.closeTo(0.8, 6),
  ]);
  expect(logaddexp(x, x, { inputMask: mask }).index(1).tolistSync()).toEqual([2, 4, 6]);
});
