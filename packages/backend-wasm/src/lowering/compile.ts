import { BackendError, type Kernel } from "@cresset/core/backend";
import type { FunctionBody } from "../assembler/module.ts";
import type { Features } from "../features.ts";
import type { RareKernels } from "../parts.ts";
import type { Assumptions } from "./assumptions.ts";
import { writeLoop } from "./loop.ts";
import { contractionScratch, writeContraction } from "./products/contraction.ts";
import { writeScatter } from "./scatter.ts";
import { KernelWriter, type Target } from "./writer.ts";

/** The function of a kernel, and whether it would run faster had it not been written in haste. */
export interface KernelBody extends FunctionBody {
  readonly hasty: boolean;
}

/**
 * The body of a kernel's function; its parameters are the addresses of a call's record and of scratch memory.
 *
 * @param inHaste whether it is to be there soon, rather than to run fast.
 * @throws BackendError for a kernel of a kind that the backend was made without.
 */
export function kernelBody(
  kernel: Kernel,
  assumptions: Assumptions,
  target: Target,
  rare: RareKernels,
  inHaste: boolean,
): KernelBody {
  const w = new KernelWriter(kernel, target, assumptions, rare, inHaste);
  switch (kernel.kind) {
    case "loop":
      writeLoop(w, kernel);
      break;
    case "contraction":
      writeContraction(w, kernel);
      break;
    case "scatter":
      (rare.scatter ?? writeScatter)(w, kernel);
      break;
    case "scan":
      if (rare.scan === undefined) throw without("scans");
      rare.scan.write(w, kernel);
      break;
    case "sort":
      if (rare.sort === undefined) throw without("sorts");
      rare.sort.write(w, kernel);
      break;
  }
  return { ...w.e.finish(), hasty: w.hasty };
}

/** A program needs what the lean backend lacks. */
export const without = (what: string): BackendError =>
  new BackendError(
    `wasm: @cresset/backend-wasm/lean is without ${what}: import { wasm } from "@cresset/backend-wasm" instead`,
  );

/** Bytes of scratch memory that a call of the kernel needs. */
export function scratchBytes(
  kernel: Kernel,
  extents: readonly number[],
  features: Features,
  rare: RareKernels,
): number {
  const { sort } = rare;
  if (kernel.kind === "contraction") return contractionScratch(kernel, extents, features, rare);
  return kernel.kind === "sort" && sort !== undefined ? sort.scratch(kernel, extents) : 0;
}
