/** The networks in jax-js: images as [N, C, H, W], matrices as [in, out]. Every array is consumed where it is used. */
import { type Array as JaxArray, lax, nn, numpy as np } from "@jax-js/jax";
import type { HostTensor, Inputs } from "../contender.ts";
import { transposed } from "../inputs.ts";
import { heads, type Network } from "../protocol.ts";

// A type alias: jax-js's trees do not take interfaces.
export type Weights = { [name: string]: JaxArray };

export interface Architecture {
  target(y: HostTensor, inputs: Inputs): JaxArray;
  weights(inputs: Inputs): Weights;
  predict(weights: Weights, x: JaxArray): JaxArray;
  loss(prediction: JaxArray, target: JaxArray): JaxArray;
}

export function load({ shape, data }: HostTensor): JaxArray {
  return np.array(data as Float32Array<ArrayBuffer>).reshape([...shape]);
}

const dense = (x: JaxArray, weight: JaxArray, bias: JaxArray): JaxArray => np.matmul(x, weight).add(bias);

const classifier: Architecture = {
  target: load,
  weights: (inputs) => ({
    w1: load(transposed(inputs["0.weight"])),
    b1: load(inputs["0.bias"]),
    w2: load(transposed(inputs["2.weight"])),
    b2: load(inputs["2.bias"]),
  }),
  predict: ({ w1, b1, w2, b2 }, x) => nn.sigmoid(dense(nn.elu(dense(x, w1, b1)), w2, b2)),
  loss(p, y) {
    const positive = y.ref.mul(np.log(p.ref));
    const negative = np.subtract(1, y).mul(np.log(np.subtract(1, p)));
    return positive.add(negative).mean().neg();
  },
};

const cnn: Architecture = {
  target: (y, inputs) => nn.oneHot(load(y).astype(np.int32), inputs["7.weight"].shape[0]),
  weights: (inputs) => ({
    w1: load(inputs["0.weight"]),
    b1: load(inputs["0.bias"]),
    w2: load(inputs["3.weight"]),
    b2: load(inputs["3.bias"]),
    w3: load(transposed(inputs["7.weight"])),
    b3: load(inputs["7.bias"]),
  }),
  predict({ w1, b1, w2, b2, w3, b3 }, x) {
    const images = x.shape[0];
    const convolved = (x: JaxArray, kernel: JaxArray, bias: JaxArray): JaxArray =>
      nn.relu(lax.conv(x, kernel, [1, 1], "SAME").add(bias.reshape([-1, 1, 1])));
    const pooled = (x: JaxArray): JaxArray => lax.reduceWindow(x, (window) => np.max(window), [2, 2], [2, 2]);
    const features = pooled(convolved(pooled(convolved(x, w1, b1)), w2, b2));
    return dense(features.reshape([images, -1]), w3, b3);
  },
  loss: (prediction, target) => nn.logSoftmax(prediction, -1).mul(target).sum(-1).mean().neg(),
};

const transformer: Architecture = {
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
  predict({ wqkv, bqkv, wo, bo, w1, b1, w2, b2, g1, n1, g2, n2 }, x) {
    const [count, length, features] = x.shape;
    const perHead = (part: JaxArray): JaxArray => part.reshape([count, length, heads, features / heads]);
    const [query, key, value] = np.split(dense(x.ref, wqkv, bqkv), 3, -1).map(perHead);
    const attended = nn.dotProductAttention(query, key, value).reshape([count, length, features]);
    const seen = norm(x.add(dense(attended, wo, bo)), g1, n1);
    const transformed = dense(nn.gelu(dense(seen.ref, w1, b1), { approximate: false }), w2, b2);
    return norm(seen.add(transformed), g2, n2);
  },
  loss: (prediction, target) => np.square(prediction.sub(target)).mean(),
};

export function norm(x: JaxArray, weight: JaxArray, bias: JaxArray): JaxArray {
  return nn.standardize(x, -1, { epsilon: 1e-5 }).mul(weight).add(bias);
}

export const architectures: Readonly<Record<Network, Architecture>> = { classifier, cnn, transformer };
