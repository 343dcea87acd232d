/** Reductions of few long rows become two passes, so that many workgroups share a row. */
import type { BufferSpec, Call, Command, LoopKernel, Operand, Program } from "@cresset/core/backend";
import { rewriteCommands } from "./rewrite.ts";
import { chunksOf, type LoopPass } from "./wgsl/loop.ts";
import type { Machine } from "./wgsl/plan.ts";
import { stateDtypes } from "./wgsl/reduction.ts";

/** The program with such reductions in passes; what is known of chunks between them are temporaries at the end of its buffers. */
export function withReductionPasses(program: Program, machine: Machine): Program {
  return rewriteCommands(program, ({ kernel, calls }, buffers) => {
    if (!machine.cooperative || kernel.kind !== "loop" || !canSplit(kernel)) return undefined;
    const long = calls.filter((call) => chunksOf(kernel, call.extents) > 1);
    if (long.length === 0) return undefined;
    const short = calls.filter((call) => chunksOf(kernel, call.extents) === 1);
    const passes = passesOf(kernel, long, buffers);
    return short.length > 0 ? [{ kernel, calls: short }, ...passes] : passes;
  });
}

/** Whether all that a kernel does before the end of its only inner loop is to reduce. */
function canSplit({ body }: LoopKernel): boolean {
  const first = body.findIndex(({ kind }) => kind !== "let");
  const inner = body[first];
  return (
    inner?.kind === "inner" &&
    inner.reductions.length > 0 &&
    inner.body.every(({ kind }) => kind === "let") &&
    body.slice(first + 1).every(({ kind }) => kind !== "inner")
  );
}

function passesOf(kernel: LoopKernel, calls: readonly Call[], buffers: BufferSpec[]): Command[] {
  const dtypes = kernel.body
    .flatMap((statement) => (statement.kind === "inner" ? statement.reductions : []))
    .flatMap(stateDtypes);
  const states = (access: Operand["access"]): Operand[] => dtypes.map((dtype) => ({ dtype, access }));
  const common = { ...kernel, states: kernel.operands.length };
  const chunks: LoopPass = {
    ...common,
    key: `chunks of ${kernel.key}`,
    name: `${kernel.name}_chunks`,
    // What it does not write it must not be taken to write.
    operands: [...kernel.operands.map(({ dtype }) => ({ dtype, access: "read" }) as const), ...states("write")],
    pass: "chunks",
  };
  const join: LoopPass = {
    ...common,
    key: `join ${kernel.key}`,
    operands: [...kernel.operands, ...states("read")],
    pass: "join",
  };
  const extended = calls.map((call): Call => {
    const rows = call.extents.slice(0, kernel.outer).reduce((a, b) => a * b, 1);
    const length = rows * chunksOf(kernel, call.extents);
    const own = dtypes.map((dtype) => buffers.push({ dtype, length, role: "temporary", offset: 0 }) - 1);
    return { ...call, buffers: [...call.buffers, ...own] };
  });
  return [
    { kernel: chunks, calls: extended.map((call) => ({ ...call, checks: [] })) },
    { kernel: join, calls: extended },
  ];
}
