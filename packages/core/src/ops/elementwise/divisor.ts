/** Greatest common divisors and least common multiples. */
import { dtypeInfo } from "../../dtype/dtype.ts";
import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { type Binary, commonDtype, mixed, refuseBool, refuseFloat } from "./operands.ts";

/**
 * Euclid's algorithm. Two neighbouring Fibonacci numbers take longest: as many steps as there are of them below the
 * dtype's greatest magnitude.
 */
function divisor(x: Term, y: Term): Term {
  const [, greatest] = dtypeInfo(x.dtype).range ?? [0n, 1n];
  let [a, b] = [m.abs(x), m.abs(y)];
  for (let [f, g] = [1n, 1n]; f <= greatest; [f, g] = [g, f + g]) {
    const ended = m.eq(b, 0);
    const rest = m.fmod(a, m.where(ended, 1, b));
    a = m.where(ended, a, b);
    b = m.cast(rest, x.dtype);
  }
  // Of the least number, whose magnitude does not fit, the remainders are negative.
  return m.abs(a);
}

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
export const gcd = ofIntegers("gcd", divisor);

/** The least common multiple of integers; of 0 with anything, 0. Shapes broadcast. @throws DTypeError for floats and bool. */
export const lcm = ofIntegers("lcm", (a, b) => {
  const d = divisor(a, b);
  const none = m.eq(d, 0);
  return m.where(none, 0, m.abs(m.mul(m.rawDiv(a, m.where(none, 1, d)), b)));
});
