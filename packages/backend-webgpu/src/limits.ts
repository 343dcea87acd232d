/** What an adapter does not allow, and nothing here can split: errors that name the limit, the need and the adapter. */
import { BackendError, type Kernel } from "@cresset/core/backend";
import type { Facilities } from "./executable.ts";
import { isMerge } from "./wgsl/sort.ts";

/** The most points that kernels count, which do so in 32 bits and round up to whole workgroups. */
export const mostPoints = 2 ** 31 - 1024;

const named = ({ name, kind }: Kernel): string => `webgpu: the kernel ${name} (${kind})`;

export function requireBindings(
  kernel: Kernel,
  needed: number,
  parts: number,
  { storageBuffers, binding, adapter }: Facilities,
): void {
  if (needed <= storageBuffers) return;
  const why = parts > 1 ? `, of which a value beyond ${binding.name} = ${binding.bytes} takes ${parts}` : "";
  throw new BackendError(
    `${named(kernel)} needs ${needed} storage buffers${why}, more than maxStorageBuffersPerShaderStage = ${storageBuffers} of ${adapter}`,
  );
}

export function requireTemporary(kernel: Kernel, bytes: number, { largest, adapter }: Facilities): void {
  if (bytes > largest.bytes)
    throw new BackendError(
      `${named(kernel)} needs a temporary of ${bytes} bytes, more than ${largest.name} = ${largest.bytes} of ${adapter}`,
    );
}

/** @param bytes of operands that are packed into one buffer. */
export function requirePacked(kernel: Kernel, bytes: number, { binding, storageBuffers, adapter }: Facilities): void {
  if (bytes > binding.bytes)
    throw new BackendError(
      `${named(kernel)} has more operands than maxStorageBuffersPerShaderStage = ${storageBuffers} of ${adapter}, and those to be packed into one are ${bytes} bytes, more than ${binding.name} = ${binding.bytes}`,
    );
}

export function requireWorkgroups(
  kernel: Kernel,
  needed: number,
  { workgroupsPerDimension, adapter }: Facilities,
): void {
  if (needed > workgroupsPerDimension ** 2)
    throw new BackendError(
      `${named(kernel)} needs ${needed} workgroups, more than the square of maxComputeWorkgroupsPerDimension = ${workgroupsPerDimension} of ${adapter}`,
    );
}

/** Of loops within functions that kernels call, most take no more steps at a time. */
const stepsOfFunctions = 3;

/** @throws BackendError where an adapter would end the loops of a thread before they are through. */
export function requireSteps(kernel: Kernel, steps: number, { loopSteps, adapter }: Facilities): void {
  if (steps * (1 + stepsOfFunctions) > loopSteps)
    throw new BackendError(
      `${named(kernel)} takes up to ${Math.ceil(steps)} steps in a thread, and the driver of ${adapter} ends loops after ${loopSteps} of them. Use another driver, or another device.`,
    );
}

/** @throws BackendError where a call has more points, or an axis more steps, than 32 bits can count. */
export function requirePoints(kernel: Kernel, extents: readonly number[], { adapter }: Facilities): void {
  const count = (first: number, end: number): number => extents.slice(first, end).reduce((a, b) => a * b, 1);
  let points = 0;
  // Where a thread goes along an axis by itself, it counts its steps.
  const longest = Math.max(0, ...extents);
  switch (kernel.kind) {
    case "loop": {
      points = count(0, kernel.outer);
      const positions = kernel.body.some(
        (statement) => statement.kind === "inner" && statement.reductions.some(({ op }) => op.startsWith("arg")),
      );
      if (positions) points = Math.max(points, count(kernel.outer, extents.length));
      break;
    }
    case "contraction":
      points = count(0, kernel.batch + kernel.rows + kernel.columns);
      break;
    case "sort":
      // The last extent of a merge is no axis to run along.
      points = count(0, extents.length - (isMerge(kernel) ? 1 : 0));
      break;
    default:
      points = count(0, extents.length);
  }
  if (Math.max(points, longest) > mostPoints)
    throw new BackendError(
      `${named(kernel)} runs over ${Math.max(points, longest)} points, more than the ${mostPoints} that 32-bit indices count on ${adapter}. Split the tensor.`,
    );
}
