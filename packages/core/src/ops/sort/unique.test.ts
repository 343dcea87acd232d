import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const all = { returnInverse: true, returnCounts: true } as const;

test("zeros of both signs are one element, the first of them; each NaN is its own, and the greatest", async () => {
  const [values, inverse, counts] = await torch.unique(torch.tensor([0, Number.NaN, -0, -2, Number.NaN, 0]), all);
  expect(values.dataSync()).toEqual(Float32Array.of(-2, 0, Number.NaN, Number.NaN));
  expect(inverse.tolistSync()).toEqual([1, 2, 1, 0, 3, 1]);
  expect(counts.tolistSync()).toEqual([1, 3, 1, 1]);
});

test("int64 elements that are equal as float64 differ", () => {
  const large = torch.tensor([2n ** 62n + 1n, -(2n ** 63n), 2n ** 62n, 2n ** 62n + 1n]);
  const [values, inverse, counts] = torch.uniqueSync(large, all);
  expect(values.dataSync()).toEqual(BigInt64Array.of(-(2n ** 63n), 2n ** 62n, 2n ** 62n + 1n));
  expect(inverse.tolistSync()).toEqual([2, 0, 1, 2]);
  expect(counts.tolistSync()).toEqual([1, 1, 2]);
});

test("truth values, numbers and nothing", () => {
  expect(torch.uniqueSync(torch.tensor([true, false, true])).tolistSync()).toEqual([false, true]);
  expect(torch.uniqueSync(torch.tensor(3), all).map((x) => x.tolistSync())).toEqual([[3], 0, [1]]);
  expect(torch.uniqueSync(torch.zeros(0, 3), all).map((x) => x.shape)).toEqual([[0], [0, 3], [0]]);
  expect(torch.uniqueConsecutiveSync(torch.tensor([1, 1, 0, 1])).tolistSync()).toEqual([1, 0, 1]);
});
