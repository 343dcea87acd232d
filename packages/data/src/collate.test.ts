import { cpu } from "@cresset/backend-cpu";
import { deviceNames, registerBackend, tensor } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import { defaultCollate } from "./collate.ts";
import { TensorDataset } from "./tensor-dataset.ts";

beforeAll(async () => {
  if (!deviceNames().includes("cpu")) await registerBackend(cpu());
});

test("tensors are stacked, numbers become tensors, strings lists", () => {
  expect(defaultCollate([tensor([1, 2]), tensor([3, 4])]).tolistSync()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(defaultCollate([1, 2]).dtype).toBe("float32");
  expect(defaultCollate([1n, 2n]).dtype).toBe("int64");
  expect(defaultCollate([true, false]).dtype).toBe("bool");
  expect(defaultCollate(["a", "b"])).toEqual(["a", "b"]);
});

test("arrays and records are collated member by member", () => {
  const [x, nested] = defaultCollate([
    [tensor([1]), { label: 3n, name: "a" }],
    [tensor([2]), { label: 4n, name: "b" }],
  ] as const);
  expect(x.shape).toEqual([2, 1]);
  expect([nested.label.tolistSync(), nested.name]).toEqual([
    [3, 4],
    ["a", "b"],
  ]);
});

test("what does not fit is refused", () => {
  expect(() => defaultCollate([[1], [1, 2]])).toThrow("each element in list of batch should be of equal size");
  expect(() => defaultCollate([null])).toThrow("found null. Give the loader a collateFn");
  expect(() => defaultCollate([])).toThrow("there is nothing to collate");
});

test("a TensorDataset's samples are rows", () => {
  const dataset = new TensorDataset(
    tensor([
      [1, 2],
      [3, 4],
    ]),
    tensor([5, 6]),
  );
  const [row, label] = dataset.get(1);
  expect([row.tolistSync(), label.itemSync(), dataset.length]).toEqual([[3, 4], 6, 2]);
  expect(dataset.get(-2)[1].itemSync()).toBe(5);
  expect(() => dataset.get(2)).toThrow("index 2 is out of range for a data set of 2 samples");
  expect(() => new TensorDataset(tensor([1]), tensor([1, 2]))).toThrow("Size mismatch between tensors: [1], [2]");
});
