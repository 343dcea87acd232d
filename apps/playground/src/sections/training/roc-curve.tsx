import { LineChart } from "../../chart/index.ts";
import { measured } from "../../state/progress.ts";

const unit = { from: 0, to: 1 };

/** What each threshold finds, against what it takes for class 1 wrongly. */
export function RocCurve() {
  const found = measured.value;
  const known = found !== null && !Number.isNaN(found.auc);
  return (
    <LineChart
      title="ROC"
      description={known ? `The area under the curve is ${found.auc.toFixed(3)}.` : "Not known yet."}
      aside={<span class="value">AUC {known ? found.auc.toFixed(3) : "–"}</span>}
      series={[
        {
          name: "ROC",
          color: "var(--accent)",
          x: known ? found.roc.x : [],
          y: known ? found.roc.y : [],
        },
      ]}
      xLabel="false positive rate"
      yLabel="true positive rate"
      xDomain={unit}
      yDomain={unit}
      diagonal
      empty={found === null ? "" : "There is no curve with one class only."}
    />
  );
}
