/** The order in which the commands of a program run. */
import { listOf } from "../graph/lists.ts";

/** The buffers that a command reads and writes. */
export interface Accesses {
  readonly read: ReadonlySet<number>;
  readonly written: ReadonlySet<number>;
}

/**
 * An order in which less memory lives at once: a step that makes no fewer temporaries than end with it waits until another
 * one depends on it. What the steps read is then more often still in the caches, and places of temporaries are free for others.
 *
 * @param bytesOf of a temporary; 0 of other buffers.
 */
export function schedule<Step extends Accesses>(steps: readonly Step[], bytesOf: (buffer: number) => number): Step[] {
  const waits = growing(steps, bytesOf);
  const ordered: Step[] = [];
  const waiting = new Set<number>();
  const readers = new Map<number, number[]>();
  const writers = new Map<number, number[]>();
  for (const [n, { read, written }] of steps.entries()) {
    if (waits[n]) {
      waiting.add(n);
      for (const b of read) listOf(readers, b).push(n);
      for (const b of written) listOf(writers, b).push(n);
      continue;
    }
    const due = new Set([n]);
    for (const m of due) {
      const before = [
        ...[...steps[m].read].map((b) => writers.get(b)),
        ...[...steps[m].written].flatMap((b) => [writers.get(b), readers.get(b)]),
      ];
      for (const k of before.flat()) if (k !== undefined && k < m && waiting.delete(k)) due.add(k);
    }
    for (const m of [...due].sort((a, b) => a - b)) ordered.push(steps[m]);
  }
  for (const n of waiting) ordered.push(steps[n]);
  return ordered;
}

/** The first and the last step that reads or writes a buffer, of those that any does. */
export function spansOf(steps: readonly Accesses[]): Map<number, { first: number; last: number }> {
  const spans = new Map<number, { first: number; last: number }>();
  for (const [n, { read, written }] of steps.entries()) {
    for (const b of [...read, ...written]) {
      const span = spans.get(b);
      if (span) span.last = n;
      else spans.set(b, { first: n, last: n });
    }
  }
  return spans;
}

/** Whether with each step no fewer bytes of temporaries begin than end, and any. */
function growing(steps: readonly Accesses[], bytesOf: (buffer: number) => number): boolean[] {
  const made = steps.map(() => 0);
  const ended = steps.map(() => 0);
  for (const [b, { first, last }] of spansOf(steps)) {
    made[first] += bytesOf(b);
    ended[last] += bytesOf(b);
  }
  return made.map((bytes, n) => bytes > 0 && bytes >= ended[n]);
}
