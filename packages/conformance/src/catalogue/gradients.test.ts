/** First and second derivatives of every operation in the catalogue, against differences in float64. */

import { tensorOf, valuesOf } from "@cresset/core/catalogue";
import { autograd, isFloat, manualSeed, setDefaultDevice, Tensor } from "cresset";
import { beforeAll, describe, expect, test } from "vitest";
import { tries } from "./tries.ts";

const { gradcheck, gradgradcheck } = autograd;

beforeAll(() => setDefaultDevice("cpu"));

const resultsOf = (result: unknown): Tensor[] =>
  result instanceof Tensor ? [result] : [...(result as Iterable<Tensor>)];

const among = {
  symmetric: (a: Tensor): Tensor => a.add(a.mT).div(2),
  triangular: (a: Tensor): Tensor => a.tril(),
  logProbabilities: (a: Tensor): Tensor => a.logSoftmax(-1),
};

const smooth = tries.filter(({ record, sample }) => (record.flat ?? sample.flat) === undefined);

describe.each(smooth)("$name", ({ fn, sample, record: { once } }) => {
  const operands = (): Tensor[] =>
    sample.operands.map((operand, place) => {
      const tensor = tensorOf(valuesOf(operand, place), operand.shape, operand.dtype);
      return operand.dtype === "float64" && operand.constant === undefined ? tensor.requiresGrad_() : tensor;
    });
  const results = (...tensors: readonly Tensor[]): Tensor[] => {
    // What is drawn at random stays the same while operands change.
    manualSeed(0);
    return resultsOf(
      fn(...sample.args(...tensors.map((x, i) => (i === 0 && sample.among ? among[sample.among](x) : x)))),
    ).filter((y) => isFloat(y.dtype));
  };

  test("its gradient", async () => {
    expect(results(...operands()).some((y) => y.requiresGrad)).toBe(true);
    expect(await gradcheck(results, operands())).toBe(true);
  });
  // Where there is a reason why not, it stands in the sample.
  test.skipIf(once !== undefined)("the gradient of its gradient", async () => {
    expect(await gradgradcheck(results, operands())).toBe(true);
  });
});
