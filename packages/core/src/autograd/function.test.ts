import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../index.ts";
import { useCpu } from "../testing/cpu.ts";

beforeAll(useCpu);

type Context = torch.autograd.FunctionContext;

class Exp extends torch.autograd.Function {
  static forward(ctx: Context, x: torch.Tensor) {
    const y = x.exp();
    ctx.saveForBackward(y);
    return y;
  }
  static backward(ctx: Context, grad: torch.Tensor) {
    const [y] = ctx.savedTensors;
    return grad.mul(y);
  }
}

/** x · y and x + y, with an option that has no gradient. */
class ProductAndSum extends torch.autograd.Function {
  static forward(ctx: Context, x: torch.Tensor, y: torch.Tensor, scale: number) {
    ctx.saveForBackward(x, y);
    ctx.scale = scale;
    return [x.mul(y).mul(scale), x.add(y)];
  }
  static backward(ctx: Context, product: torch.Tensor, sum: torch.Tensor) {
    const [x, y] = ctx.savedTensors;
    const scale = ctx.scale as number;
    return [product.mul(y).mul(scale).add(sum), product.mul(x).mul(scale).add(sum), null];
  }
}

const double = (values: number[], requiresGrad = true) => torch.tensor(values, { dtype: "float64", requiresGrad });

describe("Function", () => {
  test("its own derivative is used, and named", () => {
    const x = double([0, 1]);
    const y = Exp.apply(x);
    expect(y.gradFn?.name).toBe("ExpBackward");
    y.sum().backward();
    expect(x.grad?.tolistSync()).toEqual([1, Math.E]);
  });

  test("first and second derivatives agree with differences", async () => {
    expect(await torch.autograd.gradcheck((x) => Exp.apply(x), double([0.3, -1, 2]))).toBe(true);
    expect(await torch.autograd.gradgradcheck((x) => Exp.apply(x), double([0.3, -1, 2]))).toBe(true);
    const inputs = [double([1, 2]), double([3, -1])];
    const both = (x: torch.Tensor, y: torch.Tensor) => ProductAndSum.apply(x, y, 2.5);
    expect(await torch.autograd.gradcheck(both, inputs as [torch.Tensor, torch.Tensor])).toBe(true);
    expect(await torch.autograd.gradgradcheck(both, inputs as [torch.Tensor, torch.Tensor])).toBe(true);
  });

  test("inside a longer computation, read before backward", async () => {
    const x = double([1, 2]);
    const loss = Exp.apply(x.mul(2)).mul(3).sum();
    await loss.item();
    loss.backward();
    expect(x.grad?.tolistSync()).toEqual([6 * Math.exp(2), 6 * Math.exp(4)]);
  });

  test("nothing is recorded where nothing requires grad", () => {
    const y = Exp.apply(double([1], false));
    expect(y.requiresGrad).toBe(false);
    expect(torch.noGrad(() => Exp.apply(double([1]))).requiresGrad).toBe(false);
  });

  test("a second backward, a saved tensor written in place, and wrong gradients are errors", () => {
    const x = double([1]);
    const y = Exp.apply(x);
    y.backward();
    expect(() => y.backward()).toThrow("Trying to backward through the graph a second time");

    const z = Exp.apply(x);
    z.mul_(2);
    expect(() => z.backward()).toThrow("modified by an inplace operation");

    class Short extends torch.autograd.Function {
      static forward(_ctx: Context, a: torch.Tensor, b: torch.Tensor) {
        return a.add(b);
      }
      static backward(_ctx: Context, grad: torch.Tensor) {
        return grad;
      }
    }
    expect(() => Short.apply(x, x).backward()).toThrow(
      "function ShortBackward returned an incorrect number of gradients (expected 2, got 1)",
    );
    class Wrong extends torch.autograd.Function {
      static forward(_ctx: Context, a: torch.Tensor) {
        return a.mul(1);
      }
      static backward(_ctx: Context, _grad: torch.Tensor) {
        return torch.ones([3], { dtype: "float64" });
      }
    }
    expect(() =>
      Wrong.apply(double([1, 2]))
        .sum()
        .backward(),
    ).toThrow(
      "Function WrongBackward returned an invalid gradient at index 0 - got [3] but expected shape compatible with [2]",
    );
  });

  test("arguments that forward writes into are refused", () => {
    class InPlace extends torch.autograd.Function {
      static forward(_ctx: Context, x: torch.Tensor) {
        return x.mul_(2);
      }
      static backward(_ctx: Context, grad: torch.Tensor) {
        return grad;
      }
    }
    expect(() => InPlace.apply(double([1]).mul(1))).toThrow("InPlace.forward changed its argument 0 in place");
  });

  test("what backward saw is let go", () => {
    const x = double([1]);
    const y = Exp.apply(x);
    y.backward();
    expect(y.edge?.recording).toMatchObject({ gradient: null });
  });

  test("needsInputGrad, markNonDifferentiable and setMaterializeGrads", () => {
    let seen: unknown;
    class Parts extends torch.autograd.Function {
      static forward(ctx: Context, x: torch.Tensor, y: torch.Tensor) {
        const [a, b, c] = [x.mul(1), y.mul(1), x.mul(2)];
        ctx.markNonDifferentiable(b);
        ctx.setMaterializeGrads(false);
        seen = ctx.needsInputGrad;
        return [a, b, c];
      }
      static backward(_ctx: Context, ...grads: torch.Tensor[]) {
        seen = grads.map((grad) => grad === null);
        return [grads[0], null];
      }
    }
    const x = double([1]);
    const [a, b] = Parts.apply(x, double([2], false));
    expect(seen).toEqual([true, false]);
    expect(b.requiresGrad).toBe(false);
    a.backward();
    expect(seen).toEqual([false, true, true]);
    expect(x.grad?.tolistSync()).toEqual([1]);
  });
});

test("a tensor that there is not may be kept", () => {
  class Shifted extends torch.autograd.Function {
    static forward(ctx: torch.autograd.FunctionContext, x: torch.Tensor, shift: torch.Tensor | null = null) {
      ctx.saveForBackward(x, shift);
      return shift === null ? x.mul(2) : x.mul(2).add(shift);
    }
    static backward(ctx: torch.autograd.FunctionContext, grad: torch.Tensor) {
      const [, shift] = ctx.savedTensors;
      return [grad.mul(2), shift === null ? null : grad];
    }
  }
  const x = torch.tensor([1, 2], { requiresGrad: true });
  Shifted.apply(x).sum().backward();
  Shifted.apply(x, torch.tensor([3, 3]))
    .sum()
    .backward();
  expect(x.grad?.tolistSync()).toEqual([4, 4]);
});

test("a class without one of its methods says which", () => {
  class Nothing extends torch.autograd.Function {}
  class Half extends torch.autograd.Function {
    static forward(_: torch.autograd.FunctionContext, x: torch.Tensor): torch.Tensor {
      return x.mul(2);
    }
  }
  const x = torch.tensor([1], { requiresGrad: true });
  const of = (own: unknown): torch.Tensor => (own as { apply(x: torch.Tensor): torch.Tensor }).apply(x);
  expect(() => of(Nothing)).toThrow("You must implement the forward function for custom autograd.Function.");
  expect(() => of(Half).backward()).toThrow("You must implement the backward method for custom autograd.Function.");
});
