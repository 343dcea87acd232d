/** Functions of PyTorch's nn.functional, and of its distributions, that densities are made of. */
import { call, operation } from "@cresset/core/extend";
import { clamp, log, log1p, neg, reshape, sigmoid, softmax, sub, sum, type Tensor } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { epsilonOf } from "./numbers.ts";

const softplusOp = operation("softplus", ([x]) => m.where(m.gt(x, 20), x, m.log1p(m.exp(x))), {
  derivative: ({ grad, input }) => {
    const e = m.exp(input(0));
    return [m.where(m.gt(input(0), 20), grad(), m.div(m.mul(grad(), e), m.add(e, 1)))];
  },
});

/** log(1 + exp(x)); x itself above 20. */
export const softplus = (x: Tensor): Tensor => call(softplusOp, [x]);

const logsigmoidOp = operation("log_sigmoid", ([x]) => m.sub(m.minimum(x, 0), m.log1p(m.exp(m.neg(m.abs(x))))), {
  gradName: "LogSigmoidBackward0",
  derivative: ({ grad, input }) => {
    const e = m.exp(m.neg(m.abs(input(0))));
    const share = m.div(e, m.add(1, e));
    return [m.mul(grad(), m.where(m.lt(input(0), 0), m.sub(1, share), share))];
  },
});

/** log(sigmoid(x)), without overflow. */
export const logsigmoid = (x: Tensor): Tensor => call(logsigmoidOp, [x]);

const crossEntropyOp = operation(
  "binary_cross_entropy_with_logits",
  ([x, y]) => m.add(m.mul(m.sub(1, y), x), m.add(m.log1p(m.exp(m.neg(m.abs(x)))), m.maximum(m.neg(x), 0))),
  {
    derivative: ({ grad, input, needs }) => {
      const sigmoidOfX = m.div(1, m.add(1, m.exp(m.neg(input(0)))));
      return [
        needs(0) ? m.mul(m.sub(sigmoidOfX, input(1)), grad()) : null,
        needs(1) ? m.neg(m.mul(grad(), input(0))) : null,
      ];
    },
  },
);

/** -(y log p + (1 - y) log(1 - p)) of p = sigmoid(logits), for each element. */
export const binaryCrossEntropyWithLogits = (logits: Tensor, y: Tensor): Tensor => call(crossEntropyOp, [logits, y]);

/** Probabilities of logits: of single ones, or along the last dimension. */
export const logitsToProbs = (logits: Tensor, isBinary = false): Tensor =>
  isBinary ? sigmoid(logits) : softmax(logits, -1);

/** Probabilities away from 0 and 1 by the dtype's epsilon. */
export function clampProbs(probs: Tensor): Tensor {
  const epsilon = epsilonOf(probs.dtype);
  return clamp(probs, epsilon, 1 - epsilon);
}

/** Logits of probabilities, finite ones: of single ones, or logarithms. */
export function probsToLogits(probs: Tensor, isBinary = false): Tensor {
  const clamped = clampProbs(probs);
  return isBinary ? sub(log(clamped), log1p(neg(clamped))) : log(clamped);
}

/** The sum over the last `dims` dimensions. */
export function sumRightmost(value: Tensor, dims: number): Tensor {
  if (dims === 0) return value;
  return sum(reshape(value, [...value.shape.slice(0, value.ndim - dims), -1]), -1);
}
