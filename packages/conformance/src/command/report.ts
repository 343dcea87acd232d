import type { Exception } from "../exceptions.ts";
import { type CaseResult, type Counts, count, outcomes } from "../result.ts";
import type { SuiteResult } from "../suite.ts";

/** Mismatches shown of one case. */
const shownMismatches = 3;

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
export function staleText({ cases }: Exception): string {
  return `✗ the exception for ${cases} must be removed: its cases pass`;
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
export function printReport({ results, stale }: SuiteResult, print: Print): number {
  for (const exception of stale) print(staleText(exception));
  print(`\n${areaTable(results)}\n`);
  const counts = count(results);
  print(totalText(counts));
  return counts.failed === 0 && stale.length === 0 ? 0 : 1;
}
