/** Constructors take their arguments in places, by name, or both, and say which one they lack or do not know. */
import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import * as nn from "./index.ts";

beforeAll(() => torch.registerBackend(cpu()));

/** Classes with arguments that have no default, with values for these in PyTorch's order. */
const required: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  AdaptiveLogSoftmaxWithLoss: { inFeatures: 8, nClasses: 10, cutoffs: [3, 6] },
  Bilinear: { in1Features: 2, in2Features: 3, outFeatures: 4 },
  ChannelShuffle: { groups: 2 },
  Embedding: { numEmbeddings: 5, embeddingDim: 3 },
  EmbeddingBag: { numEmbeddings: 5, embeddingDim: 3 },
  Fold: { outputSize: [4, 4], kernelSize: 2 },
  GroupNorm: { numGroups: 2, numChannels: 4 },
  LayerNorm: { normalizedShape: [3, 4] },
  LazyLinear: { outFeatures: 3 },
  Linear: { inFeatures: 3, outFeatures: 2 },
  LocalResponseNorm: { size: 2 },
  LPPool1d: { normType: 2, kernelSize: 3 },
  LPPool2d: { normType: 2, kernelSize: [2, 3] },
  MultiheadAttention: { embedDim: 8, numHeads: 2 },
  PixelShuffle: { upscaleFactor: 2 },
  PixelUnshuffle: { downscaleFactor: 2 },
  RMSNorm: { normalizedShape: 4 },
  Threshold: { threshold: 0.5, value: 2 },
  TransformerEncoderLayer: { dModel: 8, nhead: 2 },
  TransformerDecoderLayer: { dModel: 8, nhead: 2 },
  TransformerEncoder: { encoderLayer: () => new nn.TransformerEncoderLayer(8, 2), numLayers: 2 },
  TransformerDecoder: { decoderLayer: () => new nn.TransformerDecoderLayer(8, 2), numLayers: 2 },
  Unflatten: { dim: 1, unflattenedSize: [2, 2] },
  Unfold: { kernelSize: 2 },
  ...each(["RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"], { inputSize: 3, hiddenSize: 4 }),
  ...eachRank(["Conv", "ConvTranspose"], { inChannels: 2, outChannels: 4, kernelSize: 3 }),
  ...eachRank(["LazyConv", "LazyConvTranspose"], { outChannels: 4, kernelSize: 3 }),
  ...eachRank(["BatchNorm", "InstanceNorm"], { numFeatures: 3 }),
  ...eachRank(["MaxPool", "AvgPool", "MaxUnpool"], { kernelSize: 2 }),
  ...eachRank(["AdaptiveAvgPool", "AdaptiveMaxPool"], { outputSize: 2 }),
  ...eachRank(["ConstantPad"], { padding: 1, value: 3.5 }),
  ...eachRank(["ZeroPad", "ReflectionPad", "ReplicationPad", "CircularPad"], { padding: 1 }),
};

function each(names: readonly string[], values: Readonly<Record<string, unknown>>): typeof required {
  return Object.fromEntries(names.map((name) => [name, values]));
}

function eachRank(names: readonly string[], values: Readonly<Record<string, unknown>>): typeof required {
  return each(
    names.flatMap((name) => [1, 2, 3].map((rank) => `${name}${rank}d`)),
    values,
  );
}

type Constructor = new (...args: readonly unknown[]) => object;
const classNamed = (name: string): Constructor => (nn as unknown as Record<string, Constructor>)[name];

/** Containers take modules, the base of losses is no layer, and some layers take nothing or anything. */
const withoutOptions = new Set([
  "Module",
  "ModuleList",
  "ModuleDict",
  "ParameterList",
  "ParameterDict",
  "Sequential",
  "Loss",
]);
const ignoring = new Set(["Identity", "Softmax2d", "Softsign", "Tanh", "Sigmoid", "LogSigmoid", "Tanhshrink"]);
const needsMore: Readonly<Record<string, object>> = {
  FractionalMaxPool2d: { kernelSize: 2, outputSize: 2 },
  FractionalMaxPool3d: { kernelSize: 2, outputSize: 2 },
};

const classes = Object.keys(nn).filter(
  (name) =>
    typeof classNamed(name) === "function" &&
    classNamed(name).prototype instanceof nn.Module &&
    !withoutOptions.has(name) &&
    !ignoring.has(name) &&
    !name.startsWith("Lazy"),
);

describe.each(Object.entries(required))("%s", (name, recipe) => {
  const values = () => Object.entries(recipe).map(([key, v]) => [key, typeof v === "function" ? v() : v] as const);
  const Type = classNamed(name);
  const by = (places: number): string => {
    const given = values();
    const named = Object.fromEntries(given.slice(places));
    return String(
      new Type(...given.slice(0, places).map(([, value]) => value), ...(places < given.length ? [named] : [])),
    );
  };

  test("is the same in every split of places and names", () => {
    const all = Object.keys(recipe).length;
    for (let places = 0; places < all; places++) expect(by(places)).toBe(by(all));
  });

  test("says which argument is missing", () => {
    for (const [missing] of values()) {
      const others = Object.fromEntries(values().filter(([key]) => key !== missing));
      expect(() => new Type(others)).toThrow(new torch.ValueError(`missing required argument: '${missing}'`));
    }
  });
});

test.each(classes)("%s says which argument it does not know", (name) => {
  const recipe = { ...needsMore[name], ...required[name] };
  expect(() => new (classNamed(name))({ ...recipe, kernelSise: 3 })).toThrow(
    "got an unexpected argument 'kernelSise': there are ",
  );
});

test("types are inferred from names", () => {
  const conv: nn.Conv2d = new nn.Conv2d(8, 16, { kernelSize: 3, padding: 1 });
  expect(conv.padding).toEqual([1, 1]);
  // @ts-expect-error: there is no such argument.
  expect(() => new nn.Linear({ inFeatures: 3, outFeature: 2 })).toThrow(torch.ValueError);
  // @ts-expect-error: it is missing.
  expect(() => new nn.Linear({ inFeatures: 3 })).toThrow(torch.ValueError);
  // @ts-expect-error: `size_average` of old is `reduction`.
  expect(() => new nn.MSELoss({ sizeAverage: false })).toThrow("there are reduction");
});
