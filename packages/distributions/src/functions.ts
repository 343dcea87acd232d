/** Functions of PyTorch's distributions that densities are made of. */
import {
  broadcastTensors,
  clamp,
  log,
  log1p,
  neg,
  reshape,
  sigmoid,
  softmax,
  sub,
  sum,
  type Tensor,
} from "@cresset/core/functions";
import { binaryCrossEntropyWithLogits } from "@cresset/nn/functional";
import { epsilonOf } from "./numbers.ts";

/** -(y log p + (1 - y) log(1 - p)) of p = sigmoid(logits), for each element. Shapes broadcast. */
export function crossEntropyOfLogits(logits: Tensor, y: Tensor): Tensor {
  const [scores, target] = broadcastTensors(logits, y);
  return binaryCrossEntropyWithLogits(scores, target, { reduction: "none" });
}

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
