/** Numbers of PyTorch 1.13. */
import { describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

await useCpu();

const { linalg } = torch;
const t = (values: torch.TensorData, requiresGrad = false) => torch.tensor(values, { dtype: "float64", requiresGrad });
const near = (x: torch.Tensor | null | undefined, values: unknown) =>
  expect(x?.tolistSync()).toEqual(
    JSON.parse(JSON.stringify(values), (_, v) => (typeof v === "number" ? expect.closeTo(v, 12) : v)),
  );

describe("least squares", () => {
  const [A, b] = [t([[2, 0, 1], [0, 3, 1], [1, 1, 2], [0, 1, 0]]), t([1, 2, 3, 4])]; // biome-ignore format: rows
  const solution = [4 / 7, 1, 2 / 7];

  test("the driver says what is there besides the solution", () => {
    const of = (driver?: "gels" | "gelsy" | "gelsd") => linalg.lstsq(A, b.unsqueeze(1), { driver });
    for (const driver of ["gels", "gelsy", "gelsd", undefined] as const) near(of(driver).solution.squeeze(), solution);
    expect(of("gels").rank.shape).toEqual([0]);
    near(of("gels").residuals, [11.571428571428571]);
    expect(of().residuals.shape).toEqual([0]);
    expect(of().rank.itemSync()).toBe(3);
    expect(of().singularValues.shape).toEqual([0]);
    near(of("gelsd").singularValues, [3.876091566442918, 2.5122763481468504, 0.8150961410116052]);
    near(of("gelsd").residuals, [11.571428571428571]);
  });

  test("vectors, and what does not fit", () => {
    near(linalg.lstsq(A, b).solution, solution);
    expect(() => linalg.lstsq(A, t([1, 2]))).toThrow("input.size(-2) should match other.size(-1)");
    expect(() => linalg.lstsq(b, b)).toThrow("torch.linalg.lstsq: input must have at least 2 dimensions.");
    expect(() => linalg.lstsq(A, b, { driver: "svd" as "gels" })).toThrow(
      "should be one of (gels, gelsy, gelsd, gelss)",
    );
  });
});

describe("what counts as 0", () => {
  const D = torch.diag(t([3, 0.5, 0.01]));

  test("a tolerance for each matrix, one alone, none", () => {
    expect(linalg.matrixRank(D, { atol: t([0.1, 0.6, 0.001]) }).tolistSync()).toEqual([2, 1, 3]);
    expect(linalg.matrixRank(D, 0.1).itemSync()).toBe(2);
    expect(linalg.matrixRank(D, { atol: null, rtol: 0.2 }).itemSync()).toBe(1);
    expect(linalg.matrixRank(D, { atol: null, rtol: null }).itemSync()).toBe(3);
    near(linalg.pinv(D, { atol: t([0.1, 0.6]) }).diagonal(0, -2, -1), [[1 / 3, 2, 0], [1 / 3, 0, 0]]); // biome-ignore format: rows
  });

  test("symmetric matrices, of which the lower triangle is read", () => {
    const S = t([[1, 9], [2, 1]]); // biome-ignore format: rows
    near(linalg.pinv(S, { hermitian: true }), [[-1 / 3, 2 / 3], [2 / 3, -1 / 3]]); // biome-ignore format: rows
    const ones = t([[1, 9], [1, 1]]); // biome-ignore format: rows
    expect(linalg.matrixRank(ones, { hermitian: true }).itemSync()).toBe(1);
  });

  test("condition numbers of nothing", () => {
    expect(linalg.cond(torch.zeros(2, 0, 0)).tolistSync()).toEqual([0, 0]);
    expect(() => linalg.cond(torch.ones(2, 3), 1)).toThrow("linalg.cond(ord=1): A must be batches of square matrices");
  });
});

test("the gradient of a Cholesky factor is that of a whole matrix", () => {
  const L = t([[2, 5], [1, 1]], true); // biome-ignore format: rows
  const B = t([[1], [2]], true);
  const x = torch.choleskySolve(B, L);
  x.sum().backward();
  near(x, [[-0.5], [1.5]]);
  near(L.grad, [[0.25, 0.25], [-1, -0.25]]); // biome-ignore format: rows
  near(B.grad, [[0], [0.5]]);
  L.grad = null;
  const p = torch.choleskyInverse(L);
  p.mul(t([[1, 2], [3, 4]])).sum().backward(); // biome-ignore format: rows
  near(p, [[0.5, -0.5], [-0.5, 1]]); // biome-ignore format: rows
  near(L.grad, [[0.75, 0.75], [-2, 0.25]]); // biome-ignore format: rows
});

test("LU with what failed", () => {
  const { info } = torch.lu(torch.zeros(2, 2), { getInfos: true });
  expect([info?.dtype, info?.itemSync()]).toEqual(["int32", 1]);
  expect(torch.lu(torch.zeros(2, 2)).length).toBe(2);
});
