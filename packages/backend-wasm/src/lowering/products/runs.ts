/** Contractions that read runs of neighbours where they lie, as convolutions do. */
import type { ContractionKernel } from "@cresset/core/backend";
import type { RareKernels } from "../../parts.ts";
import { hasStripRuns, stripRunScratch, writeStripRuns } from "./strip-runs.ts";
import { thinRunScratch, thinWay, writeThinRuns } from "./thin-runs.ts";

const isStrip = ({ rows, columns }: ContractionKernel): boolean => rows > 0 && columns > 0;

export const runs: NonNullable<RareKernels["runs"]> = {
  way: (kernel, extents) => (isStrip(kernel) ? Number(hasStripRuns(kernel, extents)) : thinWay(kernel, extents)),
  scratch: (kernel, extents, features) =>
    isStrip(kernel) ? stripRunScratch(kernel, extents, features) : thinRunScratch(kernel, extents),
  write: (w, kernel) => (isStrip(kernel) ? writeStripRuns : writeThinRuns)(w, kernel),
};
