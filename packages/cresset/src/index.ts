/**
 * PyTorch for TypeScript in one import: `import * as torch from "cresset"`. The backends cpu and wasm are registered, and wasm
 * is the default device. Where there is no WebAssembly, or a policy forbids it, cpu is; `torch.deviceInfo()` says why.
 */
import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import { registerBackendSync, setDefaultDevice } from "@cresset/core";
import { noteUnavailable } from "@cresset/core/extend";

registerBackendSync(cpu());
try {
  registerBackendSync(wasm());
  setDefaultDevice("wasm");
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  noteUnavailable("wasm", `its backend could not start here: ${why}`);
}

// Tensors, operations, differentiation, devices
export * from "@cresset/core";
// Modules, optimizers, data
export * as data from "@cresset/data";
export * as distributions from "@cresset/distributions";
// Files
export { FetchError, type FileLike, type FileTarget, FormatError, load, numpy, safetensors, save } from "@cresset/io";
export * as nn from "@cresset/nn";
// Functions of nn.functional that are in torch, too: those with the same arguments there
export {
  adaptiveAvgPool1d,
  adaptiveMaxPool1d,
  alphaDropout,
  avgPool1d,
  bilinear,
  channelShuffle,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  cosineSimilarity,
  dropout,
  groupNorm,
  layerNorm,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  pairwiseDistance,
  pixelShuffle,
  pixelUnshuffle,
} from "@cresset/nn/functional";
export * as optim from "@cresset/optim";
// Utilities: what core has, and data
export * as utils from "./utils.ts";
