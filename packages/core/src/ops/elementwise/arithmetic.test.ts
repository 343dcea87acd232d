import { beforeAll, describe, expect, test } from "vitest";
import { float, type Tensor, tensor } from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";
import { add, mul, neg, positive, rsub, sub } from "./arithmetic.ts";
import { addcmul, lerp } from "./interpolation.ts";

beforeAll(useCpu);

const longs = (...values: number[]): Tensor => tensor(values.map(BigInt));

describe("promotion", () => {
  test("a float number makes integers float32, an int number does not", () => {
    expect(add(longs(1, 2), 1).dtype).toBe("int64");
    expect(add(longs(1, 2), 1.5).dtype).toBe("float32");
    expect(add(longs(1, 2), float(1)).dtype).toBe("float32");
  });

  test("a tensor of no dimension decides only across kinds", () => {
    expect(add(tensor([1]), tensor(1, { dtype: "float64" })).dtype).toBe("float32");
    expect(add(longs(1), tensor(1, { dtype: "float64" })).dtype).toBe("float64");
    expect(add(tensor([1], { dtype: "uint8" }), longs(1).reshape([])).dtype).toBe("uint8");
    expect(add(tensor([1], { dtype: "uint8" }), tensor([1], { dtype: "int8" })).dtype).toBe("int16");
  });

  test("integers wrap", () => {
    expect(add(tensor([100, -128], { dtype: "int8" }), 100).tolistSync()).toEqual([-56, -28]);
    expect(sub(tensor([1], { dtype: "uint8" }), 2).tolistSync()).toEqual([255]);
    expect(mul(longs(2), 2n ** 62n).tolistSync()).toEqual([-(2n ** 63n)]);
  });

  test("float16 is computed in float32 and rounded once", () => {
    const x = tensor([65504, 1], { dtype: "float16" });
    expect(add(x, x).tolistSync()).toEqual([Number.POSITIVE_INFINITY, 2]);
    expect(add(x, 2 ** -11, { alpha: 2 }).tolistSync()).toEqual([65504, 1 + 2 ** -10]);
  });
});

describe("alpha", () => {
  test("multiplies the second operand, in the result's dtype", () => {
    expect(add(longs(1), longs(10), { alpha: 3 }).tolistSync()).toEqual([31]);
    expect(sub(tensor([1]), tensor([10]), { alpha: 0.5 }).tolistSync()).toEqual([-4]);
    expect(rsub(tensor([1]), 10, { alpha: 2 }).tolistSync()).toEqual([8]);
  });

  test("of floats is fused, bit for bit as in PyTorch 1.13", () => {
    const [x, y] = [tensor([0.08897809684276581]), tensor([-1.435179352760315])];
    expect(add(x, y, { alpha: 0.3 }).itemSync()).toBe(-0.3415757119655609);
    expect(sub(x, y, { alpha: 0.3 }).itemSync()).toBe(0.5195319056510925);
    expect(rsub(x, y, { alpha: 0.3 }).itemSync()).toBe(-1.4618728160858154);
    expect(addcmul(x, y, tensor([0.41921865940093994]), { value: 0.3 }).itemSync()).toBe(-0.0915180966258049);
    expect(lerp(x, y, 0.3).itemSync()).toBe(-0.368269145488739);
    expect(lerp(x, y, 0.7).itemSync()).toBe(-0.9779320955276489);
  });

  test("is refused where PyTorch refuses it", () => {
    expect(() => add(longs(1), longs(1), { alpha: 0.5 })).toThrow("argument alpha must not be a floating point number");
    expect(() => add(longs(1), longs(1), { alpha: true })).toThrow("Boolean alpha only supported for Boolean results.");
  });

  test("reaches the gradient", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    add(tensor([0, 0]), x, { alpha: 3 })
      .sum()
      .backward();
    expect(x.grad?.tolistSync()).toEqual([3, 3]);
  });
});

test("gradients of broadcast operands are summed to their shapes", () => {
  const a = tensor([[1], [2]], { requiresGrad: true });
  const b = tensor([10, 20, 30], { requiresGrad: true });
  mul(a, b).sum().backward();
  expect(a.grad?.tolistSync()).toEqual([[60], [60]]);
  expect(b.grad?.tolistSync()).toEqual([3, 3, 3]);
});

test("bool adds as or, and is neither subtracted nor negated", () => {
  const b = tensor([true, false]);
  expect(add(b, b).tolistSync()).toEqual([true, false]);
  expect(mul(b, true).dtype).toBe("bool");
  expect(() => sub(b, b)).toThrow("with two bool tensors is not supported");
  expect(() => sub(b, 1)).toThrow("with a bool tensor is not supported");
  expect(() => rsub(b, 1)).toThrow("with a bool tensor is not supported");
  expect(() => neg(b)).toThrow("Negation, the `-` operator, on a bool tensor is not supported");
  expect(() => positive(b)).toThrow("on a bool tensor is not supported");
});

test("what is neither a tensor nor a number is refused", () => {
  expect(() => add(tensor([1]), "2" as unknown as number)).toThrow("expected a Tensor or a number, but got string");
  expect(() => add(1, 2)).toThrow("at least one operand must be a Tensor");
  expect(() => add(tensor([1, 2, 3]), tensor([1, 2])).tolistSync()).toThrow(
    "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 0",
  );
});

test("a float of no dimension is rounded to the float16 beside it first", () => {
  const h = tensor([1.194, 0.6055], { dtype: "float16" });
  const one = tensor(-0.6559210419654846, { dtype: "float64" });
  const values = (t: Tensor): number[] => (t.to("float32").tolistSync() as number[]).map((x) => Math.fround(x));
  expect(values(add(one, h))).toEqual([0.53857421875, -0.05029296875]);
  expect(values(rsub(tensor(1.887876), tensor([1.145, 0.6235], { dtype: "float16" })))).toEqual(
    values(rsub(tensor(1.887876, { dtype: "float16" }), tensor([1.145, 0.6235], { dtype: "float16" }))),
  );
});
