/** One derivative rule per primitive. The table is total: a primitive without an entry does not type-check. */
import * as build from "../graph/build.ts";
import * as m from "../graph/math.ts";
import { add, div, eq, exp, ge, gt, lt, mul, neg, sqrt, square, sub, where } from "../graph/math.ts";
import type { PrimitiveOp } from "../graph/primitive.ts";
import { attributesOf, type Term } from "../graph/term.ts";
import { contractRule, gatherRule, reduceRule, scanRule, scatterRule, windowRule } from "./structural.ts";

export interface RuleContext {
  /** The forward term: for its attributes, dtype and shapes only. */
  readonly term: Term;
  /** Gradient of the term. */
  readonly g: Term;
  /** Operand `i`, as a saved value. */
  x(i: number): Term;
  /** The term's value, as a saved value. */
  y(): Term;
  needs(i: number): boolean;
}

/** The gradient of each operand; null where there is none. */
export type Rule = (context: RuleContext) => (Term | null)[];

/** Nothing flows back: the value is constant between jumps, not a float, or has no operands. */
const flat: Rule = () => [null, null, null];

/** dy/dx from x. */
const ofInput =
  (slope: (x: Term) => Term): Rule =>
  ({ g, x }) => [mul(g, slope(x(0)))];

/** dy/dx from y, where the forward pass has it already. */
const ofOutput =
  (slope: (y: Term) => Term): Rule =>
  ({ g, y }) => [mul(g, slope(y()))];

/** d/da and d/db of max (sign 1) and min (sign -1): half to each where equal, as PyTorch's maximum and minimum. */
const extreme =
  (wins: (a: Term, b: Term) => Term): Rule =>
  ({ g, x }) => {
    const half = where(eq(x(0), x(1)), div(g, 2), g);
    return [where(wins(x(1), x(0)), 0, half), where(wins(x(0), x(1)), 0, half)];
  };

const twoOverSqrtPi = 2 / Math.sqrt(Math.PI);
const gaussian = (x: Term): Term => mul(twoOverSqrtPi, exp(neg(square(x))));

export const derivatives: Readonly<Record<PrimitiveOp, Rule>> = {
  input: flat,
  argument: flat,
  constant: flat,
  iota: flat,

  neg: ({ g }) => [neg(g)],
  abs: ({ g, x }) => [mul(g, m.sign(x(0)))],
  sign: flat,
  floor: flat,
  ceil: flat,
  round: flat,
  trunc: flat,
  sqrt: ({ g, y }) => [div(g, mul(2, y()))],
  exp: ofOutput((y) => y),
  exp2: ofOutput((y) => mul(y, Math.LN2)),
  expm1: ofOutput((y) => add(y, 1)),
  log: ({ g, x }) => [div(g, x(0))],
  log2: ({ g, x }) => [div(g, mul(x(0), Math.LN2))],
  log10: ({ g, x }) => [div(g, mul(x(0), Math.LN10))],
  log1p: ({ g, x }) => [div(g, add(x(0), 1))],
  sin: ofInput(m.cos),
  cos: ofInput((x) => neg(m.sin(x))),
  tan: ofOutput((y) => add(1, square(y))),
  asin: ({ g, x }) => [div(g, sqrt(sub(1, square(x(0)))))],
  acos: ({ g, x }) => [neg(div(g, sqrt(sub(1, square(x(0))))))],
  atan: ({ g, x }) => [div(g, add(square(x(0)), 1))],
  sinh: ofInput(m.cosh),
  cosh: ofInput(m.sinh),
  tanh: ofOutput((y) => sub(1, square(y))),
  asinh: ({ g, x }) => [div(g, sqrt(add(square(x(0)), 1)))],
  acosh: ({ g, x }) => [div(g, sqrt(sub(square(x(0)), 1)))],
  atanh: ({ g, x }) => [div(g, sub(1, square(x(0))))],
  erf: ofInput(gaussian),
  erfc: ofInput((x) => neg(gaussian(x))),
  erfinv: ({ g, y }) => [mul(g, mul(Math.sqrt(Math.PI) / 2, exp(square(y()))))],
  lgamma: ofInput((x) => m.polygamma(0, x)),
  not: flat,

  add: ({ g }) => [g, g],
  sub: ({ g }) => [g, neg(g)],
  mul: ({ g, x, needs }) => [needs(0) ? mul(g, x(1)) : null, needs(1) ? mul(g, x(0)) : null],
  div: ({ g, x, needs }) => {
    const a = div(g, x(1));
    return [a, needs(1) ? neg(mul(a, div(x(0), x(1)))) : null];
  },
  fmod: ({ g, x, needs }) => [g, needs(1) ? neg(mul(g, m.trunc(div(x(0), x(1))))) : null],
  pow: ({ g, x, y, needs }) => [
    // x^(p-1) at p = 0 is not a number at x = 0, but the derivative is 0.
    needs(0) ? where(eq(x(1), 0), 0, mul(g, mul(x(1), m.pow(x(0), sub(x(1), 1))))) : null,
    needs(1) ? where(m.and(eq(x(0), 0), ge(x(1), 0)), 0, mul(g, mul(y(), m.log(x(0))))) : null,
  ],
  atan2: ({ g, x, needs }) => {
    const scale = div(g, add(square(x(0)), square(x(1))));
    return [needs(0) ? mul(scale, x(1)) : null, needs(1) ? mul(scale, neg(x(0))) : null];
  },
  max: extreme(gt),
  min: extreme(lt),
  and: flat,
  or: flat,
  xor: flat,
  shl: flat,
  shr: flat,
  fma: ({ g, x, needs }) => [needs(0) ? mul(g, x(1)) : null, needs(1) ? mul(g, x(0)) : null, g],
  copysign: ({ g, x, y }) => [where(eq(x(0), 0), 0, mul(g, div(y(), x(0)))), null],
  nextafter: flat,
  gcd: flat,
  polygamma: ({ g, x }) => [null, mul(g, m.polygamma(add(x(0), 1), x(1)))],

  eq: flat,
  ne: flat,
  lt: flat,
  le: flat,
  gt: flat,
  ge: flat,

  where: ({ g, x, needs }) => [null, needs(1) ? where(x(0), g, 0) : null, needs(2) ? where(x(0), 0, g) : null],
  cast: ({ g, term }) => [build.cast(g, term.inputs[0].dtype)],

  reshape: ({ g, term }) => [build.reshape(g, term.inputs[0].shape)],
  permute: ({ g, term }) => {
    const { order } = attributesOf(term, "permute");
    return [
      build.permute(
        g,
        order.map((_, d) => order.indexOf(d)),
      ),
    ];
  },
  expand: ({ g, term }) => [m.sumTo(g, term.inputs[0].shape)],
  slice: ({ g, term, x }) => {
    const { dim, step } = attributesOf(term, "slice");
    return [build.pad(g, dim, x(1), term.inputs[0].shape[dim], step), null];
  },
  pad: ({ g, term, x, needs }) => {
    const { dim, step } = attributesOf(term, "pad");
    const size = term.inputs[0].shape[dim];
    const one = build.constant(1, g.dtype, g.shape);
    const outside = (): Term =>
      build.pad(
        build.constant(0, g.dtype, term.inputs[0].shape),
        dim,
        x(1),
        g.shape[dim],
        step,
        build.constant(1, g.dtype),
      );
    return [cropped(g, dim, x(1), size, step), null, needs(2) ? m.sum(mul(g, mul(one, outside()))) : null];
  },
  window: windowRule,
  reduce: reduceRule,
  contract: contractRule,
  gather: gatherRule,
  scatter: scatterRule,
  scan: scanRule,
  sort: flat,
  check: ({ g }) => [g, null],
};

/** slice of a gradient at the places a pad put its operand; places that fell outside get 0. */
function cropped(g: Term, dim: number, low: Term, size: number, step: number): Term {
  const p = low.primitive;
  const from = p.op === "constant" ? Number(p.value) : 0;
  const last = from + (size - 1) * step;
  const inside = Math.min(from, last) >= 0 && Math.max(from, last) < g.shape[dim];
  if (inside || p.op !== "constant" || size === 0) return build.slice(g, dim, low, size, step);
  // Widen the gradient with zeros so that every place exists.
  const before = Math.max(0, -Math.min(from, last));
  const after = Math.max(0, Math.max(from, last) - g.shape[dim] + 1);
  const wide = build.pad(g, dim, before, g.shape[dim] + before + after);
  return build.slice(wide, dim, from + before, size, step);
}
