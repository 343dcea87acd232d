import type { BufferSpec, Call, Command, DType, LoopKernel, Program, Restored } from "@cresset/core/backend";

/** Copies one value to another of the same dtype. */
function copyKernel(dtype: DType): LoopKernel {
  return {
    kind: "loop",
    key: `restore ${dtype}`,
    name: "restore",
    operands: [
      { dtype, access: "write" },
      { dtype, access: "read" },
    ],
    axes: 1,
    outer: 1,
    arguments: 0,
    checks: 0,
    body: [
      {
        kind: "store",
        operand: 0,
        index: { kind: "axis", axis: 0 },
        value: { kind: "load", dtype, operand: 1, index: { kind: "axis", axis: 0 } },
      },
    ],
  };
}

/** Equal for pairs that one program restores. */
export const restoreKey = (pairs: Restored): string =>
  pairs.map(([{ dtype, length }]) => `${dtype}${length}`).join(" ");

/** The program that gives the first buffer of each pair the content of the second; its buffers are the pairs, one after another. */
export function restoreProgram(pairs: Restored): Program {
  const buffers: BufferSpec[] = [];
  const calls = new Map<DType, Call[]>();
  for (const [{ dtype, length }] of pairs) {
    const at = buffers.length;
    buffers.push({ dtype, length, role: "output", offset: 0 }, { dtype, length, role: "input", offset: 0 });
    const call: Call = { buffers: [at, at + 1], arguments: [], extents: [length], checks: [] };
    const known = calls.get(dtype);
    if (known === undefined) calls.set(dtype, [call]);
    else known.push(call);
  }
  const commands: Command[] = [...calls].map(([dtype, all]) => ({ kernel: copyKernel(dtype), calls: all }));
  return { buffers, arenaBytes: 0, arguments: 0, checks: 0, commands, stateFrom: commands.length };
}
