/** Where a tensor says which elements of another are meant, on a device that cannot be asked at once: `x[i] = value`, and parts. */
import * as torch from "cresset";
import { beforeAll, expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { useSoftwareDriver } from "./testing.ts";

beforeAll(async () => {
  useSoftwareDriver();
  await torch.registerBackend(webgpu());
  torch.setDefaultDevice("webgpu");
});

const at = (n: number): torch.Tensor => torch.tensor(n, { dtype: "int64" });
const table = (): torch.Tensor => torch.arange(6).view([2, 3]).to("float32");

test("elements, rows and columns, from the end too, and other dtypes", async () => {
  const x = table();
  x.indexPut_([at(-1)], torch.arange(3));
  x.indexPut_([torch.slice(), at(1).add(1)], 7);
  x.indexPut_([at(0), at(0)], torch.tensor(0.5), true);
  expect(await x.tolist()).toEqual([
    [0.5, 1, 7],
    [0, 1, 7],
  ]);
});

/** A mask that only the device knows. */
const where = (...values: number[]): torch.Tensor => torch.tensor(values).gt(0);

test("a mask beside index tensors, which say how many elements it picks", async () => {
  const [mask, columns] = [where(0, 1, 1), torch.tensor([2n, 0n])];
  const x = torch.zeros([3, 3]);
  x.indexPut_([mask, columns], torch.tensor([5, 6]));
  x.indexPut_([where(1, 0, 0), columns], 1, true);
  expect(await x.tolist()).toEqual([
    [1, 0, 1],
    [0, 0, 5],
    [6, 0, 0],
  ]);
  // Of two dimensions, and behind the index tensor.
  const wide = torch.zeros([2, 2, 2]);
  wide.indexPut_([torch.tensor([1n, 0n]), x.narrow(0, 0, 2).narrow(1, 1, 2).gt(0)], 3);
  expect(await wide.tolist()).toEqual([
    [
      [0, 0],
      [0, 3],
    ],
    [
      [0, 3],
      [0, 0],
    ],
  ]);
  const wrong = torch.zeros([3, 3]).indexPut_([where(1, 1, 1), columns], 1);
  await expect(wrong.tolist()).rejects.toThrow(/a mask has not 2 elements/);
  expect(() => torch.zeros([3, 3]).indexPut_([mask, torch.tensor([1n])], 1)).toThrow(torch.DeviceError);
});

test("masks and elements that the host knows are no index tensors", async () => {
  const x = torch.zeros([3, 3]);
  const mask = torch.tensor([false, true, true]);
  x.indexPut_([mask, torch.tensor([1n])], 1);
  x.indexPut_([mask, torch.tensor([true, false, true])], 2);
  x.indexPut_([true, -3, torch.ellipsis, at(1)], 3);
  expect(await x.tolist()).toEqual([
    [0, 3, 0],
    [2, 1, 0],
    [0, 1, 2],
  ]);
  expect(() => x.indexPut_([torch.tensor([true, true, true]), torch.tensor([2n, 0n])], 1)).toThrow(
    "indexing tensors could not be broadcast together with shapes [3], [2]",
  );
});

test("through a view, and for its derivatives", async () => {
  const x = table();
  x.select(1, 2).indexPut_([at(1)], -4);
  expect(await x.tolist()).toEqual([
    [0, 1, 2],
    [3, 4, -4],
  ]);
  const [weight, one] = [torch.ones([3]).requiresGrad_(), torch.tensor(3).requiresGrad_()];
  const y = weight.mul(2);
  y.indexPut_([at(1)], one);
  y.mul(torch.tensor([1, 2, 3]))
    .sum()
    .backward();
  expect(await weight.grad?.tolist()).toEqual([2, 0, 6]);
  expect(await one.grad?.tolist()).toEqual(2);
});

test("what does not fit is refused, at the call where it is known", async () => {
  expect(() => table().indexPut_([at(5)], 7)).toThrow("index 5 is out of bounds for dimension 0 with size 2");
  expect(() => table().indexPut_([at(1)], torch.ones([5]))).toThrow("must match the existing size (5)");
  await expect(
    table()
      .indexPut_([at(1).add(4)], 7)
      .tolist(),
  ).rejects.toThrow("out of bounds for dimension 0 with size 2");
});

test("places to split at, where the host knows them", async () => {
  const x = torch.arange(5);
  const parts = torch.tensorSplit(x, torch.tensor([1n, 3n]));
  expect(await Promise.all(parts.map((part) => part.tolist()))).toEqual([[0], [1, 2], [3, 4]]);
  expect(torch.tensorSplit(x, at(2))).toHaveLength(2);
  const computed = torch.tensor([0n, 2n]).add(1);
  expect(() => torch.tensorSplit(x, computed)).toThrow(torch.DeviceError);
  await computed.data();
  expect(torch.tensorSplit(x, computed)).toHaveLength(3);
});
