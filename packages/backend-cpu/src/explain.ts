import { type Program, programText } from "@cresset/core/backend";
import { kernelSource } from "./codegen/compile.ts";

/** Buffers, commands, and the JavaScript of every kernel. */
export function explainProgram(program: Program): string {
  return programText(program, (kernel) => `// ${kernel.name} (${kernel.kind})\n${kernelSource(kernel)}`);
}
