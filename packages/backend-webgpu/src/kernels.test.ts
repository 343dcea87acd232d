import { failureOf, isFor, kernelCases, single } from "@cresset/conformance/kernels";
import { describe, expect, test } from "vitest";
import { type WebGpuOptions, webgpu } from "./index.ts";
import { started } from "./testing.ts";

const usual = await started(webgpu({ cooperative: true }));
const cases = kernelCases.filter((one) => isFor(usual, one));

test("all cases are tried but those of float64", () => {
  const float64 = kernelCases.filter(({ kernel }) => kernel.operands.some(({ dtype }) => dtype === "float64"));
  expect(cases.length).toBe(kernelCases.length - float64.length);
});

test.each(cases)("$name", async (one) => expect(await failureOf(usual, one)).toBe(null));

/** Values in the heap, and each in a buffer of its own; kernels whose threads work together, and whose threads do not. */
const others: [string, WebGpuOptions][] = [
  ["heap", { cooperative: false }],
  ["buffers", { heapBytes: -1, cooperative: false }],
  ["buffers, cooperative", { heapBytes: -1, cooperative: true }],
  ["heap, cooperative, without subgroups", { cooperative: true, subgroups: false }],
];

/** Pipelines compile slowly on a software GPU, and what was loaded is sorted alike wherever it lay. */
const few = cases.filter(({ kernel }) => kernel.kind !== "sort" || kernel.key === "sort float32 1000 false");

describe.each(
  await Promise.all(others.map(async ([name, options]) => [name, await started(webgpu(options))] as const)),
)("%s", (_, backend) => {
  test.each(few)("$name", async (one) => expect(await failureOf(backend, one)).toBe(null));

  // Where threads share nothing, the adapter is a program, which takes long to compile branches.
  test("loads within bounds stand in branches where threads may skip them", () => {
    const guarded = cases.find(({ name }) => name.startsWith("a guard does not evaluate"));
    if (guarded === undefined) throw new Error("there is no such case");
    const { kernel, lengths, extents } = guarded;
    const branches = /\} else \{/.test(backend.explain(single(kernel, lengths, extents)));
    expect(branches).toBe(backend.info().cooperative);
  });
});
