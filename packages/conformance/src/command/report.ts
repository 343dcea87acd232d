import { type Exception, type ExceptionUse, nameOf } from "../exceptions.ts";
import { type CaseResult, type Counts, count, outcomes } from "../result.ts";
import type { SuiteResult } from "../suite.ts";

/** Mismatches shown of one case. */
const shownMismatches = 3;
/** Cases shown of those that passed without their exception. */
const shownPassed = 4;

/** A failing case, in a few lines. */
export function failureText({ id, mismatches }: CaseResult): string {
  const shown = mismatches.slice(0, shownMismatches).map((mismatch) => `    ${mismatch}`);
  if (mismatches.length > shownMismatches) shown.push(`    and ${mismatches.length - shownMismatches} more`);
  return [`✗ ${id}`, ...shown].join("\n");
}

/** Counts by area, in aligned columns. */
export function areaTable(results: readonly CaseResult[]): string {
  const areas = [...new Set(results.map(({ area }) => area))];
  const rows = areas.map((area) => [area, count(results.filter((result) => result.area === area))] as const);
  const table = [
    ["area", ...outcomes],
    ...rows.map(([area, counts]) => [area, ...outcomes.map((name) => String(counts[name]))]),
  ];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("  ");
  return table.map(line).join("\n");
}

/** An exception that is no longer one. */
export function staleText(exception: Exception): string {
  return `✗ the exception for ${nameOf(exception)} must be removed: nothing needs it`;
}

/** How many cases are excepted for which reason, and which passed though an exception says something of them. */
export function exceptionsText(uses: readonly ExceptionUse[]): string {
  const byReason = new Map<string, number>();
  for (const { exception, excepted } of uses) {
    if (excepted > 0) byReason.set(exception.reason, (byReason.get(exception.reason) ?? 0) + excepted);
  }
  const width = Math.max(...[...byReason.values()].map((n) => String(n).length));
  const lines = [...byReason].map(([reason, n]) => `  ${String(n).padStart(width)}  ${reason}`);
  if (lines.length > 0) lines.unshift("excepted:");
  for (const { exception, passed } of uses) {
    const { cases, names, dtype, tag } = exception;
    const narrow = [cases, names, dtype, tag].some((property) => property !== undefined && property !== "*");
    if (!narrow || passed.length === 0) continue;
    const few = passed.slice(0, shownPassed).join(", ");
    const more = passed.length > shownPassed ? ` and ${passed.length - shownPassed} more` : "";
    lines.push(`passed, though there is an exception for ${nameOf(exception)}: ${few}${more}`);
  }
  return lines.join("\n");
}

export function totalText({ passed, failed, skipped, excepted }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped, ${excepted} excepted`;
}

type Print = (line: string) => void;

export function printStart(backend: string, implementation: string, print: Print): void {
  print(`backend ${backend} on ${implementation}`);
}

export function printFailure(result: CaseResult, print: Print): void {
  if (result.outcome === "failed") print(failureText(result));
}

/**
 * Prints what follows the failing cases; the total is the last line.
 *
 * @returns the exit status.
 */
export function printReport({ results, exceptions, stale }: SuiteResult, print: Print): number {
  for (const exception of stale) print(staleText(exception));
  print(`\n${areaTable(results)}\n`);
  const reasons = exceptionsText(exceptions);
  if (reasons !== "") print(`${reasons}\n`);
  const counts = count(results);
  print(totalText(counts));
  return counts.failed === 0 && stale.length === 0 ? 0 : 1;
}
