/** The networks in TensorFlow.js, with its layouts: images [N, H, W, C], filters [H, W, in, out], matrices [in, out]. */
import * as tf from "@tensorflow/tfjs";
import { type HostTensor, type Inputs, Unsupported } from "../contender.ts";
import { permuted, transposed } from "../inputs.ts";
import { heads, type Network } from "../protocol.ts";

export type Weights = Readonly<Record<string, tf.Tensor>>;

export interface Architecture {
  input(x: HostTensor): tf.Tensor;
  target(y: HostTensor, inputs: Inputs): tf.Tensor;
  weights(inputs: Inputs): Weights;
  predict(x: tf.Tensor, weights: Weights): tf.Tensor;
  loss(target: tf.Tensor, prediction: tf.Tensor): tf.Scalar;
  /** @throws Unsupported where the backend lacks a kernel of the training. */
  checkTraining?(): void;
}

export function load({ shape, data }: HostTensor): tf.Tensor {
  return tf.tensor(data, [...shape]);
}

/** With the kernels that its layers use: fused, where no gradient needs what is in between. */
function dense(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor,
  activation: tf.fused.Activation = "linear",
): tf.Tensor {
  return tf.fused.matMul({ a: x, b: weight, bias, activation });
}

const classifier: Architecture = {
  input: load,
  target: load,
  weights: (inputs) => ({
    w1: load(transposed(inputs["0.weight"])),
    b1: load(inputs["0.bias"]),
    w2: load(transposed(inputs["2.weight"])),
    b2: load(inputs["2.bias"]),
  }),
  predict: (x, { w1, b1, w2, b2 }) => dense(dense(x, w1, b1, "elu"), w2, b2, "sigmoid"),
  loss: (target, prediction) => tf.losses.logLoss(target, prediction, undefined, 0).asScalar(),
};

const cnn: Architecture = {
  input: (x) => load(permuted(x, [0, 2, 3, 1])),
  target: (y, inputs) => tf.tidy(() => tf.oneHot(load(y).toInt(), inputs["7.weight"].shape[0]).toFloat()),
  weights: (inputs) => ({
    w1: load(permuted(inputs["0.weight"], [2, 3, 1, 0])),
    b1: load(inputs["0.bias"]),
    w2: load(permuted(inputs["3.weight"], [2, 3, 1, 0])),
    b2: load(inputs["3.bias"]),
    w3: load(flattenedLast(inputs["7.weight"], inputs["3.weight"].shape[0])),
    b3: load(inputs["7.bias"]),
  }),
  predict(x, { w1, b1, w2, b2, w3, b3 }) {
    const convolved = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor): tf.Tensor4D =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: 1,
        pad: "same",
        bias,
        activation: "relu",
      });
    const first = tf.maxPool(convolved(x, w1, b1), 2, 2, "valid");
    const second = tf.maxPool(convolved(first, w2, b2), 2, 2, "valid");
    return dense(second.reshape([x.shape[0], -1]), w3, b3);
  },
  loss: (target, prediction) => tf.losses.softmaxCrossEntropy(target, prediction).asScalar(),
  checkTraining() {
    const kernel = "Conv2DBackpropFilter";
    if (tf.getKernel(kernel, tf.getBackend()) === undefined)
      throw new Unsupported(`cannot train convolutions: its backend has no kernel ${kernel}`);
  },
};

/** A matrix [out, C · H · W] as [H · W · C, out]: images here are flattened with their channels last. H equals W. */
function flattenedLast({ shape: [out, features], data }: HostTensor, channels: number): HostTensor {
  const side = Math.sqrt(features / channels);
  const moved = permuted({ shape: [out, channels, side, side], data }, [2, 3, 1, 0]);
  return { shape: [features, out], data: moved.data };
}

const transformer: Architecture = {
  input: load,
  target: load,
  weights: (inputs) => ({
    wqkv: load(transposed(inputs["self_attn.in_proj_weight"])),
    bqkv: load(inputs["self_attn.in_proj_bias"]),
    wo: load(transposed(inputs["self_attn.out_proj.weight"])),
    bo: load(inputs["self_attn.out_proj.bias"]),
    w1: load(transposed(inputs["linear1.weight"])),
    b1: load(inputs["linear1.bias"]),
    w2: load(transposed(inputs["linear2.weight"])),
    b2: load(inputs["linear2.bias"]),
    g1: load(inputs["norm1.weight"]),
    n1: load(inputs["norm1.bias"]),
    g2: load(inputs["norm2.weight"]),
    n2: load(inputs["norm2.bias"]),
  }),
  predict(x, { wqkv, bqkv, wo, bo, w1, b1, w2, b2, g1, n1, g2, n2 }) {
    const [count, length, features] = x.shape;
    const rows = x.reshape([-1, features]);
    const perHead = (part: tf.Tensor): tf.Tensor =>
      part.reshape([count, length, heads, features / heads]).transpose([0, 2, 1, 3]);
    const [query, key, value] = tf.split(dense(rows, wqkv, bqkv), 3, 1).map(perHead);
    const scores = tf.matMul(query, key, false, true).mul(1 / Math.sqrt(features / heads));
    const attended = tf.matMul(tf.softmax(scores), value).transpose([0, 2, 1, 3]).reshape([-1, features]);
    const seen = norm(rows.add(dense(attended, wo, bo)), g1, n1);
    const transformed = dense(gelu(dense(seen, w1, b1)), w2, b2);
    return norm(seen.add(transformed), g2, n2).reshape(x.shape);
  },
  loss: (target, prediction) => tf.losses.meanSquaredError(target, prediction).asScalar(),
};

export function norm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(weight).add(bias);
}

/** As TensorFlow.js defines it for its layers: x · ½ (1 + erf(x / √2)). */
function gelu(x: tf.Tensor): tf.Tensor {
  return x.mul(0.5).mul(x.div(Math.SQRT2).erf().add(1));
}

export const architectures: Readonly<Record<Network, Architecture>> = { classifier, cnn, transformer };
