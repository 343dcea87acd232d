/** Greatest common divisors and least common multiples. */
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { type Binary, commonDtype, mixed, refuseBool, refuseFloat } from "./operands.ts";

const ofIntegers = (name: string, body: (a: Term, b: Term) => Term): Binary => {
  const op = mixed(name, ([a, b]) => {
    const [x, y] = m.together(a, b);
    return body(x, y);
  });
  return (input, other) => {
    const dtype = commonDtype(input, other);
    refuseFloat(`${name}_cpu`, dtype);
    refuseBool(`${name}_cpu`, dtype);
    return op([input, other]);
  };
};

/**
 * The greatest common divisor of integers; of 0 and 0, 0. Shapes broadcast.
 *
 * @throws DTypeError for floats and bool.
 * @example torch.gcd(torch.tensor([12n, 7n]), 8) // tensor([4, 1])
 */
export const gcd = ofIntegers("gcd", m.gcd);

/** The least common multiple of integers; of 0 with anything, 0. Shapes broadcast. @throws DTypeError for floats and bool. */
export const lcm = ofIntegers("lcm", (a, b) => {
  const d = m.gcd(a, b);
  const none = m.eq(d, 0);
  return m.where(none, 0, m.abs(m.mul(m.rawDiv(a, m.where(none, 1, d)), b)));
});
