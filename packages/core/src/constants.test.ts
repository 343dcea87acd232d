import { beforeAll, expect, test } from "vitest";
import * as torch from "./index.ts";
import { useCpu } from "./testing/cpu.ts";

beforeAll(useCpu);

test("dtypes by PyTorch's names", () => {
  const { double, half, short, int, long } = torch;
  const named: Readonly<Record<string, unknown>> = { ...torch };
  for (const dtype of torch.dtypes) expect(named[dtype]).toBe(dtype);
  expect([double, half, short, int, long]).toEqual(["float64", "float16", "int16", "int32", "int64"]);
  expect(torch.zeros([1], { dtype: torch.long }).dtype).toBe("int64");
});

test("numbers, and what is a tensor", () => {
  expect([torch.pi, torch.e, torch.inf, torch.nan]).toEqual([Math.PI, Math.E, Infinity, Number.NaN]);
  expect([torch.isTensor(torch.ones(1)), torch.isTensor([1])]).toEqual([true, false]);
});

test("to a tensor's dtype and device", async () => {
  const x = torch.tensor([1.5, 2]);
  const like = torch.tensor([1n]);
  const y = await x.to(like);
  expect([y.dtype, y.device, y.tolistSync()]).toEqual(["int64", "cpu", [1, 2]]);
  expect(await x.to(torch.ones(1))).toBe(x);
});

test("matrices transposed", () => {
  const x = torch.ones([2, 3, 4]);
  expect([x.mH.shape, x.adjoint().shape]).toEqual([
    [2, 4, 3],
    [2, 4, 3],
  ]);
});
