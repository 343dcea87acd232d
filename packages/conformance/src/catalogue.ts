/** The operations of core's catalogue, on samples of theirs: each must give on any device what it gives on cpu. */
import { type CatalogueCase, differencesOn } from "@cresset/core/samples";
import type { BackendUnderTest } from "./backends.ts";
import { Exceptions } from "./exceptions.ts";
import type { CaseResult } from "./result.ts";

export interface CatalogueRun {
  readonly device: string;
  readonly cases: readonly CatalogueCase[];
  readonly exceptions: BackendUnderTest["exceptions"];
  /** Name of what runs the backend, for exceptions that hold only there. */
  readonly implementation: string;
  readonly onResult?: (result: CaseResult) => void;
}

export async function runCatalogue(run: CatalogueRun): Promise<CaseResult[]> {
  const exceptions = new Exceptions(run.exceptions, run.implementation);
  const results: CaseResult[] = [];
  for (const one of run.cases) {
    const mismatches = await differencesOn(run.device, one);
    const excepted = mismatches.length > 0 && exceptions.find({ id: one.id }, mismatches) !== undefined;
    const outcome = mismatches.length === 0 ? "passed" : excepted ? "excepted" : "failed";
    const result: CaseResult = { area: "catalogue", id: one.id, outcome, mismatches };
    results.push(result);
    run.onResult?.(result);
  }
  return results;
}
