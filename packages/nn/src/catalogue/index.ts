/** The functions of `nn.functional` and `nn.init`, for those who try or document all operations: `@cresset/core/catalogue` has the rest. */
import { type CatalogueEntry, type Description, type OperationRecord, recordsOf } from "@cresset/core/catalogue";
import { activationSamples } from "./activation.ts";
import { initSamples } from "./init.ts";
import { layerSamples } from "./layers.ts";
import { lossSamples } from "./losses.ts";
import { functional, init } from "./namespaces.ts";
import { windowSamples } from "./windows.ts";

const samples: Readonly<Record<keyof typeof functional, Description>> = {
  ...activationSamples,
  ...layerSamples,
  ...lossSamples,
  ...windowSamples,
};

/** Those that `torch` has, too. */
const alsoInTorch: ReadonlySet<string> = new Set<keyof typeof functional>([
  "adaptiveAvgPool1d",
  "adaptiveMaxPool1d",
  "alphaDropout",
  "avgPool1d",
  "bilinear",
  "channelShuffle",
  "conv1d",
  "conv2d",
  "conv3d",
  "convTranspose1d",
  "convTranspose2d",
  "convTranspose3d",
  "cosineSimilarity",
  "dropout",
  "groupNorm",
  "layerNorm",
  "maxPool1d",
  "maxPool2d",
  "maxPool3d",
  "pairwiseDistance",
  "pixelShuffle",
  "pixelUnshuffle",
]);

type Functions = Readonly<Record<string, CatalogueEntry["fn"]>>;

const entries = (functions: Functions, on: (name: string) => CatalogueEntry["on"]) =>
  Object.fromEntries(Object.entries(functions).map(([name, fn]) => [name, { fn, on: on(name) }]));

/** The records of `nn.functional` and `nn.init`. */
export const catalogue: readonly OperationRecord[] = [
  ...recordsOf(
    "nn.functional",
    entries(functional, (name) => (alsoInTorch.has(name) ? ["functional", "torch"] : ["functional"])),
    samples,
  ),
  ...recordsOf(
    "nn.init",
    entries(init, () => ["init"]),
    initSamples,
  ),
];
