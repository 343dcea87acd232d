import { beforeAll, describe, expect, test } from "vitest";
import { type Tensor, tensor } from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";
import { clamp, clampMin, nanToNum } from "./clamp.ts";
import { fmax, fmin, maximum } from "./extremum.ts";

beforeAll(useCpu);

const inf = Number.POSITIVE_INFINITY;

function gradients(f: (a: Tensor, b: Tensor) => Tensor, a: number[], b: number[]): unknown[] {
  const x = tensor(a, { requiresGrad: true });
  const y = tensor(b, { requiresGrad: true });
  f(x, y).sum().backward();
  return [x.grad?.tolistSync(), y.grad?.tolistSync()];
}

test("NaN wins in maximum and loses in fmax", () => {
  const a = tensor([1, NaN, NaN, 4]);
  const b = tensor([2, 2, NaN, NaN]);
  expect(maximum(a, b).tolistSync()).toEqual([2, NaN, NaN, NaN]);
  expect(fmax(a, b).tolistSync()).toEqual([2, 2, NaN, 4]);
  expect(fmin(a, b).tolistSync()).toEqual([1, 2, NaN, 4]);
});

test("ties share the gradient in maximum, and go to the first operand in fmax", () => {
  expect(gradients(maximum, [1, 5, 3], [3, 2, 3])).toEqual([
    [0, 1, 0.5],
    [1, 0, 0.5],
  ]);
  expect(gradients(fmax, [1, 5, 3, 1], [3, 2, 3, NaN])).toEqual([
    [0, 1, 1, 1],
    [1, 0, 0, 0],
  ]);
});

describe("clamp", () => {
  test("takes numbers, tensors, or an object; NaN stays and max wins", () => {
    const x = tensor([-2, 0.5, 2, NaN]);
    expect(clamp(x, -1, 1).tolistSync()).toEqual([-1, 0.5, 1, NaN]);
    expect(clamp(x, { max: 0 }).tolistSync()).toEqual([-2, 0, 0, NaN]);
    expect(clamp(x, null, tensor([0, 0, 3, 3])).tolistSync()).toEqual([-2, 0, 2, NaN]);
    expect(clamp(tensor([0]), 3, 1).tolistSync()).toEqual([1]);
    expect(clamp(tensor([5n]), 0.5).dtype).toBe("float32");
    expect(() => clamp(x)).toThrow("torch.clamp: At least one of 'min' or 'max' must not be None");
  });

  test("the gradient passes inside and at the bounds, and reaches bounds that are tensors", () => {
    const x = tensor([-2, -1, 0, 1, 2], { requiresGrad: true });
    clamp(x, -1, 1).sum().backward();
    expect(x.grad?.tolistSync()).toEqual([0, 1, 1, 1, 0]);
    expect(gradients((a, low) => clampMin(a, low), [0, 1, 2], [1, 1, 1])).toEqual([
      [0, 1, 1],
      [1, 0, 0],
    ]);
  });
});

test("nanToNum replaces by the limits of the dtype unless told otherwise", () => {
  const special = [NaN, inf, -inf, 1];
  const largest = (2 - 2 ** -23) * 2 ** 127;
  expect(nanToNum(tensor(special)).tolistSync()).toEqual([0, largest, -largest, 1]);
  expect(nanToNum(tensor(special, { dtype: "float16" })).tolistSync()).toEqual([0, 65504, -65504, 1]);
  expect(nanToNum(tensor(special), { nan: 7, neginf: -3 }).tolistSync()).toEqual([7, largest, -3, 1]);
  expect(nanToNum(tensor([3n])).tolistSync()).toEqual([3]);
});
