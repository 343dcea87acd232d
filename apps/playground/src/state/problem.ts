import { signal } from "@preact/signals";

/** What went wrong, outside of any one section. */
export const problem = signal<string | null>(null);

/** Whether the page can be shown: it comes all at once, so that nothing on it moves. */
export const ready = signal(false);

export function fail(error: unknown): void {
  problem.value = messageOf(error);
}

/** An error as a sentence; `where`, which keeps its case, may begin it. */
export function messageOf(error: unknown, where?: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const begun = where === undefined ? text.charAt(0).toUpperCase() + text.slice(1) : `${where}, ${text}`;
  return `${begun}${/[.!?]$/.test(text) ? "" : "."}`;
}
