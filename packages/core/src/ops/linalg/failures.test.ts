/** The functions that say which matrix failed instead of throwing. */
import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const { linalg } = torch;
const t = (values: number[][] | number[][][]) => torch.tensor(values, { dtype: "float64" });
const regular = [
  [4, 2],
  [2, 3],
];
const singular = [
  [1, 2],
  [2, 4],
];
const both = () => t([regular, singular]);
const nan = [
  [Number.NaN, Number.NaN],
  [Number.NaN, Number.NaN],
];
const ones = () => torch.ones([2, 1], { dtype: "float64" });

// PyTorch 1.13 gives the same numbers of the regular matrix and the same `info`.
test("info says where a matrix fails, and the others keep their results", () => {
  const { L, info } = linalg.choleskyEx(
    t([
      regular,
      [
        [1, 2],
        [2, 1],
      ],
    ]),
  );
  expect([info.dtype, info.tolistSync()]).toEqual(["int32", [0, 2]]);
  expect(L.tolistSync()).toEqual([
    [
      [2, 0],
      [1, expect.closeTo(Math.SQRT2, 12)],
    ],
    nan,
  ]);
  const inverse = linalg.invEx(both());
  expect(inverse.info.tolistSync()).toEqual([0, 2]);
  expect(inverse.inverse.tolistSync()).toEqual([
    [
      [0.375, -0.25],
      [-0.25, 0.5],
    ],
    nan,
  ]);
  const solution = linalg.solveEx(both(), ones());
  expect(solution.info.tolistSync()).toEqual([0, 2]);
  expect(solution.result.tolistSync()).toEqual([
    [[0.125], [0.25]],
    [[Number.NaN], [Number.NaN]],
  ]);
  const vector = linalg.solveEx(t(singular), torch.ones([2], { dtype: "float64" }));
  expect([vector.result.tolistSync(), vector.info.itemSync()]).toEqual([[Number.NaN, Number.NaN], 2]);
  const { LU, pivots, info: zero } = linalg.luFactorEx(t(singular));
  expect(LU.tolistSync()).toEqual([
    [2, 4],
    [0.5, 0],
  ]);
  expect([pivots.tolistSync(), zero.itemSync()]).toEqual([[2, 2], 2]);
  expect(linalg.ldlFactorEx(torch.zeros([2, 2])).info.itemSync()).toBe(1);
});

test("with checkErrors they throw, as the functions without Ex do", () => {
  const check = { checkErrors: true };
  const batch = "(Batch element 1): ";
  const inverse = "The diagonal element 2 is zero, the inversion could not be completed";
  const factor =
    "torch.linalg.lu_factor_ex: U[2,2] is zero and using it on lu_solve would result in a division by zero.";
  expect(() =>
    linalg.choleskyEx(
      t([
        [1, 2],
        [2, 1],
      ]),
      check,
    ),
  ).toThrow("linalg.cholesky_ex: The factorization could not");
  expect(() => linalg.invEx(both(), check)).toThrow(`linalg.inv_ex: ${batch}${inverse}`);
  expect(() => linalg.solveEx(both(), ones(), check)).toThrow(`torch.linalg.solve_ex: ${batch}The solver failed`);
  expect(() => linalg.luFactorEx(t(singular), check)).toThrow(factor);
  expect(() => linalg.luFactor(t(singular))).toThrow("torch.linalg.lu_factor: U[2,2] is zero");
  expect(() => linalg.inv(both())).toThrow(linalg.LinAlgError);
  expect(() => linalg.inv(both())).toThrow(torch.ValueError);
  expect(() => linalg.ldlFactor(torch.zeros([2, 2]))).toThrow("The diagonal element 1 of D is zero");
  expect(torch.lu(t(singular)).LU.tolistSync()).toEqual([
    [2, 4],
    [0.5, 0],
  ]);
  expect(linalg.lu(t(singular)).U.tolistSync()).toEqual([
    [2, 4],
    [0, 0],
  ]);
});

test("gradients of what did not fail", () => {
  const x = both().requiresGrad_();
  linalg.invEx(x).inverse.index(0).sum().backward();
  expect((x.grad as torch.Tensor).index(0).tolistSync()).toEqual([
    [-0.015625, -0.03125],
    [-0.03125, -0.0625],
  ]);
});

// As in PyTorch 1.13.
test("the condition number of a singular matrix is infinite", () => {
  const inf = Number.POSITIVE_INFINITY;
  for (const p of ["fro", "nuc", 1, -1, inf, -inf] as const)
    expect([p, linalg.cond(t(singular), p).itemSync()]).toEqual([p, inf]);
  expect(linalg.cond(both(), "fro").tolistSync()).toEqual([expect.closeTo(33 / 8, 12), inf]);
  expect(linalg.cond(torch.zeros([2, 2]), 1).itemSync()).toBe(inf);
});
