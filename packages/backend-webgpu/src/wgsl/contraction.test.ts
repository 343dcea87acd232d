import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import { webgpu } from "../index.ts";
import { started } from "../testing.ts";

beforeAll(async () => {
  await torch.registerBackend(cpu());
  await torch.registerBackend({ ...(await started(webgpu({ cooperative: true }))), initialize: undefined });
});

// Tiles of 32: nine and a rest of rows are more than one band; batches start anew.
test.each([
  [1, 300, 40, 70],
  [1, 70, 33, 300],
  [3, 290, 20, 40],
])("products of many tiles: [%i, %i, %i] · [_, %i]", async (batch, rows, depth, columns) => {
  const results: number[][] = [];
  for (const device of ["cpu", "webgpu"]) {
    torch.setDefaultDevice(device);
    torch.manualSeed(0);
    const product = torch.randn(batch, rows, depth).matmul(torch.randn(batch, depth, columns));
    results.push([...((await product.data()) as Float32Array)]);
  }
  const [expected, got] = results;
  const worst = Math.max(...got.map((x, i) => Math.abs(x - expected[i])));
  expect(got).toHaveLength(batch * rows * columns);
  expect(worst).toBeLessThan(1e-4);
});
