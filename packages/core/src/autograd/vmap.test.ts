import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import * as torch from "../index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { useCpu } from "../testing/cpu.ts";

beforeAll(useCpu);

const { func } = torch;
const { vmap } = func;
const matrix = () => torch.arange(6, { dtype: "float64" }).reshape(2, 3);

describe("vmap", () => {
  test("maps the first dimension, or those that it is told", () => {
    const dot = vmap((a: Tensor, b: Tensor) => a.dot(b));
    expect(dot(matrix(), matrix()).tolistSync()).toEqual([5, 50]);
    expect(
      vmap((a: Tensor, b: Tensor) => a.dot(b), [0, null])(matrix(), torch.tensor([1, 1, 1]).double()).tolistSync(),
    ).toEqual([3, 12]);
    const columns = vmap((a: Tensor) => a.mul(2), { inDims: 1, outDims: -1 });
    expect(columns(matrix()).tolistSync()).toEqual([
      [0, 2, 4],
      [6, 8, 10],
    ]);
    expect(vmap((a: Tensor) => a.sum(), 1)(matrix()).tolistSync()).toEqual([3, 5, 7]);
  });

  test("may be nested", () => {
    const outer = vmap((a: Tensor) => vmap((b: Tensor) => a.mul(b).sum())(matrix()));
    expect(outer(matrix()).tolistSync()).toEqual(matrix().matmul(matrix().T).tolistSync());
  });

  test("arguments and results may be arrays and records, each part with its own dimension", () => {
    const f = (batch: { x: Tensor; scale: Tensor }, shift: readonly [Tensor, number]) => {
      const y = batch.x.mul(batch.scale).add(shift[0]).add(shift[1]);
      return { y, parts: [y.sum(), y.mul(0)] as const };
    };
    const mapped = vmap(f, [{ x: 1, scale: null }, 0], { outDims: { y: 1, parts: 0 } });
    const { y, parts } = mapped({ x: matrix(), scale: torch.tensor(10) }, [torch.tensor([1, 2, 3]), 100]);
    expect(y.tolistSync()).toEqual([
      [101, 112, 123],
      [131, 142, 153],
    ]);
    expect([parts[0].tolistSync(), parts[1].shape]).toEqual([
      [232, 254, 276],
      [3, 2],
    ]);
    expectTypeOf(y).toEqualTypeOf<Tensor>();
  });

  test("a gradient for each sample, by parameters with names", () => {
    const parameters = { weight: torch.tensor([[1, 2, 3]]).double(), bias: torch.tensor([1]).double() };
    const loss = (p: typeof parameters, x: Tensor, y: Tensor) => p.weight.matmul(x).add(p.bias).sub(y).square().sum();
    const x = matrix();
    const y = torch.tensor([9, 9]).double();
    const perSample = vmap(func.grad(loss), [null, 0, 0])(parameters, x, y);
    expectTypeOf(perSample).toEqualTypeOf<typeof parameters>();
    // 2 (w x + b - y) x, and without x.
    const errors = [2 * (8 + 1 - 9), 2 * (26 + 1 - 9)];
    expect(perSample.bias.tolistSync()).toEqual(errors.map((e) => [e]));
    expect(perSample.weight.tolistSync()).toEqual(
      (x.tolistSync() as number[][]).map((row, i) => [row.map((v) => errors[i] * v)]),
    );
    const together = func.grad((p: typeof parameters) => vmap(loss, [null, 0, 0])(p, x, y).sum())(parameters);
    expect(together.bias.tolistSync()).toEqual([errors[0] + errors[1]]);
  });

  test("Jacobians and Hessians of each sample", () => {
    const f = (x: Tensor) => x.pow(3).sum();
    const hessians = vmap(func.hessian(f))(matrix());
    expect(hessians.shape).toEqual([2, 3, 3]);
    expect(hessians.index(1).diagonal().tolistSync()).toEqual([18, 24, 30]);
  });

  test("random operations are an error, or the same for all, or different", () => {
    torch.manualSeed(0);
    const noisy = (x: Tensor) => x.add(torch.rand(1, { dtype: "float64" }));
    expect(() => vmap(noisy)(torch.zeros(2, { dtype: "float64" }))).toThrow("randomness error mode");
    expect(torch.rand(1).itemSync()).toBe(0.49625658988952637);
    const difference = (randomness: "same" | "different") => {
      const [[a], [b]] = vmap(noisy, 0, 0, { randomness })(
        torch.zeros(2, { dtype: "float64" }),
      ).tolistSync() as number[][];
      return a - b;
    };
    expect(difference("same")).toBe(0);
    expect(difference("different")).not.toBe(0);
  });

  test("what cannot be mapped is an error", () => {
    const add = (a: Tensor, b: Tensor) => a.add(b);
    expect(() => vmap(add)(torch.zeros(2), torch.zeros(3))).toThrow(
      "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes [2, 3] for the mapped dimension",
    );
    expect(() => vmap(add, null)(torch.zeros(2), torch.zeros(2))).toThrow(
      "at least one of the arguments must be mapped",
    );
    expect(() => vmap(add)(torch.tensor(1), torch.zeros(2))).toThrow("has no samples");
    expect(() => vmap((a: Tensor) => a.itemSync())(torch.zeros(2))).toThrow("the function must give tensors");
    expect(() => vmap(add, { inDim: 1 } as never)).toThrow("got an unexpected argument 'inDim'");
  });
});
