/** Every primitive's derivative, and the derivative of that, against central differences in float64. */
import { beforeAll, describe, expect, test } from "vitest";
import * as build from "../graph/build.ts";
import * as m from "../graph/math.ts";
import { operation } from "../graph/operation.ts";
import type { PrimitiveOp } from "../graph/primitive.ts";
import type { Term } from "../graph/term.ts";
import { numelOf } from "../graph/type.ts";
import { call } from "../tensor/call.ts";
import { fromHost } from "../tensor/creation.ts";
import { dataSync } from "../tensor/reading.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { useCpu } from "../testing/cpu.ts";
import { grad } from "./backward.ts";

interface Case {
  readonly body: (...inputs: Term[]) => Term;
  /** Values of each input, all differentiated; a shape where they have more than one dimension. */
  readonly at: readonly (readonly number[])[];
  readonly shapes?: readonly (readonly number[])[];
}

const unary = (body: (x: Term) => Term, ...at: number[]): Case[] => [{ body, at: [at] }];
const onGrid = (body: (x: Term) => Term, values: number[], shape: number[]): Case => ({
  body,
  at: [values],
  shapes: [shape],
});
/** Nothing flows back through it. */
const flat: Case[] = [];

const six = [0.3, -1.2, 2.1, 0.7, -0.4, 1.6];
const twelve = [...six, 0.9, -0.8, 1.1, -1.7, 0.2, 0.5];
const positive = [0.3, 1.2, 2.1];
const indices = (values: number[], shape: number[]): Term => {
  // Built from coordinates: constant tensors are all one value.
  const at = build.reshape(build.iota([numelOf(shape)], 0), shape);
  return values.reduce(
    (t: Term, v, i) => m.where(m.eq(at, i), build.constant(v, "int64", shape), t),
    build.constant(0, "int64", shape),
  );
};

const reduceCases = (["sum", "product", "max", "min"] as const).flatMap((op): Case[] => [
  onGrid((x) => build.reduce(op, x, [1]), six, [2, 3]),
  onGrid((x) => build.reduce(op, x, [0, 2]), twelve, [2, 3, 2]),
]);
const withZeros = [0, 1.5, 2, 3, 0, 0.5, 1, 2, -1];

const cases: Readonly<Record<PrimitiveOp, readonly Case[]>> = {
  input: flat,
  argument: flat,
  constant: flat,
  iota: flat,

  neg: unary(m.neg, ...six),
  abs: unary(m.abs, ...six),
  sign: flat,
  floor: flat,
  ceil: flat,
  round: flat,
  trunc: flat,
  sqrt: unary(m.sqrt, ...positive),
  exp: unary(m.exp, ...six),
  exp2: unary(m.exp2, ...six),
  expm1: unary(m.expm1, ...six),
  log: unary(m.log, ...positive),
  log2: unary(m.log2, ...positive),
  log10: unary(m.log10, ...positive),
  log1p: unary(m.log1p, ...positive, -0.4),
  sin: unary(m.sin, ...six),
  cos: unary(m.cos, ...six),
  tan: unary(m.tan, 0.3, -1.2, 0.7, -0.4),
  asin: unary(m.asin, 0.2, -0.7, 0),
  acos: unary(m.acos, 0.2, -0.7, 0),
  atan: unary(m.atan, ...six),
  sinh: unary(m.sinh, ...six),
  cosh: unary(m.cosh, ...six),
  tanh: unary(m.tanh, ...six),
  asinh: unary(m.asinh, ...six),
  acosh: unary(m.acosh, 1.3, 2.5),
  atanh: unary(m.atanh, 0.2, -0.7, 0),
  erf: unary(m.erf, ...six),
  erfc: unary(m.erfc, ...six),
  erfinv: unary(m.erfinv, 0.2, -0.7, 0),
  lgamma: unary(m.lgamma, 0.3, 1.2, 4.1),
  not: flat,

  add: [{ body: m.add, at: [six, [1, 2, 3, 4, 5, 6]] }],
  sub: [{ body: m.sub, at: [six, [1, 2, 3, 4, 5, 6]] }],
  mul: [{ body: m.mul, at: [positive, [-1, 2, 0.5]] }],
  div: [{ body: m.div, at: [positive, [-1, 2, 0.5]] }],
  fmod: [
    {
      body: m.fmod,
      at: [
        [2.3, -3.1],
        [0.7, 1.4],
      ],
    },
  ],
  fma: [{ body: m.fma, at: [positive, [-1, 2, 0.5], [3, -4, 0.25]] }],
  pow: [{ body: m.pow, at: [positive, [1.5, -0.7, 2.2]] }],
  atan2: [
    {
      body: m.atan2,
      at: [
        [0.3, -1.2, 2.1],
        [1, -2, 0.5],
      ],
    },
  ],
  max: [{ body: m.maximum, at: [positive, [1, 0.5, 3]] }],
  min: [{ body: m.minimum, at: [positive, [1, 0.5, 3]] }],
  and: flat,
  or: flat,
  xor: flat,
  shl: flat,
  shr: flat,
  copysign: [{ body: (x) => m.copysign(x, -2), at: [six] }],
  nextafter: flat,
  gcd: flat,
  polygamma: [0, 1, 2].flatMap((n) => unary((x) => m.polygamma(n, x), 0.7, 1.9, 3.2)),

  eq: flat,
  ne: flat,
  lt: flat,
  le: flat,
  gt: flat,
  ge: flat,
  where: [{ body: (a, b) => m.where(m.gt(a, b), m.mul(a, a), m.mul(b, b)), at: [positive, [1, 0.5, 3]] }],
  cast: unary((x) => m.cast(m.cast(x, "float64"), "float64"), ...six),

  reshape: [onGrid((x) => m.square(m.reshape(x, [3, 2])), six, [2, 3])],
  permute: [onGrid((x) => m.square(m.permute(x, [2, 0, 1])), twelve, [2, 3, 2])],
  expand: [onGrid((x) => m.square(build.expand(x, [2, 3])), positive, [1, 3])],
  slice: [
    onGrid((x) => m.square(m.slice(x, 1, 1, 2)), six, [2, 3]),
    onGrid((x) => m.square(m.slice(x, 0, 5, 3, -2)), six, [6]),
    onGrid((x) => m.square(m.slice(x, 0, 1, 2, 3)), six, [6]),
  ],
  pad: [
    onGrid((x) => m.square(m.pad(x, 1, 2, 7)), six, [2, 3]),
    onGrid((x) => m.square(m.pad(x, 1, 1, 8, 2)), six, [2, 3]),
    onGrid((x) => m.square(m.pad(x, 0, -2, 3)), six, [6]),
    onGrid((x) => m.square(m.pad(x, 0, 3, 5)), six, [6]),
    onGrid((x) => m.square(m.pad(x, 0, 6, 8, -1)), six, [6]),
    onGrid((x) => m.square(m.pad(x, 0, -1, 6, 2)), six, [6]),
    { body: (x, fill) => m.square(m.pad(x, 0, 2, 8, 1, m.reshape(fill, []))), at: [positive, [0.7]] },
  ],
  window: [
    onGrid((x) => m.square(m.window(x, 1, 2, 1)), six, [2, 3]),
    onGrid((x) => m.square(m.window(x, 0, 3, 2)), twelve, [12]),
    onGrid((x) => m.square(m.window(x, 0, 2, 1, 3)), six, [6]),
  ],
  reduce: [...reduceCases, onGrid((x) => build.reduce("product", x, [1]), withZeros, [3, 3])],
  contract: [
    {
      body: (a, b) => m.contract(a, b, 0, 1),
      at: [six, twelve],
      shapes: [
        [2, 3],
        [4, 3],
      ],
    },
    {
      body: (a, b) => m.contract(a, b, 1, 1),
      at: [twelve, six.slice(2)],
      shapes: [
        [2, 3, 2],
        [2, 1, 2],
      ],
    },
    {
      body: (a, b) => m.contract(a, b, 1, 2),
      at: [twelve, twelve],
      shapes: [
        [2, 1, 3, 2],
        [2, 1, 3, 2],
      ],
    },
  ],
  gather: [
    onGrid((x) => m.square(m.gather(x, 1, indices([2, 0, 0, 1], [2, 2]))), six, [2, 3]),
    onGrid((x) => m.square(m.gather(x, 0, indices([1, 1, 0, 0, 1, 0], [2, 3]))), six, [2, 3]),
  ],
  scatter: (["set", "sum", "product", "max", "min"] as const).map((mode) => ({
    body: (base: Term, source: Term) => m.square(m.scatter(base, 1, indices([2, 0, 1, 1], [2, 2]), source, mode)),
    at: [six, [0.6, -0.9, 1.3, 0.8]],
    shapes: [
      [2, 3],
      [2, 2],
    ],
  })),
  scan: [
    ...(["sum", "product", "max", "min", "logsumexp"] as const).flatMap((op): Case[] => [
      onGrid((x) => m.scan(op, x, 1), twelve, [3, 4]),
      onGrid((x) => m.square(m.scan(op, x, 0)), six, [3, 2]),
    ]),
    onGrid((x) => m.scan("product", x, 1), [1.5, 0, 2, 3, 0, 0.5, 0, 2, 2, 3, 0, 1.5], [3, 4]),
  ],
  sort: [onGrid((x) => m.gather(x, 0, m.argsort(x, 0)), six, [6])],
  check: unary((x) => m.square(m.check(x, m.gt(x, -5), { error: "ValueError", message: "too small" })), ...six),
};

const float64 = (values: readonly number[], shape: readonly number[]): Tensor =>
  fromHost(Float64Array.from(values), shape, "float64");
const weights = (like: Tensor): Tensor =>
  float64(
    Array.from({ length: like.numel() }, (_, i) => Math.cos(i + 1)),
    like.shape,
  );
const values = (t: Tensor): number[] => Array.from(dataSync(t), Number);
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, v, i) => s + v * b[i], 0);

/** Central differences of `f` at `at`, one array per input. */
function differences(
  f: (at: readonly (readonly number[])[]) => number,
  at: readonly (readonly number[])[],
): number[][] {
  return at.map((input, i) =>
    input.map((x, j) => {
      const h = 1e-5 * Math.max(1, Math.abs(x));
      return (f(at.with(i, input.with(j, x + h))) - f(at.with(i, input.with(j, x - h)))) / (2 * h);
    }),
  );
}

function close(got: readonly Tensor[], expected: readonly number[][]): void {
  for (const [i, t] of got.entries()) {
    const scale = Math.max(1, ...expected[i].map(Math.abs));
    for (const [j, value] of values(t).entries()) expect(Math.abs(value - expected[i][j]) / scale).toBeLessThan(2e-8);
  }
}

const all = Object.entries(cases).flatMap(([name, list]) =>
  list.map((c, i) => [list.length > 1 ? `${name} ${i + 1}` : name, c] as const),
);

describe("derivatives of primitives", () => {
  beforeAll(useCpu);

  test.each(all)("%s", (_, { body, at, shapes }) => {
    const op = operation("case", (inputs) => body(...inputs));
    const leaves = (where: readonly (readonly number[])[]): Tensor[] =>
      where.map((input, i) => float64(input, shapes?.[i] ?? [input.length]).requiresGrad_());
    const first = (where: readonly (readonly number[])[], createGraph: boolean) => {
      const inputs = leaves(where);
      const y = call(op, inputs);
      return { inputs, y, gradients: grad(y, inputs, { gradOutputs: weights(y), createGraph }) as Tensor[] };
    };
    const { gradients } = first(at, false);
    close(
      gradients,
      differences((where) => {
        const y = call(op, leaves(where));
        return dot(values(y), values(weights(y)));
      }, at),
    );
    const { inputs, gradients: recorded } = first(at, true);
    const second = grad(
      recorded.filter((g) => g.requiresGrad),
      inputs,
      {
        gradOutputs: recorded.filter((g) => g.requiresGrad).map(weights),
        allowUnused: true,
      },
    );
    const found = second.map(
      (g, i) =>
        g ??
        float64(
          at[i].map(() => 0),
          inputs[i].shape,
        ),
    );
    close(
      found,
      differences((where) => {
        const at1 = first(where, false).gradients;
        return at1.reduce((s, g) => s + dot(values(g), values(weights(g))), 0);
      }, at),
    );
  });
});
