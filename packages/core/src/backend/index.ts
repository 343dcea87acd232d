/** What a backend needs: the interface, the programs it runs, and the meaning of scalar operations. */
export * from "../dtype/dtype.ts";
export * from "../dtype/half.ts";
export { BackendError, CressetError, DTypeError } from "../errors.ts";
export * from "./backend.ts";
export { programText } from "./explain.ts";
export * from "./meaning.ts";
export { nullBackend } from "./null.ts";
export { Pressure } from "./pressure.ts";
export * from "./program.ts";
export { RecentMap } from "./recent-map.ts";
export { type Rewriting, statementWithParts, withParts } from "./rewriting.ts";
export * from "./scalar.ts";
export { type SharingProgram, withSharedKernels } from "./shared-kernels.ts";
