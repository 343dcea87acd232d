import type { Sentinel } from "@cresset/tabular";
import { printLine, type Streams } from "./streams.ts";

/** Says which columns hold numbers that seem to stand for "no value", and what to do about them. */
export function warnOfSentinels({ stderr }: Streams, found: ReadonlyMap<string, readonly Sentinel[]>): void {
  if (found.size === 0) return;
  printLine(
    stderr,
    'warning: these numbers seem to stand for "no value", and are learned from as if they were values:',
  );
  for (const [name, sentinels] of found) {
    const counts = sentinels.map(({ value, count }) => `${value} in ${count} rows`).join(", ");
    const [smallest, largest] = sentinels[0].range;
    printLine(stderr, `  ${name}: ${counts}; the others are from ${smallest} to ${largest}`);
  }
  printLine(
    stderr,
    "  With --sentinels missing --missing mean (or median) they are filled in; --indicators adds columns that say where.",
  );
}

export function warn({ stderr }: Streams, text: string): void {
  printLine(stderr, `warning: ${text}`);
}
