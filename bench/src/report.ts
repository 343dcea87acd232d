/** Tables for people. */
import { comparisons, holds, verdicts } from "./goals.ts";
import { label, type Outcome } from "./outcome.ts";
import { type BenchRecord, isTime, type TimeRecord } from "./records.ts";

/** Ratios are to the first of these that took part, with one thread. */
const bases = ["cresset-wasm", "cresset-cpu", "cresset-null"];

export function formatSeconds(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  if (seconds >= 1e-3) return `${(seconds * 1e3).toPrecision(3)} ms`;
  return `${(seconds * 1e6).toPrecision(3)} µs`;
}

export function formatRatio(ratio: number): string {
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(3)} ×`;
}

/** Aligned columns; all but the first to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("   "))
    .map((line) => `  ${line.trimEnd()}`)
    .join("\n");
}

function baseOf(records: readonly BenchRecord[]): BenchRecord | undefined {
  for (const name of bases) {
    const base = records.find(({ contender, threads }) => contender === name && threads === 1);
    if (base !== undefined) return base;
  }
  return records[0];
}

/** What a lower number of is better; for rates, seconds per operation. */
function cost(record: BenchRecord): number {
  if (isTime(record)) return record.medianSeconds;
  return "bytes" in record ? record.bytes : 1 / record.flops;
}

function cells(record: BenchRecord): string[] {
  if (isTime(record)) return [formatSeconds(record.medianSeconds), formatSeconds(record.minSeconds)];
  if ("bytes" in record) return [`${(record.bytes / 1024).toFixed(1)} KiB`, ""];
  return [`${(record.flops / 1e9).toFixed(1)} GFLOP/s`, `${(record.maxFlops / 1e9).toFixed(1)} GFLOP/s`];
}

/** One work: medians, best values, and how many times the base's each is. */
export function outcomeText(name: string, { records, notes, failures }: Outcome): string {
  const lines = [`\n${name}`];
  const base = baseOf(records);
  if (base !== undefined) {
    const columns = "bytes" in base ? ["size", ""] : ["median", "best"];
    const header = ["contender", ...columns, `to ${label(base.contender, base.threads)}`];
    const rows = records.map((record) => [
      label(record.contender, record.threads),
      ...cells(record),
      formatRatio(cost(record) / cost(base)),
    ]);
    lines.push(table([header, ...rows]));
  }
  lines.push(...notes.map((note) => `  – ${note}`), ...failures.map((failure) => `  ✗ ${failure}`));
  return lines.join("\n");
}

/** Geometric means of the ratios over all works that a contender and the base have in common. */
export function summary(records: readonly BenchRecord[]): string {
  const times = records.filter(isTime);
  const base = baseOf(times);
  if (base === undefined) return "";
  const of = (contender: string, threads: number): Map<string, TimeRecord> =>
    new Map(times.filter((r) => r.contender === contender && r.threads === threads).map((r) => [r.work, r]));
  const reference = of(base.contender, base.threads);
  const rows: string[][] = [];
  for (const { contender, threads } of distinct(times)) {
    const logarithms: number[] = [];
    for (const [work, { medianSeconds }] of of(contender, threads)) {
      const other = reference.get(work);
      if (other !== undefined) logarithms.push(Math.log(medianSeconds / other.medianSeconds));
    }
    if (logarithms.length === 0) continue;
    const mean = Math.exp(logarithms.reduce((a, b) => a + b, 0) / logarithms.length);
    rows.push([label(contender, threads), formatRatio(mean), String(logarithms.length)]);
  }
  const title = `\nTimes relative to ${label(base.contender, base.threads)}: geometric mean over the works that both have`;
  return [title, table([["contender", "mean", "works"], ...rows])].join("\n");
}

/** The library's promises, and what it is slower in than a peer that it should be level with. */
export function goalsText(records: readonly BenchRecord[]): string {
  const parts: string[] = [];
  const judged = verdicts(records);
  if (judged.length > 0) {
    const rows = judged.map((verdict) => {
      const { goal, wanted, most = false, unit, got } = verdict;
      const amounts = got === null ? ["not measured", ""] : [got.median, got.best].map((n) => formatAmount(n, unit));
      return [goal, `${most ? "at most" : "at least"} ${formatAmount(wanted, unit)}`, ...amounts, mark(holds(verdict))];
    });
    parts.push(`\nWhat is promised of cresset-wasm\n${table([["", "", "median", "best", ""], ...rows])}`);
  }
  const compared = comparisons(records);
  if (compared.length > 0) {
    const slower = compared.filter(({ amount }) => amount.median < 1);
    const title = `\nSlower, or larger, than a peer that it should be level with: ${slower.length} of ${compared.length} comparisons`;
    const rows = slower
      .toSorted((a, b) => a.amount.median - b.amount.median)
      .map(({ work, peer, amount }) => [work, peer, ...[amount.median, amount.best].map((n) => formatAmount(n, "×"))]);
    parts.push(rows.length === 0 ? title : `${title}\n${table([["work", "peer", "median", "best"], ...rows])}`);
  }
  return parts.join("\n");
}

const mark = (holding: boolean | null): string => (holding === null ? "–" : holding ? "✓" : "✗");

function formatAmount(amount: number, unit: string): string {
  return `${amount >= 100 ? amount.toFixed(0) : amount.toPrecision(3)} ${unit}`;
}

/** Contenders with their threads, each once. */
function distinct(records: readonly TimeRecord[]): TimeRecord[] {
  return [...new Map(records.map((record) => [label(record.contender, record.threads), record])).values()];
}
