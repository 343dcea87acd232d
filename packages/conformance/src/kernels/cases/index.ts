import type { KernelCase } from "../case.ts";
import { contractionCases } from "./contractions.ts";
import { loopCases } from "./loops.ts";
import { reductionCases } from "./reductions.ts";
import { scanCases, scatterCases } from "./scatters-and-scans.ts";
import { sortCases } from "./sorts.ts";

/** Kernels of every kind, each with what it must give. */
export const kernelCases: readonly KernelCase[] = [
  ...loopCases,
  ...reductionCases,
  ...contractionCases,
  ...scatterCases,
  ...scanCases,
  ...sortCases,
];
