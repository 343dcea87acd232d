/** What `backward` and `grad` do, case by case; expected gradients are derived by hand, texts are PyTorch's. */
import { beforeAll, describe, expect, test } from "vitest";
import { AutogradError, ShapeError } from "../errors.ts";
import { celu } from "../ops/activation/rectifier.ts";
import { enableGrad, inferenceMode, noGrad } from "../runtime/mode.ts";
import { tensor } from "../tensor/creation.ts";
import "../tensor/methods.ts";
import { commitStates } from "../tensor/states.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { useCpu } from "../testing/cpu.ts";
import { backward, grad } from "./backward.ts";
import { clearGradient } from "./clear.ts";
import { registerHook, retainGrad } from "./hooks.ts";

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });
const list = (t: Tensor | null): unknown => t?.tolistSync() ?? null;

beforeAll(useCpu);

describe("accumulation", () => {
  test("gradients add up, also onto one that is still pending", () => {
    const x = leaf([1, 2]);
    for (let i = 0; i < 3; i++) x.mul(x).sum().backward();
    expect(list(x.grad)).toEqual([6, 12]);
    x.sum().backward();
    expect(list(x.grad)).toEqual([7, 13]);
  });

  test("gradients add up in the tensor that is there, for whoever holds it, its views and its base", () => {
    const [a, b] = [leaf([1, 2]), leaf([3, 4, 5])];
    const flat = tensor([0, 0, 0, 0, 0]).mul(1);
    a.grad = flat.narrow(0, 0, 2);
    b.grad = flat.narrow(0, 2, 3);
    a.mul(2).sum().add(b.mul(3).sum()).backward();
    expect(list(flat)).toEqual([2, 2, 3, 3, 3]);
    const x = leaf([1, 2]);
    x.sum().backward();
    const held = x.grad as Tensor;
    const view = held.narrow(0, 1, 1);
    x.sum().backward();
    expect(x.grad).toBe(held);
    expect([list(held), list(view)]).toEqual([[2, 2], [2]]);
    clearGradient(x, false);
    expect(x.grad).toBe(held);
    expect([list(held), list(view)]).toEqual([[0, 0], [0]]);
    x.sum().backward();
    expect([list(held), list(view)]).toEqual([[1, 1], [1]]);
  });

  test("with createGraph they add up in a new one", () => {
    const x = leaf([2]);
    x.mul(x).sum().backward();
    const held = x.grad as Tensor;
    x.mul(x).sum().backward(null, { createGraph: true });
    expect([list(held), list(x.grad), x.grad?.requiresGrad]).toEqual([[4], [8], true]);
    // Made zero, it has no history any more.
    clearGradient(x, false);
    expect([list(x.grad), x.grad?.requiresGrad]).toEqual([[0], false]);
  });

  test("a tensor used twice gets both gradients", () => {
    const x = leaf([3]);
    const h = x.mul(2);
    h.mul(h).add(h).sum().backward();
    // (2x)² + 2x
    expect(list(x.grad)).toEqual([26]);
  });

  test("several roots at once", () => {
    const x = leaf([3]);
    backward([x.mul(2), x.mul(x)]);
    expect(list(x.grad)).toEqual([8]);
  });

  test("the caller's seed is not shared with .grad", () => {
    const x = leaf([1, 2]);
    const seed = tensor([5, 6]);
    backward(x, seed);
    seed.add_(100);
    expect(list(x.grad)).toEqual([5, 6]);
  });

  test("inputs limits it to some leaves, and may name a result", () => {
    const [x, y] = [leaf([2]), leaf([3])];
    const h = x.mul(y);
    const options = { inputs: [x, h], retainGraph: true };
    h.mul(h).sum().backward(null, options);
    expect([list(x.grad), list(y.grad), list(h.grad)]).toEqual([[36], null, [12]]);
  });
});

describe("graphs", () => {
  test("are freed, and the error says so", () => {
    const x = leaf([2]);
    const y = x.mul(x).sum();
    y.backward();
    expect(() => y.backward()).toThrow(AutogradError);
    expect(() => y.backward()).toThrow(
      /Trying to backward through the graph a second time .*Specify retain_graph=True/,
    );
  });

  test("without saved values may be gone through twice", () => {
    const x = leaf([2]);
    const y = x.add(x).sum();
    y.backward();
    y.backward();
    expect(list(x.grad)).toEqual([4]);
  });

  test("are kept with retainGraph", () => {
    const x = leaf([2]);
    const y = x.mul(x).sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(list(x.grad)).toEqual([8]);
  });

  test("two losses share a part of one", () => {
    const x = leaf([2]);
    const h = x.mul(x);
    h.sum().backward(null, { retainGraph: true });
    h.mul(3).sum().backward();
    expect(list(x.grad)).toEqual([16]);
  });

  test("of gradients give higher derivatives", () => {
    const x = leaf([2]);
    const [first] = grad(x.mul(x).mul(x).sum(), x, { createGraph: true }) as [Tensor];
    const [second] = grad(first.sum(), x, { createGraph: true }) as [Tensor];
    const [third] = grad(second.sum(), x) as [Tensor];
    expect([list(first), list(second), list(third)]).toEqual([[12], [12], [6]]);
  });

  test("a thousand nodes deep", () => {
    const x = leaf([1]);
    let y: Tensor = x;
    for (let i = 0; i < 1000; i++) y = y.add(x);
    y.backward();
    expect(list(x.grad)).toEqual([1001]);
  });
});

describe("errors", () => {
  test("a result of more than one element needs a seed", () => {
    expect(() => leaf([1, 2]).mul(2).backward()).toThrow(/grad can be implicitly created only for scalar outputs/);
    expect(() =>
      leaf([1, 2])
        .mul(2)
        .backward(tensor([1])),
    ).toThrow(ShapeError);
  });

  test("nothing requires grad", () => {
    const message = /element 0 of tensors does not require grad and does not have a grad_fn/;
    expect(() => tensor([1]).mul(2).backward()).toThrow(message);
    expect(() => leaf([1]).mul(2).detach().backward()).toThrow(message);
    expect(() => noGrad(() => leaf([1]).mul(2)).backward()).toThrow(message);
  });

  test("a saved value that was written in place", () => {
    const x = leaf([2]);
    const y = x.exp();
    y.add_(1);
    expect(() => y.sum().backward()).toThrow(
      /modified by an inplace operation: .*output 0 of ExpBackward0, is at version 1; expected version 0/,
    );
  });

  test("what an in-place operation overwrites is its own", async () => {
    const x = leaf([2, 3]);
    const y = x.mul(1);
    y.pow_(2).sin_(); // the derivatives read what was there before
    y.sum().backward();
    const [a, b] = (await x.grad?.data()) ?? [];
    expect(a).toBeCloseTo(4 * Math.cos(4), 5);
    expect(b).toBeCloseTo(6 * Math.cos(9), 5);
    const z = x.mul(1);
    z.mul_(z); // the second operand is another one, and no longer what it was
    expect(() => z.sum().backward()).toThrow(/modified by an inplace operation/);
    const u = x.mul(1);
    const squares = u.pow(2); // saves u for itself
    u.pow_(3);
    expect(() => squares.sum().backward()).toThrow(/modified by an inplace operation/);
    const v = x.mul(1);
    v.copy_(v.pow(2)); // the power was not made by the write
    expect(() => v.sum().backward()).toThrow(/modified by an inplace operation/);
  });

  test("writes through a view and through a detached tensor are noticed, too", () => {
    for (const write of [(y: Tensor) => y.select(0, 0).zero_(), (y: Tensor) => y.detach().zero_()]) {
      const y = leaf([2, 3]).exp();
      const loss = y.mul(y).sum();
      write(y);
      expect(() => loss.backward()).toThrow(/modified by an inplace operation/);
    }
  });

  test("a parameter that was stepped between forward and backward", () => {
    const w = leaf([2]);
    const x = leaf([3]);
    const y = w.mul(x).sum();
    commitStates([{ tensor: w, value: noGrad(() => w.sub(1)).value }]);
    expect(() => y.backward()).toThrow(/modified by an inplace operation/);
  });

  test("a write may need what it writes over: that is kept", () => {
    const x = leaf([2, -3]);
    const y = x.mul(1);
    y.abs_();
    y.pow_(3);
    y.clamp_(0, 20);
    y.sum().backward();
    expect(list(x.grad)).toEqual([12, -0]);
    const z = leaf([2]).mul(1);
    z.mul_(z);
    expect(() => z.backward()).toThrow(/modified by an inplace operation/);
  });

  test("the operand of a function that saves its slope", () => {
    const y = leaf([2]).mul(1);
    const loss = celu(y).sum();
    y.add_(1);
    expect(() => loss.backward()).toThrow(/modified by an inplace operation/);
  });

  test("a value that no derivative needs may be written", () => {
    const x = leaf([2]);
    const y = x.add(1);
    const loss = y.sum();
    y.mul_(10);
    loss.backward();
    expect(list(x.grad)).toEqual([1]);
  });

  test("leaves are not written in place, nor are views of them", () => {
    const x = leaf([1, 2]);
    expect(() => x.add_(1)).toThrow(/a leaf Variable that requires grad is being used in an in-place operation/);
    expect(() => x.select(0, 0).add_(1)).toThrow(
      /a view of a leaf Variable that requires grad is being used in an in-place/,
    );
    noGrad(() => x.add_(1));
    expect([list(x), x.isLeaf, x.requiresGrad]).toEqual([[2, 3], true, true]);
  });

  test("noGrad refuses promises", () => {
    expect(() => noGrad(async () => 1)).toThrow(/noGrad\(fn\): fn returned a promise/);
    expect(enableGrad(() => 1)).toBe(1);
  });

  test("values of inference mode are not saved", () => {
    const x = leaf([2]);
    const y = inferenceMode(() => x.mul(2));
    expect(() => y.mul(x)).toThrow(
      "Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor",
    );
    expect(list(y.add(x))).toEqual([6]);
    expect(list(y.clone().mul(x))).toEqual([8]);
  });
});

describe("grad", () => {
  test("leaves .grad alone, and wants every input used", () => {
    const [x, y] = [leaf([2]), leaf([3])];
    expect(() => grad(x.mul(x).sum(), [x, y])).toThrow(/appears to not have been used in the graph/);
    const found = grad(x.mul(x).sum(), [x, y], { allowUnused: true });
    expect([found.map(list), x.grad]).toEqual([[[4], null], null]);
    expect(() => grad(x.sum(), tensor([1]))).toThrow(/does not require grad/);
  });

  test("takes results as inputs, and several outputs", () => {
    const x = leaf([2]);
    const h = x.mul(3);
    expect(list(grad([h.mul(h).sum(), h.sum()], h)[0])).toEqual([13]);
  });

  test("gives an input that is an output its seed", () => {
    const x = leaf([2]);
    expect(list(grad(x.sum(), x)[0])).toEqual([1]);
    const y = x.mul(2);
    expect(list(grad(y, y, { gradOutputs: tensor([7]) })[0])).toEqual([7]);
  });
});

describe("hooks", () => {
  test("see and replace gradients of leaves and results, in order of registration", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const seen: unknown[] = [];
    registerHook(y, (g) => void seen.push(list(g)));
    registerHook(y, (g) => g.mul(10));
    registerHook(x, (g) => g.add(1));
    y.sum().backward();
    expect(seen).toEqual([[1, 1]]);
    expect(list(x.grad)).toEqual([21, 21]);
  });

  test("are called once with the sum of a shared result's gradients", () => {
    const x = leaf([1]);
    const y = x.mul(2);
    const seen: unknown[] = [];
    registerHook(y, (g) => void seen.push(list(g)));
    y.mul(3).add(y.mul(4)).sum().backward();
    expect(seen).toEqual([[7]]);
  });

  test("are removed by their handle", () => {
    const x = leaf([1]);
    const hook = registerHook(x, (g) => g.mul(100));
    hook.remove();
    x.sum().backward();
    expect(list(x.grad)).toEqual([1]);
  });

  test("see what goes on from a tensor, not what grad() returns of it", () => {
    const [x, z] = [leaf([1]), leaf([1])];
    const y = x.mul(z);
    let calls = 0;
    registerHook(y, (g) => g.mul(5));
    registerHook(z, () => void calls++);
    registerHook(x, (g) => g.mul(7));
    retainGrad(y);
    expect(list(grad(y.sum(), y, { retainGraph: true })[0])).toEqual([1]);
    expect([calls, y.grad]).toEqual([0, null]);
    expect(grad(y.sum(), [y, x], { retainGraph: true }).map(list)).toEqual([[1], [5]]);
    expect([calls, list(y.grad)]).toEqual([0, [5]]);
    y.sum().backward(null, { inputs: [y] });
    expect([calls, list(y.grad), x.grad]).toEqual([0, [10], null]);
  });

  test("retainGrad keeps what hooks before it made, and adds up", () => {
    const x = leaf([1]);
    const y = x.mul(2);
    registerHook(y, (g) => g.mul(3));
    retainGrad(y);
    registerHook(y, (g) => g.mul(5));
    const loss = y.mul(y).sum();
    loss.backward(null, { retainGraph: true });
    expect(list(y.grad)).toEqual([12]);
    loss.backward();
    expect([list(y.grad), list(x.grad)]).toEqual([[24], [240]]);
  });

  test("of a view that is written stay behind; what is kept of its base is that of the old base", () => {
    const y = leaf([0, 0, 0]).cos();
    const v = y.narrow(0, 0, 2);
    let calls = 0;
    registerHook(v, () => void calls++);
    retainGrad(y);
    retainGrad(v);
    v.mul_(5);
    y.mul(3).sum().backward();
    expect([calls, list(y.grad), v.grad]).toEqual([0, [15, 15, 3], null]);
    const z = leaf([0, 0, 0]).cos();
    const u = z.narrow(0, 0, 2);
    retainGrad(z);
    retainGrad(u);
    z.mul_(5);
    u.mul(3).sum().backward();
    expect([list(z.grad), list(u.grad)]).toEqual([
      [3, 3, 0],
      [3, 3],
    ]);
  });

  test("a source that a scatter has used may be written afterwards", () => {
    const x = leaf([1, 2]);
    const source = x.mul(2);
    const y = tensor([0, 0]).scatterAdd(0, tensor([0n, 1n]), source);
    source.zero_();
    y.sum().backward();
    expect(list(x.grad)).toEqual([2, 2]);
  });
});

describe("detaching", () => {
  test("cuts the graph and shares the memory", () => {
    const x = leaf([2]);
    const d = x.detach();
    x.mul(d).sum().backward();
    expect(list(x.grad)).toEqual([2]);
    d.add_(1);
    expect([list(x), d.requiresGrad]).toEqual([[3], false]);
  });

  test("writing a gradient into a detached tensor does not reach the original", () => {
    const x = leaf([2]);
    const y = x.mul(1);
    y.detach().mul_(leaf([5]));
    expect([list(y), y.gradFn?.name]).toEqual([[10], "MulBackward0"]);
  });
});

test("a pass that starts in a hook leaves the one around it its gradients", () => {
  const x = leaf([1]);
  const y = x.mul(2);
  let inner: unknown = null;
  y.registerHook((gradient) => {
    if (inner === null) {
      inner = "running";
      [inner] = grad(y, x, { retainGraph: true }).map(list);
    }
    return gradient;
  });
  // When the hook runs, a gradient of 3 has reached x.
  const z = y.mul(y);
  z.add(x.mul(3)).sum().backward();
  expect(inner).toEqual([2]);
  expect(list(x.grad)).toEqual([11]);
  expect(x.edge).toMatchObject({ pass: null, gradient: null });
});

test("a pass that fails leaves nothing on the edges", () => {
  const x = leaf([1]);
  const y = x.mul(2);
  y.registerHook(() => {
    throw new Error("in a hook");
  });
  expect(() => y.sum().backward()).toThrow("in a hook");
  expect(y.edge).toMatchObject({ pass: null, gradient: null });
});
