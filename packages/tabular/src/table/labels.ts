import { TableError } from "../errors.ts";
import type { Column } from "./table.ts";

/**
 * The labels of a column, as float32.
 *
 * @throws TableError naming the first row (from 1) whose label is not 0 or 1.
 */
export function labelsOf({ name, kind, text, values }: Column): Float32Array<ArrayBuffer> {
  if (kind === "text")
    throw new TableError(`"${text?.cell}" is not a label: labels are 0 and 1`, { line: text?.line, column: name });
  const labels = new Float32Array(values.length);
  for (let i = 0; i < labels.length; i++) {
    const label = values.at(i);
    if (label !== 0 && label !== 1)
      throw new TableError(
        `${Number.isNaN(label) ? "there is no label" : `${label} is not a label`} in row ${i + 1}: labels are 0 and 1`,
        { column: name },
      );
    labels[i] = label;
  }
  return labels;
}

/** How many labels are 0, and how many 1. */
export interface ClassBalance {
  readonly zeros: number;
  readonly ones: number;
}

export function classBalance(labels: Float32Array): ClassBalance {
  let ones = 0;
  for (const label of labels) if (label === 1) ones++;
  return { zeros: labels.length - ones, ones };
}
