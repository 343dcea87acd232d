/** Every sample of the catalogue in every variant against PyTorch, where it is installed: what it gives, and what it refuses. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import "../../../index.ts";
import { useCpu } from "../../../testing/cpu.ts";
import { closeTo } from "./close.ts";
import { tries } from "./index.ts";
import { type Outcome, outcomeOf, type Result } from "./outcome.ts";
import { tensorOf } from "./sample.ts";
import { variantOf, variants } from "./variants.ts";

beforeAll(useCpu);

const python = "/usr/bin/python3";
// Without PyTorch there is nothing to compare with; the recorded data of the conformance suite covers the same operations.
const hasPyTorch = spawnSync(python, ["-c", "import torch"]).status === 0;

/** Where PyTorch 1.13 is not the measure, by variant and operation. */
const exceptions: Readonly<Record<string, string>> = {
  sliceScatter: "slice_scatter of 1.13 takes `step` from elsewhere: it refuses what it describes",
  eigh: "the signs of eigenvectors are free",
  apply_: "its function is JavaScript's",
  map_: "its function is JavaScript's",
  unravelIndex: "later than 1.13",
  "empty: resize_": "what is added is left open",
  "scalar: resize_": "what is added is left open",
  lstsq: "solved by singular values, which the default of 1.13 does not compute: it gives neither them nor residuals",
  svd: "the signs of singular vectors are free; the gradients of what does not depend on them are checked",
  "bool: addr": "1.13 takes factors that a bool cannot hold",
  "scalar: cummax 1": "1.13 takes any dimension of a scalar",
  "scalar: cummin 1": "1.13 takes any dimension of a scalar",
  "special: lerp 1": "1.13 takes the formula of small weights for negative ones; later versions do not",
  "special: stdMean 2": "a running mean over infinities is NaN there; mean() is infinite, there and here",
  "special: varMean 2": "a running mean over infinities is NaN there; mean() is infinite, there and here",
  "special: int": "what a NaN becomes as an integer is left open by C",
  "special: cholesky": "refused here: not positive-definite",
  "special: choleskyEx": "1.13 takes NaN for positive",
  "special: ldlFactorEx": "which row is the pivot among NaN is left open",
  "special: geqrf 2": "which elements a NaN reaches depends on the algorithm",
  "special: orgqr 1": "which elements a NaN reaches depends on the algorithm",
  "special: orgqr 2": "which elements a NaN reaches depends on the algorithm",
  "special: triangularSolve 1": "which elements a NaN reaches depends on the algorithm",
  "special: choleskyInverse": "which elements a NaN reaches depends on the algorithm",
  "special: slogdet": "the sign of a determinant that is NaN",
  "special: matrixExp 1": "1.13 leaves what its memory held",
  "special: matrixExp 2": "1.13 leaves what its memory held",
  "special: cond 2": "whether a matrix with NaN is singular is left open",
  "special: histogram 2": "1.13 counts NaN into the first bin",
  "special: histogram 3": "1.13 counts NaN into the first bin",
  "special: luFactor 2": "which row is the pivot among NaN is left open",
  "special: polygamma 2": "1.13 has NaN for the limit 0 at infinity",
  "scalar: tensorinv": "1.13 runs out of memory",
  "special: mode": "NaN has no place in the order by which it counts",
  "empty: histogramdd 1": "1.13 counts points of no dimension, whatever the bins",
  "special: histogramdd 3": "1.13 counts NaN into the first bin",
  "special: type 2": "what a NaN becomes as an integer is left open by C",
  "float64: besselJ0 2": "1.13 errs by up to 7e-7 beyond 2; mpmath agrees with these to 4e-16",
  "float64: besselJ1 2": "1.13 errs by up to 7e-7 beyond 2; mpmath agrees with these to 4e-16",
  "float64: besselY0 2": "1.13 errs by up to 7e-7 beyond 2; mpmath agrees with these to 5e-16",
  "float64: besselY1 2": "1.13 errs by up to 7e-7 beyond 2; mpmath agrees with these to 3e-15",
  "special: histc": "1.13 counts NaN into the first bin",
  "int64: topk 2": "which of equal elements comes first is left open",
  "int32: topk 2": "which of equal elements comes first is left open",
};

const cases = tries.flatMap((one) =>
  Object.keys(variants).flatMap((variant) => {
    const operands = variantOf(one.sample, variant);
    const excepted = one.operation in exceptions || `${variant}: ${one.name}` in exceptions;
    return operands === null || operands.length === 0 || excepted ? [] : [{ name: one.name, variant, one, operands }];
  }),
);

const words: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-0": -0,
};

/** Numbers that JSON lacks, as words. */
const word = (value: number): number | string =>
  Object.entries(words).find(([, number]) => Object.is(number, value))?.[0] ?? value;

type FromPython = { readonly error: string } | { readonly missing: string } | { readonly results: Result };

function askPython(): FromPython[] {
  const input = cases.map(({ one, operands }) => ({
    operation: one.operation,
    owner: one.on.find((place) => place === "torch" || place === "special" || place === "linalg") ?? "Tensor",
    operands: operands.map((filled) => ({ ...filled, values: filled.values.map(word) })),
    args: one.sample.args(...operands.map((_, operand) => ({ operand }))),
  }));
  const run = spawnSync(python, [join(import.meta.dirname, "pytorch.py")], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout, (key, value) =>
    key === "values" ? (value as (number | string)[]).map((v) => (typeof v === "string" ? words[v] : v)) : value,
  );
}

describe.skipIf(!hasPyTorch)("PyTorch", () => {
  let wanted: FromPython[] = [];
  beforeAll(() => {
    wanted = askPython();
  }, 60_000);
  test.each(cases.map((one, at) => ({ ...one, at })))("$variant: $name", async ({ one, operands, at }) => {
    const want = wanted[at];
    const got = await outcomeOf(
      one,
      operands.map(({ values, shape, dtype }) => tensorOf(values, shape, dtype)),
    );
    // A dtype for which PyTorch has no kernel is no wrong call: there may be a result.
    if ("error" in want && / not implemented for '/.test(want.error)) return;
    if ("error" in want) expect(got, want.error).toEqual({ error: expect.any(String) });
    else expect(got).toEqual(closeTo(want as Outcome));
  });
});
