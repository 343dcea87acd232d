import { accuracyOf, calibration, confusionMatrix, predict, roc, type Table, type Training } from "@cresset/tabular";
import { gridInputs, planeOf } from "./plane.ts";
import { boundarySize, type Measured, type Plane } from "./protocol.ts";

/** Points of a curve that are sent at most. */
const mostPoints = 300;

/** Measures how good a network is, while it is learning. */
export class Measuring {
  readonly plane: Plane | null;
  readonly #training: Training;
  readonly #grid: Float32Array<ArrayBuffer> | null;

  constructor(training: Training, table: Table) {
    this.#training = training;
    this.plane = planeOf(table, training.data);
    this.#grid = this.plane === null ? null : gridInputs(this.plane, training.data);
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

  #boundary(): Promise<Float32Array<ArrayBuffer> | null> {
    const grid = this.#grid;
    const { model, options } = this.#training;
    if (grid === null) return Promise.resolve(null);
    return this.#training.settled(async () => {
      const found = await predict(model, options.loss, grid, boundarySize ** 2, this.#training.device);
      return found.slice();
    });
  }
}

/** Some points of a long curve, its ends among them. */
function some(values: readonly number[]): readonly number[] {
  if (values.length <= mostPoints) return values;
  const last = values.length - 1;
  return Array.from({ length: mostPoints }, (_, i) => values[Math.round((i * last) / (mostPoints - 1))]);
}
