import { expect, test } from "vitest";
import { stdMean, tensor } from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

await useCpu();

test("named results print as PyTorch's named tuples", () => {
  const x = tensor([[3, 1, 2]]);
  expect(`${x.max(1)}`).toBe("torch.return_types.max(\nvalues=tensor([3.]),\nindices=tensor([0]))");
  expect(`${x.topk(2)}`).toBe("torch.return_types.topk(\nvalues=tensor([[3., 2.]]),\nindices=tensor([[0, 2]]))");
  expect(`${x.cummax(1)}`).toContain("torch.return_types.cummax(");
  expect(`${x.median(1)}`).toContain("torch.return_types.median(");
  expect(`${stdMean(x)}`).toBe("(tensor(1.), tensor(2.))");
  const { values, indices } = x.sort(1);
  expect([...x.sort(1)].map(String)).toEqual([`${values}`, `${indices}`]);
});
