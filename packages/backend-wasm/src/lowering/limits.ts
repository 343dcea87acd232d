/** How many points kernels can count. */
import { BackendError, type Kernel } from "@cresset/core/backend";
import { rangedAxes, rangesOf } from "./ranges.ts";

/** Code counts in signed numbers of 32 bits, and some steps beyond the end. */
const most = 2 ** 31 - 2 ** 10;

/** @throws BackendError for a call with more points in a range, or along the axes inside of all ranges, than code counts. */
export function requireCountable(kernel: Kernel, extents: readonly number[]): void {
  const inside = extents.slice(rangedAxes(kernel)).reduce((product, extent) => product * extent, 1);
  const points = Math.max(inside, ...rangesOf(kernel, extents).flat());
  if (points > most)
    throw new BackendError(`wasm: ${kernel.name} has ${points} points, and code counts to ${most}: do it in parts`);
}
