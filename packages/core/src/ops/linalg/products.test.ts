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
