import { glob } from "./read/glob.ts";
import type { Case } from "./read/manifest.ts";
import type { CaseResult } from "./result.ts";

/** A family of cases that a backend is known not to pass. */
export interface Exception {
  /** A case's id, or a glob over ids. */
  readonly cases: string;
  readonly reason: string;
  /** Holds only for cases with this tag. */
  readonly tag?: string;
  /** Holds only where everything that did not agree reads like this. */
  readonly mismatch?: RegExp;
  /** Where it holds: a glob over the names of implementations, such as "chromium*"; default everywhere. */
  readonly implementation?: string;
}

/** Exceptions that apply to one implementation of a backend. */
export class Exceptions {
  private readonly entries: readonly { readonly exception: Exception; readonly matches: (id: string) => boolean }[];

  constructor(exceptions: readonly Exception[], implementation: string) {
    for (const { cases, reason } of exceptions) {
      if (reason.trim() === "") throw new Error(`the exception for ${cases} gives no reason`);
    }
    this.entries = exceptions
      .filter((exception) => glob(exception.implementation ?? "*")(implementation))
      .map((exception) => ({ exception, matches: glob(exception.cases) }));
  }

  /** The exception that covers a case that does not agree in `mismatches`, if any. */
  find({ id, tag }: Pick<Case, "id" | "tag">, mismatches: readonly string[]): Exception | undefined {
    const found = this.entries.find(({ exception, matches }) => {
      if (!matches(id) || (exception.tag !== undefined && exception.tag !== tag)) return false;
      return mismatches.every((text) => exception.mismatch?.test(text) ?? true);
    });
    return found?.exception;
  }

  /**
   * Entries whose cases all passed: they must be removed. Entries whose cases were not run say nothing, nor do those that
   * hold for what a tag or a mismatch says: other data may have such cases.
   */
  stale(results: readonly CaseResult[]): Exception[] {
    return this.entries
      .filter(({ exception, matches }) => {
        if (exception.tag !== undefined || exception.mismatch !== undefined) return false;
        const covered = results.filter(({ id }) => matches(id));
        return covered.length > 0 && covered.every(({ outcome }) => outcome === "passed");
      })
      .map(({ exception }) => exception);
  }
}
