import { afterEach, expect, test } from "vitest";
import { finfo, getDefaultDtype, iinfo, ones, setDefaultDtype, tensor } from "../index.ts";
import { useCpu } from "../testing/cpu.ts";

await useCpu();

afterEach(() => setDefaultDtype("float32"));

test("limits of floats", () => {
  expect(finfo("float32")).toMatchObject({ bits: 32, eps: 2 ** -23, max: 3.4028234663852886e38, resolution: 1e-6 });
  expect(finfo("float64")).toMatchObject({ eps: Number.EPSILON, max: Number.MAX_VALUE, tiny: 2.2250738585072014e-308 });
  expect(finfo("float16")).toMatchObject({ max: 65504, min: -65504, tiny: 2 ** -14, eps: 2 ** -10 });
  expect(() => finfo("int8")).toThrow("requires a floating point input type");
});

test("limits of integers", () => {
  expect(iinfo("uint8")).toEqual({ dtype: "uint8", bits: 8, max: 255, min: 0 });
  expect(iinfo("int64").max).toBe(2n ** 63n - 1n);
  expect(() => iinfo("bool")).toThrow("requires an integer input type");
});

test("the default dtype", () => {
  setDefaultDtype("float64");
  expect(getDefaultDtype()).toBe("float64");
  expect(tensor([1.5]).dtype).toBe("float64");
  expect(ones(2).dtype).toBe("float64");
  expect(`${tensor(1.5)} ${ones(1, { dtype: "float32" })}`).toBe("tensor(1.5000) tensor([1.], dtype=torch.float32)");
  expect(tensor([1n, 2n]).div(2).dtype).toBe("float64");
  expect(() => setDefaultDtype("int64")).toThrow("only float32 and float64");
});
