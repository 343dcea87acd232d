import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => torch.registerBackend(cpu()));

const leaf = (...numbers: number[]) => torch.tensor(numbers, { requiresGrad: true });

test("the tensor has the other's elements, and stays a leaf with its gradient", () => {
  const p = leaf(1, 2);
  p.mul(p).sum().backward();
  p.data = torch.tensor([5, 7]);
  expect(p.tolistSync()).toEqual([5, 7]);
  expect([p.requiresGrad, p.isLeaf, p.grad?.tolistSync()]).toEqual([true, true, [2, 4]]);
  p.mul(p).sum().backward();
  expect(p.grad?.tolistSync()).toEqual([12, 18]);
});

test("what was recorded before leads to the same gradient", () => {
  const p = leaf(1, 2);
  const loss = p.mul(torch.tensor([3, 4])).sum();
  p.data = torch.tensor([5, 7]);
  loss.backward();
  expect(p.grad?.tolistSync()).toEqual([3, 4]);
});

test("elements are shared, gradients are not", () => {
  const p = leaf(1, 2);
  const shadow = torch.tensor([5, 7]);
  p.data = shadow;
  torch.noGrad(() => p.add_(1));
  expect(shadow.tolistSync()).toEqual([6, 8]);
  shadow.fill_(0);
  expect(p.tolistSync()).toEqual([0, 0]);
  expect([shadow.requiresGrad, p.requiresGrad]).toEqual([false, true]);
  expect(() => p.add_(1)).toThrow("a leaf Variable that requires grad");
});

test("a value that is not computed yet, of a view, of the tensor itself", () => {
  const p = leaf(1, 2);
  p.data = p.detach().sub(0.5);
  expect(p.tolistSync()).toEqual([0.5, 1.5]);
  const rows = torch.tensor([
    [1, 2],
    [3, 4],
  ]);
  p.data = rows.index(1);
  torch.noGrad(() => p.mul_(10));
  expect(rows.tolistSync()).toEqual([
    [1, 2],
    [30, 40],
  ]);
});

test("another shape or dtype", () => {
  const p = leaf(1, 2);
  p.data = torch.ones([3], { dtype: "float64" });
  p.sum().backward();
  expect([p.shape, p.dtype, p.grad?.tolistSync()]).toEqual([[3], "float64", [1, 1, 1]]);
  expect(() => {
    p.data = torch.tensor([1n]);
  }).toThrow(
    new torch.AutogradError("data set to a tensor that requires gradients must be floating point or complex dtype"),
  );
  expect(() => {
    p.data = [1, 2] as never;
  }).toThrow("data(): expected a Tensor, but got an array");
});

test("`data()` reads, also after a module's parameter was given other elements", async () => {
  const p = leaf(1, 2);
  p.data = torch.tensor([3, 4]);
  expect([...(await p.data())]).toEqual([3, 4]);
  expect([...p.dataSync()]).toEqual([3, 4]);
});

test("views made afterwards lead to its gradient", () => {
  const p = leaf(1, 2);
  p.data = torch.tensor([3, 4]);
  p.view(2, 1).mul(2).sum().backward();
  expect(p.grad?.tolistSync()).toEqual([2, 2]);
  expect(() => p.narrow(0, 0, 1).mul_(2)).toThrow("a view of a leaf Variable");
});
