/** Extremes of short rows are those of long ones, whichever points a vector holds. */
import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core/functions";
import { expect, test } from "vitest";
import { type WasmOptions, wasm } from "../../index.ts";

/** Extremes along the last dimension, of rows with NaN, zeros of both signs and equal elements. */
async function results(options?: WasmOptions): Promise<unknown[]> {
  await torch.registerBackend(options ? wasm(options) : cpu());
  torch.setDefaultDevice(options ? "wasm" : "cpu");
  torch.manualSeed(0);
  const found: unknown[] = [];
  for (const dtype of ["float32", "float64", "float16", "int64", "int32", "uint8"] as const)
    for (const shape of [
      [50, 1],
      [17, 4],
      [2, 19, 3],
      [16, 10],
      [31, 15],
      [40, 5, 3],
    ]) {
      const any = torch.randint(0, 4, shape);
      const signed = torch.where(torch.eq(any, 1), -0, torch.sub(any, 1));
      const special = torch.where(torch.eq(torch.randint(0, 9, shape), 0), Number.NaN, signed);
      const whole = (dtype.startsWith("float") ? special : any).to(dtype);
      const dims = shape.length === 3 && shape[0] === 40 ? [1, 2] : [-1];
      // The first row is left out, so that rows start anywhere.
      for (const x of [whole, torch.narrow(whole, 0, 1, shape[0] - 1), torch.flip(whole, [-1])]) {
        found.push(torch.amax(x, dims), torch.amin(x, dims), torch.argmax(x, -1), torch.argmin(x, -1));
        if (dtype === "float32") found.push(torch.amax(torch.softmax(torch.nanToNum(x), -1), dims));
      }
    }
  return found.map((x) => (x as torch.Tensor).dataSync());
}

test("as on cpu, with and without vectors", async () => {
  const expected = await results();
  expect(await results({ threads: 1 })).toEqual(expected);
  expect(await results({ threads: 1, simd: false })).toEqual(expected);
});

test("a vector holds points of four rows, where rows are short", async () => {
  await torch.registerBackend(wasm({ threads: 1 }));
  torch.setDefaultDevice("wasm");
  const text = (columns: number): string => torch.explain(torch.amax(torch.rand(100, columns), -1));
  expect(text(10)).not.toContain("i32x4.max_u");
  expect(text(16)).toContain("i32x4.max_u");
});
