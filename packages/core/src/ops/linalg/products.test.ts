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
