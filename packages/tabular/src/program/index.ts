export type { ProgramOptions } from "./parts.ts";
export { pytorchProgram } from "./pytorch.ts";
export { typescriptProgram } from "./typescript.ts";
