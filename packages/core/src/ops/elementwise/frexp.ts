import { isFloat } from "../../dtype/dtype.ts";
import { DTypeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { callMany } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { namedResults, type Results } from "../reduction/results.ts";

/** A float's digits as a number from ½ to 1, and its power of two; products with powers of two are exact. */
function split(input: Term): [mantissa: Term, exponent: Term] {
  const x = m.toFloat(input);
  const wide = x.dtype === "float64";
  const powers = wide ? [512, 256, 128, 64, 32, 16, 8, 4, 2, 1] : [64, 32, 16, 8, 4, 2, 1];
  let size = m.abs(x);
  let exponent: Term = m.zerosLike({ dtype: "int32", shape: x.shape });
  const scale = (where: Term, power: number): void => {
    size = m.where(where, m.mul(size, m.constantLike(size, 2 ** -power)), size);
    exponent = m.cast(m.add(exponent, m.where(where, power, 0)), "int32");
  };
  const regular = m.and(m.gt(size, 0), m.lt(size, Number.POSITIVE_INFINITY));
  for (const power of powers) scale(m.and(regular, m.ge(size, m.constantLike(size, 2 ** power))), power);
  // The first of them twice, for numbers below the least normal one.
  for (const power of [powers[0], ...powers])
    scale(m.and(regular, m.lt(size, m.constantLike(size, 2 ** (1 - power)))), -power);
  const mantissa = m.copysign(m.mul(size, 0.5), x);
  return [m.cast(m.where(regular, mantissa, x), x.dtype), m.cast(m.add(exponent, m.cast(regular, "int32")), "int32")];
}

const frexpOp = operation("frexp", ([x]) => split(x), {
  derivative: ({ grad, output }) => [m.mul(grad(0), m.exp2(m.neg(m.cast(output(1), output(0).dtype))))],
});

/**
 * Floats as `mantissa` · 2^`exponent`: a float of at least ½ and below 1 (or 0), and an int32. What is not finite is its own
 * mantissa, with exponent 0.
 *
 * @throws DTypeError for integers.
 * @example const { mantissa, exponent } = torch.frexp(torch.tensor([3])); // 0.75 and 2
 */
export function frexp(input: Tensor): Results<"mantissa" | "exponent"> {
  if (!isFloat(input.dtype)) throw new DTypeError("torch.frexp() only supports floating-point dtypes");
  return namedResults(["mantissa", "exponent"], callMany(frexpOp, [input]), "frexp");
}
