import type { BufferSpec, Program } from "@cresset/core/backend";
import { disassemble } from "./assembler/disassemble.ts";
import type { Engine } from "./engine.ts";

function bufferText(buffer: BufferSpec, i: number): string {
  const place = buffer.role === "temporary" ? ` at byte ${buffer.offset} of the arena` : "";
  return `  b${i}: ${buffer.dtype}[${buffer.length}] ${buffer.role}${place}`;
}

/** Buffers, commands, and the instructions of every kernel. */
export function explainProgram(program: Program, engine: Engine): string {
  const lines = [
    `program: ${program.commands.length} commands, ${program.arguments} arguments, ${program.checks} checks, ` +
      `arena of ${program.arenaBytes} bytes`,
    "buffers:",
    ...program.buffers.map(bufferText),
    "commands:",
  ];
  const sources = new Map<string, string>();
  program.commands.forEach(({ kernel, calls }, i) => {
    if (i === program.stateFrom) lines.push("  from here on, only if no check has failed:");
    for (const call of calls) {
      const buffers = call.buffers.map((buffer, k) => `${kernel.operands[k].access} b${buffer}`).join(", ");
      const args = call.arguments.length > 0 ? `; arguments ${call.arguments.join(", ")}` : "";
      const checks = call.checks.length > 0 ? `; checks ${call.checks.join(", ")}` : "";
      lines.push(
        `  ${i}: ${kernel.name} (${kernel.kind}) over [${call.extents.join(", ")}]: ${buffers}${args}${checks}`,
      );
    }
    if (!sources.has(kernel.key)) {
      const { code, callees } = engine.body({ kernel, call: calls[0] });
      sources.set(kernel.key, `;; ${kernel.name} (${kernel.kind}): ${kernel.key}\n${disassemble(code, callees)}\n`);
    }
  });
  return `${lines.join("\n")}\n\n${[...sources.values()].join("\n")}`;
}
