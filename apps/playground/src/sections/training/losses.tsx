import { type Domain, LineChart, type Series } from "../../chart/index.ts";
import { losses, moves, testLosses } from "../../state/progress.ts";
import { configured } from "../../state/session.ts";

/** The loss of training and test rows, epoch by epoch. */
export function Losses() {
  const train = losses.value;
  const { epochs: at, losses: test } = testLosses.value;
  const tests: readonly Series[] = at.length === 0 ? [] : [{ name: "Test", color: "var(--accent)", x: at, y: test }];
  const last = Math.max(train.length, at.at(-1) ?? 0);
  const began = train.length > 0;
  return (
    <LineChart
      title="Loss"
      description={
        began
          ? `After ${last} epochs, the loss is ${train.at(-1)?.toFixed(4)} in training and ${test.at(-1)?.toFixed(4) ?? "unknown"} in the test.`
          : "No training yet."
      }
      series={[
        { name: "Training", color: "var(--ink)", x: counted(train.length), y: train },
        ...(began ? tests : tests.map((one) => ({ ...one, x: [], y: [] }))),
      ]}
      xLabel="epoch"
      yLabel="loss"
      xDomain={{ from: 0, to: roundUp(last) }}
      yDomain={yDomain(train, test)}
      height={240}
      marks={moves.value.map(({ x, text }) => ({ x, text }))}
      empty={configured.value === null ? "" : "Start, and the loss is drawn here, epoch by epoch."}
    />
  );
}

const numbers: number[] = [];

/** 0, 1, 2 … : how many epochs there were before each loss. */
function counted(count: number): readonly number[] {
  while (numbers.length < count) numbers.push(numbers.length);
  return numbers.length === count ? numbers : numbers.slice(0, count);
}

/** So that the axis does not move with every epoch. */
function roundUp(last: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(last, 10)));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((end) => end >= last) ?? last;
}

/** From 0 to a round number above the first loss, or what later ones came to. */
function yDomain(train: readonly number[], test: readonly number[]): Domain {
  let highest = train.length + test.length === 0 ? 0.8 : 0;
  for (const values of [train, test]) for (const value of values) if (value > highest) highest = value;
  const steps = [0.1, 0.2, 0.4, 0.8, 1, 1.5, 2, 3, 5, 10, 20, 50, 100];
  return { from: 0, to: steps.find((step) => step >= highest) ?? highest };
}
