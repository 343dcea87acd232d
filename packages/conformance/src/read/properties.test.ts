import type { HostTensor } from "@cresset/io";
import { expect, test } from "vitest";
import type { Case } from "./manifest.ts";
import { propertiesOf } from "./properties.ts";

const tensors = new Map<string, HostTensor>([
  ["t0", { dtype: "float64", shape: [1], data: Float64Array.of(1) }],
  ["t1", { dtype: "int8", shape: [1], data: Int8Array.of(1) }],
]);

const of = (one: object): { names: string[]; dtypes: string[] } => {
  const { names, dtypes } = propertiesOf({ id: "area/double/1", ...one } as Case, tensors);
  return { names: [...names], dtypes: [...dtypes] };
};

test("of a call: its operation, and the element types of its tensors", () => {
  expect(of({ op: "torch.add", inputs: [{ name: "t", tensor: "t1" }], outputs: ["t0"] })).toEqual({
    names: ["torch.add"],
    dtypes: ["int8", "float64"],
  });
});

test("of a program: every step's operation, and what it asks for", () => {
  const steps = [
    { op: "torch.zeros", args: [[2]], kwargs: { dtype: { dtype: "float16" } } },
    { no_grad: [{ op: "torch.Tensor.double", args: [{ var: "x" }] }] },
  ];
  expect(of({ kind: "program", steps })).toEqual({
    names: ["torch.zeros", "torch.Tensor.double"],
    dtypes: ["float16", "float64"],
  });
});

test("of modules within modules, and of a training its optimizer", () => {
  const args = [{ module: "torch.nn.Linear", args: [2, 3] }];
  expect(of({ module: "torch.nn.Sequential", args }).names).toEqual(["torch.nn.Sequential", "torch.nn.Linear"]);
  expect(of({ optimizer: "torch.optim.LBFGS", kwargs: {} }).names).toEqual(["torch.optim.LBFGS"]);
});

test("of promotion: the element types that it names", () => {
  const one = { left: { kind: "0d", dtype: "float64" }, right: { kind: "tensor", dtype: "bool" } };
  expect(of({ kind: "promotion", ...one }).dtypes).toEqual(["float64", "bool"]);
  const result = { float16: "int64", float64: "int64" };
  expect(of({ kind: "promotion_unary", op: "torch.argmax", result }).dtypes).toEqual(["float16", "int64", "float64"]);
});
