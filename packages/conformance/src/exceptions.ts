import { glob } from "./read/glob.ts";
import type { Case } from "./read/manifest.ts";
import type { Properties } from "./read/properties.ts";

/** A family of cases that a backend is known not to pass: those that are all that its fields say. */
export interface Exception {
  /** A case's id, or a glob over ids. Default all. */
  readonly cases?: string;
  /** Globs over PyTorch's names, one of which an operation, module or optimizer of the case has, such as "torch.linalg.*". */
  readonly names?: readonly string[];
  /** An element type of a tensor that the case holds or asks for. */
  readonly dtype?: string;
  /** The case's tag. */
  readonly tag?: string;
  /** A regular expression that everything that did not agree matches. */
  readonly mismatch?: RegExp | string;
  /** Where it holds: a glob over the names of implementations, such as "chromium*"; default everywhere. */
  readonly implementation?: string;
  /** Whether it is about the samples of the catalogue, not recorded cases. Default: about both. */
  readonly of?: "recorded" | "catalogue";
  readonly reason: string;
}

/** What an exception is found by. Without properties, entries that ask for some cover nothing. */
export type Subject = Pick<Case, "id" | "tag"> & { readonly properties?: Properties };

/** What an exception did in a run. */
export interface ExceptionUse {
  readonly exception: Exception;
  /** Cases that it covers and that did not agree in what it names. */
  readonly excepted: number;
  /** Ids of cases that it covers and that passed all the same. */
  readonly passed: readonly string[];
}

interface Entry {
  readonly exception: Exception;
  readonly covers: (subject: Subject) => boolean;
  readonly mismatch: RegExp | null;
  readonly passed: string[];
  excepted: number;
}

/** Exceptions that apply to one implementation of a backend, and what of them a run has needed. */
export class Exceptions {
  private readonly entries: readonly Entry[];

  /** @param of what is run. */
  constructor(exceptions: readonly Exception[], implementation: string, of: "recorded" | "catalogue" = "recorded") {
    for (const exception of exceptions) {
      if (exception.reason.trim() === "") throw new Error(`the exception for ${nameOf(exception)} gives no reason`);
    }
    this.entries = exceptions
      .filter((exception) => exception.of === undefined || exception.of === of)
      .filter((exception) => glob(exception.implementation ?? "*")(implementation))
      .map((exception) => ({
        exception,
        covers: coverage(exception),
        mismatch: exception.mismatch === undefined ? null : new RegExp(exception.mismatch),
        passed: [],
        excepted: 0,
      }));
  }

  /** The exception for a case that does not agree in `mismatches`, if there is one; a case that passes, without mismatches, is noted. */
  judge(subject: Subject, mismatches: readonly string[]): Exception | undefined {
    for (const entry of this.entries) {
      if (!entry.covers(subject)) continue;
      if (mismatches.length === 0) entry.passed.push(subject.id);
      else if (mismatches.every((text) => entry.mismatch?.test(text) ?? true)) {
        entry.excepted++;
        return entry.exception;
      }
    }
    return undefined;
  }

  get uses(): ExceptionUse[] {
    return this.entries.map(({ exception, excepted, passed }) => ({ exception, excepted, passed }));
  }

  /**
   * Those that must be removed. Of those that list cases: where some were run, and all passed. Those that say what is wrong with
   * cases may be there for other data: only if nothing of it was found in the data that they are written for.
   *
   * @param whole whether all of that data was run.
   */
  stale(whole: boolean): Exception[] {
    return this.entries
      .filter(({ exception: { cases, names, dtype, tag, mismatch }, excepted, passed }) => {
        if (excepted > 0) return false;
        const lists = cases !== undefined && [names, dtype, tag, mismatch].every((property) => property === undefined);
        return whole || (lists && passed.length > 0);
      })
      .map(({ exception }) => exception);
  }
}

/** Whether a case is all that an exception says of cases, whatever did not agree. */
export function coverage({ cases, names, dtype, tag }: Exception): (subject: Subject) => boolean {
  const id = glob(cases ?? "*");
  const globs = names?.map(glob);
  return (subject) => {
    if (!id(subject.id) || (tag !== undefined && tag !== subject.tag)) return false;
    const { properties } = subject;
    if (dtype !== undefined && properties?.dtypes.has(dtype) !== true) return false;
    return globs === undefined || [...(properties?.names ?? [])].some((name) => globs.some((matches) => matches(name)));
  };
}

/** An exception, for people. */
export function nameOf({ cases, names, dtype, tag, mismatch }: Exception): string {
  const said = [cases, names?.join(" "), dtype, tag, typeof mismatch === "string" ? mismatch : mismatch?.source];
  return said.filter((part) => part !== undefined).join(", ") || "all cases";
}
