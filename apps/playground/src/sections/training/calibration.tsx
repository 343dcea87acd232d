import type { CalibrationBin } from "@cresset/tabular";
import { LineChart } from "../../chart/index.ts";
import { measured } from "../../state/progress.ts";

const unit = { from: 0, to: 1 };

/** Whether 70 % of the rows that are given 0.7 are of class 1. */
export function Calibration() {
  const bins = measured.value?.calibration.filter(({ count }) => count > 0) ?? [];
  const most = Math.max(...bins.map(({ count }) => count));
  return (
    <LineChart
      title="Calibration"
      description={description(bins)}
      aside={<span class="soft">larger dots: more rows</span>}
      series={[
        {
          name: "Calibration",
          color: "var(--accent)",
          x: bins.map(({ predicted }) => predicted),
          y: bins.map(({ observed }) => observed),
          dots: bins.map(({ count }) => 2 + 4 * Math.sqrt(count / most)),
        },
      ]}
      xLabel="probability given"
      yLabel="part of class 1"
      xDomain={unit}
      yDomain={unit}
      diagonal
    />
  );
}

function description(bins: readonly CalibrationBin[]): string {
  if (bins.length === 0) return "Not known yet.";
  return bins
    .map(
      ({ predicted, observed, count }) =>
        `Of ${count} rows given ${predicted.toFixed(2)}, ${Math.round(100 * observed)} % are of class 1.`,
    )
    .join(" ");
}
