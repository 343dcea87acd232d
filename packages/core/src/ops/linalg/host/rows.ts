/**
 * The inner loop of decompositions: adds to `sums`, elements `start + left` to `start + width`, the rows from..until of `x` (of
 * `width`) from column `left` on, times `sign * factors[at + row]`. Four rows at once halve the traffic between processor and
 * memory; each element is changed in the order of the rows, as one by one.
 */
export function addRows(
  sums: Float64Array,
  start: number,
  x: Float64Array,
  width: number,
  left: number,
  from: number,
  until: number,
  factors: Float64Array,
  at: number,
  sign: number,
): void {
  let k = from;
  for (; k + 4 <= until; k += 4) {
    const a = sign * factors[at + k];
    const b = sign * factors[at + k + 1];
    const c = sign * factors[at + k + 2];
    const d = sign * factors[at + k + 3];
    const first = k * width;
    const second = first + width;
    const third = second + width;
    const fourth = third + width;
    for (let j = left; j < width; j++)
      sums[start + j] = sums[start + j] + a * x[first + j] + b * x[second + j] + c * x[third + j] + d * x[fourth + j];
  }
  for (; k < until; k++) {
    const factor = sign * factors[at + k];
    const row = k * width;
    if (factor !== 0) for (let j = left; j < width; j++) sums[start + j] += factor * x[row + j];
  }
}
