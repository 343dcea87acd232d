import { type Program, programText } from "@cresset/core/backend";
import { disassemble } from "./assembler/disassemble.ts";
import type { Engine } from "./engine.ts";

/** Buffers, commands, and the instructions of every kernel. */
export function explainProgram(program: Program, engine: Engine): string {
  return programText(program, (kernel, call) => {
    const { code, callees } = engine.body({ kernel, call });
    return `;; ${kernel.name} (${kernel.kind}): ${kernel.key}\n${disassemble(code, callees)}\n`;
  });
}
