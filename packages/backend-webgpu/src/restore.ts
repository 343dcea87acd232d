import type { BufferSpec, Call, Command, DType, LoopKernel, Program, Restored } from "@cresset/core/backend";
import { labelled } from "./adapter.ts";
import type { DeviceBuffer, Placed, WebGpuBuffer } from "./memory/buffer.ts";
import type { BufferPool } from "./memory/pool.ts";

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

/** Does at once what that program does. Values that have no memory are passed over: who reads them is told. */
export function copyBack(
  device: GPUDevice,
  pool: BufferPool,
  pairs: readonly (readonly [to: WebGpuBuffer, from: WebGpuBuffer])[],
  place: (buffer: WebGpuBuffer) => Placed,
): void {
  const encoder = device.createCommandEncoder({ label: labelled("what is restored") });
  const between: DeviceBuffer[] = [];
  for (const [to, from] of pairs) {
    if (to.bytes === 0) continue;
    try {
      const [target, source] = [place(to), place(from)];
      let at = source;
      // Not within one buffer, as the heap is.
      if (source.buffer === target.buffer) {
        const taken = pool.take(to.bytes);
        between.push(taken);
        at = { buffer: taken.buffer, offset: 0 };
        encoder.copyBufferToBuffer(source.buffer, source.offset, at.buffer, 0, to.bytes);
      }
      encoder.copyBufferToBuffer(at.buffer, at.offset, target.buffer, target.offset, to.bytes);
    } catch {
      // As said above.
    }
  }
  device.queue.submit([encoder.finish({ label: labelled("what is restored") })]);
  // Not before: the pool may destroy what it has no room for.
  for (const one of between) pool.give(one);
}
