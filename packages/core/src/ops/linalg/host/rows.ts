/**
 * The inner loop of decompositions: adds to `sums`, elements `start + left` to `start + right`, the rows from..until of `x` (of
 * `width`), columns left..right, times `sign * factors[at + step * row]`. Four rows at once halve the traffic between processor and
 * memory; each element is changed in the order of the rows, as one by one.
 */
export function addRows(
  sums: Float64Array,
  start: number,
  x: Float64Array,
  width: number,
  left: number,
  right: number,
  from: number,
  until: number,
  factors: Float64Array,
  at: number,
  step: number,
  sign: number,
): void {
  let k = from;
  for (; k + 4 <= until; k += 4) {
    const place = at + step * k;
    const a = sign * factors[place];
    const b = sign * factors[place + step];
    const c = sign * factors[place + 2 * step];
    const d = sign * factors[place + 3 * step];
    const r0 = k * width;
    const r1 = r0 + width;
    const r2 = r1 + width;
    const r3 = r2 + width;
    for (let j = left; j < right; j = (j + 1) | 0)
      sums[(start + j) | 0] =
        sums[(start + j) | 0] + a * x[(r0 + j) | 0] + b * x[(r1 + j) | 0] + c * x[(r2 + j) | 0] + d * x[(r3 + j) | 0];
  }
  for (; k < until; k++) {
    const factor = sign * factors[at + step * k];
    const row = k * width;
    for (let j = left; j < right; j = (j + 1) | 0) sums[(start + j) | 0] += factor * x[(row + j) | 0];
  }
}

/** As `addRows`, to two rows of sums, at `start` and at `second`, with the factors at `at` and at `other`. */
export function addRowsToPair(
  sums: Float64Array,
  start: number,
  second: number,
  x: Float64Array,
  width: number,
  left: number,
  right: number,
  from: number,
  until: number,
  factors: Float64Array,
  at: number,
  other: number,
  step: number,
  sign: number,
): void {
  let k = from;
  for (; k + 4 <= until; k += 4) {
    const place = at + step * k;
    const a0 = sign * factors[place];
    const b0 = sign * factors[place + step];
    const c0 = sign * factors[place + 2 * step];
    const d0 = sign * factors[place + 3 * step];
    const beside = other + step * k;
    const a1 = sign * factors[beside];
    const b1 = sign * factors[beside + step];
    const c1 = sign * factors[beside + 2 * step];
    const d1 = sign * factors[beside + 3 * step];
    const r0 = k * width;
    const r1 = r0 + width;
    const r2 = r1 + width;
    const r3 = r2 + width;
    for (let j = left; j < right; j = (j + 1) | 0) {
      const x0 = x[(r0 + j) | 0];
      const x1 = x[(r1 + j) | 0];
      const x2 = x[(r2 + j) | 0];
      const x3 = x[(r3 + j) | 0];
      sums[(start + j) | 0] = sums[(start + j) | 0] + a0 * x0 + b0 * x1 + c0 * x2 + d0 * x3;
      sums[(second + j) | 0] = sums[(second + j) | 0] + a1 * x0 + b1 * x1 + c1 * x2 + d1 * x3;
    }
  }
  if (k === until) return;
  addRows(sums, start, x, width, left, right, k, until, factors, at, step, sign);
  addRows(sums, second, x, width, left, right, k, until, factors, other, step, sign);
}
