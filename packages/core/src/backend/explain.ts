import type { BufferSpec, Call, Kernel, Program } from "./program.ts";

function bufferText(buffer: BufferSpec, i: number): string {
  const place = buffer.role === "temporary" ? ` at byte ${buffer.offset} of the arena` : "";
  return `  b${i}: ${buffer.dtype}[${buffer.length}] ${buffer.role}${place}`;
}

/**
 * A program as text, for a backend's `explain`: its buffers, its commands, and what `source` says of each kernel, once.
 *
 * @param source given a kernel and the first of its calls.
 */
export function programText(program: Program, source: (kernel: Kernel, call: Call) => string): string {
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
    if (!sources.has(kernel.key)) sources.set(kernel.key, source(kernel, calls[0]));
  });
  return `${lines.join("\n")}\n\n${[...sources.values()].join("\n")}`;
}
