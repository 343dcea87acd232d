import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const { special } = torch;
const t = (values: number[], requiresGrad = false) => torch.tensor(values, { dtype: "float64", requiresGrad });

test("the names of torch.special", () => {
  expect(special.expit).toBe(torch.sigmoid);
  expect(special.gammaln).toBe(torch.lgamma);
  expect(special.psi).toBe(torch.digamma);
});

test("values that are known", () => {
  const { POSITIVE_INFINITY: inf, NaN: nan } = Number;
  expect(special.entr(t([0, 1, -1, Math.E, nan])).tolistSync()).toEqual([0, -0, -inf, -Math.E, nan]);
  expect(special.ndtr(t([0, -inf, inf])).tolistSync()).toEqual([0.5, 0, 1]);
  // Φ(1) = 0.841344746068543 (Abramowitz and Stegun, table 26.1)
  expect(special.ndtr(t([1])).itemSync()).toBeCloseTo(0.841344746068543, 14);
  expect(special.xlog1py(t([0, 0, 2]), t([-1, nan, 1])).tolistSync()).toEqual([0, nan, 2 * Math.log1p(1)]);
  expect(special.xlog1py(3, t([0])).tolistSync()).toEqual([0]);
  // Γ₁ is Γ; Γ₂(3/2) = √π Γ(3/2) Γ(1) = π / 2.
  expect(special.multigammaln(t([5]), 1).itemSync()).toBeCloseTo(Math.log(24), 13);
  expect(special.multigammaln(t([1.5]), 2).itemSync()).toBeCloseTo(Math.log(Math.PI / 2), 13);
  expect(() => special.multigammaln(t([1]), 0)).toThrow("p has to be greater than or equal to 1");
});

test("derivatives", async () => {
  const { gradcheck, gradgradcheck } = torch.autograd;
  for (const f of [special.entr, special.ndtr]) {
    expect(await gradcheck((x) => f(x), t([0.3, 2, 1.1], true))).toBe(true);
    expect(await gradgradcheck((x) => f(x), t([0.3, 2, 1.1], true))).toBe(true);
  }
  const two: [torch.Tensor, torch.Tensor] = [t([0.3, 2], true), t([0.5, -0.2], true)];
  expect(await gradcheck((x, y) => special.xlog1py(x, y), two)).toBe(true);
  expect(await gradgradcheck((x, y) => special.xlog1py(x, y), two)).toBe(true);
});

test("tails", () => {
  // Of PyTorch: torch.special.ndtri, log_ndtr and erfcx in float64.
  const close = (values: readonly number[]) => values.map((v) => expect.closeTo(v, 12));
  expect(special.ndtri(t([0, 1e-300, 1e-20, 1 - 1e-10, 1])).tolistSync()).toEqual([
    -Infinity,
    ...close([-37.0470962993612, -9.262340089798408, 6.361340889697422]),
    Infinity,
  ]);
  expect(special.logNdtr(t([-30, 8])).tolistSync()).toEqual(close([-454.321243956343267, -6.220960574271758e-16]));
  expect(special.erfcx(t([1e5])).itemSync() * 1e5).toBeCloseTo(1 / Math.sqrt(Math.PI), 9);
  // Of P(a, x) for large a (mpmath).
  expect(torch.igamma(t([21]), t([19])).itemSync()).toBeCloseTo(0.3528256347635, 12);
});

// Of PyTorch 1.13, but for the last three, which are those of direct sums in 30 digits.
test("zeta", () => {
  const inf = Number.POSITIVE_INFINITY;
  const s = torch.tensor([2, 1, 0.5, 3, 3, 2.5, 2, 3]);
  const q = torch.tensor([1, 1, 1, -0.5, -2, -0.5, -1.25, -20.25]);
  expect(torch.special.zeta(s, q).tolistSync()).toEqual(
    [1.6449341, inf, Number.NaN, 0.4143982, inf, Number.NaN, 19.181879, -62.01137].map((v) =>
      Number.isFinite(v) ? expect.closeTo(v, 4) : v,
    ),
  );
  const wide = torch.special.zeta(torch.tensor([20, 3, 1.5], { dtype: "float64" }), 300).tolistSync() as number[];
  for (const [i, want] of [4.673368608582013e-49, 5.5741049381572945e-6, 0.11556635907019755].entries())
    expect(wide[i] / want).toBeCloseTo(1, 13);
  expect(() => torch.special.zeta(torch.tensor([2]).requiresGrad_(), 1)).toThrow(
    "the derivative for 'special_zeta: self'",
  );
});

test("orthogonal polynomials of one degree, of many, of none", () => {
  const x = torch.tensor([0.5, 2]);
  const { chebyshevPolynomialT: T, legendrePolynomialP: P } = torch.special;
  expect(T(x, 3).tolistSync()).toEqual([-1, 26]);
  expect(T(x, torch.tensor([0n, 2n])).tolistSync()).toEqual([1, 7]);
  expect(P(0.5, torch.tensor([2, 3])).tolistSync()).toEqual([-0.125, -0.4375]);
  expect(P(x, 2.5).tolistSync()).toEqual([-0.125, 5.5]);
  expect([T(x, -1).tolistSync(), T(torch.tensor([Number.NaN]), 0).tolistSync()]).toEqual([[0, 0], [1]]);
  expect(T(2, torch.tensor([1, Number.POSITIVE_INFINITY, Number.NaN])).tolistSync()).toEqual([2, 0, 0]);
  expect(() => T(1, 2)).toThrow("at least one operand must be a Tensor");
});
