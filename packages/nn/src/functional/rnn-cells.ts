/** One step of each recurrent cell: an operation with two contractions' worth of work and one derivative. */

import { call, callMany, type DerivativeContext, operation, type Term } from "@cresset/core/extend";
import type { Tensor } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";

const sigmoid = (x: Term): Term => m.div(1, m.add(1, m.exp(m.neg(x))));

/** h Wᵀ + b. */
function hiddenGates(h: Term, weight: Term, bias: Term | undefined): Term {
  const product = m.contract(h, weight, 0, 1);
  return bias === undefined ? product : m.add(product, bias);
}

/** `count` equal parts of the columns. */
function columns(x: Term, count: number): Term[] {
  const size = x.shape[1] / count;
  return Array.from({ length: count }, (_, i) => m.slice(x, 1, i * size, size));
}

/** Gradients of h, W and b (if there is one) in h Wᵀ + b. */
function hiddenGradients(grad: Term, h: Term, weight: Term): [h: Term, weight: Term, bias: Term] {
  return [
    m.contract(grad, m.permute(weight, [1, 0]), 0, 1),
    m.contract(m.permute(grad, [1, 0]), m.permute(h, [1, 0]), 0, 1),
    m.sum(grad, [0]),
  ];
}

/** The slope of a sigmoid, from its value. */
const sigmoidSlope = (y: Term): Term => m.mul(m.sub(1, y), y);
/** The slope of a hyperbolic tangent, from its value. */
const tanhSlope = (y: Term): Term => m.sub(1, m.mul(y, y));

/**
 * Hochreiter and Schmidhuber (1997) with forget gates: gates in PyTorch's order i, f, g, o. The gates are results, too, so
 * that the derivative has them; their own gradients only appear in derivatives of the derivative.
 */
const lstmOp = operation(
  "lstm_cell",
  ([x, h, c, weight, bias]) => {
    const [i, f, g, o] = columns(m.add(x, hiddenGates(h, weight, bias)), 4);
    const gates = [sigmoid(i), sigmoid(f), m.tanh(g), sigmoid(o)];
    const next = m.add(m.mul(gates[1], c), m.mul(gates[0], gates[2]));
    return [m.mul(gates[3], m.tanh(next)), next, ...gates];
  },
  {
    gradName: "ThnnFusedLstmCellBackward0",
    derivative: (ctx) => {
      const [i, f, g, o] = [2, 3, 4, 5].map((k) => ctx.output(k));
      const tanhC = m.tanh(ctx.output(1));
      const gradC = m.add(ctx.grad(1), m.mul(m.mul(ctx.grad(0), o), tanhSlope(tanhC)));
      const gradGates = m.cat(
        [
          m.mul(m.add(m.mul(gradC, g), ctx.grad(2)), sigmoidSlope(i)),
          m.mul(m.add(m.mul(gradC, ctx.input(2)), ctx.grad(3)), sigmoidSlope(f)),
          m.mul(m.add(m.mul(gradC, i), ctx.grad(4)), tanhSlope(g)),
          m.mul(m.add(m.mul(ctx.grad(0), tanhC), ctx.grad(5)), sigmoidSlope(o)),
        ],
        1,
      );
      const [gradH, gradWeight, gradBias] = hiddenGradients(gradGates, ctx.input(1), ctx.input(3));
      return [gradGates, gradH, m.mul(gradC, f), gradWeight, gradBias];
    },
  },
);

/** Cho et al. (2014), with the reset gate after the product as in PyTorch; gates in the order r, z, n. */
const gruOp = operation(
  "gru_cell",
  ([x, h, weight, bias]) => {
    const [xr, xz, xn] = columns(x, 3);
    const [hr, hz, hn] = columns(hiddenGates(h, weight, bias), 3);
    const r = sigmoid(m.add(xr, hr));
    const z = sigmoid(m.add(xz, hz));
    const n = m.tanh(m.add(xn, m.mul(hn, r)));
    return [m.add(m.mul(m.sub(h, n), z), n), r, z, n, hn];
  },
  { gradName: "ThnnFusedGruCellBackward0", derivative: gruDerivative },
);

function gruDerivative(ctx: DerivativeContext): Term[] {
  const [r, z, n, hn] = [1, 2, 3, 4].map((k) => ctx.output(k));
  const h = ctx.input(1);
  const grad = ctx.grad(0);
  const beforeN = m.mul(m.add(m.mul(grad, m.sub(1, z)), ctx.grad(3)), tanhSlope(n));
  const beforeZ = m.mul(m.add(m.mul(grad, m.sub(h, n)), ctx.grad(2)), sigmoidSlope(z));
  const beforeR = m.mul(m.add(m.mul(beforeN, hn), ctx.grad(1)), sigmoidSlope(r));
  const gradHn = m.add(m.mul(beforeN, r), ctx.grad(4));
  const gradGates = m.cat([beforeR, beforeZ, gradHn], 1);
  const [gradH, gradWeight, gradBias] = hiddenGradients(gradGates, h, ctx.input(2));
  return [m.cat([beforeR, beforeZ, beforeN], 1), m.add(gradH, m.mul(grad, z)), gradWeight, gradBias];
}

const tanhOp = operation("rnn_tanh_cell", ([x, h, weight, bias]) => m.tanh(m.add(x, hiddenGates(h, weight, bias))), {
  gradName: "TanhBackward0",
});

const reluOp = operation(
  "rnn_relu_cell",
  ([x, h, weight, bias]) => {
    const before = m.add(x, hiddenGates(h, weight, bias));
    return m.where(m.le(before, 0), 0, before);
  },
  {
    gradName: "ReluBackward0",
    derivative: (ctx) => {
      const before = m.where(m.gt(ctx.output(), 0), ctx.grad(), 0);
      return [before, ...hiddenGradients(before, ctx.input(1), ctx.input(2))];
    },
  },
);

/** Weights of the hidden state, [gates · H, H] and [gates · H]. */
export interface HiddenWeights {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
}

const operands = (tensors: readonly Tensor[], { weight, bias }: HiddenWeights): Tensor[] =>
  bias === null ? [...tensors, weight] : [...tensors, weight, bias];

/** One step of an LSTM. @param gates what comes from the input, [N, 4 H]. @returns the next hidden and cell states. */
export function lstmStep(gates: Tensor, hidden: Tensor, cell: Tensor, weights: HiddenWeights): [Tensor, Tensor] {
  const [h, c] = callMany(lstmOp, operands([gates, hidden, cell], weights));
  return [h, c];
}

/** One step of a GRU. @param gates what comes from the input, [N, 3 H]. */
export function gruStep(gates: Tensor, hidden: Tensor, weights: HiddenWeights): Tensor {
  return call(gruOp, operands([gates, hidden], weights));
}

/** One step of a plain recurrent network. @param gates what comes from the input, [N, H]. */
export function rnnStep(gates: Tensor, hidden: Tensor, weights: HiddenWeights, activation: "tanh" | "relu"): Tensor {
  return call(activation === "tanh" ? tanhOp : reluOp, operands([gates, hidden], weights));
}
