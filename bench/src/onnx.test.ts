import { describe, expect, test } from "vitest";
import type { HostTensor } from "./contender.ts";
import { start } from "./contenders/ort-web.ts";
import type { Kind, Task } from "./protocol.ts";

function tensor(shape: number[], ...values: number[]): HostTensor {
  return { shape, data: Float32Array.from(values) };
}

async function run<K extends Kind>(
  task: Extract<Task, { kind: K }>,
  inputs: Record<string, HostTensor>,
): Promise<number[]> {
  const implement = (await start()).tasks[task.kind as K];
  if (implement === undefined) throw new Error(`no ${task.kind}`);
  const prepared = await implement(task, inputs);
  const result = Array.from((await prepared.result()) ?? []);
  prepared.finish?.();
  return result;
}

describe("models for ONNX Runtime", () => {
  test("integer attributes and transposed operands", async () => {
    const a = tensor([3, 2], 1, 4, 2, 5, 3, 6);
    const b = tensor([1, 3], 1, 10, 100);
    expect(await run({ kind: "matmul", transposeA: true, transposeB: true }, { a, b })).toEqual([321, 654]);
  });

  test("lists, constants of int64, and more than 127 bytes", async () => {
    const x = tensor([2, 100], ...Array.from({ length: 200 }, (_, i) => i % 100));
    expect(await run({ kind: "reduce", operation: "sum", dim: 1 }, { x })).toEqual([4950, 4950]);
    expect(await run({ kind: "reduce", operation: "max", dim: 1 }, { x })).toEqual([99, 99]);
  });

  test("float attributes, float constants", async () => {
    const x = tensor([1, 2], -1, 1);
    const normalised = await run({ kind: "layer-norm" }, { x, weight: tensor([2], 2, 3), bias: tensor([2], 0, 1) });
    expect(normalised[0]).toBeCloseTo(-2, 4);
    expect(normalised[1]).toBeCloseTo(4, 4);
  });
});
