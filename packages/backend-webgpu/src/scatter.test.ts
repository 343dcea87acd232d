/** Scatters in which many points meet: sorted, they give the same bits as one after another. */
import { axis, fromValue, load, plus, reads, runOnceAsync, single, times, updates } from "@cresset/conformance/kernels";
import type { Backend, DType, Expression, HostArray, ScatterKernel, ScatterMode } from "@cresset/core/backend";
import { expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { started } from "./testing.ts";

const alone = await started(webgpu({ cooperative: false }));
const together = await started(webgpu({ cooperative: true }));
const [points, targets, features] = [300, 7, 3];

function scatter(mode: ScatterMode, dtype: DType, where: Expression): ScatterKernel {
  const row = plus(times(axis(0), features), axis(1));
  return {
    kind: "scatter",
    key: `scatter ${mode} ${dtype} ${JSON.stringify(where)}`,
    name: "scatter",
    operands: [...reads("int64", dtype), updates(dtype)],
    axes: 2,
    arguments: 0,
    checks: 0,
    mode,
    target: 2,
    index: plus(times(fromValue(where, targets), features), axis(1)),
    value: load(dtype, 1, row),
  };
}

async function results(kernel: ScatterKernel, data: readonly HostArray[]): Promise<[HostArray, HostArray]> {
  const program = single(
    kernel,
    data.map(({ length }) => length),
    [points, features],
  );
  const run = async (backend: Backend): Promise<HostArray> => (await runOnceAsync(backend, program, data)).arrays[2];
  const before = Number(together.info().dispatches);
  const both: [HostArray, HostArray] = [await run(alone), await run(together)];
  // The sort takes one pass, as its rows are short, and the sums another.
  expect(Number(together.info().dispatches) - before).toBe(2);
  return both;
}

/** Some targets are met often, one never, another by one point in eleven. */
const index = (i: number): bigint => BigInt(i % 11 === 0 ? 3 : (i * i) % 6);

test.each(["set", "sum", "product", "max", "min"] as const)("%s of floats, by an index of its own", async (mode) => {
  const where = BigInt64Array.from({ length: points }, (_, i) => index(i));
  const values = Float32Array.from({ length: points * features }, (_, i) => 1 + Math.sin(i) * 0.1);
  if (mode === "max") values[100] = Number.NaN;
  const old = Float32Array.from({ length: targets * features }, (_, i) => i / 3);
  const [expected, got] = await results(scatter(mode, "float32", load("int64", 0, axis(0))), [where, values, old]);
  expect(got).toEqual(expected);
  expect(got).not.toEqual(old);
  expect([...got.slice(6 * features)]).toEqual([...old.slice(6 * features)]);
});

test("sums of halves round after each, and those of integers wrap", async () => {
  const where = BigInt64Array.from({ length: points }, (_, i) => index(i));
  const halves = Uint16Array.from({ length: points * features }, (_, i) => 0x3c00 + (i % 700));
  const [expected, got] = await results(scatter("sum", "float16", load("int64", 0, axis(0))), [
    where,
    halves,
    new Uint16Array(targets * features),
  ]);
  expect(got).toEqual(expected);
  const bytes = Int8Array.from({ length: points * features }, (_, i) => i % 127);
  const sums = await results(scatter("sum", "int8", load("int64", 0, axis(0))), [
    where,
    bytes,
    new Int8Array(targets * features),
  ]);
  expect(sums[1]).toEqual(sums[0]);
});

test("by an index that differs from column to column", async () => {
  const where = BigInt64Array.from({ length: points * features }, (_, i) => index(i));
  const values = Float32Array.from({ length: points * features }, (_, i) => Math.sin(i));
  const at = load("int64", 0, plus(times(axis(0), features), axis(1)));
  const [expected, got] = await results(scatter("sum", "float32", at), [
    where,
    values,
    new Float32Array(targets * features),
  ]);
  expect(got).toEqual(expected);
  const exact = new Float64Array(targets * features);
  for (let i = 0; i < values.length; i++) exact[Number(where[i]) * features + (i % features)] += values[i];
  exact.forEach((x, i) => {
    expect(Number(got[i])).toBeCloseTo(x, 4);
  });
});
