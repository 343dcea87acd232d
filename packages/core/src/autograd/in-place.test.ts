/** Gradients through views and in-place writes; expected ones are derived by hand, texts are PyTorch's. */
import { beforeAll, describe, expect, test } from "vitest";
import { maximum } from "../ops/elementwise/extremum.ts";
import { ellipsis, slice } from "../ops/indexing/items.ts";
import { noGrad } from "../runtime/mode.ts";
import { tensor } from "../tensor/creation.ts";
import { grad } from "./backward.ts";
import "../tensor/methods.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { useCpu } from "../testing/cpu.ts";

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });
const list = (t: Tensor | null): unknown => t?.tolistSync() ?? null;

beforeAll(useCpu);

describe("views and in-place writes", () => {
  test("a range of everything is a view of its own", () => {
    const x = leaf([1, 2]);
    const whole = x.index(slice(0, 2)) as Tensor;
    expect([whole.gradFn?.name, whole.isLeaf]).toEqual(["SliceBackward0", false]);
    expect((x.index(ellipsis) as Tensor).gradFn?.name).toBe("AliasBackward0");
    expect(() => whole.mul_(2)).toThrow("a view of a leaf Variable that requires grad");
  });

  test("a kept gradient is that of the tensor as it was written last", () => {
    const y = leaf([1, 2]).clone();
    y.retainGrad();
    y.zero_();
    expect(y.gradFn?.name).toBe("ZeroBackward0");
    y.sum().backward();
    expect(list(y.grad)).toEqual([1, 1]);
  });

  test("what may not be written is refused before shapes are looked at", () => {
    expect(() => leaf([1, 2]).add_(tensor([1, 2, 3]))).toThrow("a leaf Variable that requires grad");
  });

  test("a write through a view", () => {
    const x = leaf([1, 2, 3]);
    const y = x.mul(2);
    const v = y.narrow(0, 1, 2);
    v.mul_(10);
    expect([y.gradFn?.name, v.gradFn?.name]).toEqual(["CopySlices", "AsStridedBackward0"]);
    y.mul(y).sum().backward();
    // (2a)² + (20b)² + (20c)²
    expect(list(x.grad)).toEqual([8, 1600, 2400]);
  });

  test("a write to the base is seen by the gradient of an older view", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const v = y.select(0, 1);
    y.mul_(3);
    v.backward();
    expect([list(v), list(x.grad)]).toEqual([12, [0, 6]]);
  });

  test("also when the view is first read inside noGrad", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const v = y.select(0, 1);
    y.mul_(3);
    expect(noGrad(() => v.itemSync())).toBe(12);
    v.backward();
    expect(list(x.grad)).toEqual([0, 6]);
  });

  test("backward from a tensor that a view of it has written", () => {
    const x = leaf([3]);
    const y = x.mul(2);
    y.select(0, 0).mul_(5);
    y.backward();
    expect(list(x.grad)).toEqual([10]);
  });

  test("a buffer takes part once something with a history is written into it", () => {
    const x = leaf([1, 2]);
    const buffer = tensor([0, 0, 0]);
    buffer.narrow(0, 1, 2).copy_(x);
    expect(buffer.requiresGrad).toBe(true);
    buffer.mul(buffer).sum().backward();
    expect(list(x.grad)).toEqual([2, 4]);
  });

  test("what a constant overwrites stays in the graph, with gradient zero", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    y.zero_();
    expect(y.requiresGrad).toBe(true);
    y.sum().backward();
    expect(list(x.grad)).toEqual([0, 0]);
    const z = x.mul(3);
    z.select(0, 0).copy_(tensor(7));
    z.sum().backward();
    expect([list(z), list(x.grad)]).toEqual([
      [7, 6],
      [0, 3],
    ]);
  });

  test("a write of another shape and dtype", () => {
    const x = tensor([2], { dtype: "float64", requiresGrad: true });
    const y = tensor([1, 1, 1]);
    y.copy_(x);
    y.mul(tensor([1, 2, 3]))
      .sum()
      .backward();
    expect([x.grad?.dtype, list(x.grad)]).toEqual(["float64", [6]]);
  });

  test("expanded and permuted views add up", () => {
    const x = leaf([1, 2]);
    const wide = x.reshape(2, 1).expand(2, 3).permute(1, 0);
    wide
      .mul(
        tensor([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      )
      .sum()
      .backward();
    expect(list(x.grad)).toEqual([9, 12]);
  });
});

test.each([
  ["sin", (x: Tensor) => x.sin_(), (x: Tensor) => x.sin()],
  ["exp", (x: Tensor) => x.exp_(), (x: Tensor) => x.exp()],
  ["pow", (x: Tensor) => x.pow_(3), (x: Tensor) => x.pow(3)],
] as const)("second derivatives of %s go through what it has overwritten", (_, write, plain) => {
  const second = (fn: (x: Tensor) => Tensor): unknown => {
    const x = leaf([0.5, -2]);
    const [first] = grad(fn(x.mul(2)).pow(2).sum(), x, { createGraph: true });
    first.pow(2).sum().backward();
    return list(x.grad);
  };
  expect(second(write)).toEqual(second(plain));
  // What is read twice is copied only once, as in PyTorch.
  expect(() => second((x) => x.mul_(x))).toThrow("modified by an inplace operation");
});

describe("what was detached has a history of its own", () => {
  test("which a write begins", () => {
    const [x, w] = [leaf([1, 2, 3]), leaf([10])];
    const y = x.detach();
    y.narrow(0, 0, 1).copy_(w);
    expect([list(y), list(x), y.gradFn?.name, x.isLeaf]).toEqual([[10, 2, 3], [10, 2, 3], "CopySlices", true]);
    y.mul(y).sum().backward();
    expect([list(w.grad), x.grad]).toEqual([[20], null]);
  });

  test("also of a part, and through views of that", () => {
    const [x, w] = [leaf([1, 2, 3]), leaf([10, 20])];
    const z = x.mul(2).narrow(0, 1, 2).detach();
    z.mul_(w);
    expect([z.gradFn?.name, z.isLeaf]).toEqual(["MulBackward0", false]);
    const v = z.select(0, 0);
    v.mul_(w.select(0, 1));
    expect(v.gradFn?.name).toBe("AsStridedBackward0");
    z.sum().backward();
    expect([list(w.grad), x.grad]).toEqual([[80, 46], null]);
  });

  test("two leaves of one storage keep their gradients apart", () => {
    const x = leaf([1, 2]);
    const y = x.detach().requiresGrad_();
    noGrad(() => x.mul_(3));
    expect([list(y), x.isLeaf, y.isLeaf]).toEqual([[3, 6], true, true]);
    x.mul(5).sum().backward();
    expect([list(x.grad), y.grad]).toEqual([[5, 5], null]);
    y.mul(7).sum().backward();
    expect([list(x.grad), list(y.grad)]).toEqual([
      [5, 5],
      [7, 7],
    ]);
    expect(() => y.narrow(0, 0, 1).mul_(2)).toThrow("a view of a leaf Variable");
    const part = tensor([1, 2, 3]).narrow(0, 1, 2).detach().requiresGrad_();
    expect(() => part.narrow(0, 0, 1).mul_(2)).toThrow("a view of a leaf Variable");
  });
});

describe("in-place forms, as PyTorch 1.13 has them", () => {
  test("one of several views is not written", () => {
    const y = leaf([1, 2, 3]).mul(1);
    const b = y.split([1, 2])[1];
    expect(() => b.mul_(2)).toThrow("Output 1 of SplitWithSizesBackward0 is a view and is being modified inplace.");
    expect(() => b.select(0, 1).mul_(2)).toThrow(
      "Output 0 of SelectBackward0 is a view and is being modified inplace.",
    );
    const last = y.unbind(0)[2];
    expect(() => last.mul_(2)).toThrow("Output 2 of UnbindBackward0 is a view and is being modified inplace.");
    noGrad(() => last.mul_(2));
    expect(list(y)).toEqual([1, 2, 6]);
  });

  test("a gradient stays while none is wanted", () => {
    const x = leaf([1]);
    x.mul(3).sum().backward();
    expect(list(x.requiresGrad_(false).grad)).toEqual([3]);
    x.requiresGrad_(true).mul(3).sum().backward();
    expect(list(x.grad)).toEqual([6]);
    expect(list(x.detach_().grad)).toEqual([6]);
  });

  test("views of itself count as writes, and refuse leaves", () => {
    const x = tensor([[1, 2]]);
    const v = x.select(0, 0);
    x.t_().unsqueeze_(0);
    expect([x._version, v._version, list(v)]).toEqual([2, 2, [1, 2]]);
    const y = leaf([1, 2]);
    expect(() => y.t_()).toThrow("a leaf Variable that requires grad");
    expect(() => y.unsqueeze(0).squeeze_()).toThrow("a view of a leaf Variable");
    const names = (t: Tensor): unknown => t.gradFn?.name;
    expect([y.mul(1).t_(), y.mul(1).unsqueeze_(0), y.mul(1).squeeze_(), y.mul(1).squeeze_(0)].map(names)).toEqual([
      "TBackward1",
      "UnsqueezeBackward1",
      "SqueezeBackward2",
      "SqueezeBackward3",
    ]);
    expect([y.mul(1).fill_(1), y.mul(1).fill_(tensor(1))].map(names)).toEqual(["FillBackward2", "FillBackward3"]);
  });

  test("copy_ leaves what it overwrites in the graph, with gradient zero", () => {
    const [a, b] = [leaf([1, 2]), leaf([3, 4])];
    a.mul(2).copy_(b).sum().backward();
    expect([list(a.grad), list(b.grad)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test("writes through a view of everything", () => {
    const y = leaf([1, 2]).mul(1);
    const v = y.view(2);
    v.mul_(2);
    expect([y.gradFn?.name, v.gradFn?.name]).toEqual(["CopySlices", "AsStridedBackward0"]);
    const z = leaf([1, 2]).mul(1);
    const u = z.view(2);
    noGrad(() => u.mul_(2));
    expect([z.gradFn?.name, u.gradFn?.name]).toEqual(["MulBackward0", "AsStridedBackward0"]);
  });
});

describe("gradients that are recorded", () => {
  const flags = (output: Tensor, inputs: Tensor[]): boolean[] =>
    grad(output.sum(), inputs, { createGraph: true }).map((g) => g.requiresGrad);

  test("require grad where they depend on what does, or where PyTorch says so all the same", () => {
    const [a, b] = [leaf([1, 2]), leaf([2, 1])];
    expect(flags(maximum(a, b), [a, b])).toEqual([false, false]);
    expect(flags(a.clamp(0, 1.5), [a])).toEqual([false]);
    expect(flags(a.relu(), [a])).toEqual([true]);
    expect(flags(a.fmod(b), [a, b])).toEqual([false, true]);
  });

  test("may read what an in-place operation has overwritten", () => {
    const x = leaf([0.5, 0.25]);
    const y = x.mul(1);
    const size = y.abs();
    y.mul_(size);
    const [g] = grad(y.sum(), size, { createGraph: true });
    g.sum().backward();
    expect(list(x.grad)).toEqual([1, 1]);
  });
});
