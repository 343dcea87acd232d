/** The first positions of sorted rows are those of the whole sort, though little of long rows is sorted. */
import { axis, load, plus, reads, runOnce, single, times, writes } from "@cresset/conformance/kernels";
import type { DType, SortKernel } from "@cresset/core/backend";
import * as torch from "@cresset/core/functions";
import { expect, test } from "vitest";
import { wasm } from "../../index.ts";

const rows: Readonly<Record<string, (count: number) => torch.Tensor>> = {
  "in any order": (count) => torch.mul(torch.randn(count), 50),
  rising: (count) => torch.arange(count),
  falling: (count) => torch.arange(count, 0, -1),
  equal: (count) => torch.zeros(count),
  "few values": (count) => torch.randint(-3, 4, [count]),
  "zeros of both signs, and no numbers": (count) =>
    torch.where(
      torch.lt(torch.rand(count), 0.05),
      Number.NaN,
      torch.where(torch.lt(torch.rand(count), 0.3), -0, torch.relu(torch.randn(count))),
    ),
  infinities: (count) =>
    torch.where(torch.lt(torch.rand(count), 0.5), Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
};

const dtypes = ["float32", "float64", "float16", "int64", "int16", "uint8"] as const;

test.each([true, false])("those of a whole sort, with vectors: %s", async (simd) => {
  await torch.registerBackend(wasm({ threads: 1, simd }));
  torch.setDefaultDevice("wasm");
  torch.manualSeed(0);
  for (const dtype of dtypes)
    for (const [name, make] of Object.entries(rows)) {
      if (name.match("numbers|infinities") && !dtype.startsWith("float")) continue;
      for (const [size, wanted] of [
        [1003, [0, 1, 5, 40, 249, 300]],
        [70, [1, 8, 35]],
        [63, [8]],
      ] as const) {
        const base = (dtype === "uint8" ? torch.abs(make(3 * size)) : make(3 * size)).to(dtype);
        for (const x of [torch.reshape(base, [3, size]), torch.transpose(torch.reshape(base, [size, 3]), 0, 1)])
          for (const descending of [true, false]) {
            const { indices: all } = torch.sort(x, 1, descending);
            for (const k of wanted) {
              const { indices, values } = torch.topk(x, k, 1, descending);
              const expected = torch.narrow(all, 1, 0, k);
              expect(indices.dataSync(), `${dtype} ${name} ${size} ${k}`).toEqual(expected.dataSync());
              expect(values.dataSync()).toEqual(torch.gather(x, 1, expected).dataSync());
            }
          }
      }
    }
});

test.each<[DType, number]>([
  ["float32", 1000],
  ["int64", 500],
])("of long rows of %s no other positions are written", async (dtype, count) => {
  const backend = wasm({ threads: 1 });
  await torch.registerBackend(backend);
  const at = plus(times(axis(0), count), axis(1));
  const kernel = {
    kind: "sort",
    key: `sort first ${dtype}`,
    name: "sort",
    operands: [...reads(dtype), writes("int64")],
    arguments: 0,
    checks: 0,
    axes: 2,
    descending: true,
    first: 3,
    value: load(dtype, 0, at),
    target: 1,
    index: at,
  } satisfies SortKernel;
  const given = torch
    .remainder(torch.mul(torch.arange(2 * count), 7), 1013)
    .to(dtype)
    .dataSync();
  const { arrays } = runOnce(backend, single(kernel, [2 * count, 2 * count], [2, count]), [
    given,
    new BigInt64Array(2 * count).fill(-1n),
  ]);
  const untouched = Array.from(arrays[1] as BigInt64Array).filter((x) => x === -1n);
  expect(untouched).toHaveLength(2 * (count - 3));
});
