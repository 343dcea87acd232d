import { glob } from "./read/glob.ts";
import type { CaseResult } from "./result.ts";

/** A family of cases that a backend is known not to pass. */
export interface Exception {
  /** A case's id, or a glob over ids. */
  readonly cases: string;
  readonly reason: string;
  /** Where it holds: a glob over the names of implementations, such as "chromium*"; default everywhere. */
  readonly implementation?: string;
}

/** Exceptions that apply to one implementation of a backend. */
export class Exceptions {
  private readonly entries: { readonly exception: Exception; readonly matches: (id: string) => boolean }[];

  constructor(exceptions: readonly Exception[], implementation: string) {
    for (const { cases, reason } of exceptions) {
      if (reason.trim() === "") throw new Error(`the exception for ${cases} gives no reason`);
    }
    this.entries = exceptions
      .filter((exception) => glob(exception.implementation ?? "*")(implementation))
      .map((exception) => ({ exception, matches: glob(exception.cases) }));
  }

  /** The exception that covers a case, if any. */
  find(id: string): Exception | undefined {
    return this.entries.find(({ matches }) => matches(id))?.exception;
  }

  /** Entries whose cases all passed: they must be removed. Entries whose cases were not run say nothing. */
  stale(results: readonly CaseResult[]): Exception[] {
    return this.entries
      .filter(({ matches }) => {
        const covered = results.filter(({ id }) => matches(id));
        return covered.length > 0 && covered.every(({ outcome }) => outcome === "passed");
      })
      .map(({ exception }) => exception);
  }
}
