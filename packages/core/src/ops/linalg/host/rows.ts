/**
 * The inner loops of decompositions: four rows at once, which halves the traffic between processor and memory. Each element
 * is changed in the order of the rows, as one by one.
 */

/** Row `to` of `x` (rows of `width`, from column `left` on) less multiples of its rows from..until, by `factors[at + row]`. */
export function subtractRows(
  x: Float64Array,
  width: number,
  left: number,
  to: number,
  from: number,
  until: number,
  factors: Float64Array,
  at: number,
): void {
  const start = to * width;
  let k = from;
  for (; k + 4 <= until; k += 4) {
    const a = factors[at + k];
    const b = factors[at + k + 1];
    const c = factors[at + k + 2];
    const d = factors[at + k + 3];
    const first = k * width;
    const second = first + width;
    const third = second + width;
    const fourth = third + width;
    for (let j = left; j < width; j++)
      x[start + j] = x[start + j] - a * x[first + j] - b * x[second + j] - c * x[third + j] - d * x[fourth + j];
  }
  for (; k < until; k++) {
    const factor = factors[at + k];
    const first = k * width;
    if (factor !== 0) for (let j = left; j < width; j++) x[start + j] -= factor * x[first + j];
  }
}

/** Adds to `sums` multiples of the rows of `x` (of `width`, from row `first` and column `left` on), by `factors[row]`. */
export function addRows(
  sums: Float64Array,
  x: Float64Array,
  width: number,
  factors: Float64Array,
  first: number,
  left: number,
): void {
  let i = first;
  for (; i + 4 <= factors.length; i += 4) {
    const a = factors[i];
    const b = factors[i + 1];
    const c = factors[i + 2];
    const d = factors[i + 3];
    const row = i * width;
    const second = row + width;
    const third = second + width;
    const fourth = third + width;
    for (let j = left; j < width; j++)
      sums[j] = sums[j] + a * x[row + j] + b * x[second + j] + c * x[third + j] + d * x[fourth + j];
  }
  for (; i < factors.length; i++) {
    const factor = factors[i];
    for (let j = left; j < width; j++) sums[j] += factor * x[i * width + j];
  }
}
