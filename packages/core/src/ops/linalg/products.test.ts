import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

test("for the dtype of kron, a tensor of no dimension counts like any other", () => {
  const floats = ["float16", "float32", "float64"] as const;
  for (const [i, a] of floats.entries())
    for (const [j, b] of floats.entries()) {
      const [x, y] = [torch.ones([2], { dtype: a }), torch.ones([], { dtype: b })];
      expect([torch.kron(x, y).dtype, torch.kron(y, x).dtype]).toEqual(Array(2).fill(floats[Math.max(i, j)]));
    }
  const bytes = torch.ones([2], { dtype: "uint8" });
  expect(torch.kron(bytes, torch.tensor(2n)).dtype).toBe("int64");
});

test("outer products of bools, and of several dtypes", () => {
  const [a, b] = [torch.tensor([true, false]), torch.tensor([true, true])];
  const x = torch.tensor([
    [false, false],
    [true, false],
  ]);
  const sums = torch.addr(x, a, b, { beta: 3, alpha: 2 });
  expect([sums.dtype, sums.tolistSync()]).toEqual(["bool", [[true, true], [true, false]]]); // biome-ignore format: rows
  expect(torch.addr(x.to("int32"), a, b.to("float32")).dtype).toBe("float32");
  expect(() => torch.addr(torch.ones(2, 2), torch.ones(2), torch.ones(2), { beta: true })).toThrow(
    "Boolean beta only supported for Boolean results.",
  );
});

test("what has no product, gradient or gamma is refused", () => {
  const [bools, bytes] = [torch.ones([3], { dtype: "bool" }), torch.ones([3], { dtype: "uint8" })];
  expect(() => torch.cross(bools, bools)).toThrow("\"cross\" not implemented for 'Bool'");
  expect(() => torch.mvlgamma(bools, 1)).toThrow("The input tensor may not be a boolean tensor.");
  expect(() => torch.gradient(bytes)).toThrow("torch.gradient does not support uint8 input.");
  expect(() => torch.addcmul(bytes, bytes, bytes, { value: -0.5 })).toThrow("to type uint8_t without overflow");
  expect(() => torch.tensor(1).unflatten(0, [1])).toThrow("Dimension specified as 0 but tensor has no dimensions");
  expect(() => torch.ones(2, 4).split([1, 2], -1)).toThrow("(input tensor's size at dimension -1)");
});
