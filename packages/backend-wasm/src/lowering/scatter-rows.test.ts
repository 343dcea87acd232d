/** Rows that are written four points at a time have the bits of points one by one. */
import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core/functions";
import { expect, test } from "vitest";
import { type WasmOptions, wasm } from "../index.ts";

async function use(options?: WasmOptions): Promise<void> {
  await torch.registerBackend(options ? wasm(options) : cpu());
  torch.setDefaultDevice(options ? "wasm" : "cpu");
  torch.manualSeed(0);
}

const dtypes = ["float32", "float64", "float16", "int64", "int32", "int16", "uint8"] as const;

/** Rows of several lengths written to places of which many are the same. */
function results(): torch.Tensor[] {
  return dtypes.flatMap((dtype) =>
    [1, 3, 4, 9, 64].flatMap((columns) => {
      const make = (rows: number): torch.Tensor => torch.mul(torch.rand(rows, columns), 9).to(dtype);
      const [base, source] = [make(7), make(40)];
      const at = torch.randint(0, 7, [40]);
      const across = torch.narrow(torch.transpose(make(columns + 1), 0, 1), 0, 0, Math.min(7, columns));
      return [
        torch.indexAdd(base, 0, at, source),
        torch.indexAdd(torch.narrow(base, 0, 2, 5), 0, torch.remainder(at, 5), torch.narrow(source, 1, 0, columns)),
        torch.indexCopy(base, 0, torch.randperm(7), torch.narrow(source, 0, 3, 7)),
        torch.indexPut(base, [at], source, { accumulate: true }),
        torch.scatterReduce(base, 0, torch.broadcastTo(torch.unsqueeze(at, 1), [40, columns]), source, "amax"),
        torch.scatterReduce(base, 0, torch.broadcastTo(torch.unsqueeze(at, 1), [40, columns]), source, "prod"),
        torch.indexAdd(across, 1, torch.randint(0, columns + 1, [columns + 1]), across),
      ];
    }),
  );
}

test("as on cpu, with and without vectors", async () => {
  await use();
  const expected = results().map((x) => x.dataSync());
  for (const simd of [true, false]) {
    await use({ threads: 1, simd });
    expect(results().map((x) => x.dataSync())).toEqual(expected);
  }
});

test("vectors are added where rows go to rows", async () => {
  await use({ threads: 1 });
  const add = (columns: number): string => {
    const at = torch.randint(0, 9, [20]);
    const text = torch.explain(torch.indexAdd(torch.rand(9, columns), 0, at, torch.rand(20, columns)));
    return text.slice(text.indexOf(";; scatter"));
  };
  expect(add(8)).toContain("f32x4.add");
  const elements = torch.indexAdd(torch.rand(9), 0, torch.randint(0, 9, [20]), torch.rand(20));
  expect(torch.explain(elements)).not.toContain("f32x4.add");
});

test("an index that lies outside writes nothing, and is told", async () => {
  await use({ threads: 1 });
  const at = torch.add(torch.tensor([0n, 8n]), 1);
  const x = torch.zeros(9, 6);
  expect(() => torch.indexAdd(x, 0, at, torch.ones(2, 6)).dataSync()).toThrow("out of");
  expect(torch.sum(torch.indexAdd(x, 0, torch.sub(at, 1), torch.ones(2, 6))).itemSync()).toBe(12);
});
