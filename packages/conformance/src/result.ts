/** Skipped: did not pass, but the format marks it as a case on which PyTorch's own builds or versions disagree, or as optional. */
export type Outcome = "passed" | "failed" | "skipped" | "excepted";

export interface CaseResult {
  readonly area: string;
  readonly id: string;
  readonly outcome: Outcome;
  /** PyTorch's name of the operation, of a case of one. */
  readonly op?: string;
  /** Why a case is excepted. */
  readonly reason?: string;
  /** What did not agree. */
  readonly mismatches: readonly string[];
}

export type Counts = Readonly<Record<Outcome, number>>;

export const outcomes: readonly Outcome[] = ["passed", "failed", "skipped", "excepted"];

export function count(results: readonly CaseResult[]): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0, excepted: 0 };
  for (const { outcome } of results) counts[outcome]++;
  return counts;
}
