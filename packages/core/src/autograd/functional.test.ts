import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../index.ts";
import { useCpu } from "../testing/cpu.ts";

beforeAll(useCpu);

const { functional } = torch.autograd;
const t = (values: number[] | number[][]) => torch.tensor(values, { dtype: "float64" });

describe("autograd.functional", () => {
  test("jacobian of one tensor, of several, into several", () => {
    expect(functional.jacobian((x) => x.mul(x), t([1, 2])).tolistSync()).toEqual([
      [2, 0],
      [0, 4],
    ]);
    const two = functional.jacobian((x, y) => x.mul(y), [t([1, 2]), t([3, 4])]);
    expect(two.map((block) => block.tolistSync())).toEqual([
      [
        [3, 0],
        [0, 4],
      ],
      [
        [1, 0],
        [0, 2],
      ],
    ]);
    const grid = functional.jacobian((x, y) => [x.sum(), y.mul(2)], [t([1, 2]), t([3])]);
    expect(grid.map((row) => row.map((block) => block.tolistSync()))).toEqual([
      [[1, 1], [0]],
      [[[0, 0]], [[2]]],
    ]);
    expect(functional.jacobian((x) => x.exp(), t([[0, 0]])).shape).toEqual([1, 2, 1, 2]);
  });

  test("strict refuses what does not depend", () => {
    const constant = () => functional.jacobian((x, _y) => x, [t([1]), t([2])], { strict: true });
    expect(constant).toThrow("independent of input 1");
  });

  test("hessian", () => {
    expect(functional.hessian((x) => x.pow(3).sum(), t([1, 2])).tolistSync()).toEqual([
      [6, 0],
      [0, 12],
    ]);
    const grid = functional.hessian((x, y) => x.mul(x).mul(y).sum(), [t([3]), t([5])]);
    expect(grid.map((row) => row.map((block) => block.tolistSync()))).toEqual([
      [[[10]], [[6]]],
      [[[6]], [[0]]],
    ]);
    expect(() => functional.hessian((x) => x, t([1, 2]))).toThrow("should contain a single element");
  });

  test("products", () => {
    const f = (x: torch.Tensor) => x.mul(x).mul(t([1, 10]));
    const [y, left] = functional.vjp(f, t([1, 2]), t([1, 1]));
    expect([y.tolistSync(), left.tolistSync()]).toEqual([
      [1, 40],
      [2, 40],
    ]);
    expect(functional.jvp(f, t([1, 2]), t([1, 3]))[1].tolistSync()).toEqual([2, 120]);
    const g = (x: torch.Tensor) => x.prod();
    expect(functional.hvp(g, t([2, 3, 4]), t([1, 0, 0]))[1].tolistSync()).toEqual([0, 4, 3]);
    expect(functional.vhp(g, t([2, 3, 4]), t([0, 1, 1]))[1].tolistSync()).toEqual([7, 2, 2]);
    expect(() => functional.vjp(f, t([1, 2]))).toThrow("can only be None");
  });

  test("createGraph keeps results connected", () => {
    const x = t([2]).requiresGrad_();
    const slope = functional.jacobian((a) => a.pow(3), x, { createGraph: true });
    slope.sum().backward();
    expect(x.grad?.tolistSync()).toEqual([12]);
    expect(functional.jacobian((a) => a.pow(3), x).requiresGrad).toBe(false);
  });
});
