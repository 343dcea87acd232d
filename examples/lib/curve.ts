import { readFileSync } from "node:fs";

interface RecordedCurve {
  readonly torch: string;
  readonly losses: readonly number[];
  /** How far another correct float32 program may be, for each loss; see data/record-curve.py. */
  readonly tolerance: readonly number[];
}

/** Prints how a loss curve compares with PyTorch's recorded one; the process fails if it differs. */
export function compareWithPyTorch(losses: readonly number[]): void {
  const text = readFileSync(new URL("../data/pytorch-curve.json", import.meta.url), "utf8");
  const recorded: RecordedCurve = JSON.parse(text);
  const count = Math.min(losses.length, recorded.losses.length);
  let largest = 0;
  let equal = 0;
  const outside: number[] = [];
  for (let i = 0; i < count; i++) {
    const difference = Math.abs(losses[i] - recorded.losses[i]);
    if (difference === 0) equal++;
    largest = Math.max(largest, difference);
    // Also NaN is outside.
    if (!(difference <= recorded.tolerance[i])) outside.push(i);
  }
  const name = `PyTorch ${recorded.torch}`;
  if (outside.length === 0) {
    console.log(
      `${name}:   all ${count} losses agree within the recorded tolerance; ` +
        `the largest difference is ${largest.toExponential(1)}, ${equal} are equal to the bit`,
    );
    return;
  }
  const first = outside[0];
  console.log(
    `${name}:   ${outside.length} of ${count} losses differ; the first is number ${first}: ` +
      `${losses[first]} here, ${recorded.losses[first]} there, tolerance ${recorded.tolerance[first]}`,
  );
  process.exitCode = 1;
}
