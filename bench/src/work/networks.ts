/** A small convolutional network and a transformer block: a whole training step each, and the prediction alone. */
import type { HostTensor, Inputs } from "../contender.ts";
import { uniform } from "../inputs.ts";
import type { Network } from "../protocol.ts";
import { trainingWarmUp } from "./classifier.ts";
import type { Work } from "./work.ts";

/** PyTorch's default for Adam. */
const rate = 1e-3;
/** Fewer than of the classifier, which some contenders are much faster at. */
const losses = 5;

/** A weight as PyTorch's initialisation bounds it, with its bias. */
function layer(name: string, shape: readonly number[], seed: number): Record<string, HostTensor> {
  const bound = 1 / Math.sqrt(shape.slice(1).reduce((a, b) => a * b, 1));
  return {
    [`${name}.weight`]: uniform(shape, seed, -bound, bound),
    [`${name}.bias`]: uniform([shape[0]], seed + 1, -bound, bound),
  };
}

const classes = 10;

/** Images of the size of handwritten digits, through 8 and 16 channels. */
export function cnnInputs(images = 32, side = 28): Inputs {
  return {
    x: uniform([images, 1, side, side], 1, 0, 1),
    y: { shape: [images], data: Float32Array.from({ length: images }, (_, i) => (i * 7) % classes) },
    ...layer("0", [8, 1, 3, 3], 2),
    ...layer("3", [16, 8, 3, 3], 4),
    ...layer("7", [classes, 16 * (side / 4) ** 2], 6),
  };
}

const features = 64;
const hidden = 256;

/** Norms begin as no other layer does: with weights of 1, biases of 0. */
function norm(name: string): Record<string, HostTensor> {
  return {
    [`${name}.weight`]: { shape: [features], data: new Float32Array(features).fill(1) },
    [`${name}.bias`]: { shape: [features], data: new Float32Array(features) },
  };
}

export function transformerInputs(sequences = 8, positions = 64): Inputs {
  const projection = layer("self_attn.in_proj", [3 * features, features], 3);
  return {
    x: uniform([sequences, positions, features], 1, -1.5, 1.5),
    y: uniform([sequences, positions, features], 2, -1.5, 1.5),
    "self_attn.in_proj_weight": projection["self_attn.in_proj.weight"],
    "self_attn.in_proj_bias": projection["self_attn.in_proj.bias"],
    ...layer("self_attn.out_proj", [features, features], 5),
    ...layer("linear1", [hidden, features], 7),
    ...layer("linear2", [features, hidden], 9),
    ...norm("norm1"),
    ...norm("norm2"),
  };
}

function both(network: Network, inputs: () => Inputs): Work[] {
  return [
    { name: `${network}-train`, task: { kind: "train", network, rate, losses }, inputs, warmUpSeconds: trainingWarmUp },
    { name: `${network}-forward`, task: { kind: "predict", network }, inputs },
  ];
}

export const networks: readonly Work[] = [
  ...both("cnn", () => cnnInputs()),
  ...both("transformer", () => transformerInputs()),
];
