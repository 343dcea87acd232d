/** `x[i] = value` where a tensor says which element, on a device that cannot be asked at once. */
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
