import { cpu } from "@cresset/backend-cpu";
import { deviceNames, registerBackend, type Tensor, tensor } from "@cresset/core";
import { beforeAll, expect, expectTypeOf, test } from "vitest";
import { DataLoader } from "./data-loader.ts";
import { StackDataset } from "./stack-dataset.ts";
import { TensorDataset } from "./tensor-dataset.ts";

beforeAll(async () => {
  if (!deviceNames().includes("cpu")) await registerBackend(cpu());
});

test("data sets side by side, as arrays or records", () => {
  const names = ["a", "b", "c"];
  const rows = new TensorDataset(tensor([1, 2, 3]));
  const pairs = new StackDataset([names, rows]);
  expect(pairs.length).toBe(3);
  const [name, [row]] = pairs.get(1);
  expect([name, row.itemSync()]).toEqual(["b", 2]);
  expectTypeOf(pairs.get(0)).toEqualTypeOf<[string, [Tensor]]>();

  const records = new StackDataset({ name: names, row: rows });
  for (const batch of new DataLoader(records, { batchSize: 2 })) {
    expectTypeOf(batch).toEqualTypeOf<{ name: string[]; row: [Tensor] }>();
    expect([batch.name, batch.row[0].tolistSync()]).toEqual([names.slice(0, 2), [1, 2]]);
    break;
  }
});

test("of different lengths, or none, are refused", () => {
  expect(() => new StackDataset([[1, 2], [1]])).toThrow("Size mismatch between datasets");
  expect(() => new StackDataset([])).toThrow("At least one dataset should be passed");
});
