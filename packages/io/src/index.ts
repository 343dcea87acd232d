export { FetchError, FormatError } from "./errors.ts";
export { type FileFormat, fileFormat } from "./format.ts";
export type { HostTensor } from "./host-tensor.ts";
export * as numpy from "./numpy/index.ts";
export { type LoadOptions, load, save } from "./pytorch/index.ts";
export * as safetensors from "./safetensors/index.ts";
export type { FileLike, OpenOptions } from "./source.ts";
export { blobOf, type FileTarget, writeAtomically } from "./target.ts";
