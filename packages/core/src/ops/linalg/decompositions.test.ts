import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";
import type { MatrixNorm } from "./matrix-norm.ts";

beforeAll(useCpu);

const { linalg } = torch;
const { gradcheck, gradgradcheck } = torch.autograd;

const random = (shape: number[], seed: number, requiresGrad = false) =>
  torch.randn(shape, { dtype: "float64", generator: new torch.Generator(seed), requiresGrad });
const t = (values: number[] | number[][]) => torch.tensor(values, { dtype: "float64" });

/** Symmetric positive-definite matrices of a parameter. */
const positive = (x: torch.Tensor) => x.matmul(x.mT).add(torch.eye(x.shape[x.ndim - 1], { dtype: "float64" }));

function near(a: torch.Tensor, b: torch.Tensor, tolerance = 1e-12): void {
  expect(a.shape).toEqual(b.shape);
  expect(a.sub(b).abs().amax().itemSync()).toBeLessThan(tolerance);
}

const eye = (n: number) => torch.eye(n, { dtype: "float64" });

describe("values", () => {
  test.each([1, 2, 5, 17])("inverse, solution and determinant of a %i × %i matrix", (n) => {
    const a = random([3, n, n], n);
    near(a.matmul(linalg.inv(a)), eye(n).expand([3, n, n]), 1e-9);
    const b = random([3, n, 2], n + 1);
    near(a.matmul(linalg.solve(a, b)), b, 1e-10);
    near(linalg.solve(a, b.mT, { left: false }).matmul(a), b.mT, 1e-10);
    const { sign, logabsdet } = linalg.slogdet(a);
    near(sign.mul(logabsdet.exp()).div(linalg.det(a)), torch.ones([3], { dtype: "float64" }), 1e-12);
  });

  test("known determinants", () => {
    expect(
      linalg
        .det(
          t([
            [0, 2],
            [3, 4],
          ]),
        )
        .itemSync(),
    ).toBe(-6);
    expect(
      linalg
        .det(
          t([
            [1, 2],
            [2, 4],
          ]),
        )
        .itemSync(),
    ).toBeCloseTo(0, 20);
    expect(
      [
        ...linalg.slogdet(
          t([
            [1, 2],
            [2, 4],
          ]),
        ),
      ].map((x) => x.itemSync() + 0),
    ).toEqual([0, Number.NEGATIVE_INFINITY]);
    expect(
      torch
        .logdet(
          t([
            [0, 1],
            [1, 0],
          ]),
        )
        .itemSync(),
    ).toBe(Number.NaN);
    expect(
      torch
        .logdet(
          t([
            [2, 0],
            [0, 3],
          ]),
        )
        .itemSync(),
    ).toBeCloseTo(Math.log(6), 14);
  });

  test("vectors and batches broadcast in solve", () => {
    const a = random([2, 3, 3], 1);
    expect(linalg.solve(a, random([3], 2)).shape).toEqual([2, 3]);
    expect(linalg.solve(a, random([2, 3], 2)).shape).toEqual([2, 3]);
    expect(linalg.solve(random([3, 3], 3), random([4, 3, 2], 2)).shape).toEqual([4, 3, 2]);
  });

  test("Cholesky factors", () => {
    const a = positive(random([2, 4, 4], 5));
    const l = linalg.cholesky(a);
    near(l.matmul(l.mT), a);
    near(l.triu(1), torch.zerosLike(l));
    near(linalg.cholesky(a, { upper: true }), l.mT);
    const b = random([2, 4, 3], 6);
    near(torch.choleskySolve(b, l), linalg.solve(a, b));
    near(torch.choleskyInverse(l), linalg.inv(a));
    near(torch.choleskySolve(b, l.mT, true), linalg.solve(a, b));
  });

  test("triangular systems", () => {
    const a = random([4, 4], 7);
    const b = random([4, 2], 8);
    near(a.triu().matmul(linalg.solveTriangular(a, b, { upper: true })), b);
    near(linalg.solveTriangular(a, b.mT, { upper: false, left: false }).matmul(a.tril()), b.mT);
    const unit = linalg.solveTriangular(a, b, { upper: false, unitriangular: true });
    near(a.tril(-1).add(eye(4)).matmul(unit), b);
  });

  test.each([
    [4, 4],
    [5, 3],
    [3, 5],
    [1, 4],
    [4, 1],
  ])("QR of %i × %i", (m, n) => {
    const a = random([2, m, n], m + n);
    for (const mode of ["reduced", "complete"] as const) {
      const { Q, R } = linalg.qr(a, mode);
      near(Q.matmul(R), a);
      near(Q.mT.matmul(Q), eye(Q.shape[2]).expand([2, Q.shape[2], Q.shape[2]]));
      near(R.tril(-1), torch.zerosLike(R));
    }
    expect(linalg.qr(a, "r").Q.shape).toEqual([0]);
    near(torch.qr(a, false).R, linalg.qr(a, "complete").R);
  });

  test("eigenvalues of symmetric matrices, repeated ones too", () => {
    const a = positive(random([3, 6, 6], 9));
    const { eigenvalues, eigenvectors } = linalg.eigh(a);
    near(a.matmul(eigenvectors), eigenvectors.mul(eigenvalues.unsqueeze(1)), 1e-11);
    near(eigenvectors.mT.matmul(eigenvectors), eye(6).expand([3, 6, 6]));
    near(eigenvalues, eigenvalues.sort(-1).values);
    near(
      linalg.eigvalsh(
        t([
          [2, 99],
          [1, 2],
        ]),
      ),
      t([1, 3]),
    );
    near(
      linalg.eigvalsh(
        t([
          [2, 1],
          [99, 2],
        ]),
        "U",
      ),
      t([1, 3]),
    );
    near(linalg.eigvalsh(torch.ones([4, 4], { dtype: "float64" })), t([0, 0, 0, 4]));
    near(linalg.eigvalsh(torch.diag(t([1e-12, -3, 5]))), t([-3, 1e-12, 5]), 1e-25);
  });

  test.each([
    [4, 4],
    [6, 3],
    [3, 6],
    [1, 5],
  ])("singular values of %i × %i", (m, n) => {
    const a = random([2, m, n], 3 * m + n);
    const k = Math.min(m, n);
    const { U, S, Vh } = linalg.svd(a, { fullMatrices: false });
    expect([U.shape, S.shape, Vh.shape]).toEqual([
      [2, m, k],
      [2, k],
      [2, k, n],
    ]);
    near(U.mul(S.unsqueeze(-2)).matmul(Vh), a);
    near(S, S.sort(-1, true).values);
    near(
      linalg.svdvals(a),
      linalg
        .eigvalsh(k === m ? a.matmul(a.mT) : a.mT.matmul(a))
        .flip(-1)
        .sqrt(),
      1e-7,
    );
    const full = linalg.svd(a);
    near(full.U.mT.matmul(full.U), eye(m).expand([2, m, m]));
    near(full.Vh.matmul(full.Vh.mT), eye(n).expand([2, n, n]));
    near(torch.svd(a).V, Vh.mT);
  });

  test("rank-deficient matrices have orthonormal singular vectors and a pseudo-inverse", () => {
    const a = t([
      [1, 2, 3],
      [2, 4, 6],
      [1, 0, 1],
    ]);
    const { U, S, Vh } = linalg.svd(a);
    near(U.mT.matmul(U), eye(3));
    near(U.mul(S).matmul(Vh), a);
    expect(linalg.matrixRank(a).itemSync()).toBe(2);
    const p = linalg.pinv(a);
    near(a.matmul(p).matmul(a), a);
    near(p.matmul(a).matmul(p), p);
    near(linalg.svdvals(torch.zeros([2, 3], { dtype: "float64" })), t([0, 0]));
    near(linalg.svd(torch.zeros([2, 3], { dtype: "float64" })).U.abs(), eye(2));
  });

  test("huge and tiny elements", () => {
    for (const scale of [1e200, 1e-200]) {
      const a = random([3, 3], 51);
      near(linalg.svdvals(a.mul(scale)).div(scale), linalg.svdvals(a));
      near(linalg.eigvalsh(positive(a).mul(scale)).div(scale), linalg.eigvalsh(positive(a)), 1e-11);
      const { Q, R } = linalg.qr(a.mul(scale));
      near(Q.matmul(R.div(scale)), a);
    }
  });

  test("norms of matrices", () => {
    const a = t([
      [1, -2],
      [3, 4],
    ]);
    const norm = (ord: MatrixNorm) => linalg.matrixNorm(a, ord).itemSync();
    expect([norm(1), norm(-1), norm(Number.POSITIVE_INFINITY), norm(Number.NEGATIVE_INFINITY)]).toEqual([6, 4, 7, 3]);
    expect(norm("fro")).toBeCloseTo(Math.sqrt(30), 14);
    const [s0, s1] = linalg.svdvals(a).tolistSync() as number[];
    expect([norm(2), norm(-2)]).toEqual([s0, s1]);
    expect(norm("nuc")).toBeCloseTo(s0 + s1, 14);
    expect(torch.norm(a, "nuc").itemSync()).toBeCloseTo(s0 + s1, 14);
    expect(linalg.cond(a).itemSync()).toBeCloseTo(s0 / s1, 12);
    const batch = random([2, 3, 4], 4);
    expect(linalg.matrixNorm(batch, "nuc", [0, 2], true).shape).toEqual([1, 3, 1]);
    near(linalg.matrixNorm(batch, 1, [2, 0]), linalg.matrixNorm(batch.permute(1, 2, 0), 1));
    expect(() => linalg.matrixNorm(a, 3)).toThrow("linalg.matrix_norm: Order 3 not supported.");
    near(linalg.norm(a), linalg.matrixNorm(a));
    near(linalg.norm(a, 2), linalg.matrixNorm(a, 2));
    near(linalg.norm(a, 1, 0), t([4, 6]));
  });

  test("least squares: against the normal equations, and of lower rank", async () => {
    const [a, b] = [random([2, 5, 3], 41), random([2, 5, 2], 42)];
    const { solution, residuals, rank } = linalg.lstsq(a, b, { driver: "gelsd" });
    near(solution, linalg.solve(a.mT.matmul(a), a.mT.matmul(b)), 1e-10);
    near(residuals, a.matmul(solution).sub(b).square().sum(-2), 1e-12);
    expect(rank.tolistSync()).toEqual([3, 3]);
    const flat = linalg.lstsq(torch.ones([2, 2], { dtype: "float64" }), torch.ones([2, 1], { dtype: "float64" }));
    near(flat.solution, torch.full([2, 1], 0.5, { dtype: "float64" }));
    expect([flat.residuals.shape, flat.rank.itemSync()]).toEqual([[0], 1]);
    const inputs: [torch.Tensor, torch.Tensor] = [random([4, 2], 43, true), random([4, 1], 44, true)];
    expect(await gradcheck((x, y) => linalg.lstsq(x, y).solution, inputs)).toBe(true);
  });

  test("negative powers", () => {
    const a = random([3, 3], 12);
    near(linalg.matrixPower(a, -2).matmul(a).matmul(a), eye(3), 1e-10);
  });

  test("empty batches and empty matrices", () => {
    expect(linalg.inv(torch.zeros([0, 2, 2])).shape).toEqual([0, 2, 2]);
    expect(linalg.det(torch.zeros([2, 0, 0])).tolistSync()).toEqual([1, 1]);
    expect(linalg.svdvals(torch.zeros([3, 0])).shape).toEqual([0]);
  });

  test("float32 stays float32, also through gradients", () => {
    const a = torch.tensor(
      [
        [2, 1],
        [1, 3],
      ],
      { requiresGrad: true },
    );
    const y = linalg.inv(a);
    expect([y.dtype, y.gradFn?.name]).toEqual(["float32", "LinalgInvExBackward0"]);
    y.sum().backward();
    expect(a.grad?.dtype).toBe("float32");
  });
});

describe("derivatives, first and second", () => {
  const square = () => random([3, 3], 21, true);
  const cases: [string, (x: torch.Tensor) => torch.Tensor | torch.Tensor[], () => torch.Tensor][] = [
    ["inv", (x) => linalg.inv(x), square],
    ["inv of a batch", (x) => linalg.inv(x), () => random([2, 2, 2], 22, true)],
    ["det", (x) => linalg.det(x), square],
    ["slogdet", (x) => linalg.slogdet(x).logabsdet, square],
    ["cholesky", (x) => linalg.cholesky(positive(x)), square],
    ["cholesky, upper", (x) => linalg.cholesky(positive(x), { upper: true }), square],
    ["choleskyInverse", (x) => torch.choleskyInverse(x.tril()), square],
    ["solveTriangular", (x) => linalg.solveTriangular(x, x.mul(x), { upper: true }), square],
    ["eigvalsh", (x) => linalg.eigvalsh(x.add(x.mT)), square],
    // Projections do not depend on the signs of eigenvectors.
    ["eigh", (x) => projections(linalg.eigh(x.add(x.mT)).eigenvectors), square],
    ["svdvals", (x) => linalg.svdvals(x), () => random([2, 3], 23, true)],
    ["svd, wide", (x) => fromSvd(x), () => random([2, 3], 24, true)],
    ["svd, tall", (x) => fromSvd(x), () => random([3, 2], 25, true)],
    ["qr, square", (x) => [...linalg.qr(x)], square],
    ["qr, tall", (x) => [...linalg.qr(x)], () => random([4, 2], 26, true)],
    ["qr, wide", (x) => [...linalg.qr(x)], () => random([2, 4], 27, true)],
    ["qr, wide and complete", (x) => [...linalg.qr(x, "complete")], () => random([2, 3], 28, true)],
    ["pinv, tall", (x) => linalg.pinv(x), () => random([3, 2], 29, true)],
    ["pinv, wide", (x) => linalg.pinv(x), () => random([2, 3], 30, true)],
    ["matrixNorm nuc", (x) => linalg.matrixNorm(x, "nuc"), square],
    ["matrixNorm 2", (x) => linalg.matrixNorm(x, 2), square],
    ["matrixPower -2", (x) => linalg.matrixPower(x, -2), square],
  ];

  const projections = (v: torch.Tensor) => v.mT.unsqueeze(-1).mul(v.mT.unsqueeze(-2));
  const fromSvd = (x: torch.Tensor) => {
    const { U, S, Vh } = linalg.svd(x, false);
    return [U.mul(S).matmul(Vh.sin()), projections(U), projections(Vh.mT)].slice(1);
  };

  test.each(cases)("%s", async (_name, f, input) => {
    const x = input();
    const check = f as (...inputs: readonly torch.Tensor[]) => torch.Tensor;
    expect(await gradcheck(check, x)).toBe(true);
    expect(await gradgradcheck(check, x)).toBe(true);
  });

  test("solve", async () => {
    const inputs: [torch.Tensor, torch.Tensor] = [random([2, 3, 3], 31, true), random([3, 2], 32, true)];
    expect(await gradcheck((a, b) => linalg.solve(a, b), inputs)).toBe(true);
    expect(await gradgradcheck((a, b) => linalg.solve(a, b), inputs)).toBe(true);
  });

  test("the determinant of a singular matrix has its gradient", async () => {
    const a = t([
      [1, 2, 3],
      [2, 4, 6],
      [1, 0, 1],
    ]).requiresGrad_();
    expect(await gradcheck((x) => linalg.det(x), a)).toBe(true);
  });

  test("repeated singular values have gradients, if only the values are used", () => {
    const a = eye(3).requiresGrad_();
    linalg.svdvals(a).sum().backward();
    expect(a.grad?.tolistSync()).toEqual(eye(3).tolistSync());
  });
});

describe("errors", () => {
  test("matrices that have no inverse, or no factor", () => {
    expect(() =>
      linalg.inv(
        t([
          [0, 0],
          [0, 1],
        ]),
      ),
    ).toThrow(
      "linalg.inv: The diagonal element 1 is zero, the inversion could not be completed because the input matrix is singular.",
    );
    const batch = torch.stack([eye(2), torch.zeros([2, 2], { dtype: "float64" })]);
    expect(() => linalg.inv(batch)).toThrow("linalg.inv: (Batch element 1): The diagonal element 1 is zero");
    expect(() =>
      linalg.solve(
        t([
          [1, 1],
          [1, 1],
        ]),
        t([1, 2]),
      ),
    ).toThrow("The solver failed because the input matrix is singular.");
    expect(() =>
      linalg.cholesky(
        t([
          [1, 2],
          [2, 1],
        ]),
      ),
    ).toThrow("(the leading minor of order 2 is not positive-definite)");
    expect(() => linalg.svdvals(t([[Number.NaN]]))).toThrow("non-finite values");
    expect(() => linalg.pinv(t([[Number.NaN]]))).toThrow("non-finite values");
  });

  test("shapes, dtypes, modes", () => {
    expect(() => linalg.det(torch.ones([2]))).toThrow(
      "linalg.det: The input tensor A must have at least 2 dimensions.",
    );
    expect(() => linalg.det(torch.ones([2, 3]))).toThrow(
      "A must be batches of square matrices, but they are 2 by 3 matrices",
    );
    expect(() => linalg.inv(torch.ones([2, 2], { dtype: "int64" }))).toThrow("Got Long");
    expect(() => linalg.inv(torch.ones([2, 2], { dtype: "float16" }))).toThrow(
      "Low precision dtypes not supported. Got Half",
    );
    expect(() => linalg.solve(eye(2), t([1, 2, 3]))).toThrow("Incompatible shapes");
    expect(() => linalg.qr(random([3, 2], 1, true), "complete")).toThrow("not differentiable when mode='complete'");
    expect(() => linalg.eigh(eye(2), "X" as "U")).toThrow("Expected UPLO argument to be 'L' or 'U', but got X");
  });
});
