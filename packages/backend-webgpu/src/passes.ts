import type { Program } from "@cresset/core/backend";
import { withReductionPasses } from "./reduction-passes.ts";
import { withScatterPasses } from "./scatter-passes.ts";
import { withSortPasses } from "./sort-passes.ts";
import type { Machine } from "./wgsl/plan.ts";

/** The program as it is run: with what takes several passes as several commands. */
export function withPasses(program: Program, machine: Machine): Program {
  return withReductionPasses(withSortPasses(withScatterPasses(program, machine), machine), machine);
}
