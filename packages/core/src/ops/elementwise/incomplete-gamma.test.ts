import { cpu } from "@cresset/backend-cpu";
import { beforeAll, describe, expect, test } from "vitest";
import { registerBackend } from "../../runtime/device.ts";
import { tensor } from "../../tensor/creation.ts";
import { dataSync } from "../../tensor/reading.ts";
import { sum } from "../reduction/index.ts";
import { igamma, igammac } from "./incomplete-gamma.ts";

beforeAll(async () => {
  await registerBackend(cpu());
  // It computes what the processor computes, but the host has to await it.
  await registerBackend({ ...cpu(), name: "later", readSync: undefined });
});

const orders = [1e-10, 1e-4, 0.01, 0.3, 0.99, 1, 1.5, 3.9, 4, 7.5, 20, 21.5, 150, 1e4, 1e8];
const ratios = [1e-20, 1e-3, 0.3, 0.7, 0.95, 0.999, 1, 1.0005, 1.02, 1.3, 2, 6, 40];
const a = orders.flatMap((order) => [...ratios, ...ratios].map(() => order));
const x = orders.flatMap((order) => [...ratios.map((ratio) => ratio * order), ...ratios]);

describe.each([
  ["igamma", igamma],
  ["igammac", igammac],
] as const)("%s of a device that is read asynchronously", (_, fn) => {
  test("is that of the host, near and far from its steepest place", async () => {
    const [orderValues, values] = [dataSync(tensor(a, { device: "cpu" })), dataSync(tensor(x, { device: "cpu" }))];
    const wide = { dtype: "float64", device: "cpu" } as const;
    const want = dataSync(fn(tensor(Array.from(orderValues, Number), wide), tensor(Array.from(values, Number), wide)));
    const later = { device: "later" } as const;
    const got = await fn(tensor(a, later), tensor(x, later)).data();
    for (const [i, value] of want.entries()) {
      const [expected, actual] = [Number(value), Number(got[i])];
      // Of numbers of the far tail, the exponent's own rounding is seen: PyTorch's in float32 too.
      const relative = expected > 1e-6 ? 2e-6 : 2e-5;
      expect(Math.abs(actual - expected), `a = ${a[i]}, x = ${x[i]}: ${actual}, not ${expected}`).toBeLessThanOrEqual(
        Math.abs(expected) * relative + 1e-37,
      );
    }
  });

  test("at the ends", async () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    const marks = [-inf, -1, 0, 1, inf, nan];
    const ends = marks.flatMap((mark) => marks.map(() => mark));
    const at = marks.flatMap(() => marks);
    const on = (device: string) => fn(tensor(ends, { device }), tensor(at, { device }));
    const close = (value: unknown) => (Number.isFinite(value) ? expect.closeTo(Number(value), 6) : value);
    expect(await on("later").tolist()).toEqual(((await on("cpu").tolist()) as number[]).map(close));
  });

  test("of float16 is the rounded value", async () => {
    const on = (device: string, dtype: "float16" | "float32") =>
      fn(tensor([0.5, 2], { device, dtype }), tensor([0.25, 3], { device, dtype })).tolist();
    const close = ((await on("cpu", "float32")) as number[]).map((value) => expect.closeTo(value, 3));
    expect(await on("cpu", "float16")).toEqual(close);
    expect(await on("later", "float16")).toEqual(close);
  });

  test("has the gradient that it has on the host", async () => {
    const gradient = async (device: string) => {
      const leaf = tensor([0.1, 1, 4], { device, requiresGrad: true });
      sum(fn(tensor([0.5, 2, 3], { device }), leaf)).backward();
      return leaf.grad?.tolist();
    };
    expect(await gradient("later")).toEqual(await gradient("cpu"));
  });
});
