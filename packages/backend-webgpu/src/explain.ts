import type { BufferSpec, Program } from "@cresset/core/backend";
import type { Facilities } from "./executable.ts";
import { withPasses } from "./passes.ts";
import { type Calls, kernelText, planKernel, takesFours } from "./wgsl/compile.ts";
import { placeOperands } from "./wgsl/placement.ts";
import type { Machine } from "./wgsl/plan.ts";
import { heapBytesOf, ownBytesOf } from "./wgsl/types.ts";

type ExplainOptions = Machine & Pick<Facilities, "half" | "storageBuffers" | "binding">;

/** Buffers, commands, and the WGSL of every kernel. */
export function explainProgram(given: Program, { half, storageBuffers, binding, ...machine }: ExplainOptions): string {
  const { program, constants } = withPasses(given, machine);
  const inHeap = ({ dtype, length }: BufferSpec): boolean => heapBytesOf(dtype, length) <= machine.heapBytes;
  const bufferText = (buffer: BufferSpec, i: number): string =>
    `  b${i}: ${buffer.dtype}[${buffer.length}] ${buffer.role}${inHeap(buffer) ? ", in the heap" : ""}`;
  const lines = [
    `program: ${program.commands.length} commands, ${given.arguments} arguments, ${program.checks} checks`,
    "buffers:",
    ...program.buffers.map(bufferText),
    "commands:",
  ];
  /** How a kernel is written, by whether its dispatches are of one call. */
  const sources = new Map<string, (calls: Calls) => string>();
  const several = new Set<string>();
  program.commands.forEach(({ kernel, calls }, i) => {
    const together = new Set<string>();
    if (i === program.stateFrom) lines.push("  from here on, only if no check has failed:");
    for (const call of calls) {
      const buffers = call.buffers.map((buffer, k) => `${kernel.operands[k].access} b${buffer}`).join(", ");
      const own = call.arguments.filter((slot) => slot < given.arguments);
      const positions = call.arguments.flatMap((slot) => constants[slot - given.arguments] ?? []);
      const args =
        (own.length > 0 ? `; arguments ${own.join(", ")}` : "") +
        (positions.length > 0 ? `; positions ${positions.join(", ")}` : "");
      const checks = call.checks.length > 0 ? `; checks ${call.checks.join(", ")}` : "";
      const plan = planKernel(kernel, call.extents, machine);
      lines.push(
        `  ${i}: ${kernel.name} (${kernel.kind}) over [${call.extents.join(", ")}], ${plan.workgroups} workgroups: ${buffers}${args}${checks}`,
      );
      const operands = kernel.operands.map((operand, k) => {
        const buffer = program.buffers[call.buffers[k]];
        const bytes = ownBytesOf(buffer.dtype, buffer.length, half);
        return { ...operand, inHeap: inHeap(buffer), bytes, fours: takesFours(plan, k) };
      });
      const guard = i >= program.stateFrom && program.checks > 0 ? "unless failed" : "none";
      const status = kernel.checks > 0 || guard !== "none" ? 1 : 0;
      const placement = placeOperands(operands, { half, count: storageBuffers - status, bytes: binding.bytes });
      const key = `${plan.key} ${placement.key} ${kernel.key}`;
      if (!sources.has(key)) sources.set(key, (count) => kernelText(kernel, placement, plan, guard, count));
      if (together.has(key) && placement.own === 0 && placement.packed < 0) several.add(key);
      together.add(key);
    }
  });
  const texts = [...sources].map(([key, text]) => text(several.has(key) ? "several" : "one"));
  return `${lines.join("\n")}\n\n${texts.join("\n")}`;
}
