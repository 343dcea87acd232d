/** First and second derivatives of every operation in the catalogue, against differences in float64. */
import { beforeAll, describe, expect, test } from "vitest";
import { gradcheck, gradgradcheck } from "../../../autograd/gradcheck.ts";
import { isFloat } from "../../../dtype/dtype.ts";
import "../../../index.ts";
import { Tensor } from "../../../tensor/tensor.ts";
import { useCpu } from "../../../testing/cpu.ts";
import { tries } from "./index.ts";
import { tensorOf, valuesOf } from "./sample.ts";

beforeAll(useCpu);

const resultsOf = (result: unknown): Tensor[] =>
  result instanceof Tensor ? [result] : [...(result as Iterable<Tensor>)];

const symmetricPart = (a: Tensor): Tensor => a.add(a.mT).div(2);

const smooth = tries.filter(({ flat }) => flat === undefined);

describe.each(smooth)("$name", ({ fn, sample, once }) => {
  const operands = (): Tensor[] =>
    sample.operands.map((operand, place) => {
      const tensor = tensorOf(valuesOf(operand, place), operand.shape, operand.dtype);
      return operand.dtype === "float64" ? tensor.requiresGrad_() : tensor;
    });
  const results = (...tensors: readonly Tensor[]): Tensor[] =>
    resultsOf(fn(...sample.args(...(sample.symmetric ? tensors.map(symmetricPart) : tensors)))).filter((y) =>
      isFloat(y.dtype),
    );

  test("its gradient", async () => {
    expect(results(...operands()).some((y) => y.requiresGrad)).toBe(true);
    expect(await gradcheck(results, operands())).toBe(true);
  });
  // Where there is a reason why not, it stands in the sample.
  test.skipIf(once !== undefined)("the gradient of its gradient", async () => {
    expect(await gradgradcheck(results, operands())).toBe(true);
  });
});
