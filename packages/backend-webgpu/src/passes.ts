import { type Program, type SharingProgram, withSharedKernels } from "@cresset/core/backend";
import { withReductionPasses } from "./reduction-passes.ts";
import { withScatterPasses } from "./scatter-passes.ts";
import { withSortPasses } from "./sort-passes.ts";
import type { Machine } from "./wgsl/plan.ts";

/** The program as it is run: kernels shared where they may be, and what takes several passes as several commands. */
export function withPasses(given: Program, machine: Machine): SharingProgram {
  const { program, constants } = withSharedKernels(given);
  return {
    program: withReductionPasses(withSortPasses(withScatterPasses(program, machine), machine), machine),
    constants,
  };
}
