/** Contractions that read neighbours where they lie: convolutions, and products of few rows. */
import type { ContractionKernel } from "@cresset/core/backend";
import type { RareKernels } from "../../parts.ts";
import { isFewRows, writeFewRows } from "./strip-rows.ts";
import { hasStripRuns, stripRunScratch, writeStripRuns } from "./strip-runs.ts";
import { stripScratch, sumsScratch, writeStrips } from "./strips.ts";
import { thinRunScratch, thinWay, writeThinRuns } from "./thin-runs.ts";

const isStrip = ({ rows, columns }: ContractionKernel): boolean => rows > 0 && columns > 0;

/** Of strips: 1, by runs; 2, by rows; 0, by neither. */
const stripWay = (kernel: ContractionKernel, extents: readonly number[]): number =>
  hasStripRuns(kernel, extents) ? 1 : 2 * Number(isFewRows(kernel, extents));

export const runs: NonNullable<RareKernels["runs"]> = {
  way: (kernel, extents) => (isStrip(kernel) ? stripWay : thinWay)(kernel, extents),
  scratch(kernel, extents, features) {
    if (!isStrip(kernel)) return thinRunScratch(kernel, extents);
    if (stripWay(kernel, extents) === 1) return stripRunScratch(kernel, extents, features);
    return (features.simd ? sumsScratch : stripScratch)(kernel, extents, features);
  },
  write(w, kernel) {
    if (!isStrip(kernel)) writeThinRuns(w, kernel);
    else if (w.assumptions.way === 1) writeStripRuns(w, kernel);
    // Without vectors there is nothing to turn rows into columns with.
    else (w.target.simd ? writeFewRows : writeStrips)(w, kernel);
  },
};
