/** Values larger than a binding are bound in parts. */
import { cpu } from "@cresset/backend-cpu";
import * as torch from "cresset";
import { beforeAll, expect, test } from "vitest";
import { faultyDevice } from "./faulty-device.ts";
import { webgpu } from "./index.ts";

// Not a multiple of what parts begin at. Values of 4000 float32 have two parts, of 4000 int64 four.
const limits = { maxStorageBufferBindingSize: 8400 };
const allowed = { heapBytes: 512 };

beforeAll(async () => {
  const { device } = await faultyDevice(limits);
  // The heap is one binding: it has no more than that.
  await torch.registerBackend(webgpu({ ...allowed, device }));
  await torch.registerBackend(cpu());
});

/** What `of` gives on the device and on cpu. */
async function both(of: (device: string) => torch.Tensor | Promise<torch.Tensor>): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const device of ["webgpu", "cpu"]) {
    torch.setDefaultDevice(device);
    torch.manualSeed(5);
    results.push([...(await (await of(device)).data())]);
  }
  return results;
}

test("programs see no difference", async () => {
  const { explain } = torch;
  torch.setDefaultDevice("webgpu");
  const x = torch.ones([4000]);
  expect(explain(x.neg())).toMatch(/fn load_b\d\(i: i32\) -> f32/);
});

test.each<[string, () => torch.Tensor]>([
  [
    "elementwise, integers",
    () =>
      torch
        .arange(2000)
        .mul(2 ** 40)
        .add(3),
  ],
  ["bool", () => torch.arange(2500).remainder(3).eq(1)],
  ["a transpose", () => torch.arange(4000).to("int32").view([40, 100]).t().add(1)],
  [
    "sums of rows and columns",
    () =>
      torch
        .randint(0, 9, [60, 60])
        .sum(0)
        .add(torch.randint(0, 9, [60, 60]).sum(1)),
  ],
  [
    "a product",
    () =>
      torch
        .randint(-3, 3, [50, 60])
        .to("float32")
        .matmul(torch.randint(-3, 3, [60, 55]).to("float32")),
  ],
  ["a gather", () => torch.arange(3000).indexSelect(0, torch.randint(0, 3000, [2600]))],
  [
    "a scatter",
    () =>
      torch
        .zeros([3000])
        .to("int64")
        .scatterAdd(0, torch.randint(0, 3000, [2500]), torch.ones([2500]).to("int64")),
  ],
  ["a sort", () => torch.randint(0, 1000, [2, 1500]).sort(1).values],
  ["a running sum", () => torch.randint(0, 9, [2, 1500]).cumsum(1)],
])("%s", async (_, of) => {
  const [got, expected] = await both(of);
  expect(got).toEqual(expected);
});
