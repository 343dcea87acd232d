import type { BenchRecord } from "./records.ts";

/** What a work gave: records, remarks for people, and results that were not what they should be. */
export interface Outcome {
  readonly records: readonly BenchRecord[];
  /** Contenders that could not take part, and why; remarks on those that did. */
  readonly notes: readonly string[];
  /** Wrong results and broken contenders: the run has failed. */
  readonly failures: readonly string[];
}

/** How people see a contender. */
export function label(contender: string, threads: number): string {
  return threads === 1 ? contender : `${contender}, ${threads} threads`;
}
