import { Sum } from "../statistics.ts";

/** Rows whose probability lies in `[from, to)`; the last bin has its end too. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean of the rows' probabilities; NaN without rows. */
  readonly predicted: number;
  /** Which part of the rows is labelled 1; NaN without rows. Of a calibrated network it is about `predicted`. */
  readonly observed: number;
}

/** Whether probabilities mean what they say: bins of equal width, 10 by default. */
export function calibration(probabilities: ArrayLike<number>, labels: ArrayLike<number>, bins = 10): CalibrationBin[] {
  const counts = new Uint32Array(bins);
  const ones = new Uint32Array(bins);
  const sums = Array.from({ length: bins }, () => new Sum());
  for (let i = 0; i < labels.length; i++) {
    const bin = Math.min(Math.floor(probabilities[i] * bins), bins - 1);
    counts[bin]++;
    if (labels[i] === 1) ones[bin]++;
    sums[bin].add(probabilities[i]);
  }
  return sums.map((sum, i) => ({
    from: i / bins,
    to: (i + 1) / bins,
    count: counts[i],
    predicted: sum.value / counts[i],
    observed: ones[i] / counts[i],
  }));
}
