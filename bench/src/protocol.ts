/**
 * What the coordinator and a contender's process say to each other: one JSON object a line, requests on the standard
 * input, one reply each on file descriptor 3. Tensors travel as files of little-endian float32.
 */

/**
 * What is trained. Besides x and y, its inputs are its weights, under the names and in the layout of PyTorch's state dict:
 * - classifier: x [rows, features], y [rows, 1] of 0 and 1; Linear → ELU → Linear → Sigmoid; binary cross-entropy.
 * - cnn: x [N, C, H, W], y [N] of class numbers; twice (3×3 convolution with padding 1 → ReLU → 2×2 max pooling), then
 *   Flatten → Linear; cross-entropy.
 * - transformer: x and y [N, L, E]; one encoder layer with `heads` heads, exact GELU and norms after the residuals, no
 *   dropout; mean squared error.
 */
export type Network = "classifier" | "cnn" | "transformer";

/** Heads of the transformer's attention: the only thing about it that its weights do not tell. */
export const heads = 4;

/** Something to compute over and over. Shapes are those of the inputs. */
export type Task =
  /** A training step (forward, backward, Adam), its loss read unless `unread`. The first losses are the result. */
  | {
      readonly kind: "train";
      readonly network: Network;
      readonly rate: number;
      readonly losses: number;
      readonly unread?: boolean;
    }
  /** The network's output for x, without gradients. */
  | { readonly kind: "predict"; readonly network: Network }
  /** A product of matrices a and b, each as it lies in memory or transposed. */
  | { readonly kind: "matmul"; readonly transposeA: boolean; readonly transposeB: boolean }
  /** tanh(x · y + x) · sigmoid(y) − x / 2. */
  | { readonly kind: "elementwise" }
  /** Softmax of each row of x. */
  | { readonly kind: "softmax" }
  /** Each row of x normalised (biased variance, ε = 1e-5), times weight, plus bias. */
  | { readonly kind: "layer-norm" }
  | { readonly kind: "reduce"; readonly operation: "sum" | "max"; readonly dim: 0 | 1 }
  /** Multiply-adds that touch registers only: what the machine can do. */
  | { readonly kind: "probe" };

export type Kind = Task["kind"];

export interface TensorFile {
  readonly shape: readonly number[];
  readonly file: string;
}

export type Request =
  /** Sets the task up and computes it once. */
  | { readonly ask: "prepare"; readonly task: Task; readonly inputs: Readonly<Record<string, TensorFile>> }
  | { readonly ask: "measure"; readonly repetitions: number }
  /** Frees what `prepare` made. */
  | { readonly ask: "finish" };

export interface StartReply {
  /** The library and its version; empty where there is none to name. */
  readonly description: string;
}

export interface PrepareReply {
  /** The result, or the losses of the first steps of a training; null where there is nothing to compare. */
  readonly result: Sample | null;
  /** Floating-point operations of one repetition, where that is what is measured. */
  readonly operations?: number;
}

export interface MeasureReply {
  /** All repetitions together. */
  readonly seconds: number;
}

export interface FinishReply {
  /** A remark for people. */
  readonly note?: string;
}

/** `unsupported`: not the contender's fault, such as an operation that it does not have. */
export type Failure = { readonly error: string } | { readonly unsupported: string };

/** Evenly spaced elements of a result, the same ones for every contender. */
export interface Sample {
  /** The whole result's length. */
  readonly length: number;
  /** NaN and infinities arrive as null. */
  readonly values: readonly (number | null)[];
}

const sampleSize = 1009;

export function sample(values: ArrayLike<number>): Sample {
  const length = values.length;
  const count = Math.min(length, sampleSize);
  return { length, values: Array.from({ length: count }, (_, i) => values[Math.floor((i * length) / count)]) };
}
