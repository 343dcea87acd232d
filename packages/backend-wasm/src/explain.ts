import { type Program, programText } from "@cresset/core/backend";
import { disassemble } from "./assembler/disassemble.ts";
import type { Engine } from "./engine.ts";
import { assumptionsOf } from "./lowering/assumptions.ts";
import { kernelBody } from "./lowering/compile.ts";

/** Buffers, commands, and the instructions of every kernel. */
export function explainProgram(program: Program, engine: Engine): string {
  return programText(program, (kernel, call) => {
    const { features, parts } = engine;
    const callees = new Map<string, number>();
    const assumptions = assumptionsOf(kernel, call.extents, features, parts.rare);
    const { code } = kernelBody(kernel, assumptions, engine.target(callees), parts.rare, false);
    return `;; ${kernel.name} (${kernel.kind}): ${kernel.key}\n${disassemble(code, [...callees.keys()])}\n`;
  });
}
