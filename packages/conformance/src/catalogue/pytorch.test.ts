/** Every sample of the catalogue in every variant against PyTorch, where it is installed: what it gives, and what it refuses. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { tensorOf } from "@cresset/core/catalogue";
import { setDefaultDevice } from "cresset";
import { beforeAll, describe, expect, test } from "vitest";
import { spaces } from "../api/operation.ts";
import { differs } from "./differs.ts";
import { type Outcome, outcomeOf, type Result } from "./outcome.ts";
import { tries } from "./tries.ts";
import { variantOf, variants } from "./variants.ts";

beforeAll(() => setDefaultDevice("cpu"));

const python = "/usr/bin/python3";
// Without PyTorch there is nothing to compare with; the recorded data of the conformance suite covers the same operations.
const hasPyTorch = spawnSync(python, ["-c", "import torch"]).status === 0;

const among = (names: readonly string[], why: string, operations: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => operations.map((operation) => [`${name}: ${operation}`, why])));

/** Where PyTorch 1.13 is not the measure: by operation, or variant and operation, with or without the number of the sample. */
const exceptions: Readonly<Record<string, string>> = {
  fromTypedArray: "PyTorch has no typed arrays",
  "nn.functional.lpPool3d": "1.13 has none",
  apply_: "its function is JavaScript's",
  map_: "its function is JavaScript's",
  unravelIndex: "later than 1.13",
  "nn.functional.rmsNorm": "later than 1.13",
  "empty: resize_": "what is added is left open",
  "empty: resizeAs_": "what is added is left open",
  "scalar: resize_": "what is added is left open",
  "special: linalg.choleskyEx": "1.13 takes NaN for positive",
  "special: linalg.ldlFactorEx": "which row is the pivot among NaN is left open",
  "special: geqrf 2": "which elements a NaN reaches depends on the algorithm",
  "special: linalg.householderProduct": "which elements a NaN reaches depends on the algorithm",
  "special: orgqr": "which elements a NaN reaches depends on the algorithm",
  "special: luSolve": "which elements a NaN reaches depends on the algorithm",
  "special: triangularSolve 1": "which elements a NaN reaches depends on the algorithm",
  "empty: histogramdd 1": "1.13 counts points of no dimension, whatever the bins",
  "special: histogramdd 3": "1.13 counts NaN into the first bin",
  "special: type 2": "what a NaN becomes as an integer is left open by C",
  "float64: special.besselJ0 2": "1.13 errs by up to 7e-7 beyond 2; mpmath agrees with these to 4e-16",
  "float64: special.besselJ1 2": "1.13 errs by up to 7e-7 beyond 2; mpmath agrees with these to 4e-16",
  "float64: special.besselY0 2": "1.13 errs by up to 7e-7 beyond 2; mpmath agrees with these to 5e-16",
  "float64: special.besselY1 2": "1.13 errs by up to 7e-7 beyond 2; mpmath agrees with these to 3e-15",
  sliceScatter: "slice_scatter of 1.13 takes `step` from elsewhere: it refuses what it describes",
  "linalg.eigh": "the signs of eigenvectors are free",
  "linalg.lstsq":
    "solved by singular values, which the default of 1.13 does not compute: it gives neither them nor residuals",
  "linalg.svd": "the signs of singular vectors are free; the gradients of what does not depend on them are checked",
  svd: "the signs of singular vectors are free; the gradients of what does not depend on them are checked",
  "bool: addr": "1.13 takes factors that a bool cannot hold",
  "bool: masked.mean 3": "1.13 adds booleans up to a boolean",
  "scalar: cummax 1": "1.13 takes any dimension of a scalar",
  "scalar: cummin 1": "1.13 takes any dimension of a scalar",
  "special: lerp 1": "1.13 takes the formula of small weights for negative ones; later versions do not",
  "special: stdMean 2": "a running mean over infinities is NaN there; mean() is infinite, there and here",
  "special: varMean 2": "a running mean over infinities is NaN there; mean() is infinite, there and here",
  "special: int": "what a NaN becomes as an integer is left open by C",
  "special: cholesky": "refused here: not positive-definite",
  "special: linalg.cholesky": "refused here: not positive-definite",
  "special: choleskyInverse": "which elements a NaN reaches depends on the algorithm",
  "special: slogdet": "the sign of a determinant that is NaN",
  "special: matrixExp 1": "1.13 leaves what its memory held",
  "special: matrixExp 2": "1.13 leaves what its memory held",
  "special: linalg.cond 2": "whether a matrix with NaN is singular is left open",
  "special: histogram 2": "1.13 counts NaN into the first bin",
  "special: histogram 3": "1.13 counts NaN into the first bin",
  "special: linalg.luFactor 2": "which row is the pivot among NaN is left open",
  "special: polygamma 2": "1.13 has NaN for the limit 0 at infinity",
  "scalar: linalg.tensorinv": "1.13 runs out of memory",
  "special: mode": "NaN has no place in the order by which it counts",
  "special: histc": "1.13 counts NaN into the first bin",
  "int64: topk 2": "which of equal elements comes first is left open",
  "int32: topk 2": "which of equal elements comes first is left open",
  ...among(["int32"], "of integers, convolutions are of int64 alone", [
    "nn.functional.conv1d",
    "nn.functional.conv2d",
    "nn.functional.conv3d",
  ]),
  "int64: nn.functional.localResponseNorm": "it takes the average of windows of floats here",
  ...among(["int64", "int32"], "1.13 rounds the margin to an integer in one of two places", [
    "nn.functional.hingeEmbeddingLoss",
  ]),
  ...among(["special"], "zeros between the elements meet infinite weights", [
    "nn.functional.convTranspose1d",
    "nn.functional.convTranspose2d",
    "nn.functional.convTranspose3d",
  ]),
  ...among(["empty"], "whether there may be no channels, or no window, differs between operations of 1.13", [
    "nn.functional.adaptiveAvgPool1d",
    "nn.functional.adaptiveAvgPool2d",
    "nn.functional.batchNorm",
    "nn.functional.bilinear",
    "nn.functional.conv2d",
    "nn.functional.interpolate",
    "nn.functional.maxUnpool1d",
    "nn.functional.maxUnpool2d",
    "nn.functional.maxUnpool3d",
    "nn.functional.pad",
    "nn.functional.pixelUnshuffle",
    "nn.functional.unfold",
    "nn.functional.upsample",
  ]),
  ...among(["empty"], "1.13 gives what its memory held", [
    "nn.functional.multiMarginLoss",
    "nn.functional.multilabelMarginLoss",
  ]),
};

/** What PyTorch says where it has no kernel for a dtype, each part of it in its own words. */
const withoutKernel =
  /not implemented for '|not supported|could not infer output dtype|can't be cast to the desired output type|one of the following scalar types|identity of \w+ on torch.bool/;

const cases = tries.flatMap((one) =>
  Object.keys(variants).flatMap((variant) => {
    const operands = variantOf(one.sample, variant);
    const operation = one.name.replace(/ \d+$/, "");
    const excepted = [operation, `${variant}: ${operation}`, `${variant}: ${one.name}`].some(
      (key) => key in exceptions,
    );
    return operands === null || excepted ? [] : [{ name: one.name, variant, one, operands }];
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
    operation: one.record.name,
    owner: spaces[one.record.on.find((place) => place !== "method" && place !== "inplace") ?? "method"],
    operands: operands.map((filled) => ({ ...filled, values: filled.values.map(word) })),
    args: one.sample.args(...operands.map((_, operand) => ({ operand }))),
  }));
  const run = spawnSync(python, [join(import.meta.dirname, "pytorch.py")], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout, (_key, value) => (typeof value === "string" && value in words ? words[value] : value));
}

describe.skipIf(!hasPyTorch)("PyTorch", () => {
  let wanted: FromPython[] = [];
  beforeAll(() => {
    wanted = askPython();
  }, 180_000);
  test.each(cases.map((one, at) => ({ ...one, at })))("$variant: $name", async ({ one, operands, at }) => {
    const want = wanted[at];
    const got = await outcomeOf(
      one,
      operands.map(({ values, shape, dtype }) => tensorOf(values, shape, dtype)),
    );
    // A dtype for which PyTorch has no kernel is no wrong call: there may be a result.
    if ("error" in want && withoutKernel.test(want.error)) return;
    if ("error" in want) expect(got, want.error).toHaveProperty("error");
    else expect(differs(got, want as Outcome, "close")).toBeNull();
  });
});
