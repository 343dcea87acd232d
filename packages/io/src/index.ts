export { FormatError } from "./errors.ts";
export { writeAtomically } from "./file-system.ts";
export * as safetensors from "./safetensors/index.ts";
export type { FileLike } from "./source.ts";
