export { FormatError } from "./errors.ts";
export { writeAtomically } from "./file-system.ts";
export type { HostTensor } from "./host-tensor.ts";
export * as numpy from "./numpy/index.ts";
export { type LoadOptions, load, save } from "./pytorch/index.ts";
export * as safetensors from "./safetensors/index.ts";
export type { FileLike } from "./source.ts";
