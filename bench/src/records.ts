/** What a run measures: the list that `--json` writes. */

interface Measured {
  readonly work: string;
  readonly contender: string;
  readonly threads: number;
}

export interface TimeRecord extends Measured {
  readonly medianSeconds: number;
  readonly minSeconds: number;
}

/** Operations per second: the median and the highest of the rounds. */
export interface RateRecord extends Measured {
  readonly flops: number;
  readonly maxFlops: number;
}

/** What a page loads: minified and compressed. */
export interface SizeRecord extends Measured {
  readonly bytes: number;
}

export type BenchRecord = TimeRecord | RateRecord | SizeRecord;

export const isRate = (record: BenchRecord): record is RateRecord => "flops" in record;

export const isTime = (record: BenchRecord): record is TimeRecord => "medianSeconds" in record;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The record of one contender's rounds. */
export function timeRecord(measured: Measured, seconds: readonly number[]): TimeRecord {
  const { work, contender, threads } = measured;
  return { work, contender, threads, medianSeconds: median(seconds), minSeconds: Math.min(...seconds) };
}
