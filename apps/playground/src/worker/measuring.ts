import { accuracyOf, calibration, confusionMatrix, roc, type Table, type Training } from "@cresset/tabular";
import { gridOf, planeOf } from "./plane.ts";
import type { Measured, Plane } from "./protocol.ts";

/** Points of a curve that are sent at most. */
const mostPoints = 300;

/** Measures how good a network is, while it is learning. */
export class Measuring {
  readonly plane: Plane | null;
  readonly #training: Training;
  readonly #grid: Table | null;

  constructor(training: Training, table: Table) {
    this.#training = training;
    this.plane = planeOf(table, training.data);
    this.#grid = this.plane === null ? null : gridOf(this.plane);
  }

  async measure(): Promise<Measured> {
    const training = this.#training;
    const part = training.data.test.length > 0 ? "test" : "train";
    const { labels } = training.data[part];
    const { epoch } = training;
    const { loss, probabilities } = await training.evaluate(part);
    const confusion = confusionMatrix(probabilities, labels);
    const curve = roc(probabilities, labels);
    return {
      epoch,
      part,
      loss,
      confusion,
      accuracy: accuracyOf(confusion),
      auc: curve.auc,
      roc: { x: some(curve.falsePositiveRate), y: some(curve.truePositiveRate) },
      calibration: calibration(probabilities, labels, 8),
      boundary: await this.#boundary(),
    };
  }

  async #boundary(): Promise<Float32Array<ArrayBuffer> | null> {
    return this.#grid === null ? null : (await this.#training.predict(this.#grid)).slice();
  }
}

/** Some points of a long curve, its ends among them. */
function some(values: readonly number[]): readonly number[] {
  if (values.length <= mostPoints) return values;
  const last = values.length - 1;
  return Array.from({ length: mostPoints }, (_, i) => values[Math.round((i * last) / (mostPoints - 1))]);
}
