import { beforeAll, expect, test } from "vitest";
import type { Tensor } from "../index.ts";
import * as torch from "../index.ts";
import { useCpu } from "../testing/cpu.ts";

beforeAll(useCpu);

const { func } = torch;
const t = (values: torch.Nested) => torch.tensor(values, { dtype: "float64" });
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 10));

test("gradients as functions, nested", () => {
  const sine = (x: Tensor) => x.sin().sum();
  const x = t([0.3, 1]);
  const slope = func.grad(sine);
  expect(slope(x).tolistSync()).toEqual(near([Math.cos(0.3), Math.cos(1)]));
  expect(slope(x).requiresGrad).toBe(false);
  expect(
    func
      .grad((y: Tensor) => slope(y).sum())(x)
      .tolistSync(),
  ).toEqual(near([-Math.sin(0.3), -Math.sin(1)]));
  const third = func.grad((z: Tensor) =>
    func
      .grad((y: Tensor) => slope(y).sum())(z)
      .sum(),
  );
  expect(third(x).tolistSync()).toEqual(near([-Math.cos(0.3), -Math.cos(1)]));
  expect(torch.noGrad(() => slope(x)).tolistSync()).toEqual(slope(x).tolistSync());
});

test("by some arguments, with values and what comes beside them", () => {
  const loss = (w: Tensor, scale: number, x: Tensor) => w.mul(x).sum().mul(scale);
  const [w, x] = [t([1, 2]), t([3, 4])];
  expect(func.grad(loss, 2)(w, 2, x).tolistSync()).toEqual([2, 4]);
  expect(
    func
      .grad(loss, [0, -1])(w, 2, x)
      .map((g) => g.tolistSync()),
  ).toEqual([
    [6, 8],
    [2, 4],
  ]);
  const [gradient, value] = func.gradAndValue(loss)(w, 1, x);
  expect([gradient.tolistSync(), (value as Tensor).itemSync()]).toEqual([[3, 4], 11]);
  const [g, aux] = func.grad((y: Tensor) => [y.square().sum(), "more"], { hasAux: true })(w);
  expect([g.tolistSync(), aux]).toEqual([[2, 4], "more"]);
  expect(
    func
      .grad((_y: Tensor, z: Tensor) => z.sum())(w, x)
      .tolistSync(),
  ).toEqual([0, 0]);
});

test("of what requires grad, gradients can be differentiated", () => {
  const w = t([1, 2]).requiresGrad_();
  func
    .grad((x: Tensor) => x.pow(3).sum())(w)
    .sum()
    .backward();
  expect(w.grad?.tolistSync()).toEqual([6, 12]);
});

test("products with Jacobians, Jacobians and Hessians", () => {
  const x = t([1, 2]);
  const [y, product] = func.vjp((a: Tensor) => a.square(), x);
  expect([y.tolistSync(), y.requiresGrad]).toEqual([[1, 4], false]);
  expect(product(t([1, 10])).map((g) => g.tolistSync())).toEqual([[2, 40]]);
  expect(product(t([1, 0]))[0].tolistSync()).toEqual([2, 0]);
  const [z, tangent] = func.jvp((a: Tensor, b: Tensor) => a.mul(b), [x, t([3, 4])], [t([1, 0]), t([0, 1])]);
  expect([z.tolistSync(), tangent.tolistSync()]).toEqual([
    [3, 8],
    [3, 2],
  ]);
  expect(
    func
      .jacrev((a: Tensor) => a.square())(x)
      .tolistSync(),
  ).toEqual([
    [2, 0],
    [0, 4],
  ]);
  expect(
    func
      .jacfwd((a: Tensor, b: Tensor) => a.mul(b), [0, 1])(x, t([3, 4]))
      .map((j) => j.tolistSync()),
  ).toEqual([
    [
      [3, 0],
      [0, 4],
    ],
    [
      [1, 0],
      [0, 2],
    ],
  ]);
  expect(
    func
      .hessian((a: Tensor) => a.pow(3).sum())(x)
      .tolistSync(),
  ).toEqual([
    [6, 0],
    [0, 12],
  ]);
});

test("what cannot be is refused", () => {
  const x = t([1, 2]);
  expect(() => func.grad((a: Tensor) => a.mul(2))(x)).toThrow(
    "Expected f(*args) to return a scalar tensor, got tensor with 1 dims. Maybe you wanted to use the vjp or jacrev APIs instead?",
  );
  expect(() => func.grad(() => 3)()).toThrow("there is no argument 0 among 0");
  expect(() => func.grad((a: number) => a)(3)).toThrow("argument 0 is no tensor");
});
